"""Handlers of "Why noise?": six pictures and their errors, the errors' one pattern, two figures."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from explorer.diffusion.noise import noise_from_seed
from explorer.exhibits.readings import TARGETS, compute_readings
from explorer.exhibits.variants import FOLDS
from explorer.images.encoding import to_pixels
from explorer.lessons.why_noise.compute import (
    Settings,
    compute_why_noise,
    compute_why_noise_errors,
    compute_why_noise_raw,
    compute_why_noise_raw_strips,
    compute_why_noise_targets,
    compute_why_noise_targets_strips,
    compute_why_noise_weights,
)
from explorer.lessons.why_noise.panel import (
    draw_measured,
    draw_weights,
    show_errors,
    show_readings,
)
from explorer.page.words import number


@pytest.fixture
def now(moment):
    """`now(t=20, denoiser="tiny")`: a moment of the lesson."""
    return lambda t=20, **more: moment(Settings, t=t, seed=3, **more)


@pytest.fixture
def wrong(shelf, answering):
    """The shelf's first network is off by some way at every t."""
    shelf.exhibits["tiny"] = answering(lambda x_t, t: 0.9 * x_t.roll(1, -1) + 0.05)
    return shelf


def decoded(uri: str) -> np.ndarray:
    with Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))) as picture:
        return np.asarray(picture)


def test_the_truth_stands_above_and_the_guess_with_its_error_below(wrong, now, choice_of):
    row = show_readings(now())["pictures"]
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


@pytest.mark.usefixtures("wrong")
def test_the_errors_are_one_picture_and_its_negative(now, shelf, choice_of):
    answers = show_errors(now())
    row, formula = answers["errors"], answers["formula"]
    noise, image, v = (decoded(picture["uri"]).astype(int) for picture in row["pictures"])
    assert noise.std() > 10
    assert np.abs(v - noise).max() <= 1  # rounded to 8 bits
    assert np.abs(255 - image - noise).max() <= 1
    assert [picture["note"][:3] for picture in row["pictures"]] == ["× 1", "× −", "× 1"]
    result = compute_readings(shelf.first, choice_of().pixels, 20, 3)
    assert "t = 20" in formula
    assert all(number(result.of[name].mse) in formula for name in TARGETS)


def test_without_an_error_the_pictures_are_grey_and_nothing_breaks(shelf, now, answering):
    shelf.exhibits["tiny"] = answering(lambda x_t, t: noise_from_seed(tuple(x_t.shape), 3))
    for picture in show_errors(now())["errors"]["pictures"]:
        assert np.ptp(decoded(picture["uri"])) == 0
    assert show_readings(now())["pictures"][3]["note"] == "error 0\n× 1"


@pytest.mark.parametrize("denoiser", ["tiny", "strokes"])
@pytest.mark.parametrize("t", [0, 1, 40])
def test_whatever_the_slider_says_there_is_something_to_see(now, denoiser, t):
    moment = now(t, denoiser=denoiser)
    assert len(show_readings(moment)["pictures"]) == 6
    answers = show_errors(moment)
    assert len(answers["errors"]["pictures"]) == 3
    assert "t = 0)" not in answers["formula"]
    assert draw_weights(moment).data
    assert draw_measured(moment).layout.title.text


def test_the_figures_are_about_the_rails_moment(now):
    for draw in (draw_weights, draw_measured):
        assert draw(now(13)).layout.shapes[0].x0 == 13
    assert len(draw_measured(now(13)).data) == 4
    assert not draw_measured(now(13, denoiser="strokes")).data


# ---- for programs


@pytest.mark.usefixtures("wrong")
@pytest.mark.parametrize("t", [0, 20])
def test_a_program_is_given_the_pictures_shown(now, t):
    row, errors = show_readings(now(t))["pictures"], show_errors(now(t))["errors"]["pictures"]
    readings, wrong = compute_why_noise(now(t)), compute_why_noise_errors(now(t))
    assert list(readings.pictures) == ["eps", "x_0", "v", "eps_hat", "x_0_hat", "v_hat"]
    for shown, result in ((row, readings), (errors, wrong)):
        for picture, pixels in zip(shown, result.pictures.values(), strict=True):
            np.testing.assert_array_equal(decoded(picture["uri"]), pixels)
    for picture, error in zip(row[3:], readings.numbers["mse"].values(), strict=True):
        assert picture["note"].startswith(f"error {number(error)}\n")
    for picture, factor in zip(errors, wrong.numbers["factor"].values(), strict=True):
        assert picture["note"] == f"× {number(factor)}"


def test_a_program_is_given_the_curves_drawn(now):
    curves = compute_why_noise_weights(now(13)).numbers
    for trace, curve in zip(
        draw_weights(now(13)).data[::2], curves["weight"].values(), strict=True
    ):
        assert [list(trace.x), list(trace.y)] == [curves["t"], curve]


def test_the_folds_are_computed_under_their_own_names(now):
    own = now(denoiser="strokes", raw_sampler="ddpm", raw_helped=2)
    for fold, compute, strips in (
        ("targets", compute_why_noise_targets, compute_why_noise_targets_strips),
        ("raw", compute_why_noise_raw, compute_why_noise_raw_strips),
    ):
        assert list(compute(own).pictures) == ["x_t", *FOLDS[fold]]
        drawn = list(strips(own))
        assert [key for one in drawn for key in one.pictures] == list(FOLDS[fold])
        helped = {(one.numbers["sampler"], one.numbers["helped"]) for one in drawn}
        assert helped == {("ddpm", 2) if fold == "raw" else ("ddim", 0)}
