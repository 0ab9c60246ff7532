"""The bench's handlers, and the code that it shows, which is run and gives the same pictures."""

import base64
import io
import math
import re
from itertools import pairwise

import numpy as np
import pytest
import torch
from PIL import Image

from explorer.diffusion.noise import draw_noise, make_generators
from explorer.diffusion.samplers import timesteps
from explorer.diffusion.schedules import linear
from explorer.diffusion.steps import posterior_std
from explorer.lessons.break_it.compute import (
    GUIDANCE,
    NAMES,
    NUM_STEPS,
    Settings,
    compute_bench,
    compute_break_it,
    mistakes,
)
from explorer.lessons.break_it.mistakes import describe, loop_lines, slider_settings
from explorer.lessons.break_it.panel import WORDS, Bench, draw_difference, run_bench
from explorer.page.words import percent

T, SEED = 40, 3
BENCH, FIRST_MISTAKE = mistakes(T), NAMES[0]


@pytest.fixture
def start(play, moment):
    """`start(bench, "few_steps", 1)` -> what the page is sent, piece after piece."""

    def go(bench, name=FIRST_MISTAKE, strength=None, denoiser="tiny", seed=SEED):
        strength = BENCH[name].opening if strength is None else strength
        now = moment(Settings, denoiser=denoiser, seed=seed, mistake=name, strength=strength)
        return play(run_bench(now, bench))

    return go


@pytest.fixture
def frame_by_frame(monkeypatch):
    monkeypatch.setattr("explorer.page.runs.SEND_EVERY", 0)


def decoded(uri: str) -> np.ndarray:
    with Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))) as picture:
        return np.asarray(picture)


# ---- the runs


@pytest.mark.usefixtures("frame_by_frame")
def test_words_come_first_then_the_frames_and_the_verdict_last(start, shelf):
    first, *others = start(Bench())
    assert "0.8" in first["says"]
    assert first["scrubber"]["frames"] == []
    assert first["scrubber"]["done"] is False
    *frames, last = others
    assert [piece["scrubber"]["start"] for piece in others] == list(range(NUM_STEPS + 2))
    assert {piece["scrubber"]["run"] for piece in others} == {first["scrubber"]["run"]}
    assert [set(piece) for piece in frames] == [{"scrubber"}] * NUM_STEPS + [
        {"scrubber", "verdict"}
    ]
    assert (last["scrubber"]["done"], last["scrubber"]["frames"]) == (True, [])
    made = list(compute_bench(shelf.first, BENCH[FIRST_MISTAKE], 0.8, SEED))
    for piece, frame in zip(frames, made, strict=True):
        [uri] = piece["scrubber"]["frames"]
        np.testing.assert_array_equal(decoded(uri), frame.stacked)
        assert piece["scrubber"]["captions"] == [f"t = {frame.t}"]
    assert percent(made[-1].error) in frames[-1]["verdict"]


@pytest.mark.usefixtures("frame_by_frame")
def test_a_program_is_given_what_the_page_shows(start, moment):
    pieces = start(Bench())
    frames = [one for piece in pieces for one in piece["scrubber"]["frames"]]
    results = list(compute_break_it(moment(Settings, seed=SEED)))
    for shown, result in zip(frames, results, strict=True):
        np.testing.assert_array_equal(decoded(shown), np.concatenate([*result.pictures.values()]))
    [verdict] = [piece["verdict"] for piece in pieces[1:] if "verdict" in piece]
    assert percent(results[-1].numbers["error"]) in verdict


def test_a_run_that_is_elsewhere_in_time_says_where(start):
    captions = [
        text for piece in start(Bench(), "few_steps") for text in piece["scrubber"]["captions"]
    ]
    assert captions[:2] == ["t = 40", "t = 38, broken 0"]
    assert captions[-1] == "t = 0"


@pytest.mark.parametrize("name, strength", [("noise_scale", 1), ("few_steps", NUM_STEPS)])
def test_when_nothing_is_broken_it_says_so(start, name, strength):
    assert start(Bench(mistake=name), name, strength)[-1]["verdict"] == WORDS["same"]


def test_another_mistake_brings_its_own_slider_and_opens_on_its_own_strength(start):
    bench = Bench()
    assert "strength" not in start(bench, "noise_scale", 0.9)[0]
    first, *_ = start(bench, "few_steps", 9)  # the slider stands where the last mistake left it
    assert (first["strength"]["value"], first["strength"]["maximum"]) == (1, NUM_STEPS)
    assert "with 1 of" in first["says"]
    first, *_ = start(bench, "few_steps", 4)
    assert "strength" not in first
    assert "with 4 of" in first["says"]
    assert start(bench, "data_range", 4)[0]["strength"]["visible"] is False


def test_the_right_run_is_kept_while_it_stays_the_same(start, shelf, answering):
    shelf.exhibits["tiny"] = exhibit = answering(lambda x_t, t: 0.9 * x_t)
    calls = exhibit.denoiser.calls

    def asked(*arguments, **changes) -> int:
        before = len(calls)
        start(bench, *arguments, **changes)
        return len(calls) - before

    bench = Bench()
    assert asked() == 2 * NUM_STEPS
    assert asked("noise_scale", 0.7) == NUM_STEPS
    assert asked("few_steps") == 1
    assert asked("last_noise") == 2 * NUM_STEPS  # DDPM
    assert asked("last_noise", seed=SEED + 1) == 2 * NUM_STEPS
    bench.frames.pop()  # the page was closed on the way
    assert asked("last_noise", seed=SEED + 1) == 2 * NUM_STEPS


def test_another_network_is_another_right_run(start, shelf):
    bench = Bench()
    start(bench)
    last = start(bench, denoiser="strokes")[-1]
    assert decoded(last["scrubber"]["frames"][-1]).shape == (84, 28)


def test_the_figure_is_of_the_frames_on_the_bench(start):
    bench = Bench()
    assert [len(trace.x) for trace in draw_difference(bench).data] == [0, 0]
    start(bench)
    assert [len(trace.x) for trace in draw_difference(bench).data] == [NUM_STEPS + 1] * 2


# ---- the words and the code


def strengths(name: str) -> list:
    """Where a slider opens, and both its ends."""
    mistake = BENCH[name]
    return [mistake.opening, *(mistake.slider or ())[:2]]


CASES = [(name, strength) for name in BENCH for strength in strengths(name)]


def shown_code(exhibit, name: str, strength, marks: set[str]) -> str:
    lines = loop_lines(exhibit, name, strength)
    return "\n".join(line for mark, line in lines if mark in marks)


def run_code(code: str, exhibit) -> np.ndarray:
    """What the code on the page gives: (H, W, C) in 0..1, not clipped."""
    denoiser, schedule = exhibit.denoiser, exhibit.schedule
    condition, generators = exhibit.condition(exhibit.first_kind), make_generators(1, SEED)
    names = {
        "T": T,
        "sqrt": math.sqrt,
        "timesteps": timesteps,
        "pairwise": pairwise,
        "trained_schedule": schedule,
        "linear_schedule": linear(T),
        "scales": lambda one: (one.signal_scale.tolist(), one.noise_scale.tolist()),
        "posterior_std": lambda t, t_next: posterior_std(schedule, t, t_next),
        "new_noise": lambda: draw_noise(denoiser.shape, generators),
        "network": lambda x, t: denoiser.predict_eps(x, torch.tensor([t]), condition, GUIDANCE),
    }
    exec(code, names)
    return names["picture"][0].permute(1, 2, 0).numpy()


@pytest.mark.parametrize("name, strength", CASES)
def test_the_code_shown_gives_the_pictures_shown(colour_exhibit, name, strength):
    *_, last = compute_bench(colour_exhibit, BENCH[name], strength, SEED)
    for marks, expected in (({"same", "right"}, last.right.x_t), ({"same", "broken"}, last.x_t)):
        picture = run_code(shown_code(colour_exhibit, name, strength, marks), colour_exhibit)
        assert np.abs(255 * picture.clip(0, 1) - expected).max() < 2


@pytest.mark.parametrize("name, strength", CASES)
def test_every_changed_line_is_in_the_loop_and_on_the_page(colour_exhibit, name, strength):
    words = WORDS["mistakes"][name]
    marked = loop_lines(colour_exhibit, name, strength)
    for which in ("right", "broken"):
        found = [line for mark, line in marked if mark == which]
        assert len(found) == len(words[which].splitlines())
    description = describe(colour_exhibit, name, strength)
    for which, tag in (("right", "del"), ("broken", "ins")):
        count = len(words[which].splitlines())
        assert description.loop.count(f"<{tag}>") == count
    assert description.change.count("<code>") == sum(
        len(words[which].splitlines()) for which in ("right", "broken")
    )


@pytest.mark.parametrize("name, strength", CASES)
def test_no_place_in_the_words_is_left_open(colour_exhibit, name, strength):
    for text in vars(describe(colour_exhibit, name, strength)).values():
        assert text
        assert not re.search(r"[{}]", text)


def test_every_mistake_has_words_and_every_slider_a_label(colour_exhibit):
    assert list(WORDS["mistakes"]) == list(BENCH)
    for name, mistake in BENCH.items():
        settings = slider_settings(colour_exhibit, name)
        assert settings["visible"] is (mistake.slider is not None)
        assert ("slider" in WORDS["mistakes"][name]) is settings["visible"]
        assert "{" not in settings.get("label", "")


def test_a_shift_is_written_as_one_writes_it(colour_exhibit):
    for strength, written in ((-7, "t - 7"), (7, "t + 7")):
        description = describe(colour_exhibit, "wrong_t", strength)
        assert written in description.says
        assert written in description.change


def test_where_schedules_end_is_a_table(colour_exhibit):
    rows = [
        line for line in describe(colour_exhibit, FIRST_MISTAKE, 1).ends.splitlines() if "|" in line
    ]
    assert len(rows) == 2 + 4
    assert len({row.count("|") for row in rows}) == 1
    assert sum("this network" in row for row in rows) == 1
    assert rows[3].startswith("| scaled linear |")
