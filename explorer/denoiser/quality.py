"""Figures about drawn pictures, each a number per picture; none of them is "the quality".

    distance  = min over i of the root mean squared difference to image i, brightness being 0..1
    grain     = standard deviation of the white noise that is in it, [-1, 1] being two units wide

It knows nothing of denoisers.
"""

import math

import torch
from torch import Tensor


def nearest_distance(x: Tensor, images: Tensor) -> Tensor:
    """How far each picture is from the nearest of `images`, pixel by pixel as they stand.

    Args:
        x: (B, C, H, W) in [-1, 1].
        images: (N, C, H, W) or (N, C H W), in [-1, 1].

    Returns:
        (B,) 0 for a copy; 1 between black and white (brightness is in 0..1 here).
    """
    a, b = x.flatten(1).float(), images.flatten(1).float()
    # The short way by matrix products rounds small distances off.
    distance = torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist").amin(1)
    return distance / math.sqrt(a.shape[1]) / 2  # [-1, 1] is two units wide


def grain(x: Tensor) -> Tensor:
    """The white noise that is left in each picture, x: (B, C, H, W) -> its deviation (B,).

    Of every 2 x 2 pixels a b / c d, (a - b - c + d) / 2 has the noise's own deviation, and is 0
    where the picture is smooth or has an upright or a level edge (the Haar wavelet's diagonal
    detail). The median forgives the places where it is neither, and what noise was clipped there
    (Donoho and Johnstone 1994); 0.6745 is the median size of a standard normal number.
    """
    a, b, c, d = x[..., :-1, :-1], x[..., :-1, 1:], x[..., 1:, :-1], x[..., 1:, 1:]
    return (a - b - c + d).double().div(2).abs().flatten(1).median(dim=1).values / 0.6745
