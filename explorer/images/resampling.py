"""Area resampling: every new pixel is the mean of the old area that it covers.

Knows nothing of files, models or what a picture shows. Its memory does not grow with the height:
a few rows are asked for at a time, so that `pixels` may be more than could be held at once.

    new[i] = sum_j overlap(i, j) old[j] / sum_j overlap(i, j)      (along each axis)
"""

from typing import Protocol

import numpy as np

AT_ONCE = 500_000  # pixels


class Pixels(Protocol):
    """(H, W) or (H, W, C): an array, or whatever gives its rows as one."""

    @property
    def shape(self) -> tuple[int, ...]: ...
    def __getitem__(self, rows: slice, /) -> np.ndarray: ...


def area_resize(pixels: Pixels, height: int, width: int) -> np.ndarray:
    """`pixels` (H, W) or (H, W, C) by area to (height, width[, C]): float64, same range."""
    edges = np.linspace(0.0, pixels.shape[0], height + 1)
    rows = [_mean_row(pixels, top, bottom) for top, bottom in zip(edges, edges[1:], strict=False)]
    return np.stack([_means(row, width) for row in rows])


def _mean_row(pixels: Pixels, top: float, bottom: float) -> np.ndarray:
    """The mean (W[, C]) of the rows from `top` to `bottom`, edges that may cut a row."""
    first, last = int(top), max(int(top) + 1, int(np.ceil(bottom)))
    step = max(1, AT_ONCE // pixels.shape[1])
    total = np.zeros(pixels.shape[1:])
    for start in range(first, last, step):
        rows = np.asarray(pixels[start : min(start + step, last)], np.float64)
        below = np.arange(start + 1, start + len(rows) + 1)
        overlap = np.clip(np.minimum(below, bottom) - np.maximum(below - 1, top), 0, None)
        total += np.tensordot(overlap, rows, axes=1)
    return total / (bottom - top)


def _means(row: np.ndarray, new: int) -> np.ndarray:
    """(W[, C]) -> (new[, C]): differences of the running sum, read at the new edges."""
    old = len(row)
    sums = np.concatenate([np.zeros_like(row[:1]), np.cumsum(row, axis=0)])
    edges = np.linspace(0.0, old, new + 1)
    whole = np.minimum(edges.astype(int), old - 1)
    part = (edges - whole).reshape(-1, *[1] * (row.ndim - 1))
    return np.diff(sums[whole] + part * row[whole], axis=0) * (new / old)
