"""Whole or not at all, whatever goes wrong midway."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from explorer.denoiser.files import WriteError, write_whole


@contextmanager
def a_disk_that_is_full_after(size: int) -> Iterator[None]:
    """No file may grow beyond `size` bytes: the system itself refuses it, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_files_are_written_and_replaced(tmp_path):
    write_whole({tmp_path / "a": b"1", tmp_path / "b": b"2"})
    write_whole({tmp_path / "a": b"3"})
    assert contents(tmp_path) == {"a": b"3", "b": b"2"}


def test_a_full_disk_leaves_both_of_two_files_as_they_were(tmp_path):
    write_whole({tmp_path / "a": b"1", tmp_path / "b": b"2"})
    with (
        a_disk_that_is_full_after(1000),
        pytest.raises(WriteError, match=r"/b could not be written \(File too large\); what was"),
    ):
        write_whole({tmp_path / "a": b"3", tmp_path / "b": b"4" * 2000})
    assert contents(tmp_path) == {"a": b"1", "b": b"2"}


def test_an_interruption_leaves_what_was_there(tmp_path, monkeypatch):
    write_whole({tmp_path / "a": b"1"})

    def interrupted(number: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole({tmp_path / "a": b"3"})
    assert contents(tmp_path) == {"a": b"1"}


@pytest.mark.parametrize("place", ["nowhere/a", "file/a"])
def test_a_folder_that_is_none_is_told(tmp_path, place):
    (tmp_path / "file").write_bytes(b"1")
    with pytest.raises(WriteError, match=f"{place} could not be written"):
        write_whole({tmp_path / place: b"2"})
    assert contents(tmp_path) == {"file": b"1"}
