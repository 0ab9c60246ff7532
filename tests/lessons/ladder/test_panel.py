"""The ladder's handlers: rungs appear from the cheap end, nothing is climbed twice."""

from dataclasses import replace

import gradio as gr
import numpy as np
import pytest
import torch

from explorer.lessons.ladder.compute import foot_of_ladder
from explorer.lessons.ladder.figure import FIGURES
from explorer.lessons.ladder.panel import (
    Ladder,
    climb_a_little,
    climb_up,
    draw_table,
    show_jumps,
    stop_climbing,
    what_text,
)
from explorer.lessons.reverse.panel import ANY
from explorer.page.words import percent


@pytest.fixture
def go(shelf, choice_of):
    """`go(ladder)`: the generator behind the button; `go(ladder, little=True)`: the first rungs."""

    def start(ladder, denoiser="tiny", seed=3, kind="dog", sampler="ddim", little=False):
        values = (ladder, denoiser, choice_of(None, denoiser), 20, seed, kind, sampler)
        return climb_a_little(shelf, *values) if little else climb_up(shelf, *values, False)

    return start


def done(ladder: Ladder) -> list[int]:
    return [steps for steps, rung in ladder.rungs.items() if rung.done]


def notes(row: dict) -> list[str]:
    return [picture["note"] for picture in row["pictures"]]


def test_the_cheap_rungs_come_first_and_the_button_goes_on_from_there(go):
    ladder = Ladder()
    rows = [row for row, _ in go(ladder, little=True)]
    assert done(ladder) == [1, 2, 4, 8]
    assert all(len(row["pictures"]) == 5 for row in rows)  # T is 40
    assert all(picture["uri"] for row in rows for picture in row["pictures"])  # no empty frame
    assert [note.split("\n")[0].count("not climbed") for note in notes(rows[-1])] == [0, 0, 0, 0, 1]
    cheap = dict(ladder.rungs)
    list(go(ladder))
    assert done(ladder) == [1, 2, 4, 8, 16]
    assert all(ladder.rungs[steps] is cheap[steps] for steps in (1, 2, 4, 8))


def test_a_second_climb_computes_nothing(go, shelf, answering):
    shelf.exhibits["tiny"] = exhibit = answering(lambda x_t, t: x_t)
    ladder = Ladder()
    list(go(ladder))
    calls = len(exhibit.denoiser.calls)
    assert calls == 1 + 2 + 4 + 8 + 16
    list(go(ladder))
    list(go(ladder, little=True))
    assert len(exhibit.denoiser.calls) == calls


@pytest.mark.parametrize("changes", [{"seed": 4}, {"sampler": "heun"}, {"kind": ANY}])
def test_another_choice_is_another_ladder(go, changes):
    ladder = Ladder()
    list(go(ladder))
    before = ladder.rungs[8].x_t
    list(go(ladder, little=True, **changes))
    assert done(ladder) == [1, 2, 4, 8]
    assert not np.array_equal(ladder.rungs[8].x_t, before)


def test_a_newer_climb_ends_the_older_one(go):
    ladder = Ladder()
    older = go(ladder)
    next(older), next(older)
    newer = go(ladder, seed=4)
    next(newer)
    assert list(older) == []
    list(newer)
    expected = Ladder()
    list(go(expected, seed=4))
    for steps, rung in ladder.rungs.items():
        np.testing.assert_array_equal(rung.x_t, expected.rungs[steps].x_t)


def test_stop_leaves_the_ladder_as_it_stands(go):
    ladder = Ladder()
    climbing = go(ladder)
    stops = [next(climbing)[1] for _ in range(3)]
    assert stops[0]["interactive"] is True
    assert stops[1:] == [gr.skip()] * 2  # one that is late must not bring the button back
    row, stop = stop_climbing(ladder)
    assert stop["interactive"] is False
    assert len(row["pictures"]) == 5
    assert list(climbing) == []
    assert 0 < len(done(ladder)) < 5
    list(go(ladder))
    assert len(done(ladder)) == 5


def test_what_is_climbed_by_itself_cannot_be_stopped(go):
    assert not any(stop.get("interactive") for _, stop in go(Ladder(), little=True))
    *_, (_, stop) = go(Ladder())
    assert stop["interactive"] is False


def test_each_rung_says_its_price_and_its_quality(go):
    ladder = Ladder()
    *_, (row, _) = go(ladder, sampler="heun")
    assert notes(row)[0].startswith("1 call, ")
    assert notes(row)[3].startswith("15 calls, ")
    assert all(" s\ndistance 0." in note and "\ngrain 0." in note for note in notes(row))
    assert [picture["label"] for picture in row["pictures"]][:2] == ["1 step", "2 steps"]


def test_a_kind_of_another_network_becomes_this_ones_first(go, grey_exhibit):
    one, other = Ladder(), Ladder()
    list(go(one, "strokes", kind="dog", little=True))
    list(go(other, "strokes", kind=grey_exhibit.first_kind, little=True))
    np.testing.assert_array_equal(one.rungs[8].x_t, other.rungs[8].x_t)


def test_a_network_that_fails_is_an_error_with_words(go, shelf, answering):
    shelf.exhibits["tiny"] = answering(lambda x_t, t: x_t * float("nan"))
    with pytest.raises(FloatingPointError, match="NaN or infinity at t = 40"):
        list(go(Ladder()))


def test_the_thousandth_step_is_taken_on_request_only(shelf, choice_of, real_exhibits):
    """Seen from the foot: all rungs are promised, nothing is computed for it."""
    shelf.exhibits["tiny"] = real_exhibits["digits"]
    ladder = Ladder()
    values = (ladder, "tiny", choice_of(), 20, 3, "3", "ddim")
    next(climb_a_little(shelf, *values))
    assert set(ladder.rungs) == set(foot_of_ladder(real_exhibits["digits"], ladder.about[1]))
    for steps, rung in ladder.rungs.items():
        ladder.rungs[steps] = rung if steps == 1000 else type(rung)(steps, steps, rung.x_t, steps)
    assert len(list(climb_up(shelf, *values, False))) == 2  # nothing left below 1,000
    long = climb_up(shelf, *values, True)
    next(long)
    assert next(long)[0]["pictures"][-1]["note"].startswith("step ")
    long.close()


# ---- the folds


def test_jumps_are_of_the_rails_picture(shelf, choice_of):
    one, two = (show_jumps(shelf, "tiny", choice_of(name), 5, 3) for name in ("old dog", "hot dog"))
    assert [picture["label"] for picture in one["pictures"]][::7] == ["t = 5", "t = 40"]
    assert one["pictures"][0]["uri"] != two["pictures"][0]["uri"]
    assert all("×" in picture["note"] and "=" in picture["note"] for picture in one["pictures"])


def test_the_table_says_how_it_was_measured(shelf, real_exhibits):
    shelf.exhibits.update(real_exhibits)
    for name, exhibit in real_exhibits.items():
        table = exhibit.metrics["quality_by_steps"]
        words, *plots = draw_table(shelf, name)
        assert f"{table['how']['num_samples']} samples" in words
        assert "{" not in words
        measured = [name in table["held_out_images"]["mean"] for name in FIGURES]
        assert [plot.visible for plot in plots] == measured
        assert [plot.value is not None for plot in plots] == measured


def test_a_network_without_a_table_says_so(shelf):
    words, *plots = draw_table(shelf, "strokes")
    assert words
    assert [plot.visible for plot in plots] == [False] * len(FIGURES)


def test_the_words_are_the_networks(shelf, real_exhibits):
    digits, emoji = (what_text(real_exhibits[name]) for name in ("digits", "emoji"))
    own = real_exhibits["digits"].metrics["sample_quality"]["judge_on_real_held_out"]
    assert f"10,000 real pictures that it never saw, it names {percent(own)} rightly" in digits
    assert ("Judge" in digits, "Distance" in digits, "Grain" in digits) == (True, False, True)
    assert ("Distance" in emoji, "Grain" in emoji) == (True, True)
    assert what_text(shelf.exhibit("strokes")).startswith("**Grain**")


def test_each_rung_names_what_the_judge_sees(go, shelf):
    class Judge:
        def verdict(self, x):
            return torch.tensor([1]), torch.tensor([0.876])

    shelf.exhibits["tiny"] = replace(shelf.exhibits["tiny"], judge=Judge())
    *_, (row, _) = go(Ladder(), little=True)
    told = [note.split("\n")[1:] for note in notes(row)]
    assert [lines[0] for lines in told[:4]] == ["judge: dog, 87.6\N{NO-BREAK SPACE}% sure"] * 4
    assert all(lines[1].startswith("distance 0.") for lines in told[:4])
    assert told[4] == []


def test_who_waits_in_the_line_sees_how_many_are_before_them(go, shelf):
    ladder = Ladder()
    with shelf.line.join(), shelf.line.join():
        list(go(ladder, little=True))  # what costs next to nothing waits for nobody
        assert done(ladder) == [1, 2, 4, 8]
        climbing = go(ladder)
        next(climbing)
        row, _ = next(climbing)
        assert "waiting for a turn: 1 before you" in notes(row)[4]
        assert not any("waiting" in note for note in notes(row)[:4])
    assert [row for row, _ in climbing][-1]["pictures"][4]["note"].startswith("16 calls, ")
    assert done(ladder) == [1, 2, 4, 8, 16]
    assert shelf.line.places == []
