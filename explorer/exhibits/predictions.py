"""Lesson 2, predict the noise: the network's eps_hat beside the true eps, and how good it is.

x_0_hat = (x_t - noise_scale eps_hat) / signal_scale
"""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import torch

from explorer.denoiser.ideal import IdealDenoiser
from explorer.diffusion.checks import check_integer
from explorer.diffusion.forward import diffuse
from explorer.diffusion.noise import noise_from_seed
from explorer.diffusion.predictions import eps_from_x_0, x_0_from_eps
from explorer.diffusion.seeds import check_seed
from explorer.exhibits.exhibit import Exhibit
from explorer.images.encoding import to_model_space


@dataclass(frozen=True, eq=False)
class NoisePrediction:
    """One prediction and its truth; images (C, H, W) float32.

    x_0_hat is not clipped: where the network is unsure it leaves [-1, 1].
    mse: mean (eps_hat - eps)^2, 0 is perfect, 1 is what always answering 0 would get.
    ideal_mse: the same of the ideal denoiser, or None where it is not at hand.
    """

    t: int
    x_t: np.ndarray
    eps: np.ndarray
    eps_hat: np.ndarray
    x_0_hat: np.ndarray
    mse: float
    correlation: float
    ideal_mse: float | None


@dataclass(frozen=True)
class ErrorCurves:
    """The network's measured error against t, from its metrics.json.

    t: (K,); curves: name -> (K,) mean squared errors; counts: how many images each one is over;
    spread: name -> (K,) standard errors of a curve, where they were measured.
    """

    t: list[int]
    curves: dict[str, list[float]]
    counts: dict[str, int]
    spread: dict[str, list[float]] = field(default_factory=dict)


def compute_noise_prediction(
    exhibit: Exhibit,
    pixels: np.ndarray,
    t: int,
    seed: int,
    kind: str | None = None,
    compare_ideal: bool = True,
) -> NoisePrediction:
    """What the network sees in x_t.

    Args:
        pixels: (H, W, C) uint8, the clean image.
        t: in 1..T (at t = 0 there is no noise to predict).
        seed: of the true noise.
        kind: what the network is told of the image; None or an unknown one tells it nothing.
        compare_ideal: also ask the ideal denoiser.
    """
    schedule, denoiser = exhibit.schedule, exhibit.denoiser
    t, seed = check_integer("t", t, 1, schedule.T), check_seed(seed)
    x_0 = exhibit.codec.encode(pixels)
    eps = noise_from_seed(tuple(x_0.shape), seed)
    x_t = diffuse(schedule, x_0, t, eps)
    times = torch.tensor([t])
    eps_hat = denoiser.predict_eps(x_t, times, exhibit.condition(kind))
    ideal_mse = None
    if compare_ideal and exhibit.ideal is not None:
        # x_t is a weighted sum of x_0 and eps, and so are its inner products with the images.
        of_x_0, of_eps = _products(exhibit.ideal, pixels.tobytes(), seed)
        products = diffuse(schedule, of_x_0, t, of_eps)
        ideal_x_0 = exhibit.ideal.mix(exhibit.ideal.weights(x_t, times, products=products))
        ideal_mse = _mse(eps_from_x_0(schedule, x_t, t, ideal_x_0.to(x_t.device)), eps)
    return NoisePrediction(
        t=t,
        x_t=x_t[0].numpy(),
        eps=eps[0].numpy(),
        eps_hat=eps_hat[0].numpy(),
        x_0_hat=x_0_from_eps(schedule, x_t, t, eps_hat)[0].numpy(),
        mse=_mse(eps_hat, eps),
        correlation=_correlation(eps_hat, eps),
        ideal_mse=ideal_mse,
    )


def error_curves(exhibit: Exhibit) -> ErrorCurves | None:
    """The curves that ship with the checkpoint, or None if it has none."""
    measured = exhibit.metrics.get("eps_mse")
    if not measured:
        return None
    counted_as = {
        "seen": "num_seen",
        "held_out": "num_held_out",
        "ideal_seen": "num_ideal",
        "ideal_held_out": "num_ideal_held_out",
    }
    curves = {name: measured[name] for name in counted_as if name in measured}
    counts = {name: measured[counted_as[name]] for name in curves}
    spread = measured.get("standard_error", {})
    return ErrorCurves(
        measured["t"], curves, counts, {name: spread[name] for name in curves if name in spread}
    )


@lru_cache(maxsize=256)
def _products(ideal: IdealDenoiser, pixels: bytes, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Of a scene's x_0 and of its eps, (1, N) each: the same at all t, and slow to compute."""
    channels, height, width = ideal.shape
    image = np.frombuffer(pixels, np.uint8).reshape(height, width, channels)
    x_0 = torch.from_numpy(to_model_space(image))[None]
    eps = noise_from_seed(tuple(x_0.shape), seed)
    of_x_0, of_eps = ideal.products(torch.cat([x_0, eps])).split(1)
    return of_x_0, of_eps


def _mse(eps_hat: torch.Tensor, eps: torch.Tensor) -> float:
    return float((eps_hat - eps).double().square().mean())


def _correlation(a: torch.Tensor, b: torch.Tensor) -> float:
    a, b = ((x - x.mean()).double().flatten() for x in (a, b))
    return float(a @ b / (a.norm() * b.norm()).clamp_min(1e-12))
