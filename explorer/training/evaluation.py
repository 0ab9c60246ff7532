"""What a trained denoiser is worth: its error against t, its samples, and how many are copies.

Every figure goes to the checkpoint's metrics.json under a name that says what it is.
"""

import math
from collections import deque
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from explorer.denoiser.denoiser import Denoiser
from explorer.denoiser.ideal import IdealDenoiser
from explorer.diffusion.forward import diffuse
from explorer.diffusion.predictor import Predictor
from explorer.diffusion.samplers import sample
from explorer.diffusion.schedules import NoiseSchedule
from explorer.training.datasets import Dataset, to_model_space

TIMES = list(range(25, 1000, 50))  # 25, 75 ... 975, of T = 1000

# How `draw_samples` draws, if nothing else is said.
DRAWN = {"sampler": "ddim", "steps": 50, "eta": 0, "guidance": 1}


def times_of(schedule: NoiseSchedule) -> list[int]:
    """TIMES for T = 1000; for any other T, those at the same parts of it."""
    return sorted({max(1, t * schedule.T // 1000) for t in TIMES})


@torch.inference_mode()
def eps_mse(
    denoiser: Predictor, x_0: Tensor, condition: Tensor | None, batch: int = 1000, seed: int = 0
) -> Tensor:
    """Mean |eps_hat - eps|^2 per pixel at each of the times, of each x_0 (N, C, H, W).

    Returns:
        (K, N) float64 on the CPU.
    """
    generator = torch.Generator().manual_seed(seed)
    curve = []
    for t in times_of(denoiser.schedule):
        errors = []
        for start in range(0, len(x_0), batch):
            clean = x_0[start : start + batch]
            eps = torch.randn(clean.shape, generator=generator).to(clean.device)
            x_t = diffuse(denoiser.schedule, clean, t, eps)
            told = None if condition is None else condition[start : start + batch]
            times = torch.full((len(clean),), t, device=clean.device)
            eps_hat = denoiser.predict_eps(x_t, times, told)
            errors.append((eps_hat - eps).double().square().mean(dim=(1, 2, 3)).cpu())
        curve.append(torch.cat(errors))
    return torch.stack(curve)


def error_curves(
    denoiser: Denoiser, dataset: Dataset, most: int = 10_000, with_ideal: bool = True
) -> dict[str, Any]:
    """The error against t, on images seen and held out, told the condition and not.

    The ideal denoiser knows all training images and nothing else: on seen images it is the floor,
    on held-out ones it shows what memory alone is worth. At most `most` images of each part, picked
    at random (a file may be sorted), and of these 1000 for the ideal denoiser. "standard_error" is
    that of the means: how far another few images might have taken them.
    """
    seen, seen_condition = _pick(dataset.images, dataset.condition, most)
    held, held_condition = _pick(dataset.held_out_images, dataset.held_out_condition, most)
    errors = {
        "seen": eps_mse(denoiser, seen, None),
        "seen_conditional": eps_mse(denoiser, seen, seen_condition),
        "held_out": eps_mse(denoiser, held, None),
        "held_out_conditional": eps_mse(denoiser, held, held_condition),
    }
    counts = {"num_seen": len(seen), "num_held_out": len(held)}
    if with_ideal:
        ideal = IdealDenoiser(to_model_space(dataset.images), denoiser.schedule)
        few = 1000  # the ideal denoiser compares each image with the whole set
        errors["ideal_seen"] = eps_mse(ideal, seen[:few], None, batch=250)
        errors["ideal_held_out"] = eps_mse(ideal, held[:few], None, batch=250)
        counts |= {"num_ideal": min(few, len(seen)), "num_ideal_held_out": min(few, len(held))}
    return {
        "t": times_of(denoiser.schedule),
        **counts,
        **{name: _rounded(of_each.mean(1)) for name, of_each in errors.items()},
        "mean": {name: float(f"{of_each.mean():.4g}") for name, of_each in errors.items()},
        "standard_error": {
            name: _rounded(of_each.std(1) / math.sqrt(of_each.shape[1]))
            for name, of_each in errors.items()
            if of_each.shape[1] > 1  # one image alone has none
        },
    }


def _rounded(values: Tensor) -> list[float]:
    return [float(f"{value:.4g}") for value in values.tolist()]


def _pick(images: Tensor, condition: Tensor, most: int) -> tuple[Tensor, Tensor]:
    """`most` of the images, in [-1, 1], and their conditions; the same ones every time."""
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(0))[:most]
    order = order.to(images.device)
    return to_model_space(images[order]), condition[order]


def draw_samples(
    denoiser: Denoiser, condition: Tensor, seed: int, batch: int = 1000, **options: Any
) -> Iterator[Tensor]:
    """DDIM, 50 steps, eta 0 unless `options` say otherwise: (B, C, H, W) in [-1, 1], on the device.

    Image i has seed `seed + i`, whatever the batch.
    """
    options = {"sampler": DRAWN["sampler"], "num_steps": DRAWN["steps"]} | options
    for start in range(0, len(condition), batch):
        part = condition[start : start + batch]
        steps = sample(denoiser, seed=seed + start, condition=part, **options)
        last = deque(steps, maxlen=1).pop()  # no frame before it is kept
        yield last.x_t.clamp(-1, 1).to(denoiser.device)


def sheet(denoiser: Denoiser, columns: int = 8, seed: int = 0) -> np.ndarray:
    """A row per condition; left half guidance 1, right half guidance 2, the same seeds.

    Returns:
        (rows * H, 2 * columns * W, C) uint8.
    """
    device, rows = denoiser.device, len(denoiser.conditions)
    condition = torch.arange(rows, device=device).repeat_interleave(columns)
    halves = []
    for guidance in (1.0, 2.0):
        x = torch.cat(list(draw_samples(denoiser, condition, seed, guidance=guidance)))
        pixels = ((x + 1) * 127.5).round().byte().cpu()
        c, h, w = denoiser.shape
        grid = pixels.view(rows, columns, c, h, w).permute(0, 3, 1, 4, 2)  # rows H columns W C
        halves.append(grid.reshape(rows * h, columns * w, c))
    return torch.cat(halves, dim=1).numpy()


def copies(denoiser: Denoiser, dataset: Dataset, num: int = 200, seed: int = 10_000) -> dict:
    """How near samples come to the training images.

    The distance is the root mean squared difference, pixels in 0..1, to the nearest training image
    over mirror images and shifts by -4, -2 ... 4 pixels. A sample counts as a copy below 0.05, and
    as a near copy below 0.10 (both thresholds chosen by looking). Held-out images, measured alike,
    say what an image that the network never saw would give.
    """
    device = denoiser.device
    generator = torch.Generator().manual_seed(seed)
    index = torch.randint(len(dataset.condition), (num,), generator=generator)
    condition = dataset.condition[index.to(dataset.condition.device)].to(device)
    x = torch.cat(list(draw_samples(denoiser, condition, seed)))
    train = to_model_space(dataset.images).to(device)
    result: dict[str, Any] = {"num_samples": num, **DRAWN}
    held_out = to_model_space(dataset.held_out_images[:num]).to(device)
    for name, pictures in (("samples", x), ("held_out", held_out)):
        distance = nearest_distance(pictures, train).cpu()
        result[name] = {
            "median_distance": round(distance.median().item(), 4),
            "share_below_0.05": round((distance < 0.05).double().mean().item(), 4),
            "share_below_0.10": round((distance < 0.10).double().mean().item(), 4),
        }
    return result


def nearest_distance(x: Tensor, train: Tensor, reach: int = 4) -> Tensor:
    """(N,) distance of each x to the nearest of `train`, as `copies` defines it."""
    best = torch.full((len(x),), math.inf, device=x.device)
    offsets = range(-reach, reach + 1, 2)
    flat = train.flatten(1).double()  # in float32, rounding would hide what is below 0.001
    for mirrored in (x, x.flip(3)):
        for down in offsets:
            for right in offsets:
                moved = mirrored.roll((down, right), dims=(2, 3)).flatten(1).double()
                best = torch.minimum(best, torch.cdist(moved, flat).amin(1).float())
    return best / math.sqrt(flat.shape[1]) / 2  # [-1, 1] is two units wide
