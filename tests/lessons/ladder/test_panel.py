"""The ladder's handlers: rungs appear from the cheap end, nothing is climbed twice."""

import base64
import io
from dataclasses import replace

import gradio as gr
import numpy as np
import pytest
import torch
from PIL import Image

from explorer.lessons.ladder.compute import (
    Rung,
    Settings,
    compute_ladder,
    compute_ladder_jumps,
    foot_of_ladder,
    ladder_choices,
)
from explorer.lessons.ladder.figure import FIGURES
from explorer.lessons.ladder.panel import (
    Ladder,
    build,
    climb_a_little,
    climb_up,
    look,
    show_jumps,
    show_table,
    what_text,
)
from explorer.page.rail import build_rail
from explorer.page.runs import WORDS as LINE
from explorer.page.runs import Live, stopped, stream
from explorer.page.stage import Stage
from explorer.page.words import number, percent

SEED = 3


@pytest.fixture
def now(moment):
    """`now(sampler="heun")`: a moment at which a dog is asked for."""

    def make(denoiser="tiny", seed=SEED, **settings):
        settings = {"kind": "dog"} | settings
        return moment(Settings, denoiser=denoiser, seed=seed, **settings)

    return make


@pytest.fixture
def go(play, now):
    """`go(ladder)` -> the rows after the button; `go(ladder, little=True)`: the first rungs."""

    def start(ladder, little=False, **changes):
        run = climb_a_little if little else climb_up
        return [one["row"] for one in play(run(now(**changes), ladder)) if "row" in one]

    return start


@pytest.fixture
def climb_slowly(monkeypatch, now):
    """`climb_slowly(ladder, live)`: the run behind the button, a piece a step, in no line."""
    monkeypatch.setattr("explorer.page.runs.SEND_EVERY", 0)
    return lambda ladder, live, **changes: stream(live, climb_up(now(**changes), ladder), None)


def done(ladder: Ladder) -> list[int]:
    return [steps for steps, rung in ladder.rungs.items() if rung.done]


def notes(row: dict) -> list[str]:
    return [picture["note"] for picture in row["pictures"]]


def decoded(uri: str) -> np.ndarray:
    with Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))) as picture:
        return np.asarray(picture)


# ---- the ladder


def test_the_cheap_rungs_come_first_and_the_button_goes_on_from_there(go):
    ladder = Ladder()
    rows = go(ladder, little=True)
    assert done(ladder) == [1, 2, 4, 8]
    assert all(len(row["pictures"]) == 5 for row in rows)  # T is 40
    assert all(picture["uri"] for row in rows for picture in row["pictures"])  # no empty frame
    assert [note.split("\n")[0].count("not climbed") for note in notes(rows[-1])] == [0, 0, 0, 0, 1]
    cheap = dict(ladder.rungs)
    go(ladder)
    assert done(ladder) == [1, 2, 4, 8, 16]
    assert all(ladder.rungs[steps] is cheap[steps] for steps in (1, 2, 4, 8))


def test_a_program_is_given_what_the_page_shows(go, now):
    *_, row = go(Ladder(), sampler="heun")
    *_, result = compute_ladder(now(sampler="heun"))
    assert list(result.pictures) == [f"steps_{steps}" for steps in (1, 2, 4, 8, 16)]
    for picture, pixels in zip(row["pictures"], result.pictures.values(), strict=True):
        np.testing.assert_array_equal(decoded(picture["uri"]), pixels)
    assert result.numbers["network_calls"] == [1, 3, 7, 15, 31]
    for note, calls, quality in zip(
        notes(row), result.numbers["network_calls"], result.numbers["quality"], strict=True
    ):
        assert note.startswith(f"{calls} call")
        assert f"distance {number(quality['distance'])}" in note
        assert f"grain {number(quality['grain'])}" in note


def test_a_program_is_told_whenever_a_run_has_ended(now):
    results = list(compute_ladder(now()))
    assert [one.numbers["steps"] for one in results] == [[1, 2, 4, 8, 16][:k] for k in range(1, 6)]


def test_a_second_climb_computes_nothing(go, shelf, answering):
    shelf.exhibits["tiny"] = exhibit = answering(lambda x_t, t: x_t)
    ladder = Ladder()
    go(ladder)
    calls = len(exhibit.denoiser.calls)
    assert calls == 1 + 2 + 4 + 8 + 16
    go(ladder)
    go(ladder, little=True)
    assert len(exhibit.denoiser.calls) == calls


@pytest.mark.parametrize("changes", [{"seed": 4}, {"sampler": "heun"}, {"kind": ""}])
def test_another_choice_is_another_ladder(go, changes):
    ladder = Ladder()
    go(ladder)
    before = ladder.rungs[8].x_t
    go(ladder, little=True, **changes)
    assert done(ladder) == [1, 2, 4, 8]
    assert not np.array_equal(ladder.rungs[8].x_t, before)


def test_a_newer_climb_ends_the_older_one(climb_slowly, go):
    ladder, live = Ladder(), Live()
    older = climb_slowly(ladder, live)
    for _ in range(5):
        next(older)
    newer = climb_slowly(ladder, live, seed=4)
    next(newer)
    assert list(older) == []
    list(newer)
    expected = Ladder()
    go(expected, seed=4)
    for steps, rung in ladder.rungs.items():
        np.testing.assert_array_equal(rung.x_t, expected.rungs[steps].x_t)


def test_stop_leaves_the_ladder_as_it_stands(climb_slowly, go):
    ladder, live = Ladder(), Live()
    climbing = climb_slowly(ladder, live)
    for _ in range(5):  # the opening, and four steps: runs of 1 and 2, and a step of 4
        next(climbing)
    row = stopped(live, scrubs=False)["row"]
    assert len(row["pictures"]) == 5
    assert [LINE["stopped"] in note for note in notes(row)] == [False] * 3 + [True] * 2
    assert list(climbing) == []
    assert done(ladder) == [1, 2]
    assert "stopped" not in "".join(notes(go(ladder)[-1]))
    assert len(done(ladder)) == 5


def test_the_button_keeps_its_stop_when_the_little_climb_gives_way(shelf, choice_of):
    with gr.Blocks() as page:
        rail = build_rail(shelf)
        build(Stage(rail, shelf, Settings))
    handlers = {one.name: one.fn for one in page.fns.values()}
    values = ["tiny", choice_of(), 20, SEED, False, False, "dog", "ddim", Live(), Ladder()]
    little, big = handlers["climb_a_little"](*values), handlers["climb_up"](*values)
    stops = [next(little)[1]["interactive"], next(big)[1]["interactive"]]
    stops += [stop["interactive"] for _, stop in [*little, *big] if "interactive" in stop]
    assert stops == [True, True, False]  # and it is the button's own end that says so
    assert len(done(values[-1])) == 5


def test_each_rung_says_its_price_and_its_quality(go):
    *_, row = go(Ladder(), sampler="heun")
    assert notes(row)[0].startswith("1 call, ")
    assert notes(row)[3].startswith("15 calls, ")
    assert all(" s\ndistance 0." in note and "\ngrain 0." in note for note in notes(row))
    assert [picture["label"] for picture in row["pictures"]][:2] == ["1 step", "2 steps"]


def test_a_network_that_fails_is_an_error_with_words(go, shelf, answering):
    shelf.exhibits["tiny"] = answering(lambda x_t, t: x_t * float("nan"))
    with pytest.raises(FloatingPointError, match="NaN or infinity at t = 40"):
        go(Ladder())


def test_the_thousandth_step_is_taken_on_request_only(climb_slowly, now, shelf, real_exhibits):
    """Seen from the foot: all rungs are promised, nothing is computed for it."""
    shelf.exhibits["tiny"] = digits = real_exhibits["digits"]
    ladder, live = Ladder(), Live()
    next(climb_slowly(ladder, live, kind="3"))
    assert set(ladder.rungs) == set(foot_of_ladder(digits, ladder_choices(now(kind="3"))))
    for steps, rung in ladder.rungs.items():
        ladder.rungs[steps] = rung if steps == 1000 else Rung(steps, steps, rung.x_t, steps)
    rows = [one["row"] for one in climb_slowly(ladder, live, kind="3") if "row" in one]
    assert "not climbed" in notes(rows[-1])[-1]
    long = climb_slowly(ladder, live, kind="3", long=True)
    next(long)
    assert notes(next(long)["row"])[-1].startswith("step ")
    long.close()


def test_each_rung_names_what_the_judge_sees(go, shelf):
    class Judge:
        def verdict(self, x):
            return torch.tensor([1]), torch.tensor([0.876])

    shelf.exhibits["tiny"] = replace(shelf.exhibits["tiny"], judge=Judge())
    *_, row = go(Ladder(), little=True)
    told = [note.split("\n")[1:] for note in notes(row)]
    assert [lines[0] for lines in told[:4]] == ["judge: dog, 87.6\N{NO-BREAK SPACE}% sure"] * 4
    assert all(lines[1].startswith("distance 0.") for lines in told[:4])
    assert told[4] == []


def test_who_waits_in_the_line_sees_how_many_are_before_them(now, shelf, monkeypatch):
    monkeypatch.setattr("explorer.page.line.PATIENCE", 0.01)
    ladder = Ladder()
    list(stream(Live(), climb_a_little(now(), ladder), None))
    with shelf.line.join(), shelf.line.join():
        climbing = stream(Live(), climb_up(now(), ladder), shelf.line)
        next(climbing)
        row = next(climbing)["row"]
        assert LINE["waiting"].format(ahead=1) in notes(row)[4]
        assert not any("waiting" in note for note in notes(row)[:4])
    assert notes(list(climbing)[-1]["row"])[4].startswith("16 calls, ")
    assert done(ladder) == [1, 2, 4, 8, 16]
    assert shelf.line.places == []


def test_nothing_is_said_of_the_line_where_nothing_is_left_to_climb(go, shelf, now, monkeypatch):
    monkeypatch.setattr("explorer.page.line.PATIENCE", 0.01)
    ladder = Ladder()
    go(ladder, little=True)
    with shelf.line.join(), shelf.line.join():
        climbing = stream(Live(), climb_a_little(now(), ladder), shelf.line)
        next(climbing), next(climbing)
    assert notes(list(climbing)[-1]["row"])[4] == "16 calls, not climbed yet"


def test_the_kinds_on_offer_are_the_networks(now, grey_exhibit):
    kind = look(now("strokes"))["kind"]
    assert kind["value"] == grey_exhibit.first_kind
    assert [value for _, value in kind["choices"]] == ["", *grey_exhibit.denoiser.conditions]


# ---- the folds


def test_jumps_are_of_the_rails_picture_and_a_programs_are_the_pages(moment):
    results = []
    for name in ("old dog", "hot dog"):
        now = moment(Settings, name, t=5, seed=SEED)
        row, result = show_jumps(now), compute_ladder_jumps(now)
        pixels = result.pictures
        assert list(pixels) == [f"t_{t}" for t in (5, 10, 15, 20, 25, 30, 35, 40)]
        for picture, t, error in zip(
            row["pictures"], result.numbers["t"], result.numbers["x_0_error"], strict=True
        ):
            assert picture["label"] == f"t = {t}"
            np.testing.assert_array_equal(decoded(picture["uri"]), pixels[f"t_{t}"])
            assert picture["note"].endswith(f"= {number(error)}")
        results.append(pixels["t_5"])
    assert not np.array_equal(*results)


def test_the_table_says_how_it_was_measured(moment, shelf, real_exhibits):
    shelf.exhibits.update(real_exhibits)
    for name, exhibit in real_exhibits.items():
        table = exhibit.metrics["quality_by_steps"]
        shown = show_table(moment(Settings, denoiser=name))
        assert f"{table['how']['num_samples']} samples" in shown["how"]
        assert "{" not in shown["how"]
        for figure in FIGURES:
            measured = figure in table["held_out_images"]["mean"]
            assert shown[figure].visible is measured
            assert (shown[figure].value is not None) is measured


def test_a_network_without_a_table_says_so(now):
    shown = show_table(now("strokes"))
    assert shown["how"]
    assert [shown[name].visible for name in FIGURES] == [False] * len(FIGURES)


def test_the_words_are_the_networks(shelf, real_exhibits):
    digits, emoji = (what_text(real_exhibits[name]) for name in ("digits", "emoji"))
    own = real_exhibits["digits"].metrics["sample_quality"]["judge_on_real_held_out"]
    assert f"10,000 real pictures that it never saw, it names {percent(own)} rightly" in digits
    assert ("Judge" in digits, "Distance" in digits, "Grain" in digits) == (True, False, True)
    assert ("Distance" in emoji, "Grain" in emoji) == (True, True)
    assert what_text(shelf.exhibit("strokes")).startswith("**Grain**")
