"""Quality against the number of sampling steps: a table that can be stopped and gone on with.

What the figures are: `explorer.denoiser.quality` and `explorer.denoiser.judge`.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from explorer.denoiser.denoiser import Denoiser
from explorer.denoiser.judge import Judge
from explorer.denoiser.quality import grain, nearest_distance
from explorer.diffusion.samplers import SAMPLERS, network_calls
from explorer.training.datasets import Dataset, to_model_space
from explorer.training.evaluation import draw_samples

STEPS = (1, 2, 4, 8, 16, 50)

# (N, C, H, W) pictures and the (N,) conditions they were asked to be of -> name: (N,) figures
Measure = Callable[[Tensor, Tensor], dict[str, Tensor]]


def measure_with(judge: Judge, images: Tensor | None = None) -> Measure:
    """ "named_rightly": the judge names the kind that was asked for. "sureness": the probability
    that it gives the kind it names, right or wrong. "grain"; and "nearest_distance" to `images`
    (N, C, H, W) in [-1, 1], if they are given: `quality.py` says what these are.
    """

    def measure(x: Tensor, condition: Tensor) -> dict[str, Tensor]:
        parts = [judge.verdict(part) for part in x.split(500)]
        kind, probability = (torch.cat(part) for part in zip(*parts, strict=True))
        figures = {
            "named_rightly": (kind == condition).double(),
            "sureness": probability.double(),
            "grain": grain(x),
        }
        if images is not None:
            figures["nearest_distance"] = nearest_distance(x, images)
        return figures

    return measure


def quality_by_steps(
    denoiser: Denoiser,
    measure: Measure,
    dataset: Dataset,
    num_samples: int,
    files: Mapping[str, str],
    before: dict[str, Any] | None = None,
    seed: int = 3_000_000,
    guidance: float = 2.0,
) -> Iterator[dict[str, Any]]:
    """What each sampler makes of few steps and of many: the table, again after each of its rows.

    A row is a sampler and a number of steps, with the mean of each figure over the samples, and its
    standard error. All rows are of the same seeds and kinds, so that they can be compared.

    Args:
        files: what tells the weights, and the judge's, from others; kept in the table.
        before: a table that was left unfinished; its rows are kept if they were measured alike.
    """
    device, kinds = denoiser.device, len(denoiser.conditions)
    condition = torch.arange(num_samples, device=device) % kinds
    how = {
        **files,
        "num_samples": num_samples,
        "seeds": f"{seed} to {seed + num_samples - 1}, the same in every row",
        "kinds": f"sample i is asked to be of kind i mod {kinds}",
        "guidance": guidance,
        "eta": "1 for ddpm, 0 for the others",
        "figures": "mean over the samples, and its standard error",
        "hardware": device.type,
    }
    real = to_model_space(dataset.held_out_images).to(device)
    held_out = measure(real, dataset.held_out_condition.to(device))
    table: dict[str, Any] = {
        "how": how,
        "held_out_images": {"num": len(real), **_means(held_out)},
        "rows": before["rows"] if before and before["how"] == how else [],
    }
    there = {(row["sampler"], row["steps"]) for row in table["rows"]}
    for steps in STEPS:
        for name in SAMPLERS:
            if (name, steps) in there:
                continue
            options = {"sampler": name, "num_steps": steps, "guidance": guidance}
            x = torch.cat(list(draw_samples(denoiser, condition, seed, **options)))
            figures = _means(measure(x, condition))
            calls = network_calls(name, steps)
            row = {"sampler": name, "steps": steps, "network_calls": calls, **figures}
            table["rows"] = [*table["rows"], row]
            yield table


def _means(figures: dict[str, Tensor]) -> dict[str, Any]:
    """name -> (N,) figures becomes their means and the means' standard errors, rounded.

    One figure alone has no standard error: None.
    """

    def standard_error(values: Tensor) -> Tensor | None:
        return values.std() / math.sqrt(len(values)) if len(values) > 1 else None

    return {
        "mean": {name: _rounded(values.double().mean()) for name, values in figures.items()},
        "standard_error": {
            name: _rounded(standard_error(values.double())) for name, values in figures.items()
        },
    }


def _rounded(value: Tensor | None) -> float | None:
    return None if value is None else float(f"{value.item():.4g}")
