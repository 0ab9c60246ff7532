"""Handlers of "It must know t": four pictures, this moment's valley, two runs side by side."""

import base64
import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from explorer.images.encoding import to_pixels
from explorer.lessons.told_time.compute import (
    NUM_STEPS,
    Settings,
    compute_told_time,
    compute_told_time_run,
    compute_told_time_valley,
    predict_told,
    run_both,
    tell_by,
)
from explorer.lessons.told_time.panel import (
    WORDS,
    measure_valley,
    run_told,
    shift,
    show_told,
    told_slider,
    true_tick,
)
from explorer.page.words import number


@pytest.fixture
def now(moment):
    """`now(t=20, told_t=9)`: a moment of the lesson."""

    def make(t=20, seed=3, name=None, denoiser="tiny", told_t=9, **settings):
        return moment(
            Settings, name, denoiser=denoiser, t=t, seed=seed, told_t=told_t, **settings
        )  # fmt: skip

    return make


@pytest.fixture
def frame_by_frame(monkeypatch):
    monkeypatch.setattr("explorer.page.runs.SEND_EVERY", 0)


def decoded(uri: str) -> np.ndarray:
    with Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))) as picture:
        return np.asarray(picture)


def pictures_of(answers: dict) -> list[dict]:
    return answers["pictures"]["pictures"]


# ---- the pictures


def test_the_pictures_are_the_experiments(now, shelf, choice_of):
    answers = show_told(now(), None)
    result = predict_told(shelf.first, choice_of().pixels, 20, 3, [20, 9])
    truth, lie = result.x_0_hat
    expected = [result.x_t, truth, lie, lie - truth]
    for picture, x in zip(pictures_of(answers), expected, strict=True):
        np.testing.assert_array_equal(decoded(picture["uri"]), to_pixels(x))
    notes = [picture["note"] for picture in pictures_of(answers)]
    assert "t = 20" in notes[0]
    assert notes[1].startswith("told 20")
    assert number(result.errors.x_0_mse[1]) in notes[2]
    assert "11 too small" in notes[3]
    assert "true t = 20" in answers["tick"]
    assert "figure" not in answers


@pytest.mark.parametrize("t", [0, 20])
def test_a_program_is_given_the_pictures_shown(now, t):
    shown = pictures_of(show_told(now(t), None))
    result = compute_told_time(now(t))
    for picture, pixels in zip(shown, result.pictures.values(), strict=True):
        np.testing.assert_array_equal(decoded(picture["uri"]), pixels)
    for picture, told, error in zip(
        shown[1:3], result.numbers["told"], result.numbers["x_0_mse"], strict=True
    ):
        assert picture["note"] == f"told {told}\nerror {number(error)}"


def test_moving_the_told_t_asks_the_network_once(now, shelf, answering):
    shelf.exhibits["tiny"] = exhibit = answering(lambda x_t, t: 0 * x_t)
    show_told(now(), None)
    assert [call["t"].tolist() for call in exhibit.denoiser.calls] == [[20, 9]]


def test_told_the_truth_nothing_changes(now):
    _, truth, lie, difference = pictures_of(show_told(now(told_t=20), None))
    assert truth["uri"] == lie["uri"]
    assert len(np.unique(decoded(difference["uri"]))) == 1
    assert "right" in difference["note"]


@pytest.mark.parametrize("denoiser", ["tiny", "strokes"])
@pytest.mark.parametrize("t, told", [(0, 9), (40, None), (1, 10**9), (1, 0)])
def test_whatever_the_sliders_say_there_are_pictures(now, denoiser, t, told):
    answers = show_told(now(t, denoiser=denoiser, told_t=told), None)
    assert len(pictures_of(answers)) == 4
    assert "true t = 0" not in answers["tick"]


def test_how_wrong_in_words():
    assert shift(500, 250) == "250 too small"
    assert shift(1, 1000) == "999 too large"
    assert shift(7, 7) == "right"


@pytest.mark.parametrize("t, side, place", [(1, "right", 0), (20, "left", 0.4872), (40, "left", 1)])
def test_the_tick_stands_at_the_true_t_and_its_words_inside(t, side, place):
    assert f'class="{side}"' in true_tick(t, 40)
    assert f"--place: {place:.4f}" in true_tick(t, 40)


# ---- the valley


def test_the_valley_is_drawn_at_its_own_moment_only(now):
    valley = measure_valley(now(20))
    figure = show_told(now(20), valley)["figure"]
    assert list(figure.data[0].x) == valley[1].told
    assert list(figure.data[1].x) == [9]
    assert figure.layout.shapes[0].x0 == 20
    others = (now(21), now(seed=4), now(name="hot dog"), now(denoiser="strokes"))
    for other in others:
        assert "figure" not in show_told(other, valley)


def test_the_dots_lie_on_the_curves(now):
    valley = measure_valley(now())
    figure = show_told(now(told_t=valley[1].told[3]), valley)["figure"]
    noise, noise_dot, image, image_dot = figure.data
    assert noise_dot.y[0] == pytest.approx(noise.y[3], rel=1e-4)
    assert image_dot.y[0] == pytest.approx(image.y[3], rel=1e-4)


def test_a_program_is_given_the_curves_drawn(now):
    figure = show_told(now(), measure_valley(now()))["figure"]
    curves = compute_told_time_valley(now()).numbers
    noise, _, image, _ = figure.data
    assert list(noise.x) == curves["told"]
    assert [list(noise.y), list(image.y)] == [curves["eps_mse"], curves["x_0_mse"]]


def test_the_valley_is_measured_in_one_call(now, shelf, answering):
    shelf.exhibits["tiny"] = exhibit = answering(lambda x_t, t: 0 * x_t)
    measure_valley(now(0))
    [call] = exhibit.denoiser.calls
    assert call["t"].tolist()[0] == 1


def test_the_valley_is_flat_where_only_the_formula_believes(now):
    valley = measure_valley(now(believer="formula"))
    assert valley[1].eps_mse == pytest.approx([valley[1].eps_mse[0]] * len(valley[1].told))
    assert "figure" not in show_told(now(believer="both"), valley)  # it is another one's
    assert "figure" in show_told(now(believer="formula"), valley)


# ---- the runs


@pytest.mark.usefixtures("frame_by_frame")
@pytest.mark.parametrize("how", ["constant", "shifted", "reversed"])
def test_both_runs_arrive_frame_by_frame(now, play, shelf, how):
    first, *others = [one["scrubber"] for one in play(run_told(now(lie=how)))]
    assert first["frames"] == []
    assert len(first["views"]) == 2
    assert {piece["total"] for piece in (first, *others)} == {NUM_STEPS + 1}
    pieces = others[:-1]
    frames = list(run_both(shelf.first, tell_by(how, 20, 9, 40), 3))
    for piece, frame in zip(pieces, frames, strict=True):
        np.testing.assert_array_equal(decoded(piece["frames"][0]), frame.side_by_side)
    assert pieces[0]["captions"] == [f"t = 40, told {frames[0].told}"]
    assert pieces[-1]["captions"] == ["t = 0"]


@pytest.mark.usefixtures("frame_by_frame")
def test_a_program_is_given_the_frames_shown(now, play):
    settings = {"lie": "reversed", "believer": "network"}
    pieces = [one["scrubber"] for one in play(run_told(now(0, **settings)))]
    results = list(compute_told_time_run(now(0, **settings)))
    uris = [uri for piece in pieces for uri in piece["frames"]]
    captions = [text for piece in pieces for text in piece["captions"]]
    for uri, caption, result in zip(uris, captions, results, strict=True):
        shown = np.concatenate([result.pictures["truth"], result.pictures["lie"]], axis=1)
        np.testing.assert_array_equal(decoded(uri), shown)
        told = result.numbers["told"]
        assert caption == f"t = {result.numbers['t']}" + (f", told {told}" if told else "")


def test_the_lie_is_named(now):
    def named(**settings) -> str:
        return run_told(now(**settings)).opening["scrubber"]["views"][1]

    names = [named(lie=how) for how in ("constant", "shifted", "reversed")]
    assert "told 9" in names[0].lower()
    assert "11 too small" in names[1]
    assert len(set(names)) == 3
    assert WORDS["believers"]["formula"] in named(lie="constant", believer="formula")


def test_a_network_that_answers_nonsense_is_a_fault(now, play, shelf, answering):
    shelf.exhibits["tiny"] = answering(lambda x_t, t: x_t * float("nan"))
    with pytest.raises(FloatingPointError, match="NaN"):
        play(run_told(now()))


# ---- what can be set


@pytest.mark.parametrize(
    "hostile, told_t",
    [({}, 10), ({"told_t": None}, 10), ({"told_t": "abc"}, 10), ({"told_t": float("nan")}, 10),
     ({"told_t": -5}, 1), ({"told_t": 10**9}, 40), ({"told_t": "12"}, 12), ({"told_t": [3]}, 10)],
)  # fmt: skip
def test_the_told_t_is_one_of_the_networks(moment, shelf, hostile, told_t):
    settings = moment(Settings, **hostile, believer="nobody", lie=None).settings
    assert (settings.told_t, settings.believer, settings.lie) == (told_t, "both", "shifted")
    slider = told_slider(shelf.first, settings)
    assert slider == {"minimum": 1, "maximum": 40, "value": told_t}


def test_settings_made_by_hand_are_mended_too(shelf):
    assert replace(Settings(), told_t=77).mended(shelf.first).told_t == 40
    assert Settings().mended(shelf.first).told_t == 10
