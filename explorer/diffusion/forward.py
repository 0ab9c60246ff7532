"""The forward process: mix a clean image with noise, as at any time t, in one move.

Knows no network; the noise is an argument.

    q(x_t | x_0):   x_t = signal_scale[t] x_0 + noise_scale[t] eps,   eps ~ N(0, 1)
"""

import torch
from torch import Tensor

from explorer.diffusion.checks import check_images
from explorer.diffusion.schedules import NoiseSchedule, check_schedule


def diffuse(
    schedule: NoiseSchedule, x_0: Tensor, t: Tensor | int, eps: Tensor, *, check: bool = True
) -> Tensor:
    """Sample q(x_t | x_0) with the given noise (Ho et al. 2020, section 2).

    Args:
        x_0: (B, ...) floating point, images usually (B, C, H, W) in [-1, 1].
        t: (B,) integers in 0..T, or one int for the whole batch.
        eps: like x_0, drawn from N(0, 1).
        check: whether to look for NaN and infinity. A training loop may turn this off, and keep t
            on the CPU: each look at a GPU's numbers waits for all the work queued before it.

    Returns:
        x_t: like x_0. At t = 0 it equals x_0.

    Raises:
        ValueError: if x_0 and eps differ in shape, are not floating point or not finite, or t is
            not integers in 0..T, one for each image.
    """
    check_schedule(schedule)
    check_images("x_0", x_0)
    check_images("eps", eps, like=x_0)
    if check and not (torch.isfinite(x_0).all() and torch.isfinite(eps).all()):
        raise ValueError("x_0 and eps must be finite: no NaN, no infinity.")
    signal_scale = schedule.at(schedule.signal_scale, t, like=x_0)
    noise_scale = schedule.at(schedule.noise_scale, t, like=x_0)
    return signal_scale * x_0 + noise_scale * eps
