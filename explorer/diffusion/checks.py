"""What a number from outside must be: each check gives it made definite, or says what is allowed.

A sentence names the argument, the allowed range and the value. Knows no schedule and no image.
"""

import math
import operator
from numbers import Real
from typing import Any

import torch
from torch import Tensor

MOST_IMAGES = 2**16  # of a batch, and pixels along a side
SHOWN = 40  # characters of a value: who sends a megabyte is not sent it back


def shown(value: Any) -> str:
    """A value as a sentence tells it: on one line, and short."""
    try:
        text = " ".join(repr(value).split())
    except Exception:  # an int of 5,000 digits, a list within itself, an object of any making
        text = f"this {type(value).__name__}"
    return text[:SHOWN]


def as_integer(value: Any) -> int | None:
    """None if it is no integer."""
    try:
        return None if _is_bool(value) else operator.index(value)
    except (TypeError, ValueError, RuntimeError):
        return None


def check_integer(name: str, value: Any, low: int, high: int) -> int:
    """An integer in low..high: numpy's and one-element tensors too, but not True, nor 7.0."""
    number = as_integer(value)
    if number is None or not low <= number <= high:
        raise ValueError(f"{name} must be an integer in {low}..{high}, not {shown(value)}.")
    return number


def check_number(
    name: str,
    value: Any,
    *,
    at_least: float = -math.inf,
    above: float = -math.inf,
    at_most: float = math.inf,
    below: float = math.inf,
) -> float:
    """A finite number within the bounds: numpy's and one-element tensors too, but not True."""
    number = _as_float(value)
    if (
        math.isfinite(number)
        and at_least <= number <= at_most
        and above < number < below
        and not _is_bool(value)
    ):
        return number
    bounds = {">=": at_least, ">": above, "<=": at_most, "<": below}
    told = " and ".join(f"{sign} {x:g}" for sign, x in bounds.items() if math.isfinite(x))
    range_told = f"a finite number {told}".strip()
    raise ValueError(f"{name} must be {range_told}, not {shown(value)}.")


def check_bool(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be True or False, not {shown(value)}.")
    return value


def check_images(name: str, value: Any, like: Tensor | None = None) -> Tensor:
    """(B, ...) floating point; of `like`'s shape, if that is given."""
    if not isinstance(value, Tensor):
        raise ValueError(f"{name} must be a tensor, not {shown(value)}.")
    if value.ndim < 1 or not value.is_floating_point():
        raise ValueError(
            f"{name} must be floating point, the batch first, "
            f"not {value.dtype} of shape {tuple(value.shape)}."
        )
    if like is not None and value.shape != like.shape:
        raise ValueError(
            f"{name} must have the same shape as the image, {tuple(like.shape)}, "
            f"not {tuple(value.shape)}."
        )
    return value


def check_row(name: str, array: Any) -> Tensor:
    """One-dimensional, real numbers: a copy in float64, on the CPU."""
    try:
        values = torch.as_tensor(array).detach()
    except (TypeError, ValueError, RuntimeError, OverflowError):
        raise ValueError(f"{name} must be a row of numbers, not {shown(array)}.") from None
    if values.is_complex() or values.dtype == torch.bool:
        raise ValueError(f"{name} must be a row of real numbers, not {values.dtype}.")
    if values.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional; its shape is {tuple(values.shape)}.")
    return values.to("cpu", torch.float64, copy=True)


def check_shape_of_images(shape: Any, form: str = "(B, C, H, W)") -> list[int]:
    """So many integers from 1 up as `form` has letters."""
    try:
        numbers = list(shape)
    except TypeError:
        numbers = []
    if len(numbers) != len(form.split(",")):
        raise ValueError(f"shape must be {form}, not {shown(shape)}.")
    return [check_integer(f"each number of shape {form}", n, 1, MOST_IMAGES) for n in numbers]


def _as_float(value: Any) -> float:
    """NaN if it is no real number, infinity if it is too large a one."""
    if isinstance(value, Tensor) and value.numel() == 1:
        value = value.item()
    if not isinstance(value, Real):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool) or getattr(value, "dtype", None) in (torch.bool, "bool")
