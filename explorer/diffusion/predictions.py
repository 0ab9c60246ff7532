"""Four readings of one prediction: noise, clean image, velocity, score. Given x_t and t, each
follows from any other, exactly.

Knows no network and no sampler.

    x_t = signal_scale x_0 + noise_scale eps
    v = signal_scale eps - noise_scale x_0       (Salimans and Ho 2022, "Progressive Distillation")
    score = -eps / noise_scale                   (Song et al. 2021, "Score-Based Generative Modeling
                                                  through Stochastic Differential Equations")

Every function takes
    schedule: the NoiseSchedule.
    x_t: (B, ...) floating point, the noisy images.
    t: (B,) integers in 0..T, or one int for the whole batch.
    and the reading to convert, of x_t's shape;
gives the other reading, like x_t; and raises ValueError if the shapes differ, or if t is not
integers in 0..T, one for each image.

At t = 0 there is no noise, and x_t = x_0 says nothing of eps: the functions that would divide by
noise_scale[0] = 0 (those from x_0 to eps and v, and those to a score) raise ValueError there. The
others are defined, and simple: x_0 = x_t, v = eps.
"""

from torch import Tensor

from explorer.diffusion.checks import check_images
from explorer.diffusion.schedules import NoiseSchedule, check_schedule


def x_0_from_eps(schedule: NoiseSchedule, x_t: Tensor, t: Tensor | int, eps: Tensor) -> Tensor:
    """(x_t - noise_scale eps) / signal_scale. An error in eps comes out sigma[t] times larger."""
    signal_scale, noise_scale = _scales(schedule, x_t, t, eps)
    return (x_t - noise_scale * eps) / signal_scale


def x_0_from_v(schedule: NoiseSchedule, x_t: Tensor, t: Tensor | int, v: Tensor) -> Tensor:
    """signal_scale x_t - noise_scale v."""
    signal_scale, noise_scale = _scales(schedule, x_t, t, v)
    return signal_scale * x_t - noise_scale * v


def x_0_from_score(schedule: NoiseSchedule, x_t: Tensor, t: Tensor | int, score: Tensor) -> Tensor:
    """(x_t + noise_scale^2 score) / signal_scale: Tweedie's formula."""
    signal_scale, noise_scale = _scales(schedule, x_t, t, score)
    return (x_t + noise_scale**2 * score) / signal_scale


def eps_from_x_0(schedule: NoiseSchedule, x_t: Tensor, t: Tensor | int, x_0: Tensor) -> Tensor:
    """(x_t - signal_scale x_0) / noise_scale. Undefined at t = 0."""
    signal_scale, noise_scale = _scales(schedule, x_t, t, x_0, noisy=True)
    return (x_t - signal_scale * x_0) / noise_scale


def eps_from_v(schedule: NoiseSchedule, x_t: Tensor, t: Tensor | int, v: Tensor) -> Tensor:
    """noise_scale x_t + signal_scale v."""
    signal_scale, noise_scale = _scales(schedule, x_t, t, v)
    return noise_scale * x_t + signal_scale * v


def eps_from_score(schedule: NoiseSchedule, x_t: Tensor, t: Tensor | int, score: Tensor) -> Tensor:
    """-noise_scale score."""
    _, noise_scale = _scales(schedule, x_t, t, score)
    return -noise_scale * score


def v_from_eps(schedule: NoiseSchedule, x_t: Tensor, t: Tensor | int, eps: Tensor) -> Tensor:
    """(eps - noise_scale x_t) / signal_scale."""
    signal_scale, noise_scale = _scales(schedule, x_t, t, eps)
    return (eps - noise_scale * x_t) / signal_scale


def v_from_x_0(schedule: NoiseSchedule, x_t: Tensor, t: Tensor | int, x_0: Tensor) -> Tensor:
    """(signal_scale x_t - x_0) / noise_scale. Undefined at t = 0."""
    signal_scale, noise_scale = _scales(schedule, x_t, t, x_0, noisy=True)
    return (signal_scale * x_t - x_0) / noise_scale


def v_from_score(schedule: NoiseSchedule, x_t: Tensor, t: Tensor | int, score: Tensor) -> Tensor:
    """-noise_scale (x_t + score) / signal_scale."""
    signal_scale, noise_scale = _scales(schedule, x_t, t, score)
    return -noise_scale * (x_t + score) / signal_scale


def score_from_eps(schedule: NoiseSchedule, x_t: Tensor, t: Tensor | int, eps: Tensor) -> Tensor:
    """-eps / noise_scale. Undefined at t = 0."""
    _, noise_scale = _scales(schedule, x_t, t, eps, noisy=True)
    return -eps / noise_scale


def score_from_x_0(schedule: NoiseSchedule, x_t: Tensor, t: Tensor | int, x_0: Tensor) -> Tensor:
    """(signal_scale x_0 - x_t) / noise_scale^2. Undefined at t = 0."""
    signal_scale, noise_scale = _scales(schedule, x_t, t, x_0, noisy=True)
    return (signal_scale * x_0 - x_t) / noise_scale**2


def score_from_v(schedule: NoiseSchedule, x_t: Tensor, t: Tensor | int, v: Tensor) -> Tensor:
    """-x_t - signal_scale v / noise_scale. Undefined at t = 0."""
    signal_scale, noise_scale = _scales(schedule, x_t, t, v, noisy=True)
    return -x_t - signal_scale / noise_scale * v


def _scales(
    schedule: NoiseSchedule,
    x_t: Tensor,
    t: Tensor | int,
    prediction: Tensor,
    noisy: bool = False,
) -> tuple[Tensor, Tensor]:
    """signal_scale[t] and noise_scale[t], shaped to multiply x_t; `noisy` asks for t >= 1."""
    check_schedule(schedule)
    check_images("x_t", x_t)
    check_images("the prediction", prediction, like=x_t)
    t = schedule.check_t(t, len(x_t))
    if noisy and bool((t == 0).any()):
        raise ValueError(
            f"t must be in 1..{schedule.T} here: at t = 0 there is no noise to divide by."
        )
    return (
        schedule.at(schedule.signal_scale, t, like=x_t),
        schedule.at(schedule.noise_scale, t, like=x_t),
    )
