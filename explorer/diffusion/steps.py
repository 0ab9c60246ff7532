"""One reverse move, from x_t at time t to a less noisy image at t_next < t. Pure functions.

Knows no network and no loop: the prediction, and any noise, are arguments.

Every step function takes
    schedule: the NoiseSchedule.
    x_t: (B, C, H, W) floating point, the image at time t.
    x_0_hat: like x_t, the estimate of the clean image made from it.
    t, t_next: ints with 0 <= t_next < t <= T; t_next need not be t - 1.
and gives x at t_next, like x_t. The estimate comes as x_0_hat rather than eps_hat because that
stays accurate where x_t is nearly all noise, and may be clipped first; the noise that the steps
speak of is the one that x_0_hat implies, eps_hat = (x_t - signal_scale x_0_hat) / noise_scale.
All of them give x_0_hat itself when t_next = 0, and raise ValueError for other t and t_next.
Coefficients are worked out in float64, then multiply tensors of x_t's dtype.
"""

import math

from torch import Tensor

from explorer.diffusion.checks import check_images, check_integer, check_number
from explorer.diffusion.predictions import v_from_x_0
from explorer.diffusion.schedules import NoiseSchedule, check_schedule

MOST_ETA = 100.0  # at T = 1000, all noise is fresh from about 10 on: no schedule needs more


def posterior_mean(
    schedule: NoiseSchedule, x_t: Tensor, x_0: Tensor, t: int, t_next: int
) -> Tensor:
    """Mean of q(x_t_next | x_t, x_0), like x_t (Ho et al. 2020, section 2)."""
    t, t_next = _check_move(schedule, x_t, x_0, t, t_next)
    alpha_bar, alpha_bar_next = (schedule.alpha_bar[i].item() for i in (t, t_next))
    alpha = alpha_bar / alpha_bar_next  # of the whole move; Ho's alpha_t if t_next = t - 1
    beta = 1 - alpha
    from_x_0 = math.sqrt(alpha_bar_next) * beta / (1 - alpha_bar)
    from_x_t = math.sqrt(alpha) * (1 - alpha_bar_next) / (1 - alpha_bar)
    return from_x_0 * x_0 + from_x_t * x_t


def posterior_std(schedule: NoiseSchedule, t: int, t_next: int) -> float:
    """Standard deviation of q(x_t_next | x_t, x_0); 0 if t_next = 0 (Ho et al. 2020, section 2)."""
    t, t_next = _check_times(schedule, t, t_next)
    alpha_bar, alpha_bar_next = (schedule.alpha_bar[i].item() for i in (t, t_next))
    beta = 1 - alpha_bar / alpha_bar_next
    return math.sqrt((1 - alpha_bar_next) / (1 - alpha_bar) * beta)


def ddpm_step(
    schedule: NoiseSchedule,
    x_t: Tensor,
    x_0_hat: Tensor,
    t: int,
    t_next: int,
    noise: Tensor | None = None,
) -> Tensor:
    """Sample q(x_t_next | x_t, x_0_hat) (Ho et al. 2020, algorithm 2, in its clipped form).

    The variance is the posterior's own, the smaller of the two that Ho et al. try.

    Args:
        noise: like x_t, from N(0, 1); not needed if t_next = 0.

    Raises:
        ValueError: also if noise is needed and missing.
    """
    mean = posterior_mean(schedule, x_t, x_0_hat, t, t_next)
    return _add_noise(mean, posterior_std(schedule, t, t_next), noise)


def ddim_step(
    schedule: NoiseSchedule,
    x_t: Tensor,
    x_0_hat: Tensor,
    t: int,
    t_next: int,
    noise: Tensor | None = None,
    eta: float = 0.0,
) -> Tensor:
    """Point at x_0_hat, go back to t_next's noise level, part of the noise kept and part fresh
    (Song et al. 2021, "Denoising Diffusion Implicit Models", section 4.1).

    Args:
        noise: like x_t, from N(0, 1); not needed if eta = 0 or t_next = 0.
        eta: share of the posterior's noise that is fresh: 0 is deterministic, 1 is `ddpm_step`.
            Above 1, fresh noise is capped at all the noise there is at t_next.

    Raises:
        ValueError: also if eta is not in 0..100, or noise is needed and missing.
    """
    eta = check_eta(eta)
    t, t_next = _check_move(schedule, x_t, x_0_hat, t, t_next)
    signal_scale, signal_scale_next = (schedule.signal_scale[i].item() for i in (t, t_next))
    noise_scale, noise_scale_next = (schedule.noise_scale[i].item() for i in (t, t_next))
    fresh = min(eta * posterior_std(schedule, t, t_next), noise_scale_next)
    kept = math.sqrt(noise_scale_next**2 - fresh**2)
    eps_hat = (x_t - signal_scale * x_0_hat) / noise_scale
    return _add_noise(signal_scale_next * x_0_hat + kept * eps_hat, fresh, noise)


def heun_step(
    schedule: NoiseSchedule,
    x_t: Tensor,
    x_0_hat: Tensor,
    t: int,
    t_next: int,
    x_guess: Tensor,
    x_0_hat_guess: Tensor,
) -> Tensor:
    """Improve a first guess at t_next by the mean of the slopes at both ends: second order.

    Heun's method for the probability-flow ODE (Karras et al. 2022, "Elucidating the Design Space of
    Diffusion-Based Generative Models", algorithm 1, which leaves open the variable to integrate
    over). We take the angle phi with tan(phi) = sigma: there the slope dx/dphi is v, which is
    bounded at both ends. Integrating over sigma itself, their choice for sigma <= 80, multiplies
    the correction by sigma[t] / sigma[t_next], and the first step of the cosine schedule, where
    sigma[T] is 2e4, then ruins the picture.

    tan(h / 2) stands for Heun's h / 2: equal to second order, and exact if x_0_hat never changes.

    Args:
        x_guess: like x_t, the `ddim_step` to t_next >= 1 with eta = 0.
        x_0_hat_guess: like x_t, the estimate made from it at t_next.
    """
    t, t_next = _check_move(schedule, x_t, x_0_hat, t, t_next)
    if t_next == 0:
        raise ValueError("t_next must be at least 1: a step to t = 0 has no second slope.")
    v = v_from_x_0(schedule, x_t, t, x_0_hat)
    v_next = v_from_x_0(schedule, x_guess, t_next, x_0_hat_guess)
    angle, angle_next = (math.atan(schedule.sigma[i].item()) for i in (t, t_next))
    return x_t + math.tan((angle_next - angle) / 2) * (v + v_next)


def dpmpp_2m_step(
    schedule: NoiseSchedule,
    x_t: Tensor,
    x_0_hat: Tensor,
    t: int,
    t_next: int,
    t_last: int | None = None,
    x_0_hat_last: Tensor | None = None,
) -> Tensor:
    """Like `ddim_step`, with x_0_hat led on by its change since the last step: second order
    without a second network call (Lu et al. 2022, "DPM-Solver++", algorithm 2).

    The first step has no last one, and the step to t = 0 would lead on infinitely far (log-sigma
    goes to -infinity): both are plain `ddim_step`s.

    Args:
        t_last, x_0_hat_last: the step before this one, t_last > t; None if there was none.

    Raises:
        ValueError: also if only one of the two is given, or t_last is not in t + 1..T.
    """
    if (t_last is None) != (x_0_hat_last is None):
        raise ValueError("t_last and x_0_hat_last must be given together.")
    t, t_next = _check_move(schedule, x_t, x_0_hat, t, t_next)
    if t_last is not None and x_0_hat_last is not None and t_next > 0:
        t_last = check_integer("t_last", t_last, t + 1, schedule.T)
        check_images("x_0_hat_last", x_0_hat_last, like=x_t)
        log_sigma_last, log_sigma, log_sigma_next = (
            math.log(schedule.sigma[i].item()) for i in (t_last, t, t_next)
        )
        if log_sigma_last > log_sigma:  # equal only where a schedule stands still
            lead = (log_sigma - log_sigma_next) / (2 * (log_sigma_last - log_sigma))
            x_0_hat = x_0_hat + lead * (x_0_hat - x_0_hat_last)
    return ddim_step(schedule, x_t, x_0_hat, t, t_next)


def _add_noise(mean: Tensor, std: float, noise: Tensor | None) -> Tensor:
    if std == 0:
        return mean
    if noise is None:
        raise ValueError("noise must be given: this step adds some.")
    check_images("noise", noise, like=mean)
    return mean + std * noise


def check_eta(eta: float) -> float:
    """Above 1 there is more fresh noise than DDPM's, at most all that there is at t_next."""
    return check_number("eta", eta, at_least=0, at_most=MOST_ETA)


def _check_move(
    schedule: NoiseSchedule, x_t: Tensor, x_0_hat: Tensor, t: int, t_next: int
) -> tuple[int, int]:
    check_images("x_t", x_t)
    check_images("x_0_hat", x_0_hat, like=x_t)
    return _check_times(schedule, t, t_next)


def _check_times(schedule: NoiseSchedule, t: int, t_next: int) -> tuple[int, int]:
    check_schedule(schedule)
    t = check_integer("t", t, 1, schedule.T)
    return t, check_integer("t_next", t_next, 0, t - 1)
