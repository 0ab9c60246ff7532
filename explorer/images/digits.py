"""Digits as MNIST looks, without MNIST: drawn by the project, or fitted from anybody's drawing.

Knows nothing of files, models or MNIST's own pictures.
The form is the one that LeCun, Cortes and Burges describe for MNIST: ink 255 on 0, the digit scaled
to fit a 20x20 box with its shape kept, its centre of mass at the centre of the 28x28 field.
"""

import numpy as np

from .digit_strokes import STROKES, WIDTHS, Stroke
from .gallery import Gallery, Picture
from .resampling import Pixels, area_resize

SIDE = 28
BOX = 20
WORKING_SIDE = 140  # a drawing is first brought down to about this, which also averages specks away
FAINTEST = 0.08  # of full contrast: less than this between ink and paper is an empty drawing
HARDLY = 1e-4  # pixels
THINNEST = 1.9  # pixels of the 20x20 box; a thinner pen is made bolder, as MNIST's is


class EmptyDrawingError(ValueError):
    """There is no ink on the paper."""

    def __init__(self) -> None:
        super().__init__("The drawing is empty: draw one digit, dark on light or light on dark.")


def fit_digit(pixels: np.ndarray) -> np.ndarray:
    """Any drawing of one digit -> (28, 28) uint8 as MNIST looks: ink 255 on 0.

    `pixels`: (H, W), (H, W, 1) or (H, W, 3) uint8, dark on light or light on dark, of any size; the
    paper may be shaded from one side to another. Raises `EmptyDrawingError` when there is no ink.
    """
    shape = pixels.shape
    if len(shape) not in (2, 3) or shape[2:] not in ((), (1,), (3,)) or 0 in shape:
        raise ValueError(f"A drawing must be (H, W), (H, W, 1) or (H, W, 3), not {shape}.")
    ink = _ink(_luminance(shrink(pixels)))
    rows = np.flatnonzero((ink > 0.2).any(axis=1))
    columns = np.flatnonzero((ink > 0.2).any(axis=0))
    height, width = rows[-1] + 1 - rows[0], columns[-1] + 1 - columns[0]
    scale = BOX / max(height, width)
    ink = _embolden(np.pad(ink, 8), THINNEST / scale)  # the new edge may be inked
    rows, columns = np.flatnonzero(ink.max(1) > 0.2), np.flatnonzero(ink.max(0) > 0.2)
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = BOX / max(ink.shape)
    height, width = (max(1, round(scale * side)) for side in ink.shape)
    fitted = area_resize(ink, height, width)
    return np.rint(255 * _centred(fitted / fitted.max())).astype(np.uint8)


def shrink(pixels: Pixels) -> np.ndarray:
    """(H, W[, C]) by area to `WORKING_SIDE` at most: float64, same range."""
    factor = min(1.0, WORKING_SIDE / max(pixels.shape[:2]))
    height, width = (max(1, round(factor * side)) for side in pixels.shape[:2])
    return area_resize(pixels, height, width)


def drawn_digits() -> Gallery:
    """The project's own digits, 28x28 grey, every one never seen in training."""
    pictures: list[Picture] = []
    for digit, hands in STROKES.items():
        for hand, strokes in enumerate(hands):
            pixels = draw_digit(strokes, WIDTHS[hand % len(WIDTHS)])
            pictures.append(
                Picture(f"{digit}, hand {hand + 1}", str(digit), False, pixels[..., None])
            )
    return Gallery(pictures)


def draw_digit(strokes: list[Stroke], width: float) -> np.ndarray:
    """Strokes in the unit box, drawn with a round pen of `width` pixels -> (28, 28) uint8."""
    detail = 5  # the drawing is this much finer than the picture
    points = [detail * BOX * smooth(stroke) + detail * 4 for stroke in strokes]
    ys, xs = np.mgrid[: detail * SIDE, : detail * SIDE] + 0.5
    distance = np.full(xs.shape, np.inf)
    radius = detail * width / 2
    for path in points:
        for start, end in zip(path[:-1], path[1:], strict=True):
            left, top = np.floor(np.minimum(start, end) - radius - 1).astype(int).clip(0)
            right, bottom = np.ceil(np.maximum(start, end) + radius + 1).astype(int).clip(0)
            near = slice(top, bottom), slice(left, right)  # farther away the pen leaves no ink
            distance[near] = np.minimum(distance[near], _distance(xs[near], ys[near], start, end))
    paper = np.clip(0.5 + radius - distance, 0, 1)
    return fit_digit(np.rint(255 * paper).astype(np.uint8))


def smooth(stroke: Stroke, per_span: int = 6) -> np.ndarray:
    """The (N, 2) points of a Catmull-Rom curve through `stroke`, a point written twice a corner."""
    points = np.array(stroke, float)
    breaks = np.flatnonzero((points[1:] == points[:-1]).all(axis=1)) + 1
    pieces = [_curve(piece, per_span) for piece in np.split(points, breaks)]
    return np.concatenate(pieces)


def _curve(points: np.ndarray, per_span: int) -> np.ndarray:
    # The end points are mirrored so that the first and last spans have neighbours.
    before, after = 2 * points[:1] - points[1:2], 2 * points[-1:] - points[-2:-1]
    p = np.concatenate([before, points, after])
    u = np.linspace(0, 1, per_span, endpoint=False)[:, None]
    spans = [
        0.5
        * (
            2 * b
            + (c - a) * u
            + (2 * a - 5 * b + 4 * c - d) * u**2
            + (3 * b - a - 3 * c + d) * u**3
        )
        for a, b, c, d in zip(p[:-3], p[1:-2], p[2:-1], p[3:], strict=True)
    ]
    return np.concatenate([*spans, points[-1:]])


def _distance(xs: np.ndarray, ys: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """From every pixel to one straight piece."""
    dx, dy = end - start
    length = max(dx * dx + dy * dy, 1e-12)
    along = np.clip(((xs - start[0]) * dx + (ys - start[1]) * dy) / length, 0, 1)
    return np.hypot(xs - start[0] - along * dx, ys - start[1] - along * dy)


def _luminance(pixels: np.ndarray) -> np.ndarray:
    """(H, W), (H, W, 1) or (H, W, 3) in 0..255 -> (H, W) float32 in 0..1."""
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    weights = np.array([0.299, 0.587, 0.114] if pixels.shape[2] == 3 else [1.0], np.float32)
    return pixels.astype(np.float32) @ weights / 255


def _ink(grey: np.ndarray) -> np.ndarray:
    """How much ink each pixel has, 0..1, whichever is darker: the ink or the paper."""
    contrast = grey - _paper(grey)
    border = np.concatenate([contrast[0], contrast[-1], contrast[:, 0], contrast[:, -1]])
    ink = contrast if contrast.max() >= -contrast.min() else -contrast
    strongest = float(ink.max())
    if strongest < FAINTEST:
        raise EmptyDrawingError
    # What the bare border shows is grain; a clean drawing has none, and then nothing is cut.
    grain = min(3 * float(np.percentile(np.abs(border), 60)), strongest / 2)
    return np.clip((ink - grain) / (strongest - grain), 0, 1)


def _paper(grey: np.ndarray) -> np.ndarray:
    """The paper's brightness everywhere: the plane through the calmer half of the border."""
    height, width = grey.shape
    ys, xs = np.mgrid[:height, :width]
    edge = (ys == 0) | (ys == height - 1) | (xs == 0) | (xs == width - 1)
    ground = np.stack([np.ones(height * width), xs.ravel() / width, ys.ravel() / height], axis=1)
    on_edge, brightness = ground[edge.ravel()], grey[edge].astype(float)
    plane = np.array([np.median(brightness), 0.0, 0.0])
    for _ in range(3):
        miss = np.abs(brightness - on_edge @ plane)
        calm = miss <= np.median(miss)
        plane = np.linalg.lstsq(on_edge[calm], brightness[calm], rcond=None)[0]
    return (ground @ plane).reshape(height, width)


def _embolden(ink: np.ndarray, thinnest: float) -> np.ndarray:
    """Spread ink by whole pixels until its strokes are about `thinnest` wide."""
    for _ in range(int((thinnest - 1) / 2)):
        inked = ink > 0.2
        outline = np.abs(np.diff(inked, axis=0)).sum() + np.abs(np.diff(inked, axis=1)).sum()
        if 2 * inked.sum() / outline >= thinnest:  # a stroke has two long sides
            break
        spread = np.pad(ink, 1)
        ink = np.maximum.reduce(
            [ink, spread[:-2, 1:-1], spread[2:, 1:-1], spread[1:-1, :-2], spread[1:-1, 2:]]
        )
    return ink


def _centred(fitted: np.ndarray) -> np.ndarray:
    """Place (h, w) ink in 28x28 so that its centre of mass falls in pixel (14, 14), as MNIST's."""
    height, width = fitted.shape
    field = np.zeros((SIDE, SIDE), np.float32)
    top = SIDE / 2 - (fitted.sum(axis=1) @ np.arange(height)) / fitted.sum()
    left = SIDE / 2 - (fitted.sum(axis=0) @ np.arange(width)) / fitted.sum()
    # Symmetric ink lies exactly between two pixels: it goes up and right, however sums are rounded.
    row = int(np.clip(round(top - HARDLY), 0, SIDE - height))
    column = int(np.clip(round(left + HARDLY), 0, SIDE - width))
    field[row : row + height, column : column + width] = fitted
    return field
