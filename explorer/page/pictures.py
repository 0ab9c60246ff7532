"""Pictures of a row, as the `PictureRow` takes them."""

import numpy as np

from explorer.images.encoding import png_data_uri, to_pixels


def picture(x: np.ndarray, label: str, note: str) -> dict[str, str]:
    """x: (C, H, W) in [-1, 1]."""
    return {"uri": png_data_uri(to_pixels(x)), "label": label, "note": note}
