"""A curve as a small picture: a line on white paper, without axes; its shape is to be read.

Knows nothing of what the curve is of.
"""

from collections.abc import Sequence

import numpy as np

SIDE, MARGIN, WIDTH = 160, 16, 3.0  # pixels
INK = np.array([59, 139, 196])


def curve_picture(y: Sequence[float] | np.ndarray) -> np.ndarray:
    """(SIDE, SIDE, 3) uint8: evenly spaced values from left to right, from lowest to highest.

    Raises:
        ValueError: if there are fewer than two values, or they are not finite.
    """
    values = np.asarray(y, dtype=float)
    if values.ndim != 1 or len(values) < 2 or not np.isfinite(values).all():
        raise ValueError("y must hold two or more finite numbers.")
    across = np.arange(SIDE)
    place = (across - MARGIN) / (SIDE - 1 - 2 * MARGIN) * (len(values) - 1)
    span = np.ptp(values) or 1.0
    height = (np.interp(place, np.arange(len(values)), values) - values.min()) / span
    row = (SIDE - 1 - MARGIN) - height * (SIDE - 1 - 2 * MARGIN)
    # How far a pixel is from the line: its distance up or down, less where the line is steep.
    distance = np.abs(across[:, None] - row) / np.hypot(1, np.gradient(row))
    ink = np.clip(WIDTH / 2 + 0.5 - distance, 0, 1)
    ink[:, (across < MARGIN) | (across > SIDE - 1 - MARGIN)] = 0
    return np.rint(255 + ink[..., None] * (INK - 255)).astype(np.uint8)
