"""The endpoints as plain functions: the experiments' results as plain words and PNG pictures."""

import base64
import io
import json

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from explorer.api import add_noise, find_pixels, predict_noise, reverse
from explorer.exhibits.predictions import compute_noise_prediction
from explorer.exhibits.runs import ReverseChoices, compute_reverse
from explorer.exhibits.scene import compute_noisy_image
from explorer.images.encoding import png_data_uri, to_pixels


def decoded(uri: str) -> np.ndarray:
    assert uri.startswith("data:image/png;base64,")
    with Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))) as picture:
        return np.asarray(picture)


def test_add_noise_is_the_experiment(shelf, choice_of):
    answer = json.loads(json.dumps(add_noise(shelf, "tiny", "old dog", 13, 5)))
    noisy = compute_noisy_image(shelf.first.schedule, choice_of("old dog").pixels, 13, 5)
    assert answer["t"] == 13
    assert answer["signal_scale"] == pytest.approx(noisy.signal_scale)
    for name in ("x_t", "signal_part", "noise_part"):
        np.testing.assert_array_equal(decoded(answer[name]), to_pixels(getattr(noisy, name)))


def test_predict_noise_is_the_experiment(shelf, choice_of):
    answer = json.loads(json.dumps(predict_noise(shelf, "tiny", "old dog", 13, 5)))
    result = compute_noise_prediction(shelf.first, choice_of("old dog").pixels, 13, 5)
    for name in ("mse", "correlation", "ideal_mse"):
        assert answer[name] == pytest.approx(getattr(result, name))
    for name in ("eps", "eps_hat"):  # from -3, black, to 3, white
        np.testing.assert_array_equal(decoded(answer[name]), to_pixels(getattr(result, name) / 3))
    np.testing.assert_array_equal(decoded(answer["x_0_hat"]), to_pixels(result.x_0_hat))


def test_reverse_gives_a_frame_at_a_time(shelf):
    answers = list(reverse(shelf, "tiny", "dog", "ddpm", 8, 1.0, 0.0, 3))
    assert [answer["t"] for answer in answers] == [40, 35, 30, 25, 20, 15, 10, 5, 0]
    last = decoded(answers[-1]["x_t"])
    assert last.shape == (8, 8, 3)
    choices = ReverseChoices("ddpm", 8, "dog", 1.0, 0.0, 3)
    for answer, frame in zip(answers, compute_reverse(shelf.first, choices), strict=True):
        assert (answer["step"], answer["total"]) == (frame.step, frame.total)
        for name in ("x_t", "x_0_hat", "eps_hat"):
            np.testing.assert_array_equal(decoded(answer[name]), getattr(frame, name))
    np.testing.assert_array_equal(last, decoded(answers[-1]["x_0_hat"]))


def test_a_picture_may_be_a_file_of_ones_own(shelf):
    own = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    pixels = find_pixels(shelf, shelf.first, png_data_uri(own))
    np.testing.assert_array_equal(pixels, own)
    assert find_pixels(shelf, shelf.exhibit("strokes"), png_data_uri(own)).shape == (28, 28, 1)


def say(call) -> str:
    with pytest.raises(gr.Error) as caught:
        call()
    assert caught.value.print_exception is False
    return caught.value.message


@pytest.mark.parametrize("t", [-1, 41, 10**9])
def test_a_time_outside_is_refused_with_what_is_allowed(shelf, t):
    assert "40" in say(lambda: add_noise(shelf, "tiny", "old dog", t, 5))
    assert "1..40" in say(lambda: predict_noise(shelf, "tiny", "old dog", t, 5))


def test_at_0_there_is_no_noise_to_predict(shelf):
    refused = say(lambda: predict_noise(shelf, "tiny", "old dog", 0, 5))
    assert "t must be an integer in 1..40, not 0." in refused
    assert add_noise(shelf, "tiny", "old dog", 0, 5)["noise_scale"] == 0


@pytest.mark.parametrize("function", [add_noise, predict_noise])
def test_unknown_names_are_refused_with_what_there_is(shelf, function):
    assert "tiny, strokes" in say(lambda: function(shelf, "nothing", "old dog", 3, 5))
    assert "'old frog'" in say(lambda: function(shelf, "tiny", "old frog", 3, 5))
    assert "seed" in say(lambda: function(shelf, "tiny", "old dog", 3, -1))


@pytest.mark.parametrize(
    "picture", ["data:", "data:image/png;base64,%%%", "data:image/png;base64,aGVsbG8=", ""]
)
def test_a_file_that_is_no_picture_is_refused(shelf, picture):
    with pytest.raises(ValueError, match="data URI|base64|no picture|not a picture"):
        find_pixels(shelf, shelf.first, picture)


@pytest.mark.parametrize(
    "changes, says",
    [
        ({"num_steps": 41}, "num_steps must be an integer in 1..40"),
        ({"num_steps": 0}, "num_steps must be an integer in 1..40"),
        ({"sampler": "magic"}, "sampler must be one of"),
        ({"denoiser": "nothing"}, "denoiser must be one of"),
        ({"kind": "unicorn"}, "kind must be one of cat, dog"),
        ({"eta": -1.0}, "eta must be"),
        ({"seed": -1}, "seed must be"),
    ],
)
def test_a_run_that_cannot_be_is_refused_with_what_is_allowed(shelf, changes, says):
    run = dict(denoiser="tiny", kind="", sampler="ddim", num_steps=5, guidance=1.0, eta=0.0, seed=1)
    assert says in say(lambda: list(reverse(shelf, **{**run, **changes})))
