"""Panel 3's handlers: frames in pieces, Stop keeps them, downloads open anywhere."""

import base64
import io
import itertools
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from explorer.lessons.reverse.panel import (
    ANY,
    WORDS,
    Run,
    button_label,
    download_gif,
    download_strip,
    draw_detail,
    kind_choices,
    run_sampler,
    show_first_run,
    stopped,
)

SETTINGS = dict(start="noise", kind="dog", guidance=1.0, sampler="ddim", steps=8, eta=0.0)


@pytest.fixture
def start(shelf, choice_of):
    """`start(run, t=13, steps=5)`: the generator behind the button."""

    def go(run, denoiser="tiny", t=20, seed=3, **changes):
        rail = (denoiser, choice_of(None, denoiser), t, seed)
        return run_sampler(shelf, run, *rail, **{**SETTINGS, **changes})

    return go


def decoded(uri: str) -> np.ndarray:
    with Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))) as picture:
        return np.asarray(picture)


def pieces_of(stream) -> list[dict]:
    return [piece for piece, _ in stream]


def test_all_frames_arrive_once_and_in_order(start):
    run = Run()
    pieces = pieces_of(start(run))
    assert {piece["run"] for piece in pieces} == {run.id}
    assert [piece["done"] for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    place = 0
    for piece in pieces:
        assert piece["start"] == place
        assert len(piece["frames"]) == len(piece["captions"])
        place += len(piece["frames"])
    assert place == len(run.frames) == pieces[-1]["total"] == 9
    captions = list(itertools.chain.from_iterable(piece["captions"] for piece in pieces))
    assert captions == [f"t = {t}" for t in (40, 35, 30, 25, 20, 15, 10, 5, 0)]
    sent = list(itertools.chain.from_iterable(piece["frames"] for piece in pieces))
    for uri, frame in zip(sent, run.frames, strict=True):
        np.testing.assert_array_equal(decoded(uri), frame.stacked)


def test_the_first_word_comes_before_the_first_prediction(start, shelf, answering):
    shelf.exhibits["tiny"] = exhibit = answering(lambda x_t, t: x_t)
    stream = start(Run())
    piece, stop = next(stream)
    assert piece["frames"] == []
    assert piece["status"]
    assert stop["interactive"] is True
    assert exhibit.denoiser.calls == []
    stream.close()


def test_it_tells_how_far_it_is_and_how_long_it_still_takes(start, monkeypatch):
    clock = itertools.count()  # a second goes by at each look
    monkeypatch.setattr(
        "explorer.lessons.reverse.panel.time", SimpleNamespace(monotonic=lambda: next(clock))
    )
    first, *told = [piece["status"] for piece in pieces_of(start(Run()))]
    assert first == WORDS["starting"]
    # One second a step, and the last frame, t = 0, is step 8 of 8.
    assert told == [
        *(WORDS["status"].format(step=step, total=8, left=8 - step) for step in range(8)),
        "",
    ]


def test_stop_can_be_pressed_while_it_runs_and_not_after(start):
    stops = [stop for _, stop in start(Run())]
    assert stops[0]["interactive"] is True
    assert stops[-1]["interactive"] is False


def test_another_run_has_another_id_and_forgets_the_old_frames(start):
    run = Run()
    list(start(run))
    first = run.id
    list(start(run, steps=3))
    assert run.id != first
    assert len(run.frames) == 4


def test_a_run_that_is_stopped_keeps_its_frames(start, monkeypatch):
    monkeypatch.setattr("explorer.lessons.reverse.panel.SEND_EVERY", 0)  # each frame by itself
    run = Run()
    stream = start(run, steps=40)
    for _ in range(5):
        next(stream)
    kept = len(run.frames)
    assert kept == 4
    piece, stop = stopped(run)
    assert piece["run"] == run.id
    assert piece["done"] is True
    assert (piece["start"], len(piece["frames"])) == (2, 2)  # the newest may not have arrived
    assert piece["total"] == kept
    assert stop["interactive"] is False
    assert list(stream) == []
    assert len(run.frames) == kept
    assert not draw_detail(run).data  # it did not come to its end
    assert decoded(download_gif(run)["download"]["uri"]).size


def test_an_old_run_adds_nothing_to_the_next_one(start, monkeypatch):
    monkeypatch.setattr("explorer.lessons.reverse.panel.SEND_EVERY", 0)
    run = Run()
    old = start(run, steps=40)
    for _ in range(3):
        next(old)
    new = start(run, steps=8)
    for _ in range(3):
        next(new)
    assert list(old) == []
    assert [frame.total for frame in run.frames] == [8, 8]


def test_stop_before_the_first_frame(start):
    run = Run()
    stream = start(run)
    next(stream)
    stream.close()
    piece, _ = stopped(run)
    assert (piece["total"], piece["done"]) == (0, True)


@pytest.mark.parametrize("t, first", [(13, 13), (0, 1), (40, 40), ("abc", 20)])
def test_from_the_picture_it_starts_at_t(start, t, first):
    run = Run()
    list(start(run, start="picture", t=t))
    assert run.frames[0].t == first
    assert run.frames[0].total == min(8, first)


@pytest.mark.parametrize("seed", [None, "abc", -1, 10**12])
def test_any_seed_will_do(start, seed):
    run = Run()
    list(start(run, seed=seed))
    assert run.frames[-1].t == 0


def test_the_same_seed_gives_the_same_pictures_to_two_visitors(start):
    one, two = Run(), Run()
    list(start(one))
    list(start(two))
    assert one.id != two.id
    for a, b in zip(one.frames, two.frames, strict=True):
        np.testing.assert_array_equal(a.side_by_side, b.side_by_side)


def test_more_steps_than_times_are_cut_to_as_many(start):
    run = Run()
    list(start(run, steps=250))
    assert run.frames[0].total == 40


@pytest.mark.parametrize(
    "changes", [{"steps": 0}, {"guidance": float("nan")}, {"sampler": "magic"}]
)
def test_a_bad_choice_is_an_error_with_words(start, changes):
    with pytest.raises(gr.Error) as caught:
        list(start(Run(), **changes))
    assert caught.value.message
    assert caught.value.print_exception is False


def test_a_network_that_fails_is_an_error_with_words(start, shelf, answering):
    shelf.exhibits["tiny"] = answering(lambda x_t, t: x_t * float("nan"))
    with pytest.raises(FloatingPointError, match="NaN or infinity at t = 40"):  # Page says it
        list(start(Run()))


def test_any_kind_tells_the_network_nothing(start, shelf, answering):
    shelf.exhibits["tiny"] = exhibit = answering(lambda x_t, t: 0 * x_t)
    list(start(Run(), kind=ANY, steps=2))
    list(start(Run(), kind="dog", steps=2))
    assert [c["condition"] for c in exhibit.denoiser.calls[:2]] == [None, None]
    assert exhibit.denoiser.calls[-1]["condition"].tolist() == [1]


def test_the_kinds_on_offer_are_the_networks(grey_exhibit):
    choices = kind_choices(grey_exhibit)
    assert choices["choices"][0] == ANY
    assert len(choices["choices"]) == 11
    assert "3" in str(choices["value"])


def test_the_button_says_what_it_will_do():
    assert button_label("noise") != button_label("picture")


def test_the_page_opens_with_a_finished_run(shelf):
    run, piece = show_first_run(shelf, "tiny")
    assert piece["done"] is True
    assert piece["run"] == run.id
    assert len(piece["frames"]) == piece["total"] == len(run.frames)
    assert run.frames is not shelf.first_run(shelf.first)  # this visitor's own list
    assert draw_detail(run).data


# ---- downloads


@pytest.mark.parametrize("denoiser, mode", [("tiny", "RGB"), ("strokes", "L")])
def test_the_gif_opens_anywhere_and_holds_every_frame(shelf, denoiser, mode):
    run, _ = show_first_run(shelf, denoiser)
    file = download_gif(run)
    assert file["run"] == run.id
    assert file["download"]["name"].endswith(".gif")
    content = base64.b64decode(file["download"]["uri"].removeprefix("data:image/gif;base64,"))
    side = run.frames[0].x_t.shape[0]
    with Image.open(io.BytesIO(content)) as gif:
        assert gif.n_frames == len(run.frames)
        assert gif.size == (4 * 3 * side, 4 * side)
        assert gif.info["loop"] == 0
        gif.seek(gif.n_frames - 1)
        assert gif.info["duration"] == 2000
        last = np.asarray(gif.convert(mode))[::4, ::4].astype(int)
    shown = run.frames[-1].side_by_side.squeeze().astype(int)
    assert np.abs(last - shown).mean() < 6  # 256 colours


@pytest.mark.parametrize("denoiser", ["tiny", "strokes"])
def test_the_strip_is_exact(shelf, denoiser):
    run, _ = show_first_run(shelf, denoiser)
    file = download_strip(run)["download"]
    assert file["name"].endswith(".png")
    strip = decoded(file["uri"])
    side = 4 * run.frames[0].x_t.shape[0]
    rows = 3 * (side + 4) - 4
    assert strip.shape[:2] == (rows, 12 * (side + 4) - 4)
    np.testing.assert_array_equal(strip[:side:4, :side:4], run.frames[0].x_t.squeeze())
    np.testing.assert_array_equal(strip[:side:4, -side::4], run.frames[-1].x_t.squeeze())
    np.testing.assert_array_equal(strip[-side::4, -side::4], run.frames[-1].eps_hat.squeeze())


def test_a_run_of_one_frame_can_be_taken_home(start):
    run = Run()
    stream = start(run, steps=1)
    list(stream)
    run.frames = run.frames[:1]
    assert decoded(download_strip(run)["download"]["uri"]).size
    assert decoded(download_gif(run)["download"]["uri"]).size


@pytest.mark.parametrize("take", [download_gif, download_strip])
def test_without_a_run_there_is_nothing_to_take_home(take):
    with pytest.raises(gr.Error) as caught:
        take(Run())
    assert caught.value.message.endswith(".")


def test_the_same_file_can_be_taken_twice(shelf):
    run, _ = show_first_run(shelf, "tiny")
    assert download_gif(run) != download_gif(run)  # or the browser would see no change


def test_detail_is_measured_on_a_whole_run_only():
    assert not draw_detail(Run()).data
