"""Pictures out: between model space and pixels, and from pixels to PNG, WebP and GIF bytes.

Knows nothing of models or pages. Pixels are (H, W, C) uint8 in 0..255 with C 1 or 3; model space is
(C, H, W) float32 in [-1, 1].

    x = pixels / 127.5 - 1,    pixels = round(127.5 (x + 1))
"""

import base64
import io
import struct
import zlib
from collections.abc import Sequence

import numpy as np
from PIL import Image

SMOOTH = 20  # mean step between pixels, of 255, below which a row is packed by its steps
PALETTE_SAMPLE = 32_768  # pixels of a whole film that its colours are chosen from


def to_model_space(pixels: np.ndarray) -> np.ndarray:
    """(..., H, W, C) or (H, W) uint8 -> (..., C, H, W) float32 in [-1, 1]."""
    pixels = np.asarray(pixels)
    _check_bytes(pixels)
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    x = pixels.astype(np.float32) / np.float32(127.5) - np.float32(1)
    return np.ascontiguousarray(np.moveaxis(x, -1, -3))


def to_pixels(x: np.ndarray) -> np.ndarray:
    """(..., C, H, W) float -> (..., H, W, C) uint8: rounded and clipped; NaN becomes mid-grey."""
    x = np.nan_to_num(np.asarray(x, np.float32), nan=0.0, posinf=1.0, neginf=-1.0)
    pixels = np.rint((np.clip(x, -1, 1) + 1) * 127.5).astype(np.uint8)
    return np.ascontiguousarray(np.moveaxis(pixels, -3, -1))


def magnify(pixels: np.ndarray, scale: int) -> np.ndarray:
    """(H, W, C) -> (scale H, scale W, C), every pixel a hard-edged square."""
    return pixels.repeat(scale, axis=0).repeat(scale, axis=1)


def png_bytes(pixels: np.ndarray) -> bytes:
    """A lossless PNG of (H, W), (H, W, 1) or (H, W, 3) uint8: fast, and small where it is noise.

    Pillow's filters guess a pixel from its neighbours, which costs time and makes noise larger;
    here noisy rows stand as they are, smooth ones as the steps from pixel to pixel (filter 1,
    "Sub"), and only run lengths and Huffman codes are used: a quarter of the time. The layout is
    that of the PNG specification (W3C, third edition), sections 5, 9 and 11.
    """
    _check_bytes(pixels)
    height, width = pixels.shape[:2]
    colours = 3 if pixels.ndim == 3 and pixels.shape[2] == 3 else 1
    header = struct.pack(">IIBBBBB", width, height, 8, 2 if colours == 3 else 0, 0, 0, 0)
    values = pixels.reshape(height, -1)
    steps = values.copy()
    steps[:, colours:] -= values[:, :-colours]  # modulo 256
    smooth = np.abs(steps.view(np.int8).astype(np.int16)).mean(1) < SMOOTH
    rows = np.empty((height, 1 + values.shape[1]), np.uint8)
    rows[:, 0] = smooth  # the filter's number
    rows[:, 1:] = np.where(smooth[:, None], steps, values)
    packer = zlib.compressobj(2, memLevel=6, strategy=zlib.Z_RLE)  # codes for every few rows
    packed = packer.compress(rows.tobytes()) + packer.flush()
    chunks = [(b"IHDR", header), (b"IDAT", packed), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )


def png_data_uri(pixels: np.ndarray) -> str:
    """The same PNG as an address that an <img> takes: data:image/png;base64,..."""
    return "data:image/png;base64," + base64.b64encode(png_bytes(pixels)).decode("ascii")


def sprite(
    pictures: Sequence[np.ndarray], columns: int = 32, cell: int = 64, quality: int = 80
) -> bytes:
    """A sheet of thumbnails as lossy WebP, row by row from the top left, white after the last.

    `pictures`: (H, W, C) uint8 each; `cell`: a thumbnail's side in pixels.
    """
    if not len(pictures):
        raise ValueError("A sprite needs at least one picture.")
    columns = min(columns, len(pictures))
    sheet = Image.new("RGB", (columns * cell, -(-len(pictures) // columns) * cell), "white")
    for index, pixels in enumerate(pictures):
        thumbnail = _image(pixels)
        if thumbnail.size != (cell, cell):
            shrinks = cell < thumbnail.width
            way = Image.Resampling.BOX if shrinks else Image.Resampling.BICUBIC
            thumbnail = thumbnail.resize((cell, cell), way)
        sheet.paste(thumbnail, (index % columns * cell, index // columns * cell))
    file = io.BytesIO()
    sheet.save(file, "WEBP", quality=quality, method=2)
    return file.getvalue()


def film_sheet(frames: Sequence[np.ndarray], columns: int) -> bytes:
    """All frames, (H, W, C) uint8 each and of one size, row by row in one JPEG.

    Its colours are as fine as its pixels (4:4:4): halved, as WebP would have them, coloured noise
    comes out grey. 26 frames of 64 x 64, most of them noise, are 100 kB.
    """
    height, width = frames[0].shape[:2]
    sheet = Image.new("RGB", (columns * width, -(-len(frames) // columns) * height), "white")
    for index, pixels in enumerate(frames):
        sheet.paste(_image(pixels), (index % columns * width, index // columns * height))
    file = io.BytesIO()
    sheet.save(file, "JPEG", quality=70, subsampling=0)
    return file.getvalue()


def gif_bytes(
    frames: Sequence[np.ndarray], scale: int = 4, duration: int | Sequence[int] = 80
) -> bytes:
    """An endless GIF of (H, W, C) uint8 frames, magnified with hard pixels.

    `duration`: milliseconds a frame, one number or one for each. All frames share 256 colours,
    chosen over the whole film, so that nothing flickers; grey frames are exact.
    """
    if not len(frames):
        raise ValueError("A GIF needs at least one frame.")
    durations = [duration] * len(frames) if isinstance(duration, int) else list(duration)
    if len(durations) != len(frames):
        raise ValueError(f"{len(frames)} frames need as many durations, not {len(durations)}.")
    if frames[0].ndim == 2 or frames[0].shape[-1] == 1:
        pages = [_image(magnify(frame, scale)) for frame in frames]
    else:
        palette = _shared_palette(frames)
        pages = [_indexed(frame, palette, scale) for frame in frames]
    file = io.BytesIO()
    timing = durations if len(pages) > 1 else durations[0]
    pages[0].save(
        file, "GIF", save_all=True, append_images=pages[1:], duration=timing, loop=0, optimize=False
    )
    return file.getvalue()


def png_strip(rows: Sequence[Sequence[np.ndarray]], scale: int = 4, gap: int = 4) -> bytes:
    """A PNG of rows of frames, (H, W, C) uint8 each, magnified with hard pixels, on white.

    All frames have one size; a row may be shorter than another, and grey stands beside colour.
    """
    if not len(rows) or not all(len(row) for row in rows):
        raise ValueError("A strip needs at least one row, and each row at least one frame.")
    height, width = (scale * side for side in rows[0][0].shape[:2])
    columns = max(len(row) for row in rows)
    grey = all(frame.ndim == 2 or frame.shape[-1] == 1 for row in rows for frame in row)
    size = (columns * (width + gap) - gap, len(rows) * (height + gap) - gap)
    sheet = Image.new("L" if grey else "RGB", size, "white")
    for y, row in enumerate(rows):
        for x, frame in enumerate(row):
            sheet.paste(_image(magnify(frame, scale)), (x * (width + gap), y * (height + gap)))
    file = io.BytesIO()
    sheet.save(file, "PNG")
    return file.getvalue()


def _check_bytes(pixels: np.ndarray) -> None:
    if pixels.dtype != np.uint8:
        raise ValueError(f"Pixels must be uint8, not {pixels.dtype}.")


def _image(pixels: np.ndarray) -> Image.Image:
    _check_bytes(pixels)
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[..., 0]
    return Image.fromarray(np.ascontiguousarray(pixels))


def _shared_palette(frames: Sequence[np.ndarray]) -> np.ndarray:
    """(P, 3) uint8: at most 256 colours for all frames, black and white among them.

    The last frame, which is looked at longest, has half the say.
    """
    every = np.concatenate([frame.reshape(-1, 3) for frame in frames])
    halves = [_spread(every, PALETTE_SAMPLE), _spread(frames[-1].reshape(-1, 3), PALETTE_SAMPLE)]
    sample = np.concatenate(halves).reshape(2, PALETTE_SAMPLE, 3)
    chosen = Image.fromarray(sample).quantize(254, Image.Quantize.MEDIANCUT, kmeans=2)
    palette = [0, 0, 0, 255, 255, 255, *(chosen.getpalette() or [])]
    return np.array(palette[: 3 * 256], np.uint8).reshape(-1, 3)


def _spread(colours: np.ndarray, count: int) -> np.ndarray:
    """`count` of the colours (N, 3), evenly spread over them."""
    return colours[np.linspace(0, len(colours) - 1, count).astype(int)]


def _indexed(frame: np.ndarray, palette: np.ndarray, scale: int) -> Image.Image:
    """Each pixel the nearest colour exactly (Pillow's own search is coarse, and tints white)."""
    colours = palette.astype(np.float32)
    nearness = frame.astype(np.float32) @ colours.T - (colours**2).sum(axis=1) / 2  # (H, W, P)
    page = Image.fromarray(magnify(nearness.argmax(axis=-1).astype(np.uint8), scale))
    page.putpalette(palette.tobytes())
    return page
