"""The form of a config.json, checked before any network is built of it (whose form: networks.py).

A checkpoint may come from anybody. What is let through fits into memory and answers within seconds.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeGuard, get_args

from explorer.denoiser.denoiser import Prediction
from explorer.denoiser.reading import shown
from explorer.diffusion.schedules import SCHEDULES, NoiseSchedule

FORMAT = 1
FEWEST_T, MOST_T = 10, 10_000  # fewer have no steps to show
MOST_CONDITIONS, LONGEST_NAME = 1000, 100
MOST_PARAMETERS = 32_000_000  # 128 MB
LARGEST_SIGMA = 1e7  # at t = T: beyond it float32 can tell no noise from what is left of an image


class FormError(ValueError):
    """The message says what is wrong, as part of a sentence."""


def is_whole(value: Any, low: int, high: int) -> bool:
    """An integer in low..high; true and 1.0 are none."""
    return type(value) is int and low <= value <= high


def is_number(value: Any, low: float, high: float) -> bool:
    """A number from low to high; true is none, nor is NaN."""
    return type(value) in (int, float) and low <= value <= high


def is_name(value: Any) -> bool:
    """A text that can be shown: on one line, and not too long."""
    return isinstance(value, str) and value.isprintable() and 0 < len(value) <= LONGEST_NAME


def check_config(
    config: Mapping[str, Any], check_network: Callable[[Sequence[int], int, Any], None]
) -> NoiseSchedule:
    """Raise FormError unless this describes a network that can be built; returns its schedule.

    Args:
        check_network: the same for its network: (C, H, W), how many conditions, the table.
    """
    shape, conditions = config.get("shape"), config.get("conditions")
    if not is_list(shape, lambda n: is_whole(n, 1, 1024)) or len(shape) != 3:
        raise FormError(f"shape is {shown(shape)}, not three numbers (C, H, W)")
    if not is_list(conditions, is_name) or len(conditions) > MOST_CONDITIONS:
        raise FormError(f"conditions is {shown(conditions)}, no list of short names")
    if len(set(conditions)) < len(conditions):
        raise FormError("two conditions have the same name")
    if config.get("prediction") not in get_args(Prediction):
        wrong = shown(config.get("prediction"))
        raise FormError(f"prediction is {wrong}, not one of {', '.join(get_args(Prediction))}")
    check_network(shape, len(conditions), config.get("network"))
    return _make_schedule(config.get("schedule"))


def is_list(value: Any, is_one: Callable[[Any], bool]) -> TypeGuard[Sequence[Any]]:
    """A list, each of which is one of these."""
    return isinstance(value, list | tuple) and all(map(is_one, value))


def _make_schedule(table: Any) -> NoiseSchedule:
    if not isinstance(table, dict) or not is_name(table.get("name")):
        raise FormError(f"schedule is {shown(table)}, no table with a name")
    numbers = {key: value for key, value in table.items() if key != "name"}
    if table["name"] not in SCHEDULES:
        raise FormError(f"schedule is {shown(table['name'])}, not one of {', '.join(SCHEDULES)}")
    make = SCHEDULES[table["name"]]
    if not set(numbers) <= set(inspect.signature(make).parameters):
        raise FormError(f"the schedule {table['name']} knows no such settings: {shown(numbers)}")
    if not is_whole(numbers.get("T", FEWEST_T), FEWEST_T, MOST_T):
        raise FormError(f"T is {shown(numbers['T'])}, not an integer in {FEWEST_T}..{MOST_T}")
    if not all(is_number(value, -1000, 1000) for key, value in numbers.items() if key != "T"):
        raise FormError(f"a setting of the schedule is no number in -1000..1000: {shown(numbers)}")
    try:
        schedule = make(**numbers)
    except (ValueError, ArithmeticError) as error:
        raise FormError(f"schedule: {shown(str(error).rstrip('.'))}") from error
    if not float(schedule.sigma[-1]) <= LARGEST_SIGMA:
        raise FormError("the schedule leaves nothing of an image at T")
    return schedule
