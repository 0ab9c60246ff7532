"""The project's digits look as MNIST's do, and any drawing can be made to."""

import numpy as np
import pytest

from explorer.images.digit_strokes import STROKES, WIDTHS
from explorer.images.digits import (
    EmptyDrawingError,
    draw_digit,
    drawn_digits,
    fit_digit,
    smooth,
)


@pytest.fixture(scope="module")
def digits():
    return drawn_digits()


def centre_of_mass(pixels):
    weights = pixels.astype(float) / pixels.sum()
    return weights.sum(axis=1) @ np.arange(28), weights.sum(axis=0) @ np.arange(28)


def extent(pixels):
    ink = pixels > 0
    return max(np.ptp(np.flatnonzero(ink.any(axis=axis))) + 1 for axis in (0, 1))


def difference(fitted, pixels):
    """Mean |difference|, 0..255, at the best of nine placements: rounding may move it by one."""
    moves = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    moved = (np.roll(fitted.astype(int), move, axis=(0, 1)) for move in moves)
    return min(np.abs(candidate - pixels).mean() for candidate in moved)


def enlarged(pixels, factor=8, margins=((40, 10), (5, 90))):
    return np.pad(np.kron(pixels, np.ones((factor, factor), np.uint8)), margins)


def test_every_digit_has_four_hands_and_none_was_seen(digits):
    assert digits.kinds == [str(digit) for digit in range(10)]
    assert all(len(digits.select(kind=kind)) >= 4 for kind in digits.kinds)
    assert all(item.mark == "never seen" for item in digits)
    assert digits.shape == (1, 28, 28)
    assert [item.name for item in digits.search("7")][:1] == ["7, hand 1"]


def test_every_digit_fits_and_is_centred_as_in_mnist(digits):
    for item in digits:
        pixels = item.pixels[..., 0]
        assert extent(pixels) == 20
        assert pixels.max() == 255
        np.testing.assert_allclose(centre_of_mass(pixels), 14, atol=0.51)


def test_the_ink_is_as_wide_as_in_mnist(digits):
    # MNIST's training images have a mean of 33.3 and some 104 pixels above half.
    pixels = np.stack([item.pixels for item in digits])
    assert 28 < pixels.mean() < 39
    soft = (pixels > 20) & (pixels < 235)
    assert soft.sum() > 0.3 * (pixels > 20).sum()


def test_all_digits_differ(digits):
    pixels = np.stack([item.pixels.ravel() for item in digits]).astype(float) / 255
    distance = np.linalg.norm(pixels[:, None] - pixels[None], axis=-1)
    kinds = np.array([item.kind for item in digits])
    assert distance[~np.eye(len(kinds), dtype=bool)].min() > 1
    assert distance[kinds[:, None] != kinds[None]].min() > 3


def test_drawing_is_deterministic(digits):
    again = draw_digit(STROKES[4][1], WIDTHS[1])
    np.testing.assert_array_equal(again, digits["4, hand 2"].pixels[..., 0])


def test_smoothing_passes_every_point_and_keeps_corners():
    stroke = [(0.0, 0.0), (1.0, 0.0), (1.0, 0.0), (1.0, 1.0)]
    path = smooth(stroke)
    for point in stroke:
        assert np.abs(path - point).sum(axis=1).min() < 1e-9
    assert path.max() <= 1 and path.min() >= 0  # a smooth curve would swing past the corner


def test_fitting_again_changes_almost_nothing(digits):
    for item in digits:
        assert difference(fit_digit(item.pixels), item.pixels[..., 0]) < 1.5, item.name


@pytest.mark.parametrize("turned", [False, True], ids=["light on dark", "dark on light"])
def test_large_drawings_come_back_as_they_were(digits, turned):
    for item in digits:
        drawing = enlarged(item.pixels[..., 0])
        drawing = 255 - drawing if turned else drawing
        fitted = fit_digit(np.repeat(drawing[..., None], 3, axis=2))
        assert difference(fitted, item.pixels[..., 0]) < 6, item.name


def test_a_shaded_and_grainy_photo_is_read(digits):
    rng = np.random.default_rng(0)
    for item in digits:
        ink = enlarged(item.pixels[..., 0]) / 255
        height, width = ink.shape
        paper = 200 - 60 * np.linspace(0, 1, width) + 20 * np.linspace(0, 1, height)[:, None]
        photo = paper - 90 * ink + rng.normal(0, 5, ink.shape)
        fitted = fit_digit(np.clip(photo, 0, 255).astype(np.uint8))
        assert difference(fitted, item.pixels[..., 0]) < 12, item.name
        assert (fitted[:4, :4] == 0).all()


def test_a_thin_pen_is_made_bolder():
    drawing = np.full((400, 400), 255, np.uint8)
    drawing[50:350, 200:202] = 0
    fitted = fit_digit(drawing)
    assert fitted.max() == 255
    assert 1 <= (fitted[14] > 100).sum() <= 3


def test_a_faint_pencil_becomes_full_ink():
    drawing = np.full((60, 60), 240, np.uint8)
    drawing[10:50, 28:33] = 200
    assert fit_digit(drawing).max() == 255


@pytest.mark.parametrize("shade", [0, 90, 255])
@pytest.mark.parametrize("shape", [(28, 28), (300, 200, 3), (1, 1), (2, 500, 1)])
def test_an_empty_drawing_says_so(shade, shape):
    with pytest.raises(EmptyDrawingError, match="empty"):
        fit_digit(np.full(shape, shade, np.uint8))


def test_an_evenly_shaded_empty_sheet_is_empty():
    shaded = np.linspace(120, 220, 200).astype(np.uint8)[None].repeat(100, axis=0)
    with pytest.raises(EmptyDrawingError):
        fit_digit(shaded)


@pytest.mark.parametrize("shape", [(0, 4), (4, 4, 2), (4,), (2, 4, 4, 3)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match="must be"):
        fit_digit(np.zeros(shape, np.uint8))


@pytest.mark.parametrize("shape", [(3, 3), (3, 400), (400, 3), (29, 28)])
def test_one_spot_in_any_frame_is_a_digit_like_any_other(shape):
    drawing = np.zeros(shape, np.uint8)
    drawing[1, 1] = 255
    fitted = fit_digit(drawing)
    assert fitted.shape == (28, 28) and fitted.max() == 255


def test_ink_between_two_pixels_goes_the_same_way_on_every_machine():
    one = np.zeros((200, 100), np.uint8)
    one[10:190, 41:59] = 255  # fits as 20 rows of two columns, all of one weight
    for brightness in (255, 254, 253, 131, 97):
        fitted = fit_digit(one // 255 * brightness)
        assert [np.flatnonzero(fitted.any(axis))[0] for axis in (1, 0)] == [4, 14]
