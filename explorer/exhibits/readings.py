"""Lesson "Why noise?": one prediction read as noise, as a clean image and as v.

Given x_t and t, each reading follows from any other (see `diffusion.predictions`), and so does what
is wrong with it:

    x_0_hat - x_0 = -sigma (eps_hat - eps)                mse(x_0) = sigma^2 mse(eps)
    v_hat - v = (eps_hat - eps) / signal_scale            mse(v) = mse(eps) / signal_scale^2

Read backwards: a loss that is the mean squared error of eps counts an error in x_0 SNR times, one
of v SNR + 1 times (Salimans and Ho 2022, "Progressive Distillation", section 4).
"""

from dataclasses import dataclass

import numpy as np
import torch

from explorer.diffusion.checks import check_integer
from explorer.diffusion.forward import diffuse
from explorer.diffusion.noise import noise_from_seed
from explorer.diffusion.predictions import v_from_eps, x_0_from_eps
from explorer.exhibits.exhibit import Exhibit
from explorer.exhibits.predictions import error_curves

TARGETS = ("eps", "x_0", "v")
WEIGHT_POINTS = 200
MEASURED = ("seen", "held_out")


@dataclass(frozen=True, eq=False)
class Reading:
    """What is true and what the network says of it, (C, H, W) each; not clipped.

    factor: in every pixel, the error is so many times the noise's.
    """

    truth: np.ndarray
    guess: np.ndarray
    factor: float

    @property
    def error(self) -> np.ndarray:
        """(C, H, W)."""
        return self.guess - self.truth

    @property
    def mse(self) -> float:
        """Mean squared error."""
        return float(np.square(self.error).mean())


@dataclass(frozen=True, eq=False)
class Readings:
    """One prediction, read three ways; `of` has the names in TARGETS."""

    signal_scale: float
    noise_scale: float
    of: dict[str, Reading]

    @property
    def x_t(self) -> np.ndarray:
        """(C, H, W): what the network was shown."""
        return self.signal_scale * self.of["x_0"].truth + self.noise_scale * self.of["eps"].truth


@dataclass(frozen=True)
class LossWeights:
    """How much each loss minds an error in x_0.

    t: (N,), the visitor's among them; of: target -> (N,), with x_0's as the measure: 1.
    """

    t: list[int]
    of: dict[str, list[float]]


@dataclass(frozen=True)
class MeasuredErrors:
    """The network's error against t over many images, from its metrics.json.

    t: (K,); eps: name -> (K,) as it was measured; x_0: the same, converted by sigma^2; counts: how
    many images each one is over.
    """

    t: list[int]
    eps: dict[str, list[float]]
    x_0: dict[str, list[float]]
    counts: dict[str, int]


def compute_readings(exhibit: Exhibit, pixels: np.ndarray, t: int, seed: int) -> Readings:
    """Ask the network once, and read its answer three ways.

    The conversions are done in float64: near t = T they divide by next to nothing.

    Args:
        pixels: (H, W, C) uint8, the clean image.
        t: in 1..T (at t = 0 there is no noise to predict).
        seed: of the true noise.

    Raises:
        ValueError: t is out of range.
    """
    schedule = exhibit.schedule
    t = check_integer("t", t, 1, schedule.T)
    x_0 = exhibit.codec.encode(pixels).double()
    eps = noise_from_seed(tuple(x_0.shape), seed).double()
    x_t = diffuse(schedule, x_0, t, eps)
    eps_hat = exhibit.denoiser.predict_eps(x_t.float(), torch.tensor([t])).double()
    x_0_hat = x_0_from_eps(schedule, x_t, t, eps_hat)
    v, v_hat = (v_from_eps(schedule, x_t, t, noise) for noise in (eps, eps_hat))
    signal_scale, noise_scale = schedule.signal_scale[t].item(), schedule.noise_scale[t].item()
    readings = {
        "eps": Reading(eps[0].numpy(), eps_hat[0].numpy(), 1.0),
        "x_0": Reading(x_0[0].numpy(), x_0_hat[0].numpy(), -noise_scale / signal_scale),
        "v": Reading(v[0].numpy(), v_hat[0].numpy(), 1 / signal_scale),
    }
    return Readings(signal_scale, noise_scale, readings)


def compute_loss_weights(exhibit: Exhibit, t: int) -> LossWeights:
    """From t = 1 to T, evenly spaced, and at t itself (in 1..T)."""
    T = exhibit.T  # noqa: N806 - the papers' name
    t = check_integer("t", t, 1, T)
    times = sorted({t, *np.linspace(1, T, WEIGHT_POINTS).round().astype(int).tolist()})
    snr = exhibit.schedule.snr[times]
    weights = {"eps": snr, "x_0": torch.ones_like(snr), "v": snr + 1}
    return LossWeights(times, {name: weight.tolist() for name, weight in weights.items()})


def measured_errors(exhibit: Exhibit) -> MeasuredErrors | None:
    """What ships with the checkpoint, or None if nothing was measured."""
    measured = error_curves(exhibit)
    if measured is None:
        return None
    eps = {name: measured.curves[name] for name in MEASURED}
    power = exhibit.schedule.sigma[measured.t].square()
    x_0 = {name: (power * torch.tensor(curve)).tolist() for name, curve in eps.items()}
    return MeasuredErrors(measured.t, eps, x_0, {name: measured.counts[name] for name in MEASURED})
