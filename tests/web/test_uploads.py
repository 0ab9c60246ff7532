"""How long a visitor's file is kept, for whom, and how much there may be."""

import os
import time
from pathlib import Path

import pytest

from explorer.web.uploads import LONGEST, UNCLAIMED, Uploads


@pytest.fixture
def clock():
    return [0.0]


@pytest.fixture
def uploads(tmp_path, clock):
    return Uploads(tmp_path / "uploads", quota=100, clock=lambda: clock[0])


def test_names_cannot_be_guessed_and_keep_only_a_plain_ending(uploads):
    names = ["IMG_0001.HEIC", "../../up.png", "a" * 999, "x.PNG\n", "", ".htaccess", "a.t/b", "é.é"]
    paths = [Path(uploads.keep(name, b"x")) for name in names]
    assert [path.suffix for path in paths] == [".heic", ".png", "", "", "", "", "", ""]
    assert {path.parent for path in paths} == {uploads.folder}
    assert min(len(path.stem) for path in paths) >= 32
    assert len(set(paths)) == len(names)


def test_a_file_belongs_to_the_first_session_that_uses_it(uploads):
    path = uploads.keep("me.png", b"x")
    assert not uploads.claim(path, None)
    assert uploads.claim(path, "me")
    assert uploads.claim(path, "me")
    assert not uploads.claim(path, "you")
    assert not uploads.claim(f"{path}/../{Path(path).name}", "me")
    uploads.leave("you")
    assert Path(path).exists()
    uploads.leave("me")
    assert not Path(path).exists()
    assert not uploads.claim(path, "me")


def test_the_oldest_makes_room(uploads):
    first, second = uploads.keep("", b"x" * 60), uploads.keep("", b"y" * 40)
    third = uploads.keep("", b"z")
    assert [uploads.holds(path) for path in (first, second, third)] == [False, True, True]
    assert not Path(first).exists()
    assert uploads.size() == 41


def test_nothing_is_kept_for_ever(uploads, clock):
    claimed, unclaimed = uploads.keep("", b"x"), uploads.keep("", b"x")
    uploads.claim(claimed, "me")
    stray = uploads.folder / "left by Gradio"
    stray.write_bytes(b"x")
    clock[0] = UNCLAIMED + 1
    uploads.sweep()
    assert [uploads.holds(path) for path in (claimed, unclaimed)] == [True, False]
    assert stray.exists()
    old = time.time() - LONGEST - 1
    os.utime(stray, (old, old))
    clock[0] = LONGEST + 1
    uploads.sweep()
    assert list(uploads.folder.iterdir()) == []
    assert uploads.size() == 0


def test_a_file_that_could_not_be_written_leaves_nothing(uploads, monkeypatch):
    def full(path, content):
        Path.open(path, "wb").close()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        uploads.keep("me.png", b"x")
    assert list(uploads.folder.iterdir()) == []
    assert uploads.size() == 0
