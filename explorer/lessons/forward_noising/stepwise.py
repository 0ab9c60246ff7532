"""A fold of lesson 1: one pixel sinks into noise, by t small steps and by one jump.

    step    x_t = sqrt(1 - beta[t]) x_{t-1} + sqrt(beta[t]) eps
    jump    x_t = signal_scale[t] x_0 + noise_scale[t] eps
    toy     x_t = x_{t-1} + beta[t] eps

Step and jump give the same distribution, N(signal_scale x_0, noise_scale^2). The toy does not: its
image never fades, and its beta is taken for a standard deviation.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch

from explorer.diffusion.checks import check_integer
from explorer.diffusion.forward import diffuse, diffuse_stepwise
from explorer.diffusion.schedules import SCHEDULES, NoiseSchedule
from explorer.diffusion.seeds import make_generator
from explorer.exhibits.exhibit import Exhibit
from explorer.images.encoding import to_model_space

NUM_PATHS = 2000  # the pixel is noised so many times each way
NUM_DRAWN = 6  # of the paths by steps that are kept whole
NUM_TIMES = 200  # at which these are kept
OWN = "own"  # the network's own schedule
EDGES = np.linspace(-4, 4, 81)  # of the histograms' bins


@dataclass(frozen=True, eq=False)
class Stepwise:
    """One pixel, noised NUM_PATHS times each way; x in [-1, 1] where it is clean.

    times: (K,) from 0 to T. paths: (NUM_DRAWN, K), ways by steps. means, stds: (K,), of the closed
    form. by_steps, by_jump: (NUM_PATHS,), x_t. toy_std: the standard deviation of t toy steps,
    whose mean is x_0.
    """

    t: int
    x_0: float
    beta: float
    sigma: float
    signal_scale: float
    noise_scale: float
    times: np.ndarray
    paths: np.ndarray
    means: np.ndarray
    stds: np.ndarray
    by_steps: np.ndarray
    by_jump: np.ndarray
    toy_std: float

    @property
    def mean(self) -> float:
        """Of x_t: signal_scale x_0."""
        return self.signal_scale * self.x_0

    # Densities over the bins between EDGES, (len(EDGES) - 1,) each: found, and in closed form.

    @property
    def steps_density(self) -> np.ndarray:
        return histogram(self.by_steps)

    @property
    def jump_density(self) -> np.ndarray:
        return histogram(self.by_jump)

    @property
    def expected_density(self) -> np.ndarray:
        """Of both, by the formula."""
        return normal_shares(self.mean, self.noise_scale)

    @property
    def toy_density(self) -> np.ndarray:
        """Of t toy steps."""
        return normal_shares(self.x_0, self.toy_std)


def schedule_called(name: str, exhibit: Exhibit) -> NoiseSchedule:
    """One of SCHEDULES for the network's T; its own for any other name."""
    return SCHEDULES[name](exhibit.T) if name in SCHEDULES else exhibit.schedule


def middle_pixel(pixels: np.ndarray) -> float:
    """Of (H, W, C) uint8, in [-1, 1]; the green part where there is colour."""
    x_0 = to_model_space(pixels)
    channels, height, width = x_0.shape
    return float(x_0[channels // 2, height // 2, width // 2])


def compute_stepwise(schedule: NoiseSchedule, x_0: float, t: int, seed: int) -> Stepwise:
    """One pixel's ways to time t.

    Args:
        x_0: the clean pixel, in [-1, 1].
        t: in 1..T.
        seed: of all the noise; the ways by steps are the same at every t.

    Raises:
        ValueError: if t is not in 1..T, or the seed is no seed.
    """
    t = check_integer("t", t, 1, schedule.T)
    generator = make_generator(seed)
    clean = torch.full((NUM_PATHS,), x_0)
    steps = torch.randn(schedule.T, NUM_PATHS, generator=generator)
    paths = diffuse_stepwise(schedule, clean, steps).numpy()
    jump = diffuse(schedule, clean, t, torch.randn(NUM_PATHS, generator=generator)).numpy()
    times = np.unique(np.linspace(0, schedule.T, NUM_TIMES + 1).round().astype(int))
    return Stepwise(
        t=t,
        x_0=x_0,
        beta=schedule.beta[t].item(),
        sigma=schedule.sigma[t].item(),
        signal_scale=schedule.signal_scale[t].item(),
        noise_scale=schedule.noise_scale[t].item(),
        times=times,
        paths=paths[times, :NUM_DRAWN].T,
        means=schedule.signal_scale.numpy()[times] * x_0,
        stds=schedule.noise_scale.numpy()[times],
        by_steps=paths[t],
        by_jump=jump,
        toy_std=schedule.beta[1 : t + 1].square().sum().sqrt().item(),
    )


def histogram(values: np.ndarray) -> np.ndarray:
    """Share of the values per unit in each bin, (len(EDGES) - 1,)."""
    counts, _ = np.histogram(values, EDGES)
    return counts / (len(values) * np.diff(EDGES))


def normal_shares(mean: float, std: float) -> np.ndarray:
    """What `histogram` has of N(mean, std^2) for ever more values."""
    below = [0.5 * (1 + math.erf((edge - mean) / (std * math.sqrt(2)))) for edge in EDGES]
    return np.diff(below) / np.diff(EDGES)
