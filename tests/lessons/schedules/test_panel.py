"""The handlers of the lesson on schedules: pictures with their figures, runs that stream."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from explorer.images.encoding import to_pixels
from explorer.lessons.schedules.compute import (
    Settings,
    compute_schedules,
    compute_schedules_race,
    compute_schedules_spacing,
)
from explorer.lessons.schedules.found import own_example, samplers_found, spacing_found
from explorer.lessons.schedules.panel import (
    WORDS,
    LongRun,
    draw_spacing,
    look,
    race_samplers,
    race_spacings,
    show_bend,
    show_schedules,
)
from explorer.lessons.schedules.race import compute_run, long_plan, sampler_plans
from explorer.page.runs import WORDS as LINE
from explorer.page.runs import Live, stopped, stream
from explorer.page.words import SHARED, number, say

SEED = 3


def decoded(uri: str) -> np.ndarray:
    with Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))) as picture:
        return np.asarray(picture)


@pytest.fixture
def compare(moment):
    """`compare("linear", t=20)` -> what is shown, and what a program is given."""

    def make(schedule="linear", gamma=2.0, t=20):
        now = moment(Settings, t=t, seed=SEED, schedule=schedule, gamma=gamma)
        return show_schedules(now), compute_schedules(now)

    return make


@pytest.fixture
def start(moment, play):
    """`start(race_samplers, LongRun(), 8)` -> what the page is sent."""

    def go(handler, long_run, count, name=None, denoiser="tiny", seed=SEED, own=""):
        settings = {"calls": count, "steps": count, "own": own}
        now = moment(Settings, name, denoiser=denoiser, seed=seed, **settings)
        return play(handler(now, long_run))

    return go


# ---- schedules


@pytest.mark.parametrize("schedule", SHARED["schedules"])
@pytest.mark.parametrize("t", [0, 1, 20, 40])
def test_every_schedule_is_shown_at_any_t(compare, schedule, t):
    shown, _ = compare(schedule, t=t)
    pictures = shown["row"]["pictures"]
    assert len(pictures) == 4
    assert all(picture["label"] and picture["note"] for picture in pictures)
    assert "{" not in shown["end"] + str(pictures[0]["label"]) + str(pictures[2]["note"])
    assert len(shown["share"].data) == 1 + 5
    assert len(shown["ratio"].data) == 1 + 5 + (t > 0)


@pytest.mark.parametrize("t", [0, 20])
def test_a_program_is_given_what_the_page_shows(compare, t):
    shown, result = compare("linear", t=t)
    pictures, numbers = shown["row"]["pictures"], result.numbers
    assert list(result.pictures) == ["chosen", "same_t", "same_snr", "guess"]
    for picture, pixels in zip(pictures, result.pictures.values(), strict=True):
        np.testing.assert_array_equal(decoded(picture["uri"]), pixels)
    for picture, name in zip(pictures, numbers["t"], strict=False):
        assert f"t = {numbers['t'][name]}" in picture["label"]
        snr = numbers["snr"][name]
        note = f"SNR {number(snr)}" if t else WORDS["no_noise"]
        assert picture["note"].startswith(note)
    assert say(WORDS["difference"], difference=numbers["difference"]) in pictures[2]["note"]
    assert number(numbers["end_snr"]) in shown["end"]
    if t == 0:
        assert pictures[3]["note"] == WORDS["nothing"]
        assert len({picture["uri"] for picture in pictures}) == 1
        return
    told = numbers["t"]["same_snr"]
    assert pictures[3]["label"].endswith(f"told t = {told}")
    for error in (numbers["mse"], numbers["mse_same_t"]):
        assert number(error) in pictures[3]["note"]
    assert list(shown["ratio"].data[-1].x) == [20, told]


def test_a_schedule_that_never_reaches_noise_says_so(compare):
    ends = {name: compare(name)[0]["end"] for name in ("linear", "cosine")}
    assert WORDS["end_too_soon"] in ends["linear"]  # Ho's ends are for a thousand steps
    assert WORDS["end_too_soon"] not in ends["cosine"]


def test_the_bend_is_offered_where_it_does_something(moment):
    for schedule in SHARED["schedules"]:
        visible = look(moment(Settings, schedule=schedule))["gamma"]["visible"]
        assert visible is (schedule == "bent")
        assert show_bend(schedule)["visible"] is visible


def test_ones_own_times_lie_below_the_networks_own_t(moment, shelf, real_exhibits):
    assert look(moment(Settings))["own"] == {
        "info": WORDS["own_hint"].format(T=40), "placeholder": "30, 20, 10",
    }  # fmt: skip
    placed = real_exhibits["digits"].metrics["findings"]["spacing"]["placed_times"][0]
    assert own_example(real_exhibits["digits"]) == ", ".join(map(str, placed[1:-1]))


# ---- runs


def last_row(answers: list[dict]) -> list[dict]:
    return [one["row"] for one in answers if "row" in one][-1]["pictures"]


def test_the_race_shows_each_samplers_end_its_calls_and_its_distance(start, shelf, choice_of):
    pictures = last_row(start(race_samplers, LongRun(), 8))
    assert [picture["label"] for picture in pictures] == [
        WORDS["runs"][name] for name in ("ddim", "dpmpp_2m", "heun", "ddpm", "long")
    ]
    kind = choice_of().kind
    for picture, plan in zip(pictures, [*sampler_plans(40, 8), long_plan(40)], strict=True):
        *_, end = compute_run(shelf.first, plan, SEED, kind)
        np.testing.assert_array_equal(decoded(picture["uri"]), to_pixels(end.x_0_hat))
        assert f"{plan.num_steps} steps, {end.calls} calls" in picture["note"]
    assert ["distance" in picture["note"] for picture in pictures] == [True] * 3 + [False] * 2
    assert WORDS["own_goal"] in pictures[3]["note"]
    assert "7 calls" in pictures[2]["note"]  # Heun: 4 steps


@pytest.mark.parametrize(
    "handler, compute",
    [(race_samplers, compute_schedules_race), (race_spacings, compute_schedules_spacing)],
)
def test_a_program_is_given_the_runs_on_the_page(start, moment, handler, compute):
    pictures = last_row(start(handler, LongRun(), 8, own="30, 20"))
    *_, result = compute(moment(Settings, seed=SEED, calls=8, steps=8, own="30, 20"))
    assert [WORDS["runs"][name] for name in result.pictures] == [one["label"] for one in pictures]
    for picture, name in zip(pictures, result.pictures, strict=True):
        np.testing.assert_array_equal(decoded(picture["uri"]), result.pictures[name])
        numbers = result.numbers[name]
        assert f"{numbers['steps']} steps, {numbers['calls']} calls" in picture["note"]
        away = numbers["distance"]
        told = None if away is None else say(WORDS["away"], distance=away)
        assert (told or "") in picture["note"]
        assert (told is None) is ("distance" not in picture["note"])


def test_as_many_steps_as_the_long_run_lie_at_no_distance(start):
    even, *_ = last_row(start(race_spacings, LongRun(), 40))  # tiny: T = 40
    assert "distance 0 of" in even["note"]


def test_a_long_run_is_made_once_for_a_network_kind_and_seed(start, shelf, answering):
    shelf.exhibits["tiny"] = exhibit = answering(lambda x_t, t: 0.3 * x_t)
    asked = exhibit.denoiser.calls
    long_run = LongRun()
    start(race_spacings, long_run, 4)
    assert len(asked) == 3 * 4 + 40
    pictures = last_row(start(race_samplers, long_run, 4))
    assert len(asked) == 52 + 4 + 4 + 3 + 4
    assert "distance" in pictures[0]["note"]
    start(race_spacings, long_run, 4, seed=4)
    assert len(asked) == 67 + 52
    start(race_spacings, long_run, 4, "hot dog", seed=4)
    assert len(asked) == 119 + 52


def test_who_has_to_wait_is_told_so(moment, shelf, monkeypatch):
    monkeypatch.setattr("explorer.page.line.PATIENCE", 0.01)
    racing = race_samplers(moment(Settings, seed=SEED), LongRun())
    sent = stream(Live(), racing, shelf.line)
    with shelf.line.join(), shelf.line.join():
        about = next(sent)["about"]
        waits = LINE["waiting"].format(ahead=1)
        assert next(sent)["about"] == WORDS["about_run"].format(about=about, sentence=waits)
    rest = list(sent)
    assert [one["about"] for one in rest if "about" in one][-1] == about
    assert len(last_row(rest)) == 5
    assert shelf.line.places == []


def test_a_stopped_run_leaves_its_pictures_and_no_half_a_long_run(moment, monkeypatch):
    monkeypatch.setattr("explorer.page.runs.SEND_EVERY", 0)
    long_run, live = LongRun(), Live()
    sent = stream(live, race_spacings(moment(Settings, seed=SEED, steps=4), long_run), None)
    answers = [next(sent) for _ in range(19)]  # 15 frames, and two of the long run
    rows = [one["row"]["pictures"] for one in answers if "row" in one]
    answers = stopped(live, scrubs=False)
    assert list(sent) == []
    assert rows[0][0]["uri"] is None
    assert re.match(r"\d calls …", rows[2][0]["note"])
    assert rows[-1][-1]["uri"] is not None  # it was under way
    assert answers["about"].endswith(LINE["stopped"])
    assert long_run == LongRun()


def test_what_the_pictures_are_of_is_said(start):
    first, *_ = start(race_samplers, LongRun(), 4, "hot dog")
    assert first["about"] == "tiny, told “dog”, seed 3"
    first, *_ = start(race_spacings, LongRun(), 4, denoiser="strokes", seed=0)
    assert first["about"].startswith("strokes, told “")
    assert first["about"].endswith("seed 0")


@pytest.mark.parametrize("handler", [race_samplers, race_spacings])
def test_more_steps_than_times_are_cut_to_as_many(start, handler):
    first, *_ = last_row(start(handler, LongRun(), 50))
    assert "40 steps, 40 calls" in first["note"]


@pytest.mark.parametrize("handler", [race_samplers, race_spacings])
def test_a_network_that_fails_is_an_error_with_words(start, shelf, answering, handler):
    shelf.exhibits["tiny"] = answering(lambda x_t, t: x_t * float("nan"))
    with pytest.raises(FloatingPointError, match="NaN or infinity at t = 40"):
        start(handler, LongRun(), 4)


def test_times_of_ones_own_are_raced_and_drawn_beside_the_others(start, moment):
    *_, own, long = last_row(start(race_spacings, LongRun(), 4, own="30, 20"))
    assert (own["label"], long["label"]) == (WORDS["runs"]["own"], WORDS["runs"]["long"])
    assert own["note"].startswith("3 steps, 3 calls\ndistance ")
    over_t = draw_spacing(moment(Settings, steps=4, own="30, 20"))["over_t"]
    assert list(over_t.data[-1].x) == [40, 30, 20, 0]


@pytest.mark.parametrize("steps", [4, 10, 50])
def test_the_ticks_are_the_times_of_the_runs(moment, steps):
    shown = draw_spacing(moment(Settings, steps=steps))
    assert [len(trace.x) for trace in shown["over_t"].data] == [min(steps, 40) + 1] * 3
    assert [len(trace.x) for trace in shown["over_snr"].data] == [min(steps, 40)] * 3


# ---- what was found


def test_what_was_found_is_told_in_the_files_own_figures(shelf, real_exhibits):
    assert samplers_found(shelf) == spacing_found(shelf) == WORDS["not_measured"]
    shelf.exhibits = real_exhibits
    for name in ("emoji", "digits"):
        measured = real_exhibits[name].metrics["findings"]
        row = " | ".join(number(one) for one in measured["samplers"]["heun"])
        assert f"| {name}: Heun | {row} |" in samplers_found(shelf)
        placed = measured["spacing"]["placed"][1]
        assert f"| {number(placed)} (9 calls) |" in spacing_found(shelf)
