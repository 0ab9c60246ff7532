"""The folds of networks trained alike: a live row, three figures, a strip of digits for each."""

import base64
import io
from dataclasses import make_dataclass, replace
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from explorer.exhibits.readings import compute_readings
from explorer.exhibits.variants import FOLDS, draw_strip, strip_kinds
from explorer.images.encoding import to_pixels
from explorer.page.runs import Live, stopped, stream
from explorer.page.settings import read_settings
from explorer.page.variants import (
    HowDrawn,
    compute_strips,
    compute_variants,
    helped_setting,
    moment_of,
    sampler_setting,
)
from explorer.page.variants_fold import Fold, build_variants_fold
from explorer.page.variants_words import WORDS
from explorer.page.words import TEXT, number

Settings = make_dataclass(
    "Settings",
    [("raw_sampler", str, sampler_setting()), ("raw_helped", int, helped_setting())],
    frozen=True,
)


@pytest.fixture(params=FOLDS)
def fold(request, shelf) -> Fold:
    return Fold(request.param, shelf.exhibits["strokes"])


@pytest.fixture
def rail(moment):
    """What the rail shows: another network's picture."""
    return lambda t=13: moment(t=t, seed=3)


@pytest.fixture
def strips(play):
    """`strips(running)`: what the row of strips shows, time after time."""
    return lambda running: [one["strips"]["pictures"] for one in play(running) if one]


@pytest.fixture
def strip_by_strip(monkeypatch):
    monkeypatch.setattr("explorer.page.runs.SEND_EVERY", 0)


def decoded(uri: str) -> np.ndarray:
    with Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))) as picture:
        return np.asarray(picture)


def judged(family):
    """The same, and of each of its networks so many samples are named rightly."""
    quality = {"judge_names_samples_rightly": 0.876, "num_judged": 500}
    one = replace(family, metrics={"sample_quality": quality})
    return replace(one, variants=dict.fromkeys(family.variants, one))


def test_the_row_is_x_t_and_what_each_network_makes_of_it(fold, moment):
    now = moment(picture="7, hand 2", denoiser="strokes", seed=3)
    first, *others = fold.show_variants(now)["pictures"]
    result = compute_readings(fold.family, now.pixels, 20, 3)
    np.testing.assert_array_equal(decoded(first["uri"]), to_pixels(result.x_t)[..., 0])
    assert "7, hand 2" in first["note"]
    assert "t = 20" in first["note"]
    names = WORDS[fold.name]["names"].values()
    assert [picture["label"] for picture in others] == [f"{name}: x_0_hat" for name in names]
    for picture in others:
        guess = to_pixels(result.of["x_0"].guess)[..., 0]
        np.testing.assert_array_equal(decoded(picture["uri"]), guess)
        assert number(result.of["eps"].mse) in picture["note"]
        assert number(result.of["x_0"].mse) in picture["note"]


@pytest.mark.parametrize("t", [0, 40])
def test_whatever_the_rail_shows_the_fold_is_about_digits(fold, rail, t):
    row = fold.show_variants(rail(t))
    assert len(row["pictures"]) == 1 + len(FOLDS[fold.name])
    assert fold.family.first_picture.name in row["pictures"][0]["note"]
    assert f"t = {max(1, t)}" in row["pictures"][0]["note"]
    answers = fold.draw_errors(rail(t))
    for reading in ("eps", "x_0", "ratio"):
        assert len(answers[reading].layout.annotations) == 1  # nothing measured
    assert answers["found"] == WORDS["not_measured"]
    assert ("runaway" in answers) is (fold.name == "blind")


def test_measured_networks_have_a_curve_in_each_figure(fold, rail, tiny_metrics):
    measured = replace(fold.family, metrics=tiny_metrics)
    family = replace(fold.family, variants=dict.fromkeys(fold.family.variants, measured))
    answers = replace(fold, family=family).draw_errors(rail(13))
    for figure in (answers[reading] for reading in ("eps", "x_0", "ratio")):
        assert [trace.name for trace in figure.data] == list(WORDS[fold.name]["names"].values())
        assert figure.layout.shapes[0].x0 == 13


# ---- what is drawn


@pytest.mark.usefixtures("strip_by_strip")
def test_a_strip_is_shown_as_soon_as_it_is_done(fold, rail, strips):
    stages = strips(fold.draw_variants(rail()))
    count = len(FOLDS[fold.name])
    assert len(stages) == 1 + count
    drawn = draw_strip(fold.family, 3)[..., 0]
    for done, row in enumerate(stages):
        assert len(row) == count
        for place, strip in enumerate(row):
            expected = drawn if place < done else np.zeros_like(drawn)
            np.testing.assert_array_equal(decoded(strip["uri"]), expected)
            assert ("Seeds 3 to" in strip["note"]) is (place < done)
            assert (strip["note"] == TEXT["line"]["starting"]) is (place >= done)


@pytest.mark.usefixtures("strip_by_strip")
def test_stop_keeps_the_strips_that_are_drawn_and_says_so_below_the_others(fold, rail, shelf):
    live = Live()
    sent = stream(live, fold.draw_variants(rail()), shelf.line)
    next(sent)
    while "Seeds 3 to" not in next(sent)["strips"]["pictures"][0]["note"]:
        pass
    first, *others = stopped(live, scrubs=False)["strips"]["pictures"]
    np.testing.assert_array_equal(decoded(first["uri"]), draw_strip(fold.family, 3)[..., 0])
    assert "Seeds 3 to" in first["note"]
    assert {other["note"] for other in others} == {TEXT["line"]["stopped"]}


def test_the_note_tells_the_judges_verdict(fold, rail, strips):
    family = judged(fold.family)
    *_, last = strips(replace(fold, family=family).draw_variants(rail()))
    for strip in last:
        assert f"Seeds 3 to {3 + len(strip_kinds(family)) - 1}" in strip["note"]
        assert "87.6\N{NO-BREAK SPACE}%" in strip["note"]
        assert "500" in strip["note"]


@pytest.mark.parametrize(
    "sampler, helped, notes",
    [
        ("ddim", 0, ["", ""]),
        ("ddpm", 1, [", the first step by: Trained on noise", ", the first step by: Trained on v"]),
        (
            "ddim",
            3,
            [", the first 3 steps by: Trained on noise", ", the first 3 steps by: Trained on v"],
        ),
    ],
)
def test_the_visitor_chooses_how_the_runs_are_made(shelf, moment, strips, sampler, helped, notes):
    strokes = shelf.exhibits["strokes"]
    other = replace(strokes, denoiser=Loud(strokes.denoiser))
    family = replace(strokes, variants=strokes.variants | {"emoji-eps": other})
    now = moment(Settings, seed=3, raw_sampler=sampler, raw_helped=helped)
    *_, last = strips(Fold("raw", family).draw_variants(now))
    written = [f"{sampler.upper()}{note}" for note in notes]
    assert [strip["note"].split("\n")[1] for strip in last] == written
    results = list(compute_strips(moment_of(now, family), "raw"))
    pairs = zip(last, results, (strokes, other), (other, strokes), strict=True)
    for strip, result, one, helper in pairs:
        expected = draw_strip(one, 3, sampler, helper, helped)
        [pixels] = result.pictures.values()
        np.testing.assert_array_equal(pixels, expected)
        np.testing.assert_array_equal(decoded(strip["uri"]), expected[..., 0])
        assert (result.numbers["sampler"], result.numbers["helped"]) == (sampler, helped)


class Loud:
    """Another network: its noise is twice as loud."""

    def __init__(self, denoiser):
        self.schedule, self.shape = denoiser.schedule, denoiser.shape
        self.conditions, self._denoiser = denoiser.conditions, denoiser

    def predict_eps(self, *arguments, **more):
        return 2 * self._denoiser.predict_eps(*arguments, **more)


@pytest.mark.parametrize(
    "sampler, helped, told", [("ddim", 0, [1, 1]), ("ddpm", 0, [0, 0]), ("ddim", 2, [0, 0])]
)
def test_the_verdict_stands_only_below_what_was_judged(
    shelf, moment, strips, sampler, helped, told
):
    """Many samples were judged: DDIM's, each the network's own from the first step on."""
    family = judged(shelf.exhibits["strokes"])
    now = moment(Settings, raw_sampler=sampler, raw_helped=helped)
    *_, last = strips(Fold("raw", family).draw_variants(now))
    assert ["87.6\N{NO-BREAK SPACE}%" in strip["note"] for strip in last] == told


def test_a_run_waits_in_the_line_and_says_how_many_are_before_it(fold, rail, shelf):
    with shelf.line.join(), shelf.line.join():
        run = stream(Live(), fold.draw_variants(rail()), shelf.line)
        next(run)
        waiting = next(run)["strips"]["pictures"]
        assert "1 before you" in waiting[0]["note"]
        run.close()
    assert shelf.line.places == []


def test_when_no_network_loads_there_is_nothing_to_see_and_nothing_breaks(fold, rail, strips):
    class Broken(dict):
        def get(self, name):
            return None

    fold = replace(fold, family=replace(fold.family, variants=Broken(fold.family.variants)))
    assert fold.show_variants(rail()) == {"pictures": []}
    assert strips(fold.draw_variants(rail())) == [[]]
    now = moment_of(rail(), fold.family)
    assert compute_variants(now, fold.name).pictures == {}
    assert list(compute_strips(now, fold.name)) == []


# ---- for programs


def test_a_program_is_given_what_the_page_shows(fold, rail, strips):
    now = moment_of(rail(), fold.family)
    result = compute_variants(now, fold.name)
    row = fold.show_variants(rail())["pictures"]
    assert list(result.pictures) == ["x_t", *FOLDS[fold.name]]
    for picture, pixels in zip(row, result.pictures.values(), strict=True):
        np.testing.assert_array_equal(decoded(picture["uri"]), pixels[..., 0])
    for picture, errors in zip(row[1:], result.numbers["mse"].values(), strict=True):
        assert f"error as noise {number(errors['eps'])}\nas image" in picture["note"]
    drawn = strips(fold.draw_variants(rail()))[-1]
    results = list(compute_strips(now, fold.name))
    assert [key for one in results for key in one.pictures] == list(FOLDS[fold.name])
    for picture, one in zip(drawn, results, strict=True):
        [pixels] = one.pictures.values()
        np.testing.assert_array_equal(decoded(picture["uri"]), pixels[..., 0])
        assert one.numbers["seeds"] == [3, 4, 5, 6]
        assert one.numbers["kinds"] == strip_kinds(fold.family)


@pytest.mark.parametrize("compute", [compute_variants, compute_strips])
def test_of_another_network_a_program_is_told_which_are_compared(fold, rail, compute):
    with pytest.raises(ValueError, match="tiny has not all the networks"):
        compute(rail(), fold.name)


# ---- what can be set


@pytest.mark.parametrize(
    "hostile, expected",
    [
        ({"raw_sampler": "heun", "raw_helped": 10**9}, ("ddim", 25)),
        ({"raw_sampler": None, "raw_helped": -3}, ("ddim", 0)),
        ({"raw_sampler": ["ddpm"], "raw_helped": "abc"}, ("ddim", 0)),
        ({"raw_sampler": "ddpm", "raw_helped": "7"}, ("ddpm", 7)),
    ],
)
def test_whatever_is_set_there_is_a_way_to_draw(colour_exhibit, hostile, expected):
    settings = read_settings(Settings, hostile, colour_exhibit)
    assert HowDrawn.of(settings, "raw") == HowDrawn(*expected)
    assert HowDrawn.of(settings, "targets") == HowDrawn("ddim", 0)


def test_a_page_without_the_variants_says_so(shelf):
    del shelf.exhibits["strokes"]
    with gr.Blocks() as page:
        for fold in FOLDS:
            build_variants_fold(SimpleNamespace(shelf=shelf), fold)
    texts = [block.value for block in page.blocks.values() if isinstance(block, gr.Markdown)]
    assert texts.count(TEXT["variants"]["none"]) == 3
    ids = {block.elem_id for block in page.blocks.values()}
    assert {f"{fold}-fold" for fold in FOLDS} <= ids
    assert not {f"{fold}-draw" for fold in FOLDS} & ids
