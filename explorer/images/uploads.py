"""A visitor's own picture: any file that Pillow reads -> exactly the pixels that the network sees.

Knows nothing of models or of the page that the file came from. Every refusal is one sentence
for the visitor.
"""

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from .digits import WORKING_SIDE, EmptyDrawingError, fit_digit
from .resampling import area_resize

Source = bytes | str | Path | np.ndarray
"""A file's bytes, where it lies, or a canvas's pixels (H, W[, C]) uint8 with C 1, 3 or 4."""

LARGEST_FILE = 10 * 2**20  # bytes
LARGEST_PICTURE = 40_000_000  # pixels
# These run other programs, or are page descriptions, films and data files rather than pictures.
FORMATS_LEFT_OUT = {"EPS", "WMF", "MPEG", "HDF5", "GRIB", "BUFR", "FITS"}
DETAIL = 4  # pixels a JPEG is decoded to, at least, for each one that is kept


class PictureError(ValueError):
    """The file cannot be used as a picture; the message says why."""


def read_picture(source: Source, shape: tuple[int, int, int] = (3, 64, 64)) -> np.ndarray:
    """A picture as a network of `shape` (C, H, W) sees it -> (H, W, C) uint8 in 0..255.

    Turned as its EXIF says, laid on white where it is transparent, cropped to the centre in the
    shape's proportions, and averaged down by area (or smoothly enlarged). C is 3, or 1 for
    luminance. Of an animation, the first frame. Raises `PictureError`.
    """
    channels, height, width = shape
    if channels not in (1, 3):
        raise ValueError(f"A picture can have 1 or 3 channels, not {channels}.")
    image = _open(source, draft=DETAIL * max(height, width))
    flat = _flatten(_crop(image, width / height), background=255)
    pixels = _resize(flat.convert("L" if channels == 1 else "RGB"), height, width)
    return pixels.reshape(height, width, channels)


def read_digit(source: Source) -> np.ndarray:
    """A drawing or photo of one digit -> (28, 28, 1) uint8 as MNIST looks: ink 255 on 0.

    Dark on light or light on dark, anywhere in the picture. Raises `PictureError`, also when there
    is no ink.
    """
    image = _open(source, draft=DETAIL * WORKING_SIDE)
    for background in (255, 0):  # on a clear sheet, white ink shows only on black
        flat = _flatten(image, background).convert("L")
        try:
            return fit_digit(np.asarray(flat))[..., None]
        except EmptyDrawingError as error:
            empty = error
    raise PictureError(str(empty))


def _open(source: Source, draft: int) -> Image.Image:
    """The first frame, decoded and turned upright, once its bytes and its pixels were counted."""
    if isinstance(source, np.ndarray):
        return _from_pixels(source)
    content = _content(source)
    try:
        image = Image.open(io.BytesIO(content), formats=_formats())
    except Image.DecompressionBombError:
        raise _too_many_pixels() from None
    except Exception as error:  # hostile files make decoders fail in any way they like
        raise PictureError(
            "This file is not a picture that can be read here: try a PNG, JPEG, WebP or GIF."
        ) from error
    if image.width * image.height > LARGEST_PICTURE:
        raise _too_many_pixels(f"{image.width}x{image.height}")
    try:
        image.draft(None, (draft, draft))  # a large JPEG need not be decoded in full
        image.load()
    except Image.DecompressionBombError:
        raise _too_many_pixels() from None
    except Exception as error:  # as above
        raise PictureError("This picture is damaged or incomplete: it cannot be read.") from error
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # a broken EXIF block is no reason to refuse a sound picture
        return image


def _from_pixels(pixels: np.ndarray) -> Image.Image:
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[..., 0]
    flat = pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] in (3, 4))
    if pixels.dtype != np.uint8 or not flat or 0 in pixels.shape:
        raise PictureError(
            f"Pixels must be uint8 of shape (H, W, C), not {pixels.dtype} {pixels.shape}."
        )
    if pixels.shape[0] * pixels.shape[1] > LARGEST_PICTURE:
        raise _too_many_pixels(f"{pixels.shape[1]}x{pixels.shape[0]}")
    return Image.fromarray(np.ascontiguousarray(pixels))


def _content(source: bytes | str | Path) -> bytes:
    if not isinstance(source, bytes | bytearray | memoryview):
        try:
            with open(source, "rb") as file:
                content = file.read(LARGEST_FILE + 1)
        except OSError as error:
            reason = error.strerror or error
            raise PictureError(f"The file could not be opened: {reason}.") from error
    else:
        content = bytes(source)
    if not content:
        raise PictureError("This file is empty.")
    if len(content) > LARGEST_FILE:
        raise PictureError(f"This file is too large: at most {LARGEST_FILE // 2**20} MB, please.")
    return content


def _too_many_pixels(size: str = "") -> PictureError:
    given = f" ({size})" if size else ""
    limit = f"{LARGEST_PICTURE // 1_000_000} million"
    return PictureError(f"This picture has too many pixels{given}: at most {limit}, please.")


def _formats() -> list[str]:
    Image.init()
    return [name for name in Image.ID if name not in FORMATS_LEFT_OUT]


def _crop(image: Image.Image, proportion: float) -> Image.Image:
    """The largest box of `proportion` (width / height) in the middle."""
    width = max(1, min(image.width, round(image.height * proportion)))
    height = max(1, min(image.height, round(image.width / proportion)))
    left, top = (image.width - width) // 2, (image.height - height) // 2
    return image.crop((left, top, left + width, top + height))


def _flatten(image: Image.Image, background: int) -> Image.Image:
    """Any mode -> L or RGB, transparent parts showing the background."""
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return Image.fromarray(_to_bytes(np.asarray(image)))
    if image.has_transparency_data:
        sheet = Image.new("RGBA", image.size, (background, background, background, 255))
        return Image.alpha_composite(sheet, image.convert("RGBA")).convert("RGB")
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def _to_bytes(values: np.ndarray) -> np.ndarray:
    """Greys of more than 8 bits -> uint8: by 16 bits, by 0..1, by 0..255, or by their own range."""
    whole = values.dtype.kind in "iu"
    scaled = np.nan_to_num(values.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = scaled.min(), scaled.max()
    if values.dtype == np.uint16 or (whole and low >= 0 and 255 < high <= 65535):
        low, high = 0.0, 65535.0
    elif low >= 0 and high <= 1 and not whole:
        low, high = 0.0, 1.0
    elif low >= 0 and high <= 255:
        low, high = 0.0, 255.0
    return np.rint(255 * (scaled - low) / max(high - low, 1e-12)).astype(np.uint8)


def _resize(image: Image.Image, height: int, width: int) -> np.ndarray:
    if image.width < width:  # bicubic: an enlarged picture should not show blocks
        return np.asarray(image.resize((width, height), Image.Resampling.BICUBIC))
    pixels = area_resize(np.asarray(image), height, width)
    return np.rint(pixels).clip(0, 255).astype(np.uint8)
