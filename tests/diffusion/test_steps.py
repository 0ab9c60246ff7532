import math

import pytest
import torch

from explorer.diffusion.forward import diffuse
from explorer.diffusion.schedules import SCHEDULES, NoiseSchedule, cosine, linear
from explorer.diffusion.steps import (
    ddim_step,
    ddpm_step,
    dpmpp_2m_step,
    heun_step,
    posterior_mean,
    posterior_std,
)

every_schedule = pytest.mark.parametrize("name", SCHEDULES)
every_move = pytest.mark.parametrize(("t", "t_next"), [(1000, 999), (1000, 500), (500, 1), (2, 1)])


def normal(seed, *shape):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*(shape or (2, 1, 3, 3)), generator=generator, dtype=torch.float64)


@every_schedule
@every_move
def test_posterior_is_bayes_rule(name, t, t_next):
    """q(x_t_next | x_t, x_0) is q(x_t | x_t_next) q(x_t_next | x_0), up to a constant: the product
    of two Gaussians, whose precisions add up."""
    schedule = SCHEDULES[name]()
    x_t, x_0 = normal(0), normal(1)
    alpha_bar, alpha_bar_next = (schedule.alpha_bar[i].item() for i in (t, t_next))
    alpha = alpha_bar / alpha_bar_next
    precision = alpha / (1 - alpha) + 1 / (1 - alpha_bar_next)
    weighted = math.sqrt(alpha) / (1 - alpha) * x_t
    weighted = weighted + math.sqrt(alpha_bar_next) / (1 - alpha_bar_next) * x_0

    got = posterior_mean(schedule, x_t, x_0, t, t_next)
    torch.testing.assert_close(got, weighted / precision, rtol=1e-8, atol=1e-8)
    assert posterior_std(schedule, t, t_next) == pytest.approx(precision**-0.5)


@every_schedule
@every_move
def test_ddim_with_eta_1_is_ddpm(name, t, t_next):
    schedule = SCHEDULES[name]()
    move = (schedule, normal(0), normal(1), t, t_next)
    for noise in (torch.zeros_like(normal(2)), normal(2)):  # the mean, then the noise as well
        torch.testing.assert_close(ddim_step(*move, noise, eta=1.0), ddpm_step(*move, noise))


@every_schedule
@every_move
@pytest.mark.parametrize("eta", [0.0, 0.3, 1.0, 2.5])
def test_ddim_keeps_the_marginal_at_any_eta(name, t, t_next, eta):
    """With the true x_0, x_t ~ q(x_t | x_0) becomes x_t_next ~ q(x_t_next | x_0)."""
    schedule = SCHEDULES[name]()
    x_0, zero = normal(0), torch.zeros(2, 1, 3, 3, dtype=torch.float64)
    ones = torch.ones_like(zero)

    mean = ddim_step(schedule, diffuse(schedule, x_0, t, zero), x_0, t, t_next, zero, eta)
    torch.testing.assert_close(mean, diffuse(schedule, x_0, t_next, zero))
    kept = ddim_step(schedule, diffuse(schedule, zero, t, ones), zero, t, t_next, zero, eta)
    fresh = ddim_step(schedule, zero, zero, t, t_next, ones, eta)
    torch.testing.assert_close(kept**2 + fresh**2, ones * schedule.noise_scale[t_next] ** 2)


@every_schedule
@every_move
def test_deterministic_steps_are_exact_if_x_0_hat_never_changes(name, t, t_next):
    """For a set of one image, every step lands on q's own path: same x_0, same eps."""
    schedule = SCHEDULES[name]()
    x_0, eps = normal(0), normal(1)
    x_t = diffuse(schedule, x_0, t, eps)
    expected = diffuse(schedule, x_0, t_next, eps)
    move = (schedule, x_t, x_0, t, t_next)

    guess = ddim_step(*move)
    torch.testing.assert_close(guess, expected)
    torch.testing.assert_close(heun_step(*move, guess, x_0), expected)
    if t < 1000:
        torch.testing.assert_close(dpmpp_2m_step(*move, 1000, x_0), expected)


@every_schedule
@pytest.mark.parametrize("t", [1, 500, 1000])
def test_every_step_to_t_0_lands_on_x_0_hat(name, t):
    schedule = SCHEDULES[name]()
    x_t, x_0_hat = normal(0), normal(1)
    for step in (ddpm_step, ddim_step, dpmpp_2m_step):
        torch.testing.assert_close(step(schedule, x_t, x_0_hat, t, 0), x_0_hat)
    if t < 1000:
        got = dpmpp_2m_step(schedule, x_t, x_0_hat, t, 0, 1000, normal(2))
        torch.testing.assert_close(got, x_0_hat)


def test_dpmpp_2m_leads_x_0_hat_on_along_log_sigma():
    """An x_0_hat that is a straight line in log-sigma is taken at the middle of the step."""
    schedule = linear()
    x_t, base, slope = normal(0), normal(1), normal(2)
    t_last, t, t_next = 900, 700, 400
    log_sigma = schedule.sigma.log()
    at = {i: base + slope * log_sigma[i] for i in (t_last, t)}
    middle = base + slope * (log_sigma[t] + log_sigma[t_next]) / 2

    got = dpmpp_2m_step(schedule, x_t, at[t], t, t_next, t_last, at[t_last])
    torch.testing.assert_close(got, ddim_step(schedule, x_t, middle, t, t_next))


def test_steps_pass_over_a_schedule_that_stands_still():
    schedule = NoiseSchedule([1.0, 0.8, 0.5, 0.5, 0.5, 0.2])
    x_t, x_0_hat, last = normal(0), normal(1), normal(2)
    for step in (ddpm_step, ddim_step):
        torch.testing.assert_close(step(schedule, x_t, x_0_hat, 4, 3), x_t)
    torch.testing.assert_close(dpmpp_2m_step(schedule, x_t, x_0_hat, 4, 3, 5, last), x_t)
    # No change of log-sigma to lead on along: as if there were no last step.
    torch.testing.assert_close(
        dpmpp_2m_step(schedule, x_t, x_0_hat, 3, 2, 4, last),
        ddim_step(*(schedule, x_t, x_0_hat, 3, 2)),
    )


@pytest.mark.parametrize("step", [ddpm_step, ddim_step, dpmpp_2m_step])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_dtype_is_kept(step, dtype):
    x_t = torch.zeros(1, 1, 2, 2, dtype=dtype)
    noise = {} if step is dpmpp_2m_step else {"noise": x_t}
    assert step(cosine(), x_t, x_t, 1000, 10, **noise).dtype == dtype


@pytest.mark.parametrize(
    ("t", "t_next", "sentence"),
    [
        (5, t_next, rf"^t_next must be an integer in 0\.\.4, not {t_next}\.$")
        for t_next in (5, 6, -1)
    ]
    + [(t, 0, rf"^t must be an integer in 1\.\.10, not {t}\.$") for t in (11, 0)],
)
def test_moves_that_are_not_towards_t_0_are_refused(t, t_next, sentence):
    x = torch.zeros(1, 1, 2, 2)
    for step in (ddpm_step, ddim_step, dpmpp_2m_step):
        with pytest.raises(ValueError, match=sentence):
            step(cosine(10), x, x, t, t_next)
    with pytest.raises(ValueError, match=sentence):
        heun_step(cosine(10), x, x, t, t_next, x, x)


def test_other_bad_arguments_are_refused():
    x = torch.zeros(1, 1, 2, 2)
    move = (cosine(10), x, x, 5, 3)
    with pytest.raises(ValueError, match="noise must be given"):
        ddpm_step(*move)
    with pytest.raises(ValueError, match="noise must be given"):
        ddim_step(*move, eta=0.5)
    for eta in (-0.1, math.nan, math.inf, 100.5):
        with pytest.raises(ValueError, match="eta must be a finite number >= 0"):
            ddim_step(*move, noise=x, eta=eta)
    with pytest.raises(ValueError, match="together"):
        dpmpp_2m_step(*move, t_last=7)
    with pytest.raises(ValueError, match=r"t_last must be an integer in 6\.\.10, not 5"):
        dpmpp_2m_step(*move, t_last=5, x_0_hat_last=x)
    with pytest.raises(ValueError, match="no second slope"):
        heun_step(cosine(10), x, x, 5, 0, x, x)
