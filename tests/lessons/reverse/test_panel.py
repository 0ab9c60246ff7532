"""The handlers of "reverse": a run's frames, what Stop keeps of them, downloads open anywhere."""

import base64
import io

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from explorer.lessons.reverse.compute import Settings, compute_reverse, compute_reverse_detail
from explorer.lessons.reverse.panel import (
    WORDS,
    FirstRun,
    Run,
    button_label,
    download_gif,
    download_strip,
    draw_detail,
    eta_for,
    look,
    rule_of,
    run_sampler,
    tell_found,
)
from explorer.page.runs import stopped, stream
from explorer.page.words import SHARED

PLAIN = dict(kind="dog", guidance=1.0, steps=8)


@pytest.fixture
def start(moment, play):
    """`start(run, t=13, steps=5)` -> what the page is sent, piece after piece."""

    def go(run, *, denoiser="tiny", t=20, seed=3, **changes):
        now = moment(Settings, denoiser=denoiser, t=t, seed=seed, **PLAIN | changes)
        return [answers["scrubber"] for answers in play(run_sampler(now, run), run)]

    return go


@pytest.fixture
def begun(moment, monkeypatch):
    """`begun(run, 3)`: a run of 40 steps that has just sent its third frame, each by itself."""
    monkeypatch.setattr("explorer.page.runs.SEND_EVERY", 0)

    def go(run, frames):
        sent = stream(run, run_sampler(moment(Settings, **PLAIN | {"steps": 40}), run), None)
        for _ in range(1 + frames):
            next(sent)
        return sent

    return go


@pytest.fixture
def first_run(shelf, moment):
    return lambda denoiser="tiny": FirstRun(shelf).show_first_run(moment(denoiser=denoiser), Run())[
        "run"
    ]


def decoded(uri: str) -> np.ndarray:
    with Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))) as picture:
        return np.asarray(picture)


# ---- the run


def test_all_frames_arrive_and_a_program_is_given_the_same(start, moment):
    run = Run()
    opening, *pieces = start(run)
    assert (opening["total"], opening["ends"]) == (9, ["t = 40", WORDS["to_clean"]])
    captions = [caption for piece in pieces for caption in piece["captions"]]
    assert captions == [f"t = {t}" for t in (40, 35, 30, 25, 20, 15, 10, 5, 0)]
    sent = [uri for piece in pieces for uri in piece["frames"]]
    results = list(compute_reverse(moment(Settings, seed=3, **PLAIN)))
    for uri, frame, result in zip(sent, run.shown, results, strict=True):
        np.testing.assert_array_equal(decoded(uri), frame.stacked)
        np.testing.assert_array_equal(decoded(uri), np.concatenate([*result.pictures.values()]))
        assert (frame.t, frame.step, frame.total) == tuple(result.numbers.values())


def test_the_first_word_comes_before_the_first_prediction(moment, shelf, answering):
    shelf.exhibits["tiny"] = exhibit = answering(lambda x_t, t: x_t)
    opening = next(stream(run := Run(), run_sampler(moment(Settings), run), None))
    assert opening["scrubber"]["status"]
    assert exhibit.denoiser.calls == []


def test_a_run_from_the_picture_says_where_it_starts(start):
    opening, *_ = start(Run(), start="picture", t=13)
    assert (opening["total"], opening["ends"][0]) == (9, "t = 13")


def test_another_run_forgets_the_old_frames(start):
    run = Run()
    first = start(run)[0]["run"]
    assert start(run, steps=3)[0]["run"] != first
    assert len(run.shown) == 4


def test_a_run_that_is_stopped_keeps_its_frames(begun):
    run = Run()
    sent = begun(run, frames=4)
    piece = stopped(run, scrubs=True)["scrubber"]
    assert (piece["start"], piece["total"]) == (2, 4)
    assert list(sent) == []
    assert [frame.t for frame in run.shown] == [40, 39, 38, 37]
    assert not draw_detail(run).data  # it did not come to its end
    with Image.open(io.BytesIO(decoded_file(download_gif(run)))) as gif:
        assert gif.n_frames == 4


def test_an_old_run_adds_nothing_to_the_next_one(begun, start):
    run = Run()
    old = begun(run, frames=2)
    start(run)
    assert list(old) == []
    assert [frame.total for frame in run.steps] == [8] * 9
    assert run.is_whole


def test_the_same_seed_gives_the_same_pictures_to_two_visitors(start):
    one, two = Run(), Run()
    assert start(one)[0]["run"] != start(two)[0]["run"]
    for a, b in zip(one.shown, two.shown, strict=True):
        np.testing.assert_array_equal(a.side_by_side, b.side_by_side)


def test_a_network_that_fails_is_an_error_with_words(start, shelf, answering):
    shelf.exhibits["tiny"] = answering(lambda x_t, t: x_t * float("nan"))
    with pytest.raises(FloatingPointError, match="NaN or infinity at t = 40"):  # Page says it
        start(Run())


def test_the_lesson_opens_with_a_finished_run(shelf, moment):
    shown = FirstRun(shelf).show_first_run(moment(), Run())
    run, piece = shown["run"], shown["scrubber"]
    assert piece["done"] is True
    assert piece["run"] == run.id
    assert len(piece["frames"]) == piece["total"] == len(run.shown) == 26
    assert piece["captions"][0] == "t = 40"
    assert run.steps is not shelf.first_run(shelf.first).frames  # this visitor's own list
    assert piece["times"][::25] == [40, 0]
    assert (piece["rule"], piece["intro"]) == ("ddim", True)
    assert not shown["detail"].data  # nothing is measured until somebody wants to see it
    assert draw_detail(run).data
    assert (
        FirstRun(shelf).show_first_run(moment(), run) == {}
    )  # who has a run of this network keeps it


def test_a_clean_picture_is_not_denoised(moment):
    with pytest.raises(ValueError, match="clean already"):
        run_sampler(moment(Settings, t=0, start="picture"), Run())


def test_how_a_step_is_taken_is_said():
    rules = {(name, eta): rule_of(name, eta) for name in SHARED["samplers"] for eta in (0, 0.5)}
    assert rules == {
        ("ddim", 0): "ddim", ("ddim", 0.5): "fresh", ("ddpm", 0): "fresh", ("ddpm", 0.5): "fresh",
        ("heun", 0): "other", ("heun", 0.5): "other", ("dpmpp_2m", 0): "other",
        ("dpmpp_2m", 0.5): "other",
    }  # fmt: skip


# ---- what can be set


def test_the_kinds_on_offer_are_the_networks(moment, grey_exhibit):
    kind = look(moment(Settings, denoiser="strokes", kind="dog"))["kind"]
    assert kind["choices"][0] == (SHARED["any_kind"], "")
    assert [value for _, value in kind["choices"][1:]] == grey_exhibit.denoiser.conditions
    assert kind["value"] == grey_exhibit.first_kind
    assert look(moment(Settings, kind=""))["kind"]["value"] == ""


def test_only_ddim_lets_one_choose_fresh_noise(moment):
    for sampler in SHARED["samplers"]:
        usable = {"interactive": sampler == "ddim"}
        assert look(moment(Settings, sampler=sampler))["eta"] == usable
        assert eta_for(sampler)["interactive"] is usable["interactive"]


def test_the_button_says_what_it_will_do():
    assert button_label("noise") == WORDS["run"]
    assert button_label("picture") == WORDS["run_picture"]


# ---- detail


def test_the_curves_are_those_of_the_run_on_the_page(start, moment):
    run = Run()
    start(run)
    numbers = compute_reverse_detail(moment(Settings, seed=3, **PLAIN)).numbers
    for curve in draw_detail(run).data:
        assert list(curve.x) == numbers["t"]
        assert list(curve.y) == numbers[curve.name]


def test_detail_is_measured_on_a_whole_run_only():
    assert not draw_detail(Run()).data


def test_what_was_found_is_told_in_the_networks_own_figures(moment, shelf, real_exhibits):
    assert tell_found(moment(Settings)) == ""
    shelf.exhibits |= real_exhibits
    settles = real_exhibits["emoji"].metrics["findings"]["settles"]
    assert f"over {settles['num']} runs" in tell_found(moment(Settings, denoiser="emoji"))


# ---- downloads


def decoded_file(file: dict) -> bytes:
    return base64.b64decode(file["download"]["uri"].partition(",")[2])


@pytest.mark.parametrize("denoiser, mode", [("tiny", "RGB"), ("strokes", "L")])
def test_the_gif_opens_anywhere_and_holds_every_frame(first_run, denoiser, mode):
    run = first_run(denoiser)
    file = download_gif(run)
    assert file["run"] == run.id
    assert file["download"]["name"] == f"denoising-{denoiser}-9.gif"
    assert file["download"]["uri"].startswith("data:image/gif;base64,")
    side = run.shown[0].x_t.shape[0]
    with Image.open(io.BytesIO(decoded_file(file))) as gif:
        assert gif.n_frames == len(run.shown)
        assert gif.size == (4 * 3 * side, 4 * side)
        assert gif.info["loop"] == 0
        gif.seek(gif.n_frames - 1)
        assert gif.info["duration"] == 2000
        last = np.asarray(gif.convert(mode))[::4, ::4].astype(int)
    shown = run.shown[-1].side_by_side.squeeze().astype(int)
    assert np.abs(last - shown).mean() < 6  # 256 colours


@pytest.mark.parametrize("denoiser", ["tiny", "strokes"])
def test_the_strip_is_exact(first_run, denoiser):
    run = first_run(denoiser)
    file = download_strip(run)["download"]
    assert file["name"].endswith(".png")
    strip = decoded(file["uri"])
    side = 4 * run.shown[0].x_t.shape[0]
    rows = 3 * (side + 4) - 4
    assert strip.shape[:2] == (rows, 12 * (side + 4) - 4)
    np.testing.assert_array_equal(strip[:side:4, :side:4], run.shown[0].x_t.squeeze())
    np.testing.assert_array_equal(strip[:side:4, -side::4], run.shown[-1].x_t.squeeze())
    np.testing.assert_array_equal(strip[-side::4, -side::4], run.shown[-1].eps_hat.squeeze())


def test_a_run_of_one_frame_can_be_taken_home(first_run):
    run = first_run()
    run.arrived = 1
    assert decoded(download_strip(run)["download"]["uri"]).size
    assert decoded(download_gif(run)["download"]["uri"]).size


@pytest.mark.parametrize("take", [download_gif, download_strip])
def test_without_a_run_there_is_nothing_to_take_home(take):
    with pytest.raises(gr.Error) as caught:
        take(Run())
    assert caught.value.message == WORDS["run_first"]


def test_the_same_file_can_be_taken_twice(first_run):
    run = first_run()
    assert download_gif(run) != download_gif(run)  # or the browser would see no change
