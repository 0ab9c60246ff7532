"""A long run on its way to the page: pieces, the line, Stop, and the newest of two."""

import pytest

from explorer.page.line import Line
from explorer.page.runs import WORDS, Frame, Live, Running, stopped, stream


def frames(count: int):
    for k in range(count):
        yield {"scrubber": Frame(f"uri {k}", f"t = {count - 1 - k}")}


def running(count: int = 5, **more) -> Running:
    return Running(frames(count), count, **more)


@pytest.fixture
def at_once(monkeypatch):
    monkeypatch.setattr("explorer.page.runs.SEND_EVERY", 0)


@pytest.fixture
def line():
    return Line(at_once=1)


def test_it_opens_says_that_it_starts_and_ends_with_its_last_piece(line):
    more = {"words": "one", "scrubber": {"ends": ["a", "b"]}}
    live = Live()
    first, *others = stream(live, running(opening=more), line)
    assert first == {
        "words": "one",
        "scrubber": {
            "run": live.id, "total": 5, "start": 0, "frames": [], "captions": [], "done": False,
            "status": WORDS["starting"], "ends": ["a", "b"],
        },
    }  # fmt: skip
    assert [one["scrubber"]["done"] for one in others] == [False] * (len(others) - 1) + [True]


def test_quick_frames_travel_together_and_none_is_lost(line):
    _, *others = stream(Live(), running(50), line)
    assert len(others) == 1
    assert others[0]["scrubber"]["frames"] == [f"uri {k}" for k in range(50)]
    assert others[0]["scrubber"]["captions"][-1] == "t = 0"


@pytest.mark.usefixtures("at_once")
def test_every_piece_says_where_it_begins_and_how_far_the_run_is(line, monkeypatch):
    clock = iter(range(0, 1000, 2))  # two seconds a frame
    monkeypatch.setattr("explorer.page.runs.time.monotonic", lambda: next(clock))
    _, *others = stream(Live(), running(4), line)
    pieces = [one["scrubber"] for one in others]
    assert [one["start"] for one in pieces] == [0, 1, 2, 3, 4]
    assert [one["status"] for one in pieces] == [
        WORDS["status"].format(step=0, total=3, left=6),
        WORDS["status"].format(step=1, total=3, left=4),
        WORDS["status"].format(step=2, total=3, left=2),
        WORDS["status"].format(step=3, total=3, left=0),
        "",
    ]


def test_of_other_values_the_newest_travels():
    made = Running(iter([{"row": 1}, {"row": 2}, {"verdict": "bad"}, {"row": 3}]))
    assert list(stream(Live(), made, None)) == [{}, {"row": 3, "verdict": "bad"}]


def test_who_waits_is_told_how_many_are_before_them(line, monkeypatch):
    monkeypatch.setattr("explorer.page.line.PATIENCE", 0.01)
    tell = {"tell": lambda sentence: {"about": sentence}}
    with line.join():
        waiting = stream(Live(), running(), line)
        others = stream(Live(), Running(iter([{"row": 1}]), **tell), line)
        next(waiting), next(others)
        assert next(waiting)["scrubber"]["status"] == WORDS["waiting"].format(ahead=1)
        assert next(others) == {"about": WORDS["waiting"].format(ahead=2)}
    assert next(waiting)["scrubber"]["status"] == WORDS["starting"]
    assert [one["scrubber"]["done"] for one in waiting][-1] is True
    assert list(others)[-1] == {"row": 1}
    assert line.places == []


@pytest.mark.usefixtures("at_once")
def test_stop_keeps_what_is_there_and_sends_what_may_not_have_arrived(line):
    live = Live()
    sent = stream(live, running(), line)
    pieces = [next(sent) for _ in range(4)]  # the opening, then frames 0, 1 and 2
    assert pieces[-1]["scrubber"]["frames"] == ["uri 2"]
    piece = stopped(live, scrubs=True)["scrubber"]
    assert (piece["run"], piece["done"], piece["status"]) == (
        pieces[0]["scrubber"]["run"], True, WORDS["stopped"],
    )  # fmt: skip
    assert (piece["start"], piece["total"]) == (1, 3)
    assert piece["frames"] == ["uri 1", "uri 2"]  # who knows whether 1 was still on its way
    assert list(sent) == []
    assert stopped(live, scrubs=True) == {}  # there is nothing to stop any more
    assert line.places == []


def test_a_newer_run_in_the_same_place_ends_the_older_one(line):
    live = Live()
    older = stream(live, running(), None)
    next(older)
    newer = stream(live, running(3), line)
    next(newer)
    assert list(older) == []
    assert list(newer)[-1]["scrubber"]["total"] == 3


@pytest.mark.usefixtures("at_once")
def test_without_a_scrubber_it_says_that_it_was_stopped_once(line):
    live = Live()
    made = Running(iter([{"row": 1}, {"row": 2}]), tell=lambda sentence: {"about": sentence})
    sent = stream(live, made, line)
    next(sent), next(sent)
    assert stopped(live, scrubs=False) == {"about": WORDS["stopped"]}
    assert list(sent) == []
    assert stopped(live, scrubs=False) == {}


@pytest.mark.usefixtures("at_once")
def test_an_older_run_that_wakes_up_late_leaves_the_newer_ones_frames_alone(line):
    live = Live()
    older = stream(live, running(), line)
    for _ in range(3):
        next(older)
    list(stream(live, running(4), None))
    count = live.arrived + len(live.frames)
    assert list(older) == []
    assert (count, live.arrived + len(live.frames)) == (4, 4)


def test_a_run_that_failed_is_known_as_long_as_none_has_taken_its_place(line):
    def broken():
        yield from frames(2)
        raise ZeroDivisionError

    live = Live()
    with pytest.raises(ZeroDivisionError):
        list(stream(live, Running(broken(), 5), line))
    assert live.has_failed
    live.begin()
    assert not live.has_failed
    live.end()
    assert not live.has_failed
