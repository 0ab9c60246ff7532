"""What `sample` accepts: each check gives the argument made definite, or says what is allowed.

Knows no network, no sampler by name, and takes no step.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from explorer.diffusion.checks import (
    MOST_IMAGES,
    check_images,
    check_integer,
    check_number,
    shown,
)
from explorer.diffusion.noise import make_generators
from explorer.diffusion.schedules import NoiseSchedule

MOST_GUIDANCE = 1000.0  # either way: far beyond what leaves a picture


def check_denoiser(denoiser: Any) -> None:
    schedule, shape = getattr(denoiser, "schedule", None), getattr(denoiser, "shape", None)
    if not isinstance(schedule, NoiseSchedule) or shape is None:
        raise ValueError(
            f"denoiser must have a schedule, a shape and predict_eps, not be {shown(denoiser)}."
        )


def check_guidance(guidance: float) -> float:
    return check_number("guidance", guidance, at_least=-MOST_GUIDANCE, at_most=MOST_GUIDANCE)


def check_t_start(t_start: int | None, T: int) -> int:  # noqa: N803
    return T if t_start is None else check_integer("t_start", t_start, 1, T)


def check_times(times: Sequence[int], t_start: int, T: int) -> list[int]:  # noqa: N803
    """The times that a run visits, as ints: strictly decreasing from t_start in 1..T to 0."""
    try:
        listed = list(times)
    except TypeError:
        raise ValueError(f"times must be a list of integers, not {shown(times)}.") from None
    listed = [check_integer("each of times", t, 0, T) for t in listed]
    if len(listed) < 2 or listed[0] != t_start or listed[-1] != 0:
        raise ValueError(f"times must run from {t_start} to 0.")
    if any(t <= t_next for t, t_next in pairwise(listed)):
        raise ValueError("times must be strictly decreasing.")
    return listed


def check_condition(condition: Tensor | None) -> None:
    if condition is None:
        return
    if not isinstance(condition, Tensor) or condition.dtype != torch.int64 or condition.ndim != 1:
        raise ValueError("condition must be a (B,) tensor of int64, or None.")


def check_x_t(x_t: Tensor | None, shape: Sequence[int]) -> None:
    if x_t is None:
        return
    check_images("x_t", x_t)
    if x_t.ndim != 4 or tuple(x_t.shape[1:]) != tuple(shape):
        raise ValueError(
            f"x_t must have shape (B, {', '.join(map(str, shape))}), not {tuple(x_t.shape)}."
        )
    if not torch.isfinite(x_t).all():
        raise ValueError("x_t must be finite: no NaN, no infinity.")


def agree_on_batch_size(**sizes: int | None) -> int:
    """The one batch size that all arguments which have one agree on; 1 if none has."""
    known = {
        name: check_integer(
            name if name == "batch_size" else f"the length of {name}", size, 1, MOST_IMAGES
        )
        for name, size in sizes.items()
        if size is not None
    }
    if len(set(known.values())) > 1:
        told = ", ".join(f"{name} says {size}" for name, size in known.items())
        raise ValueError(f"all arguments must agree on the batch size: {told}.")
    return next(iter(known.values()), 1)


def count_images(argument: object) -> int | None:
    """How many images an argument is for, if it tells."""
    if isinstance(argument, str | bytes) or not isinstance(argument, Tensor | Sequence):
        return None
    return None if isinstance(argument, Tensor) and argument.ndim == 0 else len(argument)


def check_generators(
    seed: int | Sequence[int] | None,
    generator: torch.Generator | Sequence[torch.Generator] | None,
    batch_size: int,
) -> list[torch.Generator] | None:
    """One generator for each image, or None if there is neither seed nor generator."""
    if seed is not None and generator is not None:
        raise ValueError("give seed or generator, not both.")
    if seed is not None:
        return make_generators(batch_size, seed)
    if generator is None:
        return None
    if isinstance(generator, torch.Generator):
        generator = [generator] * batch_size
    of_each = count_images(generator) == batch_size
    if not of_each or not all(isinstance(each, torch.Generator) for each in generator):
        raise ValueError(f"generator must be one or a list of them, not {shown(generator)}.")
    if any(each.device.type != "cpu" for each in generator):
        raise ValueError("generator must be on the CPU: there, it draws the same on any machine.")
    return list(generator)


def check_shape(eps_hat: Tensor, x_t: Tensor) -> None:
    """A network's answer must be of x_t's shape (else ValueError)."""
    if eps_hat.shape != x_t.shape:
        raise ValueError(
            f"the denoiser must give eps_hat of x_t's shape {tuple(x_t.shape)}, "
            f"not {tuple(eps_hat.shape)}."
        )


def check_finite(eps_hat: Tensor, t: int) -> None:
    """A network's answer at t must be finite (else FloatingPointError). This waits for a GPU."""
    if not torch.isfinite(eps_hat).all():
        raise FloatingPointError(f"the denoiser gave NaN or infinity at t = {t}.")
