"""Handlers of "Why noise?": six pictures and their errors, the errors' one pattern, two figures."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from explorer.diffusion.noise import noise_from_seed
from explorer.exhibits.readings import TARGETS, compute_readings
from explorer.images.encoding import to_pixels
from explorer.lessons.why_noise.panel import (
    draw_measured,
    draw_weights,
    number,
    show_errors,
    show_readings,
)


@pytest.fixture
def wrong(shelf, answering):
    """The shelf's first network is off by some way at every t."""
    shelf.exhibits["tiny"] = answering(lambda x_t, t: 0.9 * x_t.roll(1, -1) + 0.05)
    return shelf


def decoded(uri: str) -> np.ndarray:
    with Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))) as picture:
        return np.asarray(picture)


def test_the_truth_stands_above_and_the_guess_with_its_error_below(wrong, choice_of):
    row = show_readings(wrong, "tiny", choice_of(), 20, 3)["pictures"]
    result = compute_readings(wrong.first, choice_of().pixels, 20, 3)
    for name, reach, truth, guess in zip(TARGETS, (3, 1, 3), row[:3], row[3:], strict=True):
        reading = result.of[name]
        np.testing.assert_array_equal(decoded(truth["uri"]), to_pixels(reading.truth / reach))
        np.testing.assert_array_equal(decoded(guess["uri"]), to_pixels(reading.guess / reach))
        assert guess["note"].startswith(f"error {number(reading.mse)}")
    noise, image, v = (picture["note"] for picture in row[3:])
    schedule = wrong.first.schedule
    assert noise.endswith("\n× 1")
    assert image.endswith(f"\n× {number(1 / schedule.snr[20].item())}")
    assert v.endswith(f"\n× {number(1 / schedule.alpha_bar[20].item())}")
    scales = schedule.signal_scale[20].item(), schedule.noise_scale[20].item()
    assert row[2]["note"] == "{} ε − {} x₀".format(*map(number, scales))


def test_the_errors_are_one_picture_and_its_negative(wrong, choice_of):
    row, formula = show_errors(wrong, "tiny", choice_of(), 20, 3)
    noise, image, v = (decoded(picture["uri"]).astype(int) for picture in row["pictures"])
    assert noise.std() > 10
    assert np.abs(v - noise).max() <= 1  # rounded to 8 bits
    assert np.abs(255 - image - noise).max() <= 1
    assert [picture["note"][:3] for picture in row["pictures"]] == ["× 1", "× −", "× 1"]
    result = compute_readings(wrong.first, choice_of().pixels, 20, 3)
    assert "t = 20" in formula
    assert all(number(result.of[name].mse) in formula for name in TARGETS)


def test_without_an_error_the_pictures_are_grey_and_nothing_breaks(shelf, choice_of, answering):
    shelf.exhibits["tiny"] = answering(lambda x_t, t: noise_from_seed(tuple(x_t.shape), 3))
    row, _ = show_errors(shelf, "tiny", choice_of(), 20, 3)
    for picture in row["pictures"]:
        assert np.ptp(decoded(picture["uri"])) == 0
    assert show_readings(shelf, "tiny", choice_of(), 20, 3)["pictures"][3]["note"] == "error 0\n× 1"


@pytest.mark.parametrize("denoiser", ["tiny", "strokes"])
@pytest.mark.parametrize("t", [0, 1, 40, None, "abc", 10**9])
def test_whatever_the_slider_says_there_is_something_to_see(shelf, choice_of, denoiser, t):
    rail = (denoiser, choice_of(None, denoiser), t, 3)
    assert len(show_readings(shelf, *rail)["pictures"]) == 6
    row, formula = show_errors(shelf, *rail)
    assert len(row["pictures"]) == 3
    assert "t = 0)" not in formula
    assert draw_weights(shelf, *rail).data
    assert draw_measured(shelf, *rail).layout.title.text


def test_the_figures_are_about_the_rails_moment(shelf, choice_of):
    for draw in (draw_weights, draw_measured):
        assert draw(shelf, "tiny", choice_of(), 13, 3).layout.shapes[0].x0 == 13
    assert len(draw_measured(shelf, "tiny", choice_of(), 13, 3).data) == 4
    assert not draw_measured(shelf, "strokes", choice_of(None, "strokes"), 13, 3).data
