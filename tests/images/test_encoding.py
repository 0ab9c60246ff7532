"""Pictures out: model space and back exactly, and files that decode to what was put in."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from explorer.images.encoding import (
    film_sheet,
    gif_bytes,
    magnify,
    png_bytes,
    png_data_uri,
    png_strip,
    sprite,
    to_model_space,
    to_pixels,
)


def noise(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def decoded(content):
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("shape", [(4, 5, 3), (4, 5, 1), (2, 4, 5, 3)])
def test_to_model_space_and_back_is_the_identity(shape):
    pixels = noise(*shape)
    x = to_model_space(pixels)
    assert x.dtype == np.float32
    assert x.shape == (*shape[:-3], shape[-1], *shape[-3:-1])
    np.testing.assert_array_equal(to_pixels(x), pixels)


def test_every_value_survives_and_the_ends_are_minus_one_and_one():
    pixels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    x = to_model_space(pixels)
    assert x.min() == -1 and x.max() == 1 and x.shape == (1, 16, 16)
    np.testing.assert_array_equal(to_pixels(x)[..., 0], pixels)


def test_what_leaves_the_range_is_clipped_and_nan_is_grey():
    x = np.array([[[-7.0, -1.0, 0.0, 1.0, 7.0, np.nan, np.inf, -np.inf]]])
    assert to_pixels(x)[0, :, 0].tolist() == [0, 0, 128, 255, 255, 128, 255, 0]


def test_rounding_is_to_the_nearest():
    x = np.array([[[10.4, 10.6]]]) / 127.5 - 1
    assert to_pixels(x).ravel().tolist() == [10, 11]


def test_pixels_must_be_bytes():
    with pytest.raises(ValueError, match="uint8"):
        to_model_space(np.zeros((2, 2, 3)))
    with pytest.raises(ValueError, match="uint8"):
        png_bytes(np.zeros((2, 2, 3)))


@pytest.mark.parametrize(("shape", "mode"), [((5, 7, 3), "RGB"), ((5, 7, 1), "L"), ((5, 7), "L")])
def test_png_is_lossless_and_grey_stays_grey(shape, mode):
    pixels = noise(*shape)
    image = decoded(png_bytes(pixels))
    assert image.format == "PNG" and image.mode == mode
    np.testing.assert_array_equal(np.asarray(image).reshape(shape), pixels)


@pytest.mark.parametrize("channels", [1, 3])
def test_png_packs_smooth_rows_well_and_keeps_every_pixel(channels):
    ramp = np.arange(0, 192, 3, np.uint8)[None, :, None].repeat(64, 0).repeat(channels, 2)
    mixed = np.concatenate([ramp, noise(64, 64, channels), ramp[:, ::-1]])
    np.testing.assert_array_equal(np.asarray(decoded(png_bytes(mixed))).reshape(mixed.shape), mixed)
    assert len(png_bytes(ramp)) < len(png_bytes(noise(64, 64, channels))) / 20
    assert np.asarray(decoded(png_bytes(ramp[:1, :1]))).size == channels


def test_a_data_uri_holds_the_png():
    pixels = noise(4, 4, 3)
    head, body = png_data_uri(pixels).split(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(body) == png_bytes(pixels)


def test_magnified_pixels_are_squares():
    pixels = noise(2, 3, 3)
    large = magnify(pixels, 4)
    assert large.shape == (8, 12, 3)
    for y in range(8):
        for x in range(12):
            np.testing.assert_array_equal(large[y, x], pixels[y // 4, x // 4])


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("side", "cell"), [(16, 16), (32, 16), (8, 16)])
def test_a_sprite_has_every_picture_in_its_cell(channels, side, cell):
    shades = [0, 60, 120, 180, 240]
    pictures = [np.full((side, side, channels), shade, np.uint8) for shade in shades]
    sheet = decoded(sprite(pictures, columns=3, cell=cell))
    assert sheet.format == "WEBP" and sheet.size == (3 * cell, 2 * cell)
    values = np.asarray(sheet.convert("L")).astype(int)
    for index, shade in enumerate([*shades, 255]):
        row, column = divmod(index, 3)
        middle = values[row * cell + cell // 2, column * cell + cell // 2]
        assert abs(middle - shade) <= 6


def test_a_sprite_is_never_wider_than_its_pictures():
    assert decoded(sprite([noise(8, 8, 3)], columns=32, cell=8)).size == (8, 8)
    with pytest.raises(ValueError, match="at least one"):
        sprite([])


def film(count, channels, side=32):
    """From noise to a picture with white round it, as a denoiser's frames go."""
    ys, xs = np.mgrid[:side, :side] / side - 0.5
    ball = (np.hypot(xs, ys) < 0.4)[..., None]
    picture = np.where(ball, np.array([230, 120, 20])[:channels], 255).astype(float)
    rng = np.random.default_rng(0)
    shares = np.linspace(1, 0, count)
    grain = rng.normal(128, 60, (count, side, side, channels))
    mixed = [share * grain[i] + (1 - share) * picture for i, share in enumerate(shares)]
    return [np.clip(frame, 0, 255).astype(np.uint8) for frame in mixed]


def gif_frames(content, scale):
    image = decoded(content)
    frames = []
    for index in range(image.n_frames):
        image.seek(index)
        large = np.asarray(image.convert("RGB"))
        small = large[::scale, ::scale]
        np.testing.assert_array_equal(magnify(small, scale), large)
        frames.append((small, image.info["duration"]))
    return frames


def test_a_grey_gif_is_exact():
    frames = film(6, 1)
    read = gif_frames(gif_bytes(frames, 3, [10, 20, 30, 40, 50, 900]), 3)
    assert [duration for _, duration in read] == [10, 20, 30, 40, 50, 900]
    for (found, _), frame in zip(read, frames, strict=True):
        np.testing.assert_array_equal(found, frame.repeat(3, axis=2))


def test_a_colour_gif_is_close_and_its_white_is_white():
    frames = film(20, 3)
    content = gif_bytes(frames, 2, 60)
    assert decoded(content).info["loop"] == 0
    read = gif_frames(content, 2)
    assert len(read) == 20
    errors = [
        np.abs(found.astype(int) - frame).mean()
        for (found, _), frame in zip(read, frames, strict=True)
    ]
    assert max(errors) < 12 and errors[-1] < 1
    last = read[-1][0]
    assert (last[frames[-1].min(axis=-1) == 255] == 255).all()


def test_frames_that_stay_keep_their_time():
    first, second = noise(8, 8, 3), noise(8, 8, 3, seed=1)
    read = gif_frames(gif_bytes([first, first, second], 1, [50, 60, 70]), 1)
    assert sum(duration for _, duration in read) == 180
    assert len(gif_frames(gif_bytes([first], 1, 500), 1)) == 1


def test_a_gif_needs_frames_and_as_many_durations():
    with pytest.raises(ValueError, match="at least one"):
        gif_bytes([])
    with pytest.raises(ValueError, match="durations"):
        gif_bytes([noise(4, 4, 3)] * 2, 1, [10])


def test_a_strip_has_rows_of_frames_with_gaps():
    rows = [[noise(4, 4, 3, seed=i) for i in range(3)], [noise(4, 4, 1, seed=i) for i in range(2)]]
    sheet = np.asarray(decoded(png_strip(rows, scale=2, gap=3)))
    assert sheet.shape == (2 * 8 + 3, 3 * 8 + 2 * 3, 3)
    np.testing.assert_array_equal(sheet[:8, 11:19], magnify(rows[0][1], 2))
    np.testing.assert_array_equal(sheet[11:19, :8], magnify(rows[1][0].repeat(3, axis=2), 2))
    assert (sheet[8:11] == 255).all() and (sheet[:, 8:11] == 255).all()
    assert (sheet[11:, 22:] == 255).all()


def test_a_strip_of_grey_frames_is_grey():
    assert decoded(png_strip([[noise(4, 4, 1)] * 3])).mode == "L"
    for rows in ([], [[]], [[noise(4, 4, 1)], []]):
        with pytest.raises(ValueError, match="at least one"):
            png_strip(rows)


def test_a_films_coloured_noise_keeps_its_colours():
    frames = [noise(8, 8, 3, seed=seed) for seed in range(7)]
    with Image.open(io.BytesIO(film_sheet(frames, 3))) as sheet:
        assert (sheet.format, sheet.size) == ("JPEG", (24, 24))
        pixels = np.asarray(sheet).astype(int)
    shown = pixels[8:16, 16:24]  # the sixth
    assert np.abs(shown - frames[5]).mean() < 25
    spread = (shown.max(2) - shown.min(2)).mean() / np.ptp(frames[5], axis=2).mean()
    assert spread == pytest.approx(1, abs=0.1)
