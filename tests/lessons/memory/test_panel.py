"""Panel "Memory": one image seen and one never seen, and a drawing with its neighbours."""

from dataclasses import replace

import gradio as gr
import numpy as np
import pytest

from explorer.images.encoding import png_data_uri
from explorer.images.gallery import NEVER_SEEN
from explorer.lessons.memory.compute import compute_recall
from explorer.lessons.memory.panel import (
    STEPS,
    VIEWS,
    WORDS,
    draw_and_search,
    measured_text,
    one_of_each,
    show_memory,
    waiting,
)
from explorer.page.visit import Choice
from explorer.page.words import number, percent


def labels(row: dict) -> list[str]:
    return [picture["label"] for picture in row["pictures"]]


def shown(row: dict) -> list[str]:
    return [picture["uri"] for picture in row["pictures"]]


@pytest.mark.parametrize("t", [13, 40, 0, None, "abc"])
def test_each_row_shows_what_network_and_memory_make_of_its_image(shelf, choice_of, t):
    seen, never_seen, missing, fold, _ = show_memory(shelf, "tiny", choice_of("old dog"), t, 7)
    names = [row["pictures"][0]["note"] for row in (seen, never_seen)]
    assert names == ["“old dog”", "“wild cat”"]
    used = {13: 13, 40: 40, 0: 1}.get(t, 20)
    gallery = shelf.first.gallery
    pixels = [gallery[name].pixels for name in ("old dog", "wild cat")]
    recalls = compute_recall(shelf.first, pixels, used, 7)
    for row, recall in zip((seen, never_seen), recalls, strict=True):
        expected = (
            recall.x_0, recall.x_t, recall.x_0_hat, recall.memory.x_0_hat, recall.nearest.pixels,
        )  # fmt: skip
        assert shown(row) == [png_data_uri(image) for image in expected]
        assert f"t = {used}" in row["pictures"][1]["note"]
        assert recall.memory.favourite in row["pictures"][3]["note"]
        assert recall.nearest.name in row["pictures"][4]["note"]
    assert missing["visible"] is False
    assert fold["visible"] is True


def test_the_rows_wait_with_as_many_places_as_they_will_need(shelf, choice_of):
    rows = show_memory(shelf, "tiny", choice_of(), 13, 7)[:2]
    for sort, row in zip(("seen", "never_seen"), rows, strict=True):
        assert labels(waiting(sort)) == labels(row)
        assert not any(shown(waiting(sort)))


@pytest.mark.parametrize("name, other", [("old dog", "wild cat"), ("hot dog", "black cat")])
def test_the_visitors_image_takes_its_row_and_gets_one_of_the_other_sort(shelf, name, other):
    choice = Choice.of(shelf.first.gallery[name])
    pair = one_of_each(shelf.first, choice)
    assert sorted(pair) == ["never_seen", "seen"]
    assert pair["seen" if shelf.first.gallery[name].seen else "never_seen"] is choice
    assert {one.name for one in pair.values()} == {name, other}
    assert pair["seen"].mark != pair["never_seen"].mark


def test_a_visitors_own_image_was_never_seen(shelf):
    own = Choice("drawing", None, NEVER_SEEN, shelf.first.first_picture.pixels, own=True)
    assert one_of_each(shelf.first, own)["never_seen"] is own


def test_where_everything_was_seen_there_is_one_row(shelf):
    from explorer.images.gallery import Gallery

    exhibit = replace(shelf.first, gallery=Gallery(shelf.first.gallery.select(seen=True)))
    assert list(one_of_each(exhibit, Choice.of(exhibit.first_picture))) == ["seen"]


def test_without_training_images_it_says_so_and_shows_the_network_alone(shelf, choice_of):
    rows = show_memory(shelf, "strokes", choice_of(None, "strokes"), 13, 7)
    assert rows[0] == {"pictures": []}
    assert labels(rows[1]) == [WORDS["never_seen"], *VIEWS[:2]]
    assert rows[2]["visible"] is True
    assert rows[3]["visible"] == "hidden"
    assert rows[4] == WORDS["not_measured"]


def test_what_was_measured_is_what_the_file_says(shelf, real_exhibits):
    text = measured_text(real_exhibits["emoji"])
    metrics = real_exhibits["emoji"].metrics
    curves, copies = metrics["eps_mse"], metrics["copies"]
    middle = {name: float(np.median(curves[name])) for name in curves["mean"]}
    for figure in (
        f"{number(middle['seen'])} (851)",
        f"{number(middle['held_out'])} (55)",
        number(middle["ideal_seen"]),
        number(middle["ideal_held_out"]),
        f"{copies['num_samples']} pictures",
        percent(copies["samples"]["share_below_0.05"]),
        percent(copies["samples"]["share_below_0.10"]),
        percent(copies["held_out"]["share_below_0.10"]),
    ):
        assert figure in text
    digits = measured_text(real_exhibits["digits"])
    curves = real_exhibits["digits"].metrics["eps_mse"]
    assert f"{number(np.median(curves['seen']))} ({curves['num_seen']:,})" in digits
    assert "Copies" not in digits  # nobody has counted them
    assert "0.5 (4,000)" in measured_text(shelf.first)


@pytest.mark.parametrize("lacking", ["ideal_seen", "ideal_held_out"])
def test_what_was_measured_without_exact_memory_is_not_told(shelf, lacking):
    # As `training --only evaluate` leaves it where the training images are not at hand.
    curves = {name: one for name, one in shelf.first.metrics["eps_mse"].items() if name != lacking}
    exhibit = replace(shelf.first, metrics={"eps_mse": curves})
    assert measured_text(exhibit) == WORDS["not_measured"]


def test_a_drawing_arrives_frame_by_frame_and_then_its_neighbours(shelf, choice_of):
    *frames, last = draw_and_search(shelf, "tiny", choice_of("old dog"), 13, 7)
    opening, *pieces = [piece for piece, _ in frames]
    assert opening["status"] == WORDS["starting"]
    assert [piece["start"] for piece in pieces] == list(range(STEPS + 1))
    assert {piece["total"] for piece in pieces} == {STEPS + 1}
    assert [pieces[0]["captions"], pieces[-1]["captions"]] == [["t = 40"], ["t = 0"]]
    assert {piece["run"] for piece in pieces} == {opening["run"]}
    drawn, *near = last[1]["pictures"]
    assert drawn["note"] == WORDS["drawn_note"].format(seed=7, kind="dog")
    assert len(near) == 3
    pictures = {png_data_uri(picture.pixels): picture for picture in shelf.first.gallery}
    assert all(pictures[one["uri"]].seen for one in near)
    assert all(pictures[one["uri"]].name in one["note"] for one in near)


def test_the_same_seed_draws_the_same_picture(shelf, choice_of):
    def finished(seed):
        return list(draw_and_search(shelf, "tiny", choice_of(), 13, seed))[-1][1]["pictures"][0]

    assert finished(7) == finished(7)
    assert finished(7)["uri"] != finished(8)["uri"] or finished(7)["uri"] != finished(9)["uri"]


def test_without_training_images_there_is_no_drawing(shelf, choice_of):
    with pytest.raises(gr.Error, match="not here to compare with"):
        next(draw_and_search(shelf, "strokes", choice_of(None, "strokes"), 13, 7))


def test_a_visitor_waits_in_the_line_of_runs(shelf, choice_of):
    with shelf.line.join(), shelf.line.join():  # as many as may run at once
        drawing = draw_and_search(shelf, "tiny", choice_of(), 13, 7)
        next(drawing)
        assert next(drawing)[0]["status"] == WORDS["waiting"].format(ahead=1)
    assert "frames" in next(piece for piece, _ in drawing if "frames" in piece)
