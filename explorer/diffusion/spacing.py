"""Where a run's steps lie in time, other than evenly (`samplers.timesteps`).

Knows no network and takes no step. Every function gives num_steps + 1 strictly decreasing integers
from T to 0, for `sample(times=...)`. Where the wanted times lie closer together than integers can,
the ones nearer to T move up to make room.

Raises ValueError if num_steps is not in 1..T.
"""

import torch

from explorer.diffusion.checks import check_integer
from explorer.diffusion.schedules import NoiseSchedule, check_schedule, check_T


def quadratic_times(T: int, num_steps: int) -> list[int]:
    """t = T (k / num_steps)^2 for k = num_steps..0: dense near t = 0 (Song et al. 2021, "Denoising
    Diffusion Implicit Models", its appendix on experiments, up to rounding)."""
    num_steps = check_integer("num_steps", num_steps, 1, check_T(T))
    return _distinct(T, [round(T * (k / num_steps) ** 2) for k in range(num_steps + 1)])


def log_snr_times(schedule: NoiseSchedule, num_steps: int) -> list[int]:
    """log-SNR rises by equal amounts from T to 1 (Lu et al. 2022, "DPM-Solver"); the last step,
    to t = 0 where it is infinite, is by itself."""
    check_schedule(schedule)
    T = schedule.T
    num_steps = check_integer("num_steps", num_steps, 1, T)
    log_snr = schedule.snr[1:].log()  # of t = 1..T
    first, last = log_snr[0].item(), log_snr[-1].item()
    wanted = torch.linspace(first, last, num_steps, dtype=torch.float64)
    nearest = (log_snr - wanted[:, None]).abs().argmin(dim=1) + 1
    times = [0, T] if num_steps == 1 else [0, *nearest.tolist()]
    return _distinct(T, times)


def _distinct(T: int, rising: list[int]) -> list[int]:
    """Push times that fell together apart, and turn them round."""
    times = [0]
    for k, t in enumerate(rising[1:], start=1):
        room_above = len(rising) - 1 - k
        times.append(min(max(t, times[-1] + 1), T - room_above))
    return times[::-1]
