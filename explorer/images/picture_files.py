"""A picture file -> a decoded picture that fits in memory, or one sentence that says why not.

Knows nothing of what the picture is for. Formats are those that people have; each may hold as many
pixels as its decoder, measured at its worst, can read within `MEMORY`.
"""

import importlib.util
import io
import os
import stat
import threading
import time
import warnings
from pathlib import Path

import numpy as np
from PIL import Image

from .sniffing import bare, icon_sizes, orientation, sniff

MEGABYTE = 2**20
LARGEST_FILE = 25 * MEGABYTE  # a phone's picture of 48 million pixels has 5 to 20
LARGEST_PICTURE = 60_000_000  # pixels
LONGEST_SIDE = 20_000  # pixels
MEMORY = 240_000_000  # bytes while decoding
PATIENCE = 5.0  # seconds of work on the file's headers
REREADING = 4  # how many times over a decoder may ask for the file
# Bytes that a decoder holds for each pixel, its copies and its result, at the most. Pillow keeps
# RGB in four. WebP: two canvases, a frame and the result; JPEG 2000: for each of its channels.
BYTES_A_PIXEL = {
    "PNG": 4.5,
    "GIF": 4.5,
    "TGA": 4.5,
    "BMP": 5,
    "ICO": 8,
    "PPM": 12,
    "TIFF": 16,
    "AVIF": 16,
    "WEBP": 17,
    "JPEG2000": 6.5,
}
# Of HEIF by bits a channel: as the film's codec has it, and as RGB.
HEIF_BYTES = {8: 4.5, 10: 7.5, 12: 7.5}


class PictureError(ValueError):
    """The file cannot be used as a picture; the message says why."""


def read_file(path: str | Path) -> bytes:
    """The bytes of an ordinary file: never waits, and never tells whether another thing exists."""
    quietly = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
    try:
        handle = os.open(path, os.O_RDONLY | quietly | getattr(os, "O_BINARY", 0))
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise OSError("not an ordinary file")
        with open(handle, "rb") as file:
            return file.read(LARGEST_FILE + 1)
    except (OSError, ValueError):  # ValueError: no name of a file
        raise PictureError("The file could not be opened: please choose it again.") from None


def decode(content: bytes, draft: int) -> tuple[Image.Image | np.ndarray, int]:
    """The first frame, and how EXIF says that it is turned (1 to 8).

    A HEIF comes as (H, W, 3 or 4) uint8, all else as an image. A large JPEG is decoded to no less
    than `draft` pixels a side. Raises `PictureError`.
    """
    if not content:
        raise PictureError("This file is empty.")
    if len(content) > LARGEST_FILE:
        limit = LARGEST_FILE // MEGABYTE
        raise PictureError(f"This file is too large: at most {limit} MB, please.")
    form = sniff(content)
    # Python's warnings can be silenced for all threads only; and one picture at a time is enough.
    with ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if form == "HEIF":
            return _decode_heif(content), 1
        return _decode(content, form, draft)


ONE_AT_A_TIME = threading.Lock()


def check_size(width: int, height: int, form: str, bytes_a_pixel: float = 0) -> None:
    """Raises `PictureError` unless a picture of this size can be decoded within the limits."""
    size, most = f"{width}x{height}", LARGEST_PICTURE
    if bytes_a_pixel:
        most = min(most, int(MEMORY / bytes_a_pixel))
    if width * height > most:
        known = {"WEBP": "WebP", "JPEG2000": "JPEG 2000"}.get(form, form)
        limit = f"at most {most // 1_000_000} million" + (f" as {known}" if form else "")
        way = "" if most == LARGEST_PICTURE or form == "JPEG" else " (more as a JPEG)"
        raise PictureError(f"This picture has too many pixels ({size}): {limit}{way}, please.")
    if max(width, height) > LONGEST_SIDE:
        limit = f"at most {LONGEST_SIDE:,} pixels a side"
        raise PictureError(f"This picture is too long ({size}): {limit}, please.")


class _Watched(io.BytesIO):
    """A file that ends a decoder which reads on and on: some headers are mazes."""

    def __init__(self, content: bytes):
        super().__init__(content)
        self._left = REREADING * len(content) + MEGABYTE
        self._end = time.thread_time() + PATIENCE

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self._left -= len(found)
        if self._left < 0 or time.thread_time() > self._end:
            raise PictureError("This picture takes too long to read: it may be damaged.")
        return found


def _decode(content: bytes, form: str, draft: int) -> tuple[Image.Image, int]:
    for size in icon_sizes(content) if form == "ICO" else ():  # Pillow decodes it at opening
        check_size(*size, form, BYTES_A_PIXEL[form])
    content, exif = bare(content, form)
    try:
        image = Image.open(_Watched(content), formats=[form])
    except PictureError:
        raise
    except Image.DecompressionBombError:
        limit = f"at most {LARGEST_PICTURE // 1_000_000} million"
        raise PictureError(f"This picture has too many pixels: {limit}, please.") from None
    except Exception as error:  # hostile files make decoders fail in any way they like
        raise PictureError(
            "This file is not a picture that can be read here: try a PNG, JPEG, WebP or GIF."
        ) from error
    width, height = _size_of_work(image)
    image.draft(None, (draft, draft))
    check_size(width, height, form, _bytes_a_pixel(image, content, width * height))
    try:
        image.load()
    except PictureError:
        raise
    except Exception as error:  # as above
        raise PictureError("This picture is damaged or incomplete: it cannot be read.") from error
    return image, orientation(exif or image.info.get("exif", b"") if form != "TIFF" else b"")


def _size_of_work(image: Image.Image) -> tuple[int, int]:
    """The picture's size, or that of one TIFF tile, which is decoded whole, where it is larger."""
    tags = getattr(image, "tag_v2", {})
    tile = tags.get(322, 0), tags.get(323, 0)
    return max(image.size, tile, key=lambda size: size[0] * size[1])


def _bytes_a_pixel(image: Image.Image, content: bytes, pixels: int) -> float:
    if image.format == "JPEG2000":
        return BYTES_A_PIXEL["JPEG2000"] * len(image.getbands())
    if image.format != "JPEG":
        return BYTES_A_PIXEL[image.format or ""]
    drafted = 4 * image.width * image.height / pixels
    if content.count(b"\xff\xda") == 1:
        return drafted
    # Of several scans, every coefficient of the whole picture is held until the last one.
    layers = [(across, down) for _, across, down, _ in getattr(image, "layer", [])]
    whole = max(across for across, _ in layers) * max(down for _, down in layers)
    return drafted + 2 * sum(across * down for across, down in layers) / whole


class _Photo(np.ndarray):
    """Pixels in their decoder's memory, which is therefore kept as long as they are."""

    decoder: object


def reads_heic() -> bool:
    """Is the library for iPhones' photos here?"""
    return importlib.util.find_spec("pi_heif") is not None


def _decode_heif(content: bytes) -> np.ndarray:
    try:
        import pi_heif
    except ImportError:
        raise PictureError(
            "HEIC photos cannot be read here: save or share this one as a JPEG, and try again."
        ) from None
    try:
        photo = pi_heif.open_heif(content)
        depth = photo.info.get("bit_depth", 8)
        size = photo.size
    except Exception as error:  # as above
        raise PictureError("This HEIC photo is damaged: it cannot be read.") from error
    check_size(*size, "HEIC", HEIF_BYTES.get(depth, max(HEIF_BYTES.values())))
    try:
        pixels = np.asarray(photo).view(_Photo)
    except Exception as error:  # as above
        raise PictureError("This HEIC photo is damaged: it cannot be read.") from error
    pixels.decoder = photo
    return pixels
