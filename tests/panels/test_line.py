"""The line in front of the sampler: first come, first served, and it can be left."""

import threading
import time

from explorer.panels.line import Line


def test_who_comes_late_sees_how_many_are_before_them():
    line = Line(at_once=2)
    with line.join() as first, line.join() as second, line.join() as third, line.join() as fourth:
        assert [place.ahead for place in (first, second, third, fourth)] == [0, 0, 1, 2]


def test_the_line_moves_when_somebody_is_done_or_leaves():
    line = Line(at_once=1)
    first, second, third = line.join(), line.join(), line.join()
    first.__enter__()
    waiting, last = second.__enter__(), third.__enter__()
    assert (waiting.ahead, last.ahead) == (1, 2)
    second.__exit__(None, None, None)  # gives up
    assert last.ahead == 1
    first.__exit__(None, None, None)
    assert last.ahead == 0
    third.__exit__(None, None, None)
    assert line.places == []


def test_a_failed_run_leaves_the_line():
    line = Line(at_once=1)
    try:
        with line.join():
            raise ValueError
    except ValueError:
        assert line.places == []


def test_waiting_ends_when_the_line_moves(monkeypatch):
    monkeypatch.setattr("explorer.panels.line.PATIENCE", 20)
    line = Line(at_once=1)
    running = line.join()
    running.__enter__()
    with line.join() as place:
        threading.Timer(0.05, running.__exit__, (None, None, None)).start()
        begun = time.monotonic()
        assert list(place.wait()) == [1]
        assert time.monotonic() - begun < 10


def test_who_waits_is_told_again_and_again(monkeypatch):
    monkeypatch.setattr("explorer.panels.line.PATIENCE", 0.01)
    line = Line(at_once=1)
    first, second = line.join(), line.join()
    first.__enter__()
    second.__enter__()
    with line.join() as place:
        told = place.wait()
        assert [next(told), next(told)] == [2, 2]
        first.__exit__(None, None, None)
        assert next(told) == 1
        second.__exit__(None, None, None)
        assert list(told) == []


def test_it_tells_how_many_are_under_way():
    told = []
    line = Line(2, told.append)
    with line.join(), line.join(), line.join():
        assert told == [1, 2, 2]
    assert told[3:] == [2, 1, 0]
