"""What a config.json may say of a U-Net, and how large a one: checked before it is built."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from explorer.denoiser.forms import MOST_PARAMETERS, FormError, is_list, is_whole
from explorer.denoiser.reading import shown
from explorer.denoiser.unet import HEAD_WIDTH

MOST_LEVELS = 8
MOST_FEATURES = 2**23  # numbers of one level, or of all pairs that one attention looks at
MOST_OPERATIONS = 10**11  # multiplications for one image: seconds on a laptop


def check_unet(shape: Sequence[int], num_conditions: int, table: Mapping[str, Any]) -> None:
    """Raise FormError unless a `UNet` can be built of this, and answers soon enough."""
    _check_table(table)
    _check_size(shape, num_conditions, **table)


def _check_table(table: Any) -> None:
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
