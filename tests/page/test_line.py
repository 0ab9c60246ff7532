"""The line in front of the sampler: first come, first served, and it can be left."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import gradio as gr
import pytest

from explorer.page import line as module
from explorer.page.line import MOST_OF_A_VISITOR, WORDS, Line
from explorer.page.visitor import Visitor


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
    monkeypatch.setattr("explorer.page.line.PATIENCE", 20)
    line = Line(at_once=1)
    running = line.join()
    running.__enter__()
    with line.join() as place:
        threading.Timer(0.05, running.__exit__, (None, None, None)).start()
        begun = time.monotonic()
        assert list(place.wait()) == [1]
        assert time.monotonic() - begun < 10


def test_who_waits_is_told_again_and_again(monkeypatch):
    monkeypatch.setattr("explorer.page.line.PATIENCE", 0.01)
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


# ---- fair to all


@pytest.fixture
def come(monkeypatch) -> Iterator:
    """`come(line, session, client)`: somebody joins, and stays until the test's end."""
    with ExitStack() as stack:

        def enter(line: Line, session: str, client: str = "one"):
            monkeypatch.setattr(module, "visitor", lambda: Visitor(session, client))
            return stack.enter_context(line.join())

        yield enter


def test_of_one_visitor_one_run_is_under_way_at_a_time(come):
    line = Line(at_once=2)
    mine, again, other = come(line, "a"), come(line, "a"), come(line, "b")
    assert [place.ahead for place in (mine, again, other)] == [0, 1, 0]


def test_a_visitor_has_so_many_places_and_no_more(come):
    line = Line(at_once=1)
    for _ in range(MOST_OF_A_VISITOR):
        come(line, "a")
    with pytest.raises(gr.Error, match="runs of yours") as caught:
        come(line, "a")
    assert caught.value.print_exception is False
    assert come(line, "b").ahead == 1  # before the other one's second


def test_a_full_line_is_full_for_whoever_fills_it_and_for_nobody_else(come):
    line = Line(at_once=1, length=6)
    flood = [come(line, f"flood {k}", "one") for k in range(6)]
    with pytest.raises(gr.Error, match="the line is full"):
        come(line, "flood 7", "one")
    honest = come(line, "me", "two")
    assert honest.ahead == 5
    assert len(line.places) == 6
    with pytest.raises(gr.Error, match="had to give way"):
        list(flood[-1].wait())
    assert [place.ahead for place in flood[:5]] == [0, 1, 2, 3, 4]


def test_a_line_shared_evenly_is_full_for_all(come):
    line = Line(at_once=1, length=4)
    for k in range(4):
        come(line, f"visitor {k}", f"client {k}")
    with pytest.raises(gr.Error) as caught:
        come(line, "late", "client 5")
    assert caught.value.message == WORDS["full"]


def test_who_has_left_is_left_out(come):
    listeners = {"a", "b"}
    line = Line(at_once=1, listening=lambda session, event: session in listeners)
    come(line, "a")
    waiting = come(line, "b")
    told = waiting.wait()
    assert next(told) == 1
    listeners.remove("b")
    with pytest.raises(gr.Error, match="Nobody is waiting"):
        next(told)


def test_a_run_that_hangs_holds_up_nobody_once_its_visitor_has_left(come):
    listeners = {"hangs", "b"}
    line = Line(at_once=1, listening=lambda session, event: session in listeners)
    come(line, "hangs")
    waiting = come(line, "b")
    assert waiting.ahead == 1
    listeners.remove("hangs")
    assert waiting.ahead == 0
