"""Figures about drawn pictures, each a number per picture; none of them is "the quality".

    distance  = min over i of the root mean squared difference to image i, brightness being 0..1
    sharpness = power above 10 cycles per image / all power but the mean's
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


def sharpness(x: Tensor, cycles: float = 10.0) -> Tensor:
    """The share of each picture's power that is fine detail: above `cycles` cycles per image.

    The mean colour does not count. A blur lowers it; so does noise raise it: what is noisy is not
    therefore good. x: (B, C, H, W) -> (B,) in 0..1, and 0 for a picture of one colour.
    """
    height, width = x.shape[-2:]
    down, across = torch.fft.fftfreq(height, 1 / height), torch.fft.fftfreq(width, 1 / width)
    frequency = torch.hypot(down[:, None], across[None, :]).to(x.device)  # (H, W) cycles per image
    power = torch.fft.fft2(x.double()).abs().square().sum(1)  # (B, H, W)
    fine = power[:, frequency > cycles].sum(1)
    return fine / power[:, frequency > 0].sum(1).clamp_min(1e-9)


def grain(x: Tensor) -> Tensor:
    """The white noise that is left in each picture, x: (B, C, H, W) -> its deviation (B,).

    Of every 2 x 2 pixels a b / c d, (a - b - c + d) / 2 has the noise's own deviation, and is 0
    where the picture is smooth or has an upright or a level edge (the Haar wavelet's diagonal
    detail). The median forgives the places where it is neither, and what noise was clipped there
    (Donoho and Johnstone 1994); 0.6745 is the median size of a standard normal number.
    """
    a, b, c, d = x[..., :-1, :-1], x[..., :-1, 1:], x[..., 1:, :-1], x[..., 1:, 1:]
    return (a - b - c + d).double().div(2).abs().flatten(1).median(dim=1).values / 0.6745
