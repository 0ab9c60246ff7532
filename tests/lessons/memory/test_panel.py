"""Panel "Memory": one image seen and one never seen, and a drawing with its neighbours."""

import base64
import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from explorer.images.encoding import png_data_uri
from explorer.images.gallery import NEVER_SEEN
from explorer.lessons.memory.compute import (
    STEPS,
    compute_memory,
    compute_memory_run,
    compute_recall,
    one_of_each,
)
from explorer.lessons.memory.panel import (
    VIEWS,
    WORDS,
    draw_and_search,
    hang,
    measured_text,
    show_measured,
    show_memory,
    waiting,
)
from explorer.page.visit import Choice
from explorer.page.words import number, percent


def labels(row: dict) -> list[str]:
    return [picture["label"] for picture in row["pictures"]]


def shown(row: dict) -> list[str]:
    return [picture["uri"] for picture in row["pictures"]]


def decoded(uri: str) -> np.ndarray:
    with Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))) as picture:
        return np.asarray(picture)


def assert_same(uris: list[str], pictures: list[np.ndarray]) -> None:
    """Bit for bit."""
    for uri, pixels in zip(uris, pictures, strict=True):
        np.testing.assert_array_equal(decoded(uri), np.squeeze(pixels))


@pytest.mark.parametrize("t", [13, 40, 0])
def test_each_row_shows_what_network_and_memory_make_of_its_image(shelf, moment, t):
    rows = show_memory(moment(picture="old dog", t=t))
    seen, never_seen = rows["seen"], rows["never_seen"]
    names = [row["pictures"][0]["note"] for row in (seen, never_seen)]
    assert names == ["“old dog”", "“wild cat”"]
    used = max(1, t)
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


def test_the_rows_wait_with_as_many_places_as_they_will_need(moment):
    for sort, row in show_memory(moment()).items():
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


def test_without_training_images_it_says_so_and_shows_the_network_alone(shelf, moment):
    rows = show_memory(moment(denoiser="strokes"))
    assert rows["seen"] == {"pictures": []}
    assert labels(rows["never_seen"]) == [WORDS["never_seen"], *VIEWS[:2]]
    assert show_measured(moment(denoiser="strokes")) == WORDS["not_measured"]
    for name, (missing, fold) in {"tiny": (False, True), "strokes": (True, "hidden")}.items():
        parts = hang(shelf.exhibits[name])
        assert (parts["missing"]["visible"], parts["fold"]["visible"]) == (missing, fold)
        assert parts["scrubber"] is parts["found"] is None
        assert "Near t = 40 many" in parts["how"]


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
        "(DDIM with 50 steps and guidance 1)",
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


# ---- the drawing


@pytest.fixture
def drawing(monkeypatch, play, moment):
    """`drawing("old dog", seed=7)`: what the page is sent, a frame at a time."""
    monkeypatch.setattr("explorer.page.runs.SEND_EVERY", 0)
    return lambda picture=None, seed=7: play(draw_and_search(moment(picture=picture, seed=seed)))


def test_a_drawing_arrives_frame_by_frame_and_then_its_neighbours(drawing, shelf):
    first, *others = drawing("old dog")
    assert first["found"] is None
    scrubbed = [one["scrubber"] for one in others if one.get("scrubber", {}).get("frames")]
    assert [piece["start"] for piece in scrubbed] == list(range(STEPS + 1))
    assert {piece["total"] for piece in scrubbed} == {STEPS + 1}
    assert [scrubbed[0]["captions"], scrubbed[-1]["captions"]] == [["t = 40"], ["t = 0"]]
    [found] = [one["found"] for one in others if "found" in one]
    drawn, *near = found["pictures"]
    assert drawn["note"] == WORDS["drawn_note"].format(seed=7, kind="dog")
    assert len(near) == 3
    pictures = {png_data_uri(picture.pixels): picture for picture in shelf.first.gallery}
    assert all(pictures[one["uri"]].seen for one in near)
    assert all(pictures[one["uri"]].name in one["note"] for one in near)


def finished(pieces: list[dict]) -> dict:
    [found] = [one["found"] for one in pieces[1:] if "found" in one]
    return found["pictures"][0]


def test_the_same_seed_draws_the_same_picture(drawing):
    assert finished(drawing()) == finished(drawing())
    assert len({finished(drawing(seed=seed))["uri"] for seed in (7, 8, 9)}) > 1


def test_without_training_images_there_is_no_drawing(moment):
    with pytest.raises(ValueError, match="not here to compare with"):
        draw_and_search(moment(denoiser="strokes"))
    with pytest.raises(ValueError, match="not here to compare with"):
        next(compute_memory_run(moment(denoiser="strokes")))


# ---- for programs


@pytest.mark.parametrize("denoiser, t", [("tiny", 36), ("tiny", 0), ("strokes", 13)])
def test_a_program_is_given_the_pictures_shown(moment, denoiser, t):
    now = moment(denoiser=denoiser, t=t)
    rows, result = show_memory(now), compute_memory(now)
    assert_same([uri for row in rows.values() for uri in shown(row)], [*in_order(result)])
    for sort in ("seen", "never_seen"):
        if pictures := rows[sort]["pictures"]:
            assert pictures[2]["note"].startswith(number(result.numbers[sort]["error"]))
        if len(pictures) > 3:
            told = result.numbers[sort]
            assert f"{number(told['memory_error'])} from the clean image" in pictures[3]["note"]
            assert f"{percent(told['weight'])} is “{told['favourite']}”" in pictures[3]["note"]
            assert f"“{told['nearest']}”, {number(told['distance'])}" in pictures[4]["note"]


def in_order(result):
    """The row of the seen image first, as the page has it."""
    for sort in ("seen_", "never_seen_"):
        yield from (one for name, one in result.pictures.items() if name.startswith(sort))


def test_a_program_is_given_the_frames_and_neighbours_shown(drawing, moment):
    pieces, results = drawing("old dog"), list(compute_memory_run(moment(picture="old dog")))
    uris = [uri for one in pieces for uri in one.get("scrubber", {}).get("frames", [])]
    views = [[*one.pictures.values()][:4] for one in results]
    assert_same(uris, [np.concatenate(four, axis=1) for four in views])
    [found] = [one["found"] for one in pieces[1:] if "found" in one]
    last = results[-1]
    assert [*last.pictures][4:] == ["neighbour_1", "neighbour_2", "neighbour_3"]
    assert_same(shown(found), [last.pictures["x_t"], *[*last.pictures.values()][4:]])
    for picture, told in zip(found["pictures"][1:], last.numbers["neighbours"], strict=True):
        assert picture["note"] == f"“{told['name']}”, {number(told['distance'])} away"
