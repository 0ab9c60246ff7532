"""The forward process: mix a clean image with noise, as at any time t, in one move or in t steps.

Knows no network; the noise is an argument.

    q(x_t | x_0):       x_t = signal_scale[t] x_0 + noise_scale[t] eps,             eps ~ N(0, 1)
    q(x_t | x_{t-1}):   x_t = sqrt(1 - beta[t]) x_{t-1} + sqrt(beta[t]) eps
"""

import torch
from torch import Tensor

from explorer.diffusion.checks import check_images, shown
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


def diffuse_stepwise(schedule: NoiseSchedule, x_0: Tensor, eps: Tensor) -> Tensor:
    """Sample q(x_1 | x_0), q(x_2 | x_1) ... with the given noises (Ho et al. 2020, section 2).

    Args:
        x_0: (B, ...) floating point.
        eps: (t, B, ...) like x_0, drawn from N(0, 1): one noise for each of the t steps, t in 1..T.

    Returns:
        (t + 1, B, ...) like x_0: x_0, x_1, ... x_t, one path. Each by itself is distributed as what
        `diffuse` gives for its t.

    Raises:
        ValueError: if x_0 or eps is not floating point or not finite, or eps is not one noise of
            x_0's shape for each of 1..T steps.
    """
    check_schedule(schedule)
    check_images("x_0", x_0)
    check_images("eps", eps)
    if not 1 <= len(eps) <= schedule.T or eps.shape[1:] != x_0.shape:
        wanted = f"(t, {', '.join(map(str, x_0.shape))}) with t in 1..{schedule.T}"
        raise ValueError(f"eps must have shape {wanted}, not {shown(tuple(eps.shape))}.")
    if not (torch.isfinite(x_0).all() and torch.isfinite(eps).all()):
        raise ValueError("x_0 and eps must be finite: no NaN, no infinity.")
    kept, added = torch.sqrt(1 - schedule.beta).tolist(), torch.sqrt(schedule.beta).tolist()
    path = torch.empty(len(eps) + 1, *x_0.shape, dtype=x_0.dtype, device=x_0.device)
    path[0] = x_0
    for t, noise in enumerate(eps, start=1):
        torch.mul(path[t - 1], kept[t], out=path[t]).add_(noise, alpha=added[t])
    return path
