"""One pixel's way into noise: steps, jump and toy, each against its closed form."""

import math

import numpy as np
import pytest

from explorer.diffusion.schedules import SCHEDULES, cosine
from explorer.lessons.forward_noising.stepwise import (
    EDGES,
    NUM_DRAWN,
    NUM_PATHS,
    compute_stepwise,
    histogram,
    middle_pixel,
    normal_shares,
)

T = 60


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("t", [1, 30, T])
def test_steps_and_jump_are_where_the_formula_says(name, t):
    schedule = SCHEDULES[name](T)
    found = compute_stepwise(schedule, -0.6, t, seed=3)
    mean, std = -0.6 * schedule.signal_scale[t].item(), schedule.noise_scale[t].item()
    assert (found.t, found.mean, found.noise_scale) == (t, pytest.approx(mean), pytest.approx(std))
    for x_t in (found.by_steps, found.by_jump):
        assert x_t.shape == (NUM_PATHS,)
        assert x_t.mean() == pytest.approx(mean, abs=5 * std / math.sqrt(NUM_PATHS))
        assert x_t.std() == pytest.approx(std, rel=5 / math.sqrt(2 * NUM_PATHS))
    assert abs(np.corrcoef(found.by_steps, found.by_jump)[0, 1]) < 0.12  # noises of their own
    assert found.beta == schedule.beta[t]
    assert found.sigma == pytest.approx(math.sqrt(1 / schedule.alpha_bar[t].item() - 1))


def test_the_toy_is_a_sum_of_small_noises_on_an_image_that_stays():
    schedule = cosine(T)
    noise = np.random.default_rng(0).standard_normal((30, 20_000))
    toy = 0.4 + (schedule.beta[1:31, None].numpy() * noise).sum(0)
    found = compute_stepwise(schedule, 0.4, 30, seed=3)
    assert found.toy_std == pytest.approx(toy.std(), rel=0.03)
    np.testing.assert_allclose(found.toy_density, histogram(toy), atol=0.12)


def test_the_ways_that_are_drawn_are_whole_and_the_same_at_every_t():
    schedule = cosine(T)
    early, late = (compute_stepwise(schedule, 0.5, t, seed=9) for t in (7, 50))
    assert early.times.tolist() == list(range(T + 1))
    assert early.paths.shape == (NUM_DRAWN, T + 1)
    np.testing.assert_array_equal(early.paths, late.paths)
    np.testing.assert_array_equal(early.paths[:, 0], np.float32(0.5))
    np.testing.assert_array_equal(early.paths[:, 7], early.by_steps[:NUM_DRAWN])
    np.testing.assert_allclose(early.means, 0.5 * schedule.signal_scale)
    np.testing.assert_allclose(early.stds, schedule.noise_scale)
    other = compute_stepwise(schedule, 0.5, 7, seed=10)
    assert not np.array_equal(other.by_steps, early.by_steps)


def test_a_long_way_is_thinned():
    found = compute_stepwise(cosine(1000), 0.5, 500, seed=9)
    assert (len(found.times), found.times[0], found.times[-1]) == (201, 0, 1000)


def test_the_closed_form_is_what_ever_more_values_would_give():
    many = 0.3 + 0.5 * np.random.default_rng(0).standard_normal(200_000)
    np.testing.assert_allclose(histogram(many), normal_shares(0.3, 0.5), atol=0.03)
    narrow = normal_shares(0.05, 1e-4)  # all of it in one bin
    assert narrow.max() == pytest.approx(10)
    assert narrow.sum() * (EDGES[1] - EDGES[0]) == pytest.approx(1)
    assert EDGES[narrow.argmax()] == pytest.approx(0)


def test_the_pixel_is_the_middle_ones_green():
    pixels = np.zeros((8, 6, 3), np.uint8)
    pixels[4, 3] = (10, 255, 20)
    assert middle_pixel(pixels) == 1
    assert middle_pixel(np.full((28, 28, 1), 51, np.uint8)) == pytest.approx(-0.6)


@pytest.mark.parametrize(
    "changes, name", [({"t": 0}, "t"), ({"t": 61}, "t"), ({"seed": -1}, "seed")]
)
def test_what_cannot_be_is_refused(changes, name):
    with pytest.raises(ValueError, match=rf"^{name} must be an integer in "):
        compute_stepwise(cosine(T), **({"x_0": 0.0, "t": 5, "seed": 0} | changes))
