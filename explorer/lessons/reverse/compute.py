"""When detail settles in a run: x_0_hat beside the finished picture, by spatial frequency."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer.exhibits.runs import ReverseFrame


@dataclass(frozen=True, eq=False)
class DetailOverTime:
    """How far x_0_hat is from the final image, in three bands of detail, frame by frame.

    bands: name -> (frames,) error as a share of that band's power in the final image.
    """

    t: list[int]
    bands: dict[str, list[float]]


def compute_detail_over_time(frames: Sequence[ReverseFrame]) -> DetailOverTime:
    """When coarse shapes, parts and fine detail of x_0_hat reach their final form."""
    guesses = [(frame.t, _planes(frame.x_0_hat)) for frame in frames]
    return detail_over_time(guesses, _planes(frames[-1].x_t))


def detail_over_time(
    guesses: Sequence[tuple[int, np.ndarray]], final: np.ndarray
) -> DetailOverTime:
    """The same of arrays: (t, x_0_hat) frame by frame and the finished picture, (C, H, W) each."""
    true, bands = np.fft.fft2(final), {}
    for name, ring in band_rings(*final.shape[-2:]).items():
        power = max(float((np.abs(true[:, ring]) ** 2).sum()), 1e-12)
        errors = (np.abs(np.fft.fft2(guess) - true)[:, ring] ** 2 for _, guess in guesses)
        bands[name] = [float(error.sum()) / power for error in errors]
    return DetailOverTime([t for t, _ in guesses], bands)


def band_rings(height: int, width: int) -> dict[str, np.ndarray]:
    """Rings of spatial frequency, in cycles per image: below 4 (what is left at 8 pixels across;
    the mean is in none), 4 to 10, and above. name -> (H, W) bool.
    """
    cycles = np.hypot(
        np.fft.fftfreq(height, 1 / height)[:, None], np.fft.fftfreq(width, 1 / width)[None, :]
    )
    return {
        "coarse shapes": (cycles >= 0.5) & (cycles < 4),
        "parts": (cycles >= 4) & (cycles < 10),
        "fine detail": cycles >= 10,
    }


def _planes(pixels: np.ndarray) -> np.ndarray:
    """(H, W, C) uint8 -> (C, H, W) float64 in 0..1."""
    return pixels.astype(np.float64).transpose(2, 0, 1) / 255
