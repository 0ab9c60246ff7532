"""What all lessons have in common, and what the first two draw when a fold is opened."""

import base64

import numpy as np
import plotly.graph_objects as go
import pytest

from explorer.images.encoding import to_model_space, to_pixels
from explorer.lessons.forward_noising.compute import Settings
from explorer.lessons.forward_noising.compute import result as forward_result
from explorer.lessons.forward_noising.panel import draw_histogram, draw_schedule
from explorer.lessons.noise_prediction.compute import result as prediction_result
from explorer.lessons.noise_prediction.panel import draw_error, output_text
from explorer.page.rail import scene_of
from explorer.page.words import LESSONS, TEXT, lesson_words


@pytest.mark.parametrize("t", [0, 13, 40])
@pytest.mark.parametrize("denoiser", ["tiny", "strokes"])
def test_the_folds_draw_at_any_t(moment, denoiser, t):
    now = moment(Settings, denoiser=denoiser, t=t)
    for draw in (draw_histogram, draw_schedule, draw_error):
        figure = draw(now)
        assert isinstance(figure, go.Figure)
        assert figure.data


def test_the_figures_are_about_the_rails_moment(moment):
    now = moment(Settings, "old dog", t=13)
    assert draw_schedule(now).layout.shapes[0].x0 == 13
    points = draw_error(now).data[:2]
    assert [list(point.x) for point in points] == [[13], [13]]
    assert points[0].y[0] == pytest.approx(points[1].y[0])  # its network is the ideal denoiser


@pytest.mark.parametrize("denoiser", ["tiny", "strokes"])
def test_a_program_is_given_what_the_browser_draws(moment, denoiser):
    """It is sent x_0, the noise and the prediction, and mixes x_t by itself."""
    now = moment(Settings, denoiser=denoiser, t=13)
    sent = scene_of(now)
    shape, scene, prediction = now.exhibit.denoiser.shape, sent["scene"], sent["prediction"]

    def bytes_of(text: str, kind=np.uint8) -> np.ndarray:
        return np.frombuffer(base64.b64decode(text), kind).reshape(shape)

    found = forward_result(now)
    noisy, pixels = found.pictures["x_t"], now.pixels.transpose(2, 0, 1)
    np.testing.assert_array_equal(bytes_of(scene["x_0"]), pixels)
    x_0, eps = to_model_space(now.pixels), bytes_of(scene["eps"], "<f4")
    x_t = np.float32(found.numbers["signal_scale"]) * x_0
    x_t = x_t + np.float32(found.numbers["noise_scale"]) * eps
    assert np.abs(to_pixels(x_t).astype(int) - noisy).max() <= 1  # half-way values round anyhow
    predicted = prediction_result(now)
    np.testing.assert_array_equal(
        bytes_of(prediction["x_0_hat"]), predicted.pictures["x_0_hat"].transpose(2, 0, 1)
    )
    assert prediction["figures"]["mse"] == predicted.numbers["mse"]


def test_at_0_the_error_is_that_of_the_first_moment_that_has_one(moment):
    assert list(draw_error(moment(t=0)).data[0].x) == [1]


def test_a_network_without_measurements_shows_this_images_point_alone(moment):
    figure = draw_error(moment(denoiser="strokes", t=13))
    assert len(figure.data) == 2
    assert list(figure.data[1].y) == [None]


def test_what_the_network_puts_out_is_said(answering):
    exhibit = answering(lambda x_t, t: x_t)
    assert "Ho et al." in output_text(exhibit)
    exhibit.denoiser.prediction = "v"
    assert "*v*" in output_text(exhibit)
    assert "{" not in output_text(exhibit)


def texts(branch, path="") -> list[tuple[str, str]]:
    if isinstance(branch, str):
        return [(path, branch)]
    if isinstance(branch, list):
        branch = dict(enumerate(branch))
    if not isinstance(branch, dict):
        return []  # a number
    return [found for key, value in branch.items() for found in texts(value, f"{path}.{key}")]


def test_every_text_is_something_a_visitor_can_read():
    words = TEXT | {name: lesson_words(name) for name in LESSONS}
    wrong = {
        path: text
        for path, text in texts(words)
        if not text or text.strip() != text or text.count("**") % 2 or "TODO" in text
    }
    assert wrong == {}


def test_no_placeholder_is_left_on_the_page(page):
    words = [
        str(getattr(block, attribute, ""))
        for block in page.blocks.values()
        for attribute in ("value", "label", "info")
    ]
    assert not [text for text in words if "{T}" in text or "{t}" in text]
