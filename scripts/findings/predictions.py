"""What single predictions are worth: near T, on what training showed, and band by band."""

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor

from explorer.diffusion.forward import diffuse
from explorer.diffusion.predictions import x_0_from_eps
from explorer.diffusion.predictor import Predictor
from explorer.lessons.reverse.compute import band_rings
from explorer.training.config import Config
from explorer.training.datasets import augment
from scripts.findings.subject import Subject, rounded

LATE = (1000, 990, 980, 960, 940, 900)  # times near T, where a run begins


def near_end(subject: Subject) -> dict[str, dict[str, Any]]:
    """Errors near T, where a run begins: of the noise, of the image, and of the clipped image."""
    x_0 = subject.images
    found = {}
    for name, network in subject.networks.items():
        rows: dict[str, list[float]] = {"eps": [], "x_0": [], "clipped": [], "beyond": []}
        for t in LATE:
            eps = torch.randn(x_0.shape, generator=torch.Generator().manual_seed(t))
            eps_hat, x_0_hat = _ask(network.denoiser, x_0, t, eps)
            rows["eps"].append(_mse(eps_hat, eps))
            rows["x_0"].append(_mse(x_0_hat, x_0))
            rows["clipped"].append(_mse(x_0_hat.clamp(-1, 1), x_0))
            rows["beyond"].append(rounded((x_0_hat.abs() > 1).double().mean()))
        found[name] = {"t": list(LATE), "num": len(x_0), **rows}
    return found


def _ask(denoiser: Predictor, x_0: Tensor, t: int, eps: Tensor) -> tuple[Tensor, Tensor]:
    """eps_hat and x_0_hat (not clipped) in float64, for x_0 noised to t; nobody is told a kind."""
    x_t = diffuse(denoiser.schedule, x_0.double(), t, eps.double())
    parts = [
        denoiser.predict_eps(part, torch.full((len(part),), t)).double()
        for part in x_t.float().split(25)
    ]
    eps_hat = torch.cat(parts)
    return eps_hat, x_0_from_eps(denoiser.schedule, x_t, t, eps_hat)


def drowned(subject: Subject) -> dict[str, Any]:
    """The t at which the noise is as strong as the images, in each band of detail.

    White noise has the same power in every frequency; images have most of theirs in the coarse
    ones, which so stand out of the noise the longest. The mean colour is left out.
    """
    spectrum = np.abs(np.fft.fft2(subject.images.numpy(), axes=(2, 3))) ** 2  # (N, C, H, W)
    pixels = math.prod(subject.images.shape[-2:])
    found: dict[str, Any] = {"num": len(subject.images)}
    for name, ring in band_rings(*subject.images.shape[-2:]).items():
        power = float(spectrum[:, :, ring].mean()) / pixels  # where white noise has 1
        found[name] = subject.base.schedule.nearest_t(math.sqrt(power))
    return found


def as_trained(subject: Subject) -> dict[str, Any]:
    """Errors on training images as they are and on such copies of them as training showed; how
    often the network beats exact memory of the former on a single image.
    """
    base, config = subject.base, Config.read("emoji").data
    assert base.ideal is not None
    seen, kinds = subject.images[::2], subject.kinds[::2]
    copies = augment(seen, config, torch.Generator().manual_seed(1))
    times = (25, 475, 950, 975)
    found: dict[str, Any] = {"t": list(times), "num": len(seen)}
    for t in times:
        eps = torch.randn(seen.shape, generator=torch.Generator().manual_seed(t))
        for name, x_0 in (("plain", seen), ("copies", copies)):
            for who, denoiser in (("network", base.denoiser), ("memory", base.ideal)):
                error = _each(_ask(denoiser, x_0, t, eps)[0], eps)
                found.setdefault(f"{who}_{name}", []).append(rounded(error.mean()))
                if name == "plain":
                    found[f"_{who}"] = error
        x_t = diffuse(base.schedule, seen, t, eps)
        told = base.denoiser.predict_eps(x_t, torch.full((len(seen),), t), kinds)
        memory = found.pop("_memory")
        for name, error in (("untold", found.pop("_network")), ("told", _each(told, eps))):
            found.setdefault(f"beats_{name}", []).append(rounded((error < memory).double().mean()))
    return found


def _each(eps_hat: Tensor, eps: Tensor) -> Tensor:
    return (eps_hat.double() - eps).square().flatten(1).mean(1)


def _mse(found: Tensor, true: Tensor) -> float:
    return rounded((found.double() - true).square().mean())
