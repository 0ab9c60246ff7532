"""Handlers of "It must know t": four pictures, this moment's valley, two runs side by side."""

import base64
import io

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from explorer.images.encoding import to_pixels
from explorer.lessons.told_time.compute import (
    NUM_STEPS,
    compute_told_run,
    compute_told_time,
    tell_by,
)
from explorer.lessons.told_time.panel import measure_valley, run_told, shift, show_told, true_tick
from explorer.page.words import number


@pytest.fixture
def rail(choice_of):
    """`rail(t=20, seed=3, name=None)`: what the rail gives."""
    return lambda t=20, seed=3, name=None, denoiser="tiny": (
        denoiser, choice_of(name, denoiser), t, seed,
    )  # fmt: skip


def decoded(uri: str) -> np.ndarray:
    with Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))) as picture:
        return np.asarray(picture)


# ---- the pictures


def test_the_pictures_are_the_experiments(shelf, rail, choice_of):
    row, tick, figure = show_told(shelf, *rail(), 9, "both", None)
    result = compute_told_time(shelf.first, choice_of().pixels, 20, 3, [20, 9])
    truth, lie = result.x_0_hat
    expected = [result.x_t, truth, lie, lie - truth]
    for picture, x in zip(row["pictures"], expected, strict=True):
        np.testing.assert_array_equal(decoded(picture["uri"]), to_pixels(x))
    notes = [picture["note"] for picture in row["pictures"]]
    assert "t = 20" in notes[0]
    assert notes[1].startswith("told 20")
    assert number(result.errors.x_0_mse[1]) in notes[2]
    assert "11 too small" in notes[3]
    assert "true t = 20" in tick
    assert figure == gr.skip()


def test_moving_the_told_t_asks_the_network_once(shelf, rail, answering):
    shelf.exhibits["tiny"] = exhibit = answering(lambda x_t, t: 0 * x_t)
    show_told(shelf, *rail(), 9, "both", None)
    assert [call["t"].tolist() for call in exhibit.denoiser.calls] == [[20, 9]]


def test_told_the_truth_nothing_changes(shelf, rail):
    row, _, _ = show_told(shelf, *rail(), 20, "both", None)
    _, truth, lie, difference = row["pictures"]
    assert truth["uri"] == lie["uri"]
    assert len(np.unique(decoded(difference["uri"]))) == 1
    assert "right" in difference["note"]


@pytest.mark.parametrize("denoiser", ["tiny", "strokes"])
@pytest.mark.parametrize("t, told", [(0, 9), (40, None), ("abc", "abc"), (-5, 10**9), (1, 0)])
def test_whatever_the_sliders_say_there_are_pictures(shelf, rail, denoiser, t, told):
    row, tick, _ = show_told(shelf, *rail(t, denoiser=denoiser), told, "both", None)
    assert len(row["pictures"]) == 4
    assert "true t = 0" not in tick


def test_how_wrong_in_words():
    assert shift(500, 250) == "250 too small"
    assert shift(1, 1000) == "999 too large"
    assert shift(7, 7) == "right"


@pytest.mark.parametrize("t, side, place", [(1, "right", 0), (20, "left", 0.4872), (40, "left", 1)])
def test_the_tick_stands_at_the_true_t_and_its_words_inside(t, side, place):
    assert f'class="{side}"' in true_tick(t, 40)
    assert f"--place: {place:.4f}" in true_tick(t, 40)


# ---- the valley


def test_the_valley_is_drawn_at_its_own_moment_only(shelf, rail):
    valley = measure_valley(shelf, *rail(20, 3), "both")
    _, _, figure = show_told(shelf, *rail(20, 3), 9, "both", valley)
    assert list(figure.data[0].x) == valley[1].told
    assert list(figure.data[1].x) == [9]
    assert figure.layout.shapes[0].x0 == 20
    for other in (rail(21, 3), rail(20, 4), rail(20, 3, "hot dog"), rail(denoiser="strokes")):
        assert show_told(shelf, *other, 9, "both", valley)[2] == gr.skip()


def test_the_dots_lie_on_the_curves(shelf, rail):
    valley = measure_valley(shelf, *rail(), "both")
    _, _, figure = show_told(shelf, *rail(), valley[1].told[3], "both", valley)
    noise, noise_dot, image, image_dot = figure.data
    assert noise_dot.y[0] == pytest.approx(noise.y[3], rel=1e-4)
    assert image_dot.y[0] == pytest.approx(image.y[3], rel=1e-4)


def test_the_valley_is_measured_in_one_call(shelf, rail, answering):
    shelf.exhibits["tiny"] = exhibit = answering(lambda x_t, t: 0 * x_t)
    measure_valley(shelf, *rail(0), "both")
    [call] = exhibit.denoiser.calls
    assert call["t"].tolist()[0] == 1


def test_the_valley_is_flat_where_only_the_formula_believes(shelf, rail):
    valley = measure_valley(shelf, *rail(), "formula")
    assert valley[1].eps_mse == pytest.approx([valley[1].eps_mse[0]] * len(valley[1].told))
    assert show_told(shelf, *rail(), 9, "both", valley)[2] == gr.skip()  # it is another one's
    assert show_told(shelf, *rail(), 9, "formula", valley)[2] != gr.skip()


def test_nobody_is_a_believer(shelf, rail):
    for handler in (measure_valley, lambda *given: show_told(*given[:-1], 9, given[-1], None)):
        with pytest.raises(gr.Error, match="believer must be one of network, formula, both"):
            handler(shelf, *rail(), "nobody")


# ---- the runs


@pytest.mark.parametrize("how", ["constant", "shifted", "reversed"])
def test_both_runs_arrive_frame_by_frame(shelf, rail, how):
    opening, *pieces = list(run_told(shelf, *rail(), 9, "both", how))
    assert opening.get("frames") is None
    assert opening["status"]
    assert len(opening["views"]) == 2
    assert {piece["run"] for piece in (opening, *pieces)} == {opening["run"]}
    assert {piece["total"] for piece in (opening, *pieces)} == {NUM_STEPS + 1}
    assert [piece["start"] for piece in pieces] == list(range(NUM_STEPS + 1))
    frames = list(compute_told_run(shelf.first, tell_by(how, 20, 9, 40), 3))
    for piece, frame in zip(pieces, frames, strict=True):
        np.testing.assert_array_equal(decoded(piece["frames"][0]), frame.side_by_side)
    assert pieces[0]["captions"] == [f"t = 40, told {frames[0].told}"]
    assert pieces[-1]["captions"] == ["t = 0"]


def test_who_has_to_wait_is_told_so(shelf, rail):
    stream = run_told(shelf, *rail(), 9, "both", "shifted")
    next(stream)
    with shelf.line.join(), shelf.line.join():
        assert "1 before you" in next(stream)["status"]
    assert next(stream)["start"] == 0


def test_the_lie_is_named(shelf, rail):
    named = {how: next(run_told(shelf, *rail(), 9, "both", how))["views"][1] for how in
             ("constant", "shifted", "reversed")}  # fmt: skip
    assert "told 9" in named["constant"]
    assert "11 too small" in named["shifted"]
    assert len(set(named.values())) == 3


def test_two_runs_have_two_names(shelf, rail):
    one, two = (next(run_told(shelf, *rail(), 9, "both", "reversed"))["run"] for _ in range(2))
    assert one != two


def test_what_goes_wrong_is_said_in_words(shelf, rail, answering):
    with pytest.raises(gr.Error, match="lie must be") as caught:
        list(run_told(shelf, *rail(), 9, "both", None))
    assert caught.value.print_exception is False
    shelf.exhibits["tiny"] = answering(lambda x_t, t: x_t * float("nan"))
    with pytest.raises(FloatingPointError, match="NaN"):
        list(run_told(shelf, *rail(), 9, "both", "shifted"))
