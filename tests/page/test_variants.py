"""The folds of networks trained alike: a live row, three figures, a strip of digits for each."""

import base64
import io
from dataclasses import replace

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from explorer.exhibits.readings import compute_readings
from explorer.exhibits.variants import FOLDS, draw_strip, strip_kinds
from explorer.images.encoding import to_pixels
from explorer.page.variants import (
    WORDS,
    Fold,
    draw_as_chosen,
    draw_errors,
    draw_variants,
    show_variants,
)
from explorer.page.words import TEXT, number


@pytest.fixture(params=FOLDS)
def fold(request, shelf) -> Fold:
    return Fold(shelf, request.param, shelf.exhibits["strokes"])


def decoded(uri: str) -> np.ndarray:
    with Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))) as picture:
        return np.asarray(picture)


def test_the_row_is_x_t_and_what_each_network_makes_of_it(fold, choice_of):
    choice = choice_of("7, hand 2", "strokes")
    row = show_variants(fold, "strokes", choice, 20, 3)
    first, *others = row["pictures"]
    result = compute_readings(fold.family, choice.pixels, 20, 3)
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


@pytest.mark.parametrize("t", [0, 40, None, "abc", 10**9])
def test_whatever_the_rail_shows_the_fold_is_about_digits(fold, choice_of, t):
    rail = "tiny", choice_of("hot dog"), t, 3
    row = show_variants(fold, *rail)
    assert len(row["pictures"]) == 1 + len(FOLDS[fold.name])
    assert fold.family.first_picture.name in row["pictures"][0]["note"]
    assert "t = 0" not in row["pictures"][0]["note"]
    *figures, text = draw_errors(fold, *rail)[:4]
    assert [len(figure.layout.annotations) for figure in figures] == [1, 1, 1]  # nothing measured
    assert text == WORDS["not_measured"]


def test_measured_networks_have_a_curve_in_each_figure(fold, choice_of, tiny_metrics):
    measured = replace(fold.family, metrics=tiny_metrics)
    family = replace(fold.family, variants=dict.fromkeys(fold.family.variants, measured))
    fold.shelf.exhibits["strokes"] = family
    for figure in draw_errors(fold._replace(family=family), "tiny", choice_of(), 13, 3)[:3]:
        assert [trace.name for trace in figure.data] == list(WORDS[fold.name]["names"].values())
        assert figure.layout.shapes[0].x0 == 13


def test_a_strip_is_shown_as_soon_as_it_is_done(fold, choice_of):
    stages = [stage["pictures"] for stage in draw_variants(fold, "tiny", choice_of(), 13, 3)]
    count = len(FOLDS[fold.name])
    assert len(stages) == 1 + count
    drawn = draw_strip(fold.family, 3)[..., 0]
    for done, strips in enumerate(stages):
        assert len(strips) == count
        for place, strip in enumerate(strips):
            expected = drawn if place < done else np.zeros_like(drawn)
            np.testing.assert_array_equal(decoded(strip["uri"]), expected)
            assert ("Seeds 3 to" in strip["note"]) is (place < done)


def test_the_note_tells_the_judges_verdict(fold, choice_of):
    quality = {"judge_names_samples_rightly": 0.876, "num_judged": 500}
    judged = replace(fold.family, metrics={"sample_quality": quality})
    family = replace(fold.family, variants=dict.fromkeys(fold.family.variants, judged))
    fold.shelf.exhibits["strokes"] = family
    *_, last = draw_variants(fold._replace(family=family), "tiny", choice_of(), 13, 3)
    for strip in last["pictures"]:
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
def test_the_visitor_chooses_how_the_runs_are_made(shelf, choice_of, sampler, helped, notes):
    strokes = shelf.exhibits["strokes"]
    other = replace(strokes, denoiser=Loud(strokes.denoiser))
    family = replace(strokes, variants=strokes.variants | {"emoji-eps": other})
    shelf.exhibits["strokes"] = family
    run = draw_as_chosen(Fold(shelf, "raw", family), "tiny", choice_of(), 13, 3, sampler, helped)
    *_, last = [stage["pictures"] for stage in run]
    written = [f"{sampler.upper()}{note}" for note in notes]
    assert [strip["note"].split("\n")[1] for strip in last] == written
    for strip, one, helper in zip(last, (strokes, other), (other, strokes), strict=True):
        expected = draw_strip(one, 3, sampler, helper, helped)
        np.testing.assert_array_equal(decoded(strip["uri"]), expected[..., 0])


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
def test_the_verdict_stands_only_below_what_was_judged(shelf, choice_of, sampler, helped, told):
    """Many samples were judged: DDIM's, each the network's own from the first step on."""
    quality = {"judge_names_samples_rightly": 0.876, "num_judged": 500}
    family = replace(shelf.exhibits["strokes"], metrics={"sample_quality": quality})
    family = replace(family, variants={"emoji-eps": replace(family), "emoji": family})
    shelf.exhibits["strokes"] = family
    run = draw_as_chosen(Fold(shelf, "raw", family), "tiny", choice_of(), 13, 3, sampler, helped)
    *_, last = [stage["pictures"] for stage in run]
    assert ["87.6\N{NO-BREAK SPACE}%" in strip["note"] for strip in last] == told


def test_a_run_waits_in_the_line_and_says_how_many_are_before_it(fold, choice_of):
    with fold.shelf.line.join(), fold.shelf.line.join():
        run = draw_variants(fold, "tiny", choice_of(), 13, 3)
        next(run)
        waiting = next(run)["pictures"]
        assert "1 before you" in waiting[0]["note"]
        run.close()
    assert fold.shelf.line.places == []


def test_when_no_network_loads_there_is_nothing_to_see_and_nothing_breaks(fold, choice_of):
    family = replace(fold.family, variants={})
    fold.shelf.exhibits["strokes"] = family
    fold = fold._replace(family=family)
    assert show_variants(fold, "tiny", choice_of(), 13, 3) == {"pictures": []}
    assert [stage["pictures"] for stage in draw_variants(fold, "tiny", choice_of(), 13, 3)] == [[]]


def test_a_page_without_the_variants_says_so(colour_exhibit, tmp_path):
    from explorer.interface import build_interface
    from explorer.page.shelf import Shelf

    page = build_interface(Shelf({"tiny": colour_exhibit}, tmp_path))
    texts = [block.value for block in page.blocks.values() if isinstance(block, gr.Markdown)]
    assert texts.count(TEXT["variants"]["none"]) == 3
    ids = {block.elem_id for block in page.blocks.values()}
    assert {f"{fold}-fold" for fold in FOLDS} <= ids
    assert not {f"{fold}-draw" for fold in FOLDS} & ids
