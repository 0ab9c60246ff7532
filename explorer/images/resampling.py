"""Area resampling: every new pixel is the mean of the old area that it covers.

Knows nothing of files, models or what a picture shows.

    new[i] = sum_j overlap(i, j) old[j] / sum_j overlap(i, j)      (along each axis)
"""

import numpy as np


def area_weights(old: int, new: int) -> np.ndarray:
    """The (new, old) float32 matrix whose rows hold the share of each old pixel in a new one."""
    edges = np.linspace(0.0, old, new + 1)
    left = np.maximum(edges[:-1, None], np.arange(old)[None, :])
    right = np.minimum(edges[1:, None], np.arange(1, old + 1)[None, :])
    overlap = np.clip(right - left, 0.0, None)
    return (overlap / overlap.sum(axis=1, keepdims=True)).astype(np.float32)


def area_resize(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """`pixels` (H, W) or (H, W, C) by area to (height, width[, C]): float32, same range."""
    rows = area_weights(pixels.shape[0], height)
    columns = area_weights(pixels.shape[1], width)
    # Row by row, so that a large photo is never held in floats as a whole.
    squeezed = np.stack([_weigh(pixels, weights) for weights in rows])  # (height, W[, C])
    resized = np.tensordot(columns, squeezed, axes=(1, 1))  # (width, height[, C])
    return np.ascontiguousarray(np.swapaxes(resized, 0, 1))


def _weigh(pixels: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The weighted sum of the rows that have a weight."""
    touched = np.flatnonzero(weights)
    rows = slice(touched[0], touched[-1] + 1)
    return np.tensordot(weights[rows], pixels[rows].astype(np.float32), axes=(0, 0))
