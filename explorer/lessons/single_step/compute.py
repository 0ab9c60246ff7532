"""Lesson "One step by hand": x_0 + beta eps and back, with the true noise and the network's.

    x_noisy = x_0 + beta eps,    x_0 = x_noisy - beta eps

The network was trained on the same mixture, scaled down so that it keeps its size, and told the
time t at which there is as much noise:

    x_t = x_noisy / sqrt(1 + beta^2) = signal_scale x_0 + noise_scale eps,    beta = sigma[t]
"""

import math
from dataclasses import dataclass

import numpy as np
import torch

from explorer.diffusion.noise import noise_from_seed
from explorer.exhibits.exhibit import Exhibit
from explorer.images.encoding import to_model_space, to_pixels
from explorer.page.moment import Moment
from explorer.page.result import Result
from explorer.page.settings import number


@dataclass(frozen=True)
class Settings:
    """How strong the noise is that is added in one step."""

    beta: float = number(0.5, 0.05, 3, 0.05)


@dataclass(frozen=True, eq=False)
class SingleStep:
    """One step there and back; images (C, H, W) float32, x_0 in [-1, 1], none of them clipped.

    beta: sigma[t], the noise strength that a whole t has, nearest to the one asked for.
    x_0_again: x_noisy - beta eps. Only the rounding of float32 keeps it from being x_0.
    x_0_hat: x_noisy - beta eps_hat.
    """

    t: int
    beta: float
    x_0: np.ndarray
    eps: np.ndarray
    x_noisy: np.ndarray
    x_0_again: np.ndarray
    x_t: np.ndarray
    eps_hat: np.ndarray
    x_0_hat: np.ndarray

    @property
    def signal_scale(self) -> float:
        """What x_0 is multiplied by in x_t."""
        return 1 / math.sqrt(1 + self.beta**2)

    @property
    def noise_scale(self) -> float:
        """What eps is multiplied by in x_t."""
        return self.beta / math.sqrt(1 + self.beta**2)

    @property
    def rounding(self) -> float:
        """The largest difference between x_0_again and x_0."""
        return float(np.abs(self.x_0_again - self.x_0).max())

    @property
    def largest_error(self) -> float:
        """The largest difference between x_0_hat and x_0."""
        return float(np.abs(self.x_0_hat - self.x_0).max())

    @property
    def typical_error(self) -> float:
        """Root mean square of x_0_hat - x_0."""
        return float(np.sqrt(np.square(self.x_0_hat - self.x_0, dtype=np.float64).mean()))


def compute_single_step(exhibit: Exhibit, pixels: np.ndarray, beta: float, seed: int) -> SingleStep:
    """Add noise of strength beta, then take it away twice: the true noise, and the network's.

    Args:
        pixels: (H, W, C) uint8, the clean image.
        beta: >= 0, the noise's standard deviation; taken to the nearest sigma[t] with t >= 1.
        seed: of the true noise.

    Raises:
        ValueError: if beta is not a finite number >= 0.
    """
    t = max(1, exhibit.schedule.nearest_t(beta))
    beta = exhibit.schedule.sigma[t].item()
    x_0 = torch.from_numpy(to_model_space(pixels))[None]
    eps = noise_from_seed(tuple(x_0.shape), seed)
    x_noisy = x_0 + beta * eps
    x_0_again = x_noisy - beta * eps
    x_t = x_noisy / math.sqrt(1 + beta**2)
    eps_hat = exhibit.denoiser.predict_eps(x_t, torch.tensor([t]))
    x_0_hat = x_noisy - beta * eps_hat
    images = [image[0].numpy() for image in (x_0, eps, x_noisy, x_0_again, x_t, eps_hat, x_0_hat)]
    return SingleStep(t, beta, *images)


def compute_of(moment: Moment[Settings]) -> SingleStep:
    """The step of a moment, whose t does not matter."""
    return compute_single_step(
        moment.exhibit, moment.pixels, moment.settings.beta, moment.seed
    )  # fmt: skip


def shown(step: SingleStep) -> dict[str, np.ndarray]:
    """(H, W, C) uint8 each; what lies below black or above white is black or white."""
    images = {
        "clean": step.x_0,
        "noisy": step.x_noisy,
        "again": step.x_0_again,
        "guess": step.x_0_hat,
    }
    return {name: to_pixels(image) for name, image in images.items()}


def result(moment: Moment[Settings]) -> Result:
    """The way there and back."""
    step = compute_of(moment)
    numbers = ("t", "beta", "rounding", "typical_error", "largest_error")
    return Result(shown(step), {name: getattr(step, name) for name in numbers})
