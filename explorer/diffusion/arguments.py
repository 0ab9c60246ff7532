"""What `sample` accepts: each check gives the argument made definite, or says what is allowed.

Knows no network and takes no step.
"""

import math
import operator
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor

from explorer.diffusion.noise import make_generators

# The noise of each sampler, as eta; only ddim lets one choose.
DEFAULT_ETA = {"ddpm": 1.0, "ddim": 0.0, "heun": 0.0, "dpmpp_2m": 0.0}


def check_eta(sampler: str, eta: float | None) -> float:
    """The given eta, or the sampler's own."""
    if sampler not in DEFAULT_ETA:
        raise ValueError(f"sampler must be one of {', '.join(DEFAULT_ETA)}, not {sampler!r}.")
    default = DEFAULT_ETA[sampler]
    if eta is None:
        return default
    if not (math.isfinite(eta) and eta >= 0):
        raise ValueError(f"eta must be a finite number >= 0, not {eta}.")
    if sampler != "ddim" and eta != default:
        raise ValueError(f"eta is for ddim to choose; {sampler} has eta = {default:g}, not {eta}.")
    return float(eta)


def check_guidance(guidance: float) -> float:
    if not math.isfinite(guidance):
        raise ValueError(f"guidance must be a finite number, not {guidance}.")
    return float(guidance)


def check_times(times: Sequence[int], t_start: int, T: int) -> list[int]:  # noqa: N803
    """The times that a run visits, as ints: strictly decreasing from t_start in 1..T to 0."""
    if not 1 <= t_start <= T:
        raise ValueError(f"t_start must be in 1..{T}, not {t_start}.")
    try:
        listed = [operator.index(t) for t in times]
    except TypeError:
        raise ValueError("times must be integers.") from None
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
    if not isinstance(x_t, Tensor):
        raise ValueError(f"x_t must be a tensor, not {type(x_t).__name__}.")
    if x_t.ndim != 4 or tuple(x_t.shape[1:]) != tuple(shape) or not x_t.is_floating_point():
        raise ValueError(
            f"x_t must be floating point of shape (B, {', '.join(map(str, shape))}), "
            f"not {x_t.dtype} of shape {tuple(x_t.shape)}."
        )
    if not torch.isfinite(x_t).all():
        raise ValueError("x_t must be finite: no NaN, no infinity.")


def agree_on_batch_size(**sizes: int | None) -> int:
    """The one batch size that all arguments which have one agree on; 1 if none has."""
    known = {name: size for name, size in sizes.items() if size is not None}
    if len(set(known.values())) > 1:
        told = ", ".join(f"{name} says {size}" for name, size in known.items())
        raise ValueError(f"all arguments must agree on the batch size: {told}.")
    batch_size = next(iter(known.values()), 1)
    if batch_size < 1:
        raise ValueError(f"the batch size must be at least 1, not {batch_size}.")
    return batch_size


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
