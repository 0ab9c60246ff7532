"""A visitor's own picture: any file that can be read -> exactly the pixels that the network sees.

Knows nothing of models or of the page that the file came from. Every refusal is one sentence
for the visitor. A large picture is cropped, converted and shrunk a few rows at a time.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from .digits import WORKING_SIDE, EmptyDrawingError, fit_digit, shrink
from .picture_files import PictureError, check_size, decode, read_file
from .resampling import area_resize

__all__ = ["PictureError", "Source", "read_again", "read_digit", "read_picture"]

Source = bytes | str | Path | np.ndarray
"""A file's bytes, where it lies, or a canvas's pixels (H, W[, C]) uint8 with C 1, 3 or 4."""

Box = tuple[int, int, int, int]
DETAIL = 4  # pixels a JPEG is decoded to, at least, for each one that is kept
# How a picture is turned upright, by what EXIF says; area means turn with it.
UPRIGHT: dict[int, Callable[[np.ndarray], np.ndarray]] = {
    1: lambda pixels: pixels,
    2: lambda pixels: pixels[:, ::-1],
    3: lambda pixels: pixels[::-1, ::-1],
    4: lambda pixels: pixels[::-1],
    5: lambda pixels: pixels.swapaxes(0, 1),
    6: lambda pixels: np.rot90(pixels, -1),
    7: lambda pixels: pixels[::-1, ::-1].swapaxes(0, 1),
    8: lambda pixels: np.rot90(pixels),
}
LYING = 5  # from here on it lies on its side


def read_picture(source: Source, shape: tuple[int, int, int] = (3, 64, 64)) -> np.ndarray:
    """A picture as a network of `shape` (C, H, W) sees it -> (H, W, C) uint8 in 0..255.

    Turned as its EXIF says, laid on white where it is transparent, cropped to the centre in the
    shape's proportions, and averaged down by area (or smoothly enlarged). C is 3, or 1 for
    luminance. Of an animation, the first frame. Raises `PictureError`.
    """
    channels, height, width = shape
    if channels not in (1, 3):
        raise ValueError(f"A picture can have 1 or 3 channels, not {channels}.")
    image, turn = _open(source, draft=DETAIL * max(height, width))
    proportion = height / width if turn >= LYING else width / height
    rows = _Rows(image, "L" if channels == 1 else "RGB", proportion)
    pixels = _resize(rows, turn, height, width)
    return np.ascontiguousarray(pixels).reshape(height, width, channels)


def read_again(source: Source, shape: tuple[int, int, int]) -> np.ndarray:
    """The very pixels (H, W, C) that a picture of `shape` was saved with. Raises `PictureError`."""
    image, _ = _open(source, draft=max(shape))
    if _size(image) != (shape[2], shape[1]):
        raise PictureError(f"A picture of {shape[2]} x {shape[1]} pixels was kept.")
    return read_picture(source, shape)


def read_digit(source: Source) -> np.ndarray:
    """A drawing or photo of one digit -> (28, 28, 1) uint8 as MNIST looks: ink 255 on 0.

    Dark on light or light on dark, anywhere in the picture. Raises `PictureError`, also when there
    is no ink.
    """
    image, turn = _open(source, draft=DETAIL * WORKING_SIDE)
    clear = _part(image, (0, 0, 1, 1)).has_transparency_data
    for background in (255, 0) if clear else (255,):  # white ink shows only on black
        try:
            drawing = shrink(_Rows(image, "L", background=background))
            return fit_digit(UPRIGHT[turn](drawing))[..., None]
        except EmptyDrawingError as error:
            empty = error
    raise PictureError(str(empty))


class _Rows:
    """The (H, W[, 3]) uint8 pixels of a picture, of which only those asked for are converted."""

    def __init__(
        self,
        image: Image.Image | np.ndarray,
        mode: str,
        proportion: float | None = None,
        background: int = 255,
    ):
        self._image, self._mode, self._background = image, mode, background
        width, height = _size(image)
        self._box = _centre(width, height, proportion or width / height)
        left, top, right, bottom = self._box
        self.shape = (bottom - top, right - left, 3)[: 2 if mode == "L" else 3]
        self._range = _range(image, self._box)

    def __getitem__(self, rows: slice) -> np.ndarray:
        left, top, right, _ = self._box
        first, last, _ = rows.indices(self.shape[0])
        part = _part(self._image, (left, top + first, right, top + last))
        if self._range:
            part = Image.fromarray(_to_bytes(np.asarray(part), *self._range))
        return np.asarray(_flatten(part, self._background).convert(self._mode))


def _open(source: Source, draft: int) -> tuple[Image.Image | np.ndarray, int]:
    """The picture, and how it must be turned."""
    if isinstance(source, np.ndarray):
        return _checked(source), 1
    if isinstance(source, str | Path):
        source = read_file(source)
    return decode(bytes(source), draft)


def _checked(pixels: np.ndarray) -> np.ndarray:
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[..., 0]
    flat = pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] in (3, 4))
    if pixels.dtype != np.uint8 or not flat or 0 in pixels.shape:
        raise PictureError(
            f"Pixels must be uint8 of shape (H, W, C), not {pixels.dtype} {pixels.shape}."
        )
    check_size(pixels.shape[1], pixels.shape[0], "")
    return pixels


def _size(image: Image.Image | np.ndarray) -> tuple[int, int]:
    return image.shape[1::-1] if isinstance(image, np.ndarray) else image.size


def _part(image: Image.Image | np.ndarray, box: Box) -> Image.Image:
    if not isinstance(image, np.ndarray):
        return image.crop(box)
    left, top, right, bottom = box
    return Image.fromarray(np.ascontiguousarray(image[top:bottom, left:right]))


def _centre(width: int, height: int, proportion: float) -> Box:
    """The largest box of `proportion` (width / height) in the middle."""
    across = max(1, min(width, round(height * proportion)))
    down = max(1, min(height, round(width / proportion)))
    left, top = (width - across) // 2, (height - down) // 2
    return left, top, left + across, top + down


def _flatten(image: Image.Image, background: int) -> Image.Image:
    """Any mode -> L or RGB, transparent parts showing the background."""
    if image.has_transparency_data:
        sheet = Image.new("RGBA", image.size, (background, background, background, 255))
        return Image.alpha_composite(sheet, image.convert("RGBA")).convert("RGB")
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def _range(image: Image.Image | np.ndarray, box: Box) -> tuple[float, float] | None:
    """Which greys are black and white, where they are of more than 8 bits: by 16 bits, by 0..1,
    by 0..255, or by their own range."""
    mode = _part(image, (0, 0, 1, 1)).mode
    if not mode.startswith(("I", "F")):
        return None
    if mode.startswith("I;16"):
        return 0.0, 65535.0
    left, top, right, bottom = box
    rows = (_finite(_part(image, (left, y, right, y + 1))) for y in range(top, bottom))
    ends = np.array([(row.min(), row.max()) for row in rows])
    low, high = float(ends[:, 0].min()), float(ends[:, 1].max())
    if mode == "I" and low >= 0 and 255 < high <= 65535:
        return 0.0, 65535.0
    if mode == "F" and low >= 0 and high <= 1:
        return 0.0, 1.0
    return (0.0, 255.0) if low >= 0 and high <= 255 else (low, high)


def _finite(image: Image.Image | np.ndarray) -> np.ndarray:
    return np.nan_to_num(np.asarray(image, np.float64), nan=0.0, posinf=0.0, neginf=0.0)


def _to_bytes(values: np.ndarray, low: float, high: float) -> np.ndarray:
    return np.rint(255 * (_finite(values) - low) / max(high - low, 1e-12)).astype(np.uint8)


def _resize(rows: _Rows, turn: int, height: int, width: int) -> np.ndarray:
    """Turned upright as well, to (height, width[, 3]) uint8."""
    stored = (width, height) if turn >= LYING else (height, width)
    if rows.shape[1] < stored[1]:  # bicubic: an enlarged picture should not show blocks
        whole = Image.fromarray(np.ascontiguousarray(UPRIGHT[turn](rows[:])))
        return np.asarray(whole.resize((width, height), Image.Resampling.BICUBIC))
    return UPRIGHT[turn](np.rint(area_resize(rows, *stored)).clip(0, 255).astype(np.uint8))
