import math

import pytest
import torch

from explorer.diffusion.forward import diffuse, diffuse_stepwise
from explorer.diffusion.schedules import SCHEDULES, cosine


def noise(*shape, seed=0, **options):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), **options)


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("t", [1, 250, 1000])
def test_q_has_the_right_mean_and_variance(name, t):
    schedule = SCHEDULES[name]()
    alpha_bar = schedule.alpha_bar[t].item()
    x_0 = torch.tensor([-1.0, 0.2, 1.0], dtype=torch.float64).reshape(1, 3, 1, 1)
    count = 100_000
    x_t = diffuse(
        schedule,
        x_0.expand(count, 3, 1, 1),
        t,
        noise(count, 3, 1, 1, dtype=torch.float64),
    )

    five_errors = 5 * math.sqrt((1 - alpha_bar) / count)
    mean, variance = x_t.mean(0, keepdim=True), x_t.var(0, keepdim=True)
    torch.testing.assert_close(mean, math.sqrt(alpha_bar) * x_0, atol=five_errors, rtol=0)
    torch.testing.assert_close(
        variance, torch.full_like(variance, 1 - alpha_bar), atol=0, rtol=5 * math.sqrt(2 / count)
    )


@pytest.mark.parametrize("name", SCHEDULES)
def test_one_jump_to_t_has_the_distribution_of_t_single_steps(name):
    """q(x_t | x_{t-1}) = N(sqrt(1 - beta) x_{t-1}, beta), followed in its mean and variance."""
    schedule = SCHEDULES[name](20)
    mean, variance = 1.0, 0.0
    for t in range(1, 21):
        beta = schedule.beta[t].item()
        mean, variance = math.sqrt(1 - beta) * mean, (1 - beta) * variance + beta
        assert mean == pytest.approx(schedule.signal_scale[t].item())
        assert variance == pytest.approx(schedule.noise_scale[t].item() ** 2)


def test_t_0_is_the_clean_image_and_each_image_has_its_own_t():
    schedule = cosine()
    x_0, eps = noise(3, 1, 2, 2).clamp(-1, 1), noise(3, 1, 2, 2, seed=1)
    x_t = diffuse(schedule, x_0, torch.tensor([0, 500, 1000]), eps)
    torch.testing.assert_close(x_t[0], x_0[0], rtol=0, atol=0)
    torch.testing.assert_close(x_t[2], eps[2], rtol=0, atol=1e-3)
    for i, t in enumerate([0, 500, 1000]):
        torch.testing.assert_close(diffuse(schedule, x_0, t, eps)[i], x_t[i], rtol=0, atol=0)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_dtype_is_kept(dtype):
    x_0 = torch.zeros(1, 1, 2, 2, dtype=dtype)
    assert diffuse(cosine(), x_0, 3, x_0).dtype == dtype


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"t": 11}, r"^t must be an integer in 0\.\.10, not 11\.$"),
        ({"t": torch.tensor([1])}, r"shape \(2,\)"),
        ({"eps": torch.zeros(2, 1, 2, 3)}, "same shape"),
        ({"eps": torch.full((2, 1, 2, 2), math.nan)}, "must be finite"),
        ({"x_0": torch.full((2, 1, 2, 2), math.inf)}, "must be finite"),
        ({"x_0": torch.zeros(2, 1, 2, 2, dtype=torch.uint8)}, "floating point"),
    ],
)
def test_bad_arguments_are_refused(change, sentence):
    good = {"x_0": torch.zeros(2, 1, 2, 2), "t": 5, "eps": torch.zeros(2, 1, 2, 2)}
    with pytest.raises(ValueError, match=sentence):
        diffuse(cosine(10), **(good | change))


def test_the_look_at_the_numbers_can_be_left_out():
    x_0 = torch.full((2, 1, 2, 2), math.nan)
    assert diffuse(cosine(10), x_0, 5, x_0, check=False).isnan().all()


# ---- step by step


@pytest.mark.parametrize("name", SCHEDULES)
def test_many_steps_have_the_distribution_of_one_jump(name):
    """x_t is linear in x_0 and in every step's noise, so their factors say all about it."""
    T = 12  # noqa: N806 - the papers' name
    schedule = SCHEDULES[name](T)
    signal = schedule.signal_scale
    # One path without noise, and T without an image, each with the noise of a single step.
    x_0 = torch.tensor([0.7] + T * [0.0], dtype=torch.float64)
    eps = torch.cat([torch.zeros(T, 1), torch.eye(T)], dim=1).double()
    path = diffuse_stepwise(schedule, x_0, eps)
    torch.testing.assert_close(path[:, 0], 0.7 * signal)
    for s in range(1, T + 1):
        assert not path[:s, s].any()
        torch.testing.assert_close(path[s:, s], schedule.beta[s].sqrt() * signal[s:] / signal[s])
    torch.testing.assert_close(path[:, 1:].square().sum(1), schedule.noise_scale**2)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"eps": torch.zeros(11, 2, 3)}, r"eps must have shape \(t, 2, 3\) with t in 1\.\.10, not"),
        ({"eps": torch.zeros(0, 2, 3)}, "with t in 1"),
        ({"eps": torch.zeros(4, 2, 2)}, "eps must have shape"),
        ({"eps": torch.full((4, 2, 3), math.inf)}, "must be finite"),
        ({"x_0": torch.full((2, 3), math.nan)}, "must be finite"),
        ({"x_0": [1.0]}, "x_0 must be a tensor"),
        ({"schedule": "linear"}, "must be a NoiseSchedule"),
    ],
)
def test_bad_steps_are_refused(change, sentence):
    good = {"schedule": cosine(10), "x_0": torch.zeros(2, 3), "eps": torch.zeros(4, 2, 3)}
    with pytest.raises(ValueError, match=sentence):
        diffuse_stepwise(**(good | change))
