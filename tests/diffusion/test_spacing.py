from itertools import pairwise

import pytest
import torch

from explorer.diffusion.schedules import NoiseSchedule, cosine
from explorer.diffusion.spacing import log_snr_times, quadratic_times


def quadratic(num_steps):
    return quadratic_times(40, num_steps)


def log_snr(num_steps):
    return log_snr_times(cosine(40), num_steps)


@pytest.mark.parametrize("spacing", [quadratic, log_snr])
def test_times_fall_strictly_from_T_to_0_whatever_is_asked(spacing):
    for num_steps in range(1, 41):
        times = spacing(num_steps)
        assert len(times) == num_steps + 1
        assert (times[0], times[-1]) == (40, 0)
        assert all(isinstance(t, int) for t in times)
        assert all(t > t_next for t, t_next in pairwise(times))
    assert spacing(40) == list(range(40, -1, -1))


def test_quadratic_times_are_squares():
    assert quadratic_times(100, 10) == [100, 81, 64, 49, 36, 25, 16, 9, 4, 1, 0]


def test_where_log_snr_is_a_straight_line_its_even_steps_are_even_in_t():
    log_snr = 8 - 0.4 * torch.arange(42, dtype=torch.float64)
    straight = NoiseSchedule(torch.cat([torch.ones(1), torch.sigmoid(log_snr)[1:]]))
    assert log_snr_times(straight, 5) == [41, 31, 21, 11, 1, 0]
    assert log_snr_times(straight, 1) == [41, 0]


def test_times_that_fall_together_move_apart():
    # The last two times of the cosine schedule are further apart than nine even steps.
    assert log_snr_times(cosine(), 10)[:4] == [1000, 999, 998, 995]
    assert quadratic_times(40, 20)[-6:] == [5, 4, 3, 2, 1, 0]


@pytest.mark.parametrize("spacing", [quadratic, log_snr])
@pytest.mark.parametrize("num_steps", [0, -1, 41])
def test_more_steps_than_times_are_refused(spacing, num_steps):
    with pytest.raises(ValueError, match=r"num_steps must be an integer in 1\.\.40"):
        spacing(num_steps)
