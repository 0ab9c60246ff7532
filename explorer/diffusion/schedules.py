"""Noise schedules: how much signal and how much noise an image holds at each time t.

Knows no images and no networks: only numbers over time.

    x_t = signal_scale[t] x_0 + noise_scale[t] eps        t = 0 is the clean image, t = T is noise
    alpha_bar[t] = (1 - beta[1]) ... (1 - beta[t])        alpha_bar[0] = 1
    signal_scale = sqrt(alpha_bar)                        noise_scale = sqrt(1 - alpha_bar)
    snr = alpha_bar / (1 - alpha_bar)                     sigma = noise_scale / signal_scale
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from explorer.diffusion.checks import (
    check_images,
    check_integer,
    check_number,
    check_row,
    shown,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

MOST_T = 100_000


@dataclass(frozen=True, init=False, eq=False, repr=False)
class NoiseSchedule:
    """Arrays over time, each a (T + 1,) float64 tensor on the CPU, from t = 0 (clean) to t = T.

    Args:
        alpha_bar: (T + 1,) numbers in (0, 1], never rising; alpha_bar[0] = 1, alpha_bar[1] < 1.

    Attributes:
        alpha_bar: share of the signal's power that is left.
        beta: share of it that the step from t - 1 to t takes away; beta[0] = 0.
        snr: signal-to-noise ratio, in power; infinite at t = 0.
        sigma: noise-to-signal ratio, in amplitude (Karras et al. 2022); 0 at t = 0.
        signal_scale, noise_scale: what x_0 and eps are multiplied by; their squares sum to 1.

    Raises:
        ValueError: if alpha_bar is not such an array.
    """

    alpha_bar: Tensor
    beta: Tensor
    snr: Tensor
    sigma: Tensor
    signal_scale: Tensor
    noise_scale: Tensor

    def __init__(self, alpha_bar: "Tensor | ArrayLike") -> None:
        signal_power = check_row("alpha_bar", alpha_bar)
        _check_alpha_bar(signal_power)
        noise_power = 1 - signal_power
        step_factor = signal_power[1:] / signal_power[:-1]
        arrays = {
            "alpha_bar": signal_power,
            "beta": torch.cat([torch.zeros(1, dtype=torch.float64), 1 - step_factor]),
            "snr": signal_power / noise_power,
            "sigma": torch.sqrt(noise_power / signal_power),
            "signal_scale": torch.sqrt(signal_power),
            "noise_scale": torch.sqrt(noise_power),
        }
        for name, array in arrays.items():
            object.__setattr__(self, name, array)  # the class is frozen

    @classmethod
    def from_beta(cls, beta: "Tensor | ArrayLike") -> "NoiseSchedule":
        """The schedule whose steps t = 1..T are these.

        Args:
            beta: (T,) numbers in [0, 1), the first of them above 0.

        Raises:
            ValueError: if beta is not such an array.
        """
        lost = check_row("beta", beta)
        # Comparisons with NaN are false, so this refuses it too.
        if not bool(((lost >= 0) & (lost < 1)).all()) or not bool((lost[:1] > 0).any()):
            raise ValueError("beta must hold numbers, each of them in [0, 1), the first above 0.")
        return cls(torch.cat([lost.new_ones(1), torch.cumprod(1 - lost, dim=0)]))

    @property
    def T(self) -> int:
        """The number of steps from clean to noise."""
        return len(self.alpha_bar) - 1

    def __repr__(self) -> str:
        return f"NoiseSchedule(T={self.T}, sigma[T]={self.sigma[-1].item():.4g})"

    def nearest_t(self, sigma: float) -> int:
        """The t in 0..T whose noise-to-signal ratio is nearest to sigma (a tie goes to the lower).

        Raises:
            ValueError: if sigma is not a finite number >= 0.
        """
        sigma = check_number("sigma", sigma, at_least=0)
        return int(torch.argmin(torch.abs(self.sigma - sigma)))

    def at(self, array: Tensor, t: Tensor | int, like: Tensor) -> Tensor:
        """Look up `array` (one of this schedule's) at t, shaped to multiply `like`.

        Args:
            array: (T + 1,) float64, such as `schedule.signal_scale`.
            t: (B,) integers in 0..T, or one int for the whole batch.
            like: (B, ...) the tensor to be multiplied; gives shape, dtype and device.

        Returns:
            (B, 1, ..., 1), rounded from float64 to like's dtype, on like's device.

        Raises:
            ValueError: if t is not integers in 0..T, one for each item of the batch.
        """
        t = self.check_t(t, len(check_images("like", like)))
        # Non-blocking: a GPU is not waited for.
        values = array[t].to(like.dtype).to(like.device, non_blocking=True)
        return values.reshape(-1, *[1] * (like.ndim - 1))  # (B,) -> (B, 1, ..., 1)

    def check_t(self, t: Tensor | int, batch_size: int) -> Tensor:
        """Return t as a (batch_size,) int64 tensor on the CPU.

        Raises:
            ValueError: if t is not integers in 0..T, one for each item of the batch.
        """
        if not isinstance(t, Tensor):
            return torch.tensor(check_integer("t", t, 0, self.T)).expand(batch_size)
        t = t.detach().cpu()
        if t.is_floating_point() or t.is_complex() or t.dtype == torch.bool:
            raise ValueError(f"t must be integers in 0..{self.T}, not {t.dtype}.")
        t = t.long()
        if t.ndim == 0:
            t = t.expand(batch_size)
        if t.shape != (batch_size,):
            raise ValueError(
                f"t must be one int or have shape ({batch_size},), one for each image; "
                f"its shape is {tuple(t.shape)}."
            )
        if bool(((t < 0) | (t > self.T)).any()):
            raise ValueError(
                f"t must be in 0..{self.T} (0 is the clean image, {self.T} is noise); "
                f"it runs from {int(t.min())} to {int(t.max())}."
            )
        return t


def check_schedule(schedule: Any) -> None:
    if not isinstance(schedule, NoiseSchedule):
        raise ValueError(f"schedule must be a NoiseSchedule, not {shown(schedule)}.")


def check_T(T: Any) -> int:  # noqa: N802, N803 - the papers' name
    return check_integer("T", T, 1, MOST_T)


def linear(T: int = 1000, beta_start: float = 1e-4, beta_end: float = 0.02) -> NoiseSchedule:
    """beta rises linearly (Ho et al. 2020, "Denoising Diffusion Probabilistic Models", section 4).

    The two ends are Ho's for T = 1000 and are taken as they are for any T: with fewer steps they
    do not reach pure noise.

    Raises:
        ValueError: if T is not in 1..100000, or beta leaves [0, 1).
    """
    first = check_number("beta_start", beta_start, above=0, below=1)
    last = check_number("beta_end", beta_end, at_least=0, below=1)
    return NoiseSchedule.from_beta(torch.linspace(first, last, check_T(T), dtype=torch.float64))


def scaled_linear(
    T: int = 1000,
    beta_start: float = 0.00085,
    beta_end: float = 0.012,
) -> NoiseSchedule:
    """sqrt(beta) rises linearly (Rombach et al. 2022, "High-Resolution Image Synthesis with Latent
    Diffusion Models": its code; the two ends are those of Stable Diffusion).

    Raises:
        ValueError: if T is not in 1..100000, or beta leaves [0, 1).
    """
    first = check_number("beta_start", beta_start, above=0, below=1)
    last = check_number("beta_end", beta_end, at_least=0, below=1)
    root = torch.linspace(first**0.5, last**0.5, check_T(T), dtype=torch.float64)
    return NoiseSchedule.from_beta(root**2)


def cosine(
    T: int = 1000, s: float = 0.008, max_beta: float = 0.999, gamma: float = 1.0
) -> NoiseSchedule:
    """alpha_bar falls like a squared cosine (Nichol and Dhariwal 2021, "Improved Denoising
    Diffusion Probabilistic Models", section 3.2).

        alpha_bar[t] = f(t) / f(0),   f(t) = cos(((t / T)^gamma + s) / (1 + s) * pi / 2)^2

    The curve ends at 0, where nothing could be recovered, so beta is cut at max_beta: for
    T = 1000 only the last step is touched, and sigma[T] is about 2e4.

    gamma is our own addition, and 1 in the paper: below 1 it bends time so that the image fades
    sooner, above 1 later.

    Raises:
        ValueError: if T is not in 1..100000, or s < 0, or max_beta is not in (0, 1), or gamma <= 0
            or so large that the first step holds no noise in float64.
    """
    s = check_number("s", s, at_least=0)
    max_beta = check_number("max_beta", max_beta, above=0, below=1)
    gamma = check_number("gamma", gamma, above=0)
    time = torch.linspace(0, 1, check_T(T) + 1, dtype=torch.float64) ** gamma
    f = torch.cos((time + s) / (1 + s) * math.pi / 2) ** 2
    return NoiseSchedule.from_beta((1 - f[1:] / f[:-1]).clamp(max=max_beta))


def sigmoid(
    T: int = 1000,
    start: float = -3.0,
    end: float = 3.0,
    tau: float = 1.0,
    min_alpha_bar: float = 1e-9,
) -> NoiseSchedule:
    """alpha_bar falls like a sigmoid (Jabri et al. 2022, "Scalable Adaptive Computation for
    Iterative Generation"; these numbers from Chen 2023, "On the Importance of Noise Scheduling
    for Diffusion Models").

    The curve is the piece of the sigmoid from start to end, stretched to run from 1 to 0, then cut
    at min_alpha_bar; sigma[T] is about 3e4.

    Raises:
        ValueError: if T is not in 1..100000, or start >= end, or tau <= 0, or min_alpha_bar is not
            in (0, 1).
    """
    start = check_number("start", start)
    end = check_number("end", end, above=start)
    tau = check_number("tau", tau, above=0)
    min_alpha_bar = check_number("min_alpha_bar", min_alpha_bar, above=0, below=1)
    time = torch.linspace(start, end, check_T(T) + 1, dtype=torch.float64)
    height = torch.sigmoid(time / tau)
    return NoiseSchedule(((height[-1] - height) / (height[-1] - height[0])).clamp(min_alpha_bar, 1))


SCHEDULES: dict[str, Callable[..., NoiseSchedule]] = {
    "linear": linear,
    "scaled_linear": scaled_linear,
    "cosine": cosine,
    "sigmoid": sigmoid,
}


def _check_alpha_bar(alpha_bar: Tensor) -> None:
    if len(alpha_bar) < 2:
        raise ValueError("alpha_bar must have T + 1 >= 2 numbers, from t = 0 to t = T.")
    if not bool(((alpha_bar > 0) & (alpha_bar <= 1)).all()):  # refuses NaN too
        raise ValueError("alpha_bar must be finite numbers in (0, 1].")
    if alpha_bar[0] != 1:
        raise ValueError("alpha_bar[0] must be 1: t = 0 is the clean image.")
    if bool((alpha_bar[1:] > alpha_bar[:-1]).any()):
        raise ValueError("alpha_bar must never rise: noise is only ever added.")
    if alpha_bar[1] == 1:
        raise ValueError("alpha_bar[1] must be < 1: every t >= 1 holds some noise.")
