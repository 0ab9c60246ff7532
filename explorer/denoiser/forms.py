"""The form of a config.json, and how large a network it may describe: checked before any is built.

A checkpoint may come from anybody. What is let through fits into memory and answers within seconds.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, TypeGuard, get_args

from explorer.denoiser.denoiser import Prediction
from explorer.denoiser.reading import shown
from explorer.denoiser.unet import HEAD_WIDTH
from explorer.diffusion.schedules import SCHEDULES, NoiseSchedule

FORMAT = 1
FEWEST_T, MOST_T = 10, 10_000  # fewer have no steps to show
MOST_CONDITIONS, LONGEST_NAME = 1000, 100
MOST_LEVELS = 8
MOST_PARAMETERS = 32_000_000  # 128 MB
MOST_FEATURES = 2**23  # numbers of one level, or of all pairs that one attention looks at
MOST_OPERATIONS = 10**11  # multiplications for one image: seconds on a laptop
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


def check_config(config: Mapping[str, Any]) -> NoiseSchedule:
    """Raise FormError unless this describes a network that can be built; returns its schedule."""
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
    _check_network(config.get("network"))
    _check_size(shape, len(conditions), **config["network"])
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


def _check_network(table: Any) -> None:
    """The arguments of `UNet`, each for itself."""
    known = ("widths", "blocks", "attention", "embedding_width", "timed")
    if not isinstance(table, dict) or not set(table) <= set(known):
        raise FormError(f"network is {shown(table)}, no table of {', '.join(known)}")
    lists = {
        "widths": lambda n: is_whole(n, 8, 2048) and n % 8 == 0,
        "blocks": lambda n: is_whole(n, 1, 16),
        "attention": lambda flag: isinstance(flag, bool),
    }
    for key, is_one in lists.items():
        value = table.get(key)
        if not is_list(value, is_one) or not 1 <= len(value) <= MOST_LEVELS:
            raise FormError(f"{key} of the network is {shown(value)}")
    if not len(table["widths"]) == len(table["blocks"]) == len(table["attention"]):
        raise FormError("widths, blocks and attention must have one entry per level")
    if not isinstance(table.get("timed", True), bool):
        raise FormError(f"timed is {shown(table['timed'])}, not true or false")
    embedding = table.get("embedding_width", 128)
    if not is_whole(embedding, 2, 2048) or embedding % 2:
        raise FormError(f"embedding_width is {shown(embedding)}, not an even number in 2..2048")
    for width, has_attention in zip(table["widths"], table["attention"], strict=True):
        heads = width // HEAD_WIDTH
        if has_attention and (heads == 0 or width % heads):
            raise FormError(f"a width of {width} does not divide into heads of attention")


def _check_size(
    shape: Sequence[int],
    num_conditions: int,
    widths: Sequence[int],
    blocks: Sequence[int],
    attention: Sequence[bool],
    embedding_width: int = 128,
    timed: bool = True,
) -> None:
    """Whether the network fits its pictures, the memory and anybody's patience."""
    channels, height, width = shape
    halvings = 2 ** (len(widths) - 1)
    if height % halvings or width % halvings:
        raise FormError(f"{height} x {width} pixels cannot be halved {len(widths) - 1} times")
    places = [height * width // 4**level for level in range(len(widths))]
    heads = [width // HEAD_WIDTH * has for width, has in zip(widths, attention, strict=True)]
    features = [n * width for n, width in zip(places, widths, strict=True)]
    pairs = [n * n * count for n, count in zip(places, heads, strict=True)]
    per_level = count_level_parameters(widths, blocks, attention, embedding_width)
    parameters = sum(per_level) + count_other_parameters(
        channels, num_conditions, widths, embedding_width, timed
    )
    operations = sum(n * count for n, count in zip(places, per_level, strict=True))
    operations += sum(64 * n * 2 * count for n, count in zip(pairs, blocks, strict=True))
    for what, size, most in (
        ("parameters", parameters, MOST_PARAMETERS),
        ("numbers at once", max(features + pairs), MOST_FEATURES),
        ("operations for one image", operations, MOST_OPERATIONS),
    ):
        if size > most:
            raise FormError(f"the network has {size:,} {what}, and {most:,} is the most")


def count_level_parameters(
    widths: Sequence[int], blocks: Sequence[int], attention: Sequence[bool], embedding_width: int
) -> list[int]:
    """Of each level's blocks, down and up; the middle's are the last one's."""
    counts = []
    for width, count, has_attention in zip(widths, blocks, attention, strict=True):
        block = 18 * width**2 + 6 * width + 2 * width * (embedding_width + 1)
        block += (4 * width**2 + 6 * width) * has_attention
        counts.append(2 * count * block)
    counts[-1] += counts[-1] // (2 * blocks[-1])
    return counts


def count_other_parameters(
    channels: int, num_conditions: int, widths: Sequence[int], embedding_width: int, timed: bool
) -> int:
    """Of the embeddings, of both ends and of what lies between the levels."""
    embeddings = (num_conditions + 1) * embedding_width
    embeddings += 2 * (embedding_width**2 + embedding_width) * timed
    ends = 18 * channels * widths[0] + 3 * widths[0] + channels
    between = sum(10 * fine * coarse + fine + coarse for fine, coarse in pairwise(widths))
    return embeddings + ends + between
