"""Pictures of a row, as the `PictureRow` takes them."""

from typing import Any

import numpy as np

from explorer.images.encoding import png_data_uri, to_pixels


def picture(x: np.ndarray, label: str, note: str) -> dict[str, Any]:
    """x: (C, H, W) in [-1, 1]."""
    return shown(to_pixels(x), label, note)


def shown(
    pixels: np.ndarray | None, label: str, note: str = "", white: float = 1
) -> dict[str, Any]:
    """pixels: (H, W, C) uint8; None for a place that is still waiting.

    `white`: the value that is drawn white; its negative is black.
    """
    uri = None if pixels is None else png_data_uri(pixels)
    return {"uri": uri, "label": label, "note": note} | ({"range": white} if white != 1 else {})
