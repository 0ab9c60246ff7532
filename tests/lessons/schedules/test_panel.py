"""The handlers of the lesson on schedules: pictures with their figures, runs that stream."""

import base64
import io
import re

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from explorer.images.encoding import to_pixels
from explorer.lessons.schedules.compute import (
    compute_run,
    compute_schedules,
    long_plan,
    sampler_plans,
)
from explorer.lessons.schedules.panel import (
    LongRun,
    compare_schedules,
    draw_spacing,
    end_text,
    number,
    race_samplers,
    race_spacings,
    samplers_found,
    show_bend,
    spacing_found,
)
from explorer.page.words import SHARED, lesson_words

WORDS = lesson_words("schedules")


def decoded(uri: str) -> np.ndarray:
    with Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))) as picture:
        return np.asarray(picture)


@pytest.fixture
def compare(shelf, choice_of):
    """`compare("linear", t=20)` -> the pictures, the sentence below them, the two figures."""

    def make(name="linear", gamma=2.0, denoiser="tiny", t=20, seed=3):
        rail = (denoiser, choice_of(None, denoiser), t, seed)
        row, *rest = compare_schedules(shelf, *rail, name, gamma)
        return row["pictures"], *rest

    return make


@pytest.fixture
def start(shelf, choice_of):
    """`start(race_samplers, LongRun(), 8)`: the generator behind a button."""

    def go(handler, long_run, count, denoiser="tiny", seed=3, name=None, own=""):
        more = [own] if handler is race_spacings else []
        return handler(shelf, long_run, denoiser, choice_of(name, denoiser), 20, seed, count, *more)

    return go


# ---- schedules


@pytest.mark.parametrize("name", SHARED["schedules"])
@pytest.mark.parametrize("t", [0, 1, 20, 40, None, "abc"])
def test_every_schedule_is_shown_at_any_t(compare, name, t):
    pictures, end, share, ratio = compare(name, t=t)
    assert len(pictures) == 4
    assert all(picture["label"] and picture["note"] for picture in pictures)
    assert "{" not in end + str(pictures[0]["label"]) + str(pictures[2]["note"])
    assert share.data
    assert ratio.data


def test_the_pictures_are_the_experiments_and_so_are_their_figures(compare, shelf, choice_of):
    found = compute_schedules(shelf.first, choice_of().pixels, 20, 3, "linear", 2.0)
    pictures, end, _, ratio = compare("linear")
    shown = (found.chosen.x_t, found.same_t.x_t, found.same_snr.x_t, found.x_0_hat)
    for picture, x in zip(pictures, shown, strict=True):
        np.testing.assert_array_equal(decoded(picture["uri"]), to_pixels(x))
    mixtures = (found.chosen, found.same_t, found.same_snr)
    for picture, mixture in zip(pictures, mixtures, strict=False):
        assert f"SNR {number(mixture.snr)}" in picture["note"]
        assert f"t = {mixture.t}" in picture["label"]
    assert f"told t = {found.same_snr.t}" in pictures[3]["label"]
    assert f"{found.mse:.3f}" in pictures[3]["note"]
    assert number(found.end_snr) in end
    assert list(ratio.data[-1].x) == [20, found.same_snr.t]


def test_at_0_there_is_no_noise_to_speak_of(compare):
    pictures, *_ = compare(t=0)
    assert all("inf" not in picture["note"] for picture in pictures)
    assert pictures[0]["note"] == WORDS["no_noise"]
    assert pictures[3]["note"] == WORDS["nothing"]
    assert len({picture["uri"] for picture in pictures}) == 1


def test_a_schedule_that_never_reaches_noise_says_so(shelf, choice_of):
    def end(name, gamma=1.0):
        return end_text(
            compute_schedules(shelf.first, choice_of().pixels, 20, 3, name, gamma), T=40
        )

    assert WORDS["end_too_soon"] in end("linear")  # Ho's ends are for a thousand steps
    assert WORDS["end_too_soon"] not in end("cosine")


def test_the_bend_is_offered_where_it_does_something():
    assert show_bend("bent")["visible"] is True
    assert show_bend("cosine")["visible"] is False


# ---- runs


def last_row(stream) -> list[dict]:
    rows = [row for row, *_ in stream if row != gr.skip()]
    return rows[-1]["pictures"]


def test_the_race_shows_each_samplers_end_its_calls_and_its_distance(start, shelf, choice_of):
    pictures = last_row(start(race_samplers, LongRun(), 8))
    assert [picture["label"] for picture in pictures] == [
        WORDS["runs"][name] for name in ("ddim", "dpmpp_2m", "heun", "ddpm", "long")
    ]
    kind = choice_of().kind
    for picture, plan in zip(pictures, [*sampler_plans(40, 8), long_plan(40)], strict=True):
        *_, end = compute_run(shelf.first, plan, 3, kind)
        np.testing.assert_array_equal(decoded(picture["uri"]), to_pixels(end.x_0_hat))
        assert f"{plan.num_steps} steps, {end.calls} calls" in picture["note"]
    assert ["distance" in picture["note"] for picture in pictures] == [True] * 3 + [False] * 2
    assert WORDS["own_goal"] in pictures[3]["note"]
    assert "7 calls" in pictures[2]["note"]  # Heun: 4 steps


def test_as_many_steps_as_the_long_run_lie_at_no_distance(start):
    even, *_ = last_row(start(race_spacings, LongRun(), 40))  # tiny: T = 40
    assert "distance 0 of" in even["note"]


def test_a_long_run_is_made_once_for_a_network_kind_and_seed(start, shelf, answering):
    shelf.exhibits["tiny"] = exhibit = answering(lambda x_t, t: 0.3 * x_t)
    asked = exhibit.denoiser.calls
    long_run = LongRun()
    list(start(race_spacings, long_run, 4))
    assert len(asked) == 3 * 4 + 40
    pictures = last_row(start(race_samplers, long_run, 4))
    assert len(asked) == 52 + 4 + 4 + 3 + 4
    assert "distance" in pictures[0]["note"]
    list(start(race_spacings, long_run, 4, seed=4))
    assert len(asked) == 67 + 52
    list(start(race_spacings, long_run, 4, seed=4, name="hot dog"))
    assert len(asked) == 119 + (0 if long_run.key[1] is None else 52)


def test_stop_can_be_pressed_while_it_runs_and_not_after(start):
    stops = [stop for *_, stop in start(race_samplers, LongRun(), 4) if stop != gr.skip()]
    assert [stop["interactive"] for stop in stops] == [True, False]


def test_who_has_to_wait_is_told_so(start, shelf):
    stream = start(race_samplers, LongRun(), 4)
    with shelf.line.join(), shelf.line.join():
        next(stream)
        _, about, _ = next(stream)
        assert about.endswith("1 before you")
    _, about, _ = next(stream)
    assert "before you" not in about
    assert len(last_row(stream)) == 5
    assert shelf.line.places == []


def test_a_stopped_run_leaves_no_half_a_long_run(start, monkeypatch):
    monkeypatch.setattr("explorer.lessons.schedules.panel.SEND_EVERY", 0)
    long_run = LongRun()
    stream = start(race_spacings, long_run, 4)
    sent = [next(stream)[0] for _ in range(21)]
    stream.close()
    rows = [row["pictures"] for row in sent if row != gr.skip()]
    assert rows[0][0]["uri"] is None
    assert re.match(r"\d calls …", rows[2][0]["note"])
    assert rows[-1][-1]["uri"] is not None  # it was under way
    assert long_run == LongRun()


def test_what_the_pictures_are_of_is_said(start):
    _, about, _ = next(start(race_samplers, LongRun(), 4, name="hot dog"))
    assert about == "tiny, told “dog”, seed 3"
    _, about, _ = next(start(race_spacings, LongRun(), 4, denoiser="strokes", seed=None))
    assert "strokes" in about
    assert "seed 0" in about


@pytest.mark.parametrize("handler", [race_samplers, race_spacings])
def test_more_steps_than_times_are_cut_to_as_many(start, handler):
    first, *_ = last_row(start(handler, LongRun(), 50))
    assert "40 steps, 40 calls" in first["note"]


@pytest.mark.parametrize("handler", [race_samplers, race_spacings])
def test_a_network_that_fails_is_an_error_with_words(start, shelf, answering, handler):
    shelf.exhibits["tiny"] = answering(lambda x_t, t: x_t * float("nan"))
    with pytest.raises(FloatingPointError, match="NaN or infinity at t = 40"):
        list(start(handler, LongRun(), 4))


def test_times_of_ones_own_are_raced_and_drawn_beside_the_others(start, shelf):
    *_, own, long = last_row(start(race_spacings, LongRun(), 4, own="30, 20"))
    assert (own["label"], long["label"]) == (WORDS["runs"]["own"], WORDS["runs"]["long"])
    assert own["note"].startswith("3 steps, 3 calls\ndistance ")
    over_t, _ = draw_spacing(shelf, "tiny", 4, "30, 20")
    assert list(over_t.data[-1].x) == [40, 30, 20, 0]


def test_what_was_found_is_told_in_the_files_own_figures(shelf, real_exhibits):
    assert samplers_found(shelf) == spacing_found(shelf) == WORDS["not_measured"]
    shelf.exhibits = real_exhibits
    for name in ("emoji", "digits"):
        measured = real_exhibits[name].metrics["findings"]
        row = " | ".join(number(one) for one in measured["samplers"]["heun"])
        assert f"| {name}: Heun | {row} |" in samplers_found(shelf)
        placed = measured["spacing"]["placed"][1]
        assert f"| {number(placed)} (9 calls) |" in spacing_found(shelf)


@pytest.mark.parametrize("steps", [4, 10, 50])
def test_the_ticks_are_the_times_of_the_runs(shelf, steps):
    over_t, over_snr = draw_spacing(shelf, "tiny", steps, "")
    assert [len(trace.x) for trace in over_t.data] == [min(steps, 40) + 1] * 3
    assert [len(trace.x) for trace in over_snr.data] == [min(steps, 40)] * 3
