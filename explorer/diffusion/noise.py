"""Noise that depends on its seed and on nothing else.

Knows no schedule and no image. Each image of a batch has a generator of its own, and noise is drawn
on the CPU in float32: a seed gives the same picture on any device and at any batch size. PyTorch's
global generator is neither read nor moved.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from explorer.diffusion.checks import MOST_IMAGES, check_integer, check_shape_of_images
from explorer.diffusion.seeds import check_seed, make_generator


def make_generators(batch_size: int, seed: int | Sequence[int]) -> list[torch.Generator]:
    """One generator for each image: seeds seed, seed + 1, ..., or the given ones.

    Raises:
        ValueError: if a seed is not an integer in 0..2**63 - 1, or there is not one for each image.
    """
    batch_size = check_integer("batch_size", batch_size, 1, MOST_IMAGES)
    if isinstance(seed, Sequence) and not isinstance(seed, str | bytes):
        seeds = list(seed)
    else:
        first = check_seed(seed)
        seeds = list(range(first, first + batch_size))
    if len(seeds) != batch_size:
        raise ValueError(f"seed must hold one number for each of {batch_size}, not {len(seeds)}.")
    return [make_generator(number) for number in seeds]


def draw_noise(shape: Sequence[int], generators: Sequence[torch.Generator]) -> Tensor:
    """N(0, 1), image after image, each from its own generator (which may be the same one).

    Args:
        shape: (C, H, W), of one image.
        generators: B of them, on the CPU.

    Returns:
        (B, C, H, W) float32 on the CPU.
    """
    return torch.stack([torch.randn(*shape, generator=generator) for generator in generators])


def noise_from_seed(shape: Sequence[int], seed: int | Sequence[int]) -> Tensor:
    """The first noise that a seed gives: what `sample` starts from.

    Args:
        shape: (B, C, H, W).
        seed: of the first image, the next image having seed + 1; or one for each.

    Returns:
        (B, C, H, W) float32 on the CPU.

    Raises:
        ValueError: if shape is not four integers from 1 up, a seed is not an integer in
            0..2**63 - 1, or there is not one for each image.
    """
    shape = check_shape_of_images(shape)
    return draw_noise(shape[1:], make_generators(shape[0], seed))
