"""Lesson 1, add noise: one image, one noise, and every x_t between them.

x_t = signal_scale x_0 + noise_scale eps
"""

from dataclasses import dataclass

import numpy as np
import torch

from explorer.diffusion.checks import check_integer
from explorer.diffusion.forward import diffuse
from explorer.diffusion.noise import noise_from_seed
from explorer.diffusion.schedules import NoiseSchedule
from explorer.diffusion.seeds import check_seed
from explorer.images.encoding import to_model_space


@dataclass(frozen=True, eq=False)
class ForwardNoising:
    """All that a browser needs to draw x_t for every t by itself.

    x_0: (C, H, W) float32 in [-1, 1]; eps: (C, H, W) float32; alpha_bar: (T + 1,) float64.
    """

    x_0: np.ndarray
    eps: np.ndarray
    alpha_bar: np.ndarray

    @property
    def T(self) -> int:  # noqa: N802 - the papers' name
        return len(self.alpha_bar) - 1


@dataclass(frozen=True, eq=False)
class NoisyImage:
    """One moment: x_t and the two parts that add up to it, each (C, H, W) float32."""

    t: int
    signal_scale: float
    noise_scale: float
    snr: float
    x_t: np.ndarray
    signal_part: np.ndarray
    noise_part: np.ndarray


def compute_forward_noising(
    schedule: NoiseSchedule, pixels: np.ndarray, seed: int
) -> ForwardNoising:
    """pixels: (H, W, C) uint8; seed: of the noise."""
    x_0 = to_model_space(pixels)
    eps = noise_from_seed((1, *x_0.shape), check_seed(seed))[0].numpy()
    return ForwardNoising(x_0, eps, schedule.alpha_bar.numpy())


def power_share(schedule: NoiseSchedule, pixels: np.ndarray) -> torch.Tensor:
    """How much of x_t's power is the image's own, at every t: (T + 1,).

    alpha_bar P / (alpha_bar P + 1 - alpha_bar), P being the mean of x_0^2. It is alpha_bar only for
    an image of power 1; most have less.
    """
    power = float(np.square(to_model_space(pixels).astype(np.float64)).mean())
    signal, noise = schedule.alpha_bar * power, 1 - schedule.alpha_bar
    return signal / (signal + noise).clamp_min(1e-300)  # all grey, at t = 0: there is nothing


def neighbours(x_t: np.ndarray) -> float:
    """How alike a pixel of x_t (C, H, W) and its right neighbour are: 1 the same, 0 as in noise."""
    left, right = x_t[..., :-1].ravel(), x_t[..., 1:].ravel()
    spread = left.std() * right.std()
    return float(np.cov(left, right, bias=True)[0, 1] / spread) if spread > 0 else 0.0


def compute_noisy_image(
    schedule: NoiseSchedule, pixels: np.ndarray, t: int, seed: int
) -> NoisyImage:
    """x_t at one t in 0..T; ValueError outside."""
    t = check_integer("t", t, 0, schedule.T)
    forward = compute_forward_noising(schedule, pixels, seed)
    x_0, eps = torch.from_numpy(forward.x_0)[None], torch.from_numpy(forward.eps)[None]
    x_t = diffuse(schedule, x_0, t, eps)[0].numpy()
    signal_scale = float(schedule.signal_scale[t])
    noise_scale = float(schedule.noise_scale[t])
    return NoisyImage(
        t=t,
        signal_scale=signal_scale,
        noise_scale=noise_scale,
        snr=float(schedule.snr[t]),
        x_t=x_t,
        signal_part=np.float32(signal_scale) * forward.x_0,
        noise_part=np.float32(noise_scale) * forward.eps,
    )
