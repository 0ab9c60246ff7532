"""What stands ready for every visitor is made once, and shared."""

import io
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from explorer.exhibits.runs import compute_reverse
from explorer.page.shelf import CELL, COLUMNS


def test_the_first_exhibit_stands_in_for_a_name_that_is_not_there(shelf):
    assert shelf.first.name == "tiny"
    assert shelf.exhibit("strokes").name == "strokes"
    assert shelf.exhibit(None) is shelf.exhibit("") is shelf.exhibit("no such") is shelf.first


def test_a_picture_by_name_or_else_the_first(shelf, grey_exhibit):
    assert shelf.picture(shelf.first, "old dog").name == "old dog"
    assert shelf.picture(shelf.first, None) is shelf.first.first_picture
    assert shelf.picture(grey_exhibit, "old dog") is grey_exhibit.first_picture


def test_the_thumbnails_are_one_sheet_in_the_lists_order(shelf):
    value = shelf.picker_value(shelf.first, "old dog")
    assert value["selected"] == "old dog"
    assert [picture["name"] for picture in value["pictures"]] == [
        picture.name for picture in shelf.first.gallery
    ]
    assert value["pictures"][2] == {"name": "wild cat", "kind": "cat", "seen": False}
    [file] = shelf.folder.iterdir()
    assert value["sheet"].endswith(f"file={file}")
    with Image.open(io.BytesIO(file.read_bytes())) as sheet:
        assert sheet.size == (min(COLUMNS, 6) * CELL, CELL)


def test_the_sheet_is_written_once(shelf):
    shelf.picker_value(shelf.first, "old dog")
    [file] = shelf.folder.iterdir()
    file.write_bytes(b"left alone")
    shelf.picker_value(shelf.first, "hot dog")
    assert file.read_bytes() == b"left alone"
    shelf.picker_value(shelf.exhibit("strokes"), "3, hand 1")
    assert len(list(shelf.folder.iterdir())) == 2


def test_the_first_run_is_made_once_and_ends_on_a_clean_image(shelf):
    frames = shelf.first_run(shelf.first).frames
    assert shelf.first_run(shelf.first).frames is frames
    assert (frames[0].t, frames[-1].t) == (40, 0)
    assert len(frames) == frames[0].total + 1


def test_what_everybody_needs_is_made_once_however_many_come_at_the_same_time(shelf, monkeypatch):
    made = []

    def counted(exhibit, choices):
        made.append(exhibit.name)
        time.sleep(0.05)  # long enough for all to meet
        return compute_reverse(exhibit, choices)

    monkeypatch.setattr("explorer.page.shelf.compute_reverse", counted)
    with ThreadPoolExecutor(8) as pool:
        runs = list(pool.map(lambda _: shelf.first_run(shelf.first), range(8)))
        list(pool.map(lambda _: shelf.picker_value(shelf.first, "old dog"), range(8)))
    assert made == ["tiny"]
    assert all(run is runs[0] for run in runs)
    assert len(runs[0].pictures) == len(runs[0].frames)
    assert len(list(shelf.folder.iterdir())) == 1


def test_it_is_ready_once_all_is_made(shelf):
    assert not shelf.is_ready()
    shelf.prepare().join()
    assert shelf.is_ready()
    assert len(list(shelf.folder.iterdir())) == 4  # thumbnails and a film each


def test_a_fault_at_the_start_is_logged_and_the_page_opens_all_the_same(shelf, answering, caplog):
    shelf.exhibits["tiny"] = answering(lambda x_t, t: 1 / 0)
    shelf.prepare().join()
    assert shelf.is_ready()
    assert "ZeroDivisionError" in caplog.text


def test_a_sheet_that_cannot_be_written_is_not_left_half_written(shelf, monkeypatch):
    def full(*paths):
        raise OSError("No space left on device")

    monkeypatch.setattr("explorer.page.shelf.os.replace", full)
    with pytest.raises(OSError, match="No space left"):
        shelf.picker_value(shelf.first, "old dog")
    monkeypatch.undo()
    assert shelf.picker_value(shelf.first, "old dog")["sheet"]


def test_the_opening_has_the_ready_runs_pictures_as_one_file_once_they_are_there(shelf):
    assert shelf.film(shelf.first) is None
    film = shelf.make_film(shelf.first)
    assert shelf.film(shelf.first) is film
    frames = shelf.first_run(shelf.first).frames
    assert film["times"] == [frame.t for frame in frames]
    [file] = shelf.folder.iterdir()
    assert film["sheet"] == f"gradio_api/file={file}"
    with Image.open(file) as sheet:
        side, columns = film["cell"], film["columns"]
        assert sheet.size == (columns * side, -(-len(frames) // columns) * side)
