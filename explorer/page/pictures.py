"""Pictures of a row, as the `PictureRow` takes them."""

from typing import Any

import numpy as np

from explorer.images.encoding import png_data_uri, to_pixels


def picture(x: np.ndarray, label: str, note: str) -> dict[str, Any]:
    """x: (C, H, W) in [-1, 1]."""
    return shown(to_pixels(x), label, note)


def shown(pixels: np.ndarray | None, label: str, note: str = "") -> dict[str, Any]:
    """pixels: (H, W, C) uint8; None for a place that is still waiting."""
    return {"uri": None if pixels is None else png_data_uri(pixels), "label": label, "note": note}
