"""A long run on its way to the page: a place in the line, pieces, Stop. The same for all lessons.

A lesson says what there is to see (`Running`); here is what a visitor may expect of every run: it
says that it starts, how many are before it in the line, how far it has come and how long it will
take; what is done travels every tenth of a second; Stop keeps what is there; and of two runs in one
place the newer one has it. Knows nothing of what is computed, and of no component but by its name.
"""

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from explorer.page.line import Line
from explorer.page.words import TEXT

WORDS = TEXT["line"]
SEND_EVERY = 0.1  # seconds: what is done sooner travels together
SCRUBBER = "scrubber"  # the name under which frames come in pieces
Answers = Mapping[str, Any]  # an output's name -> its new value


@dataclass(frozen=True)
class Frame:
    """One frame for a scrubber: a PNG data URI, a caption such as "t = 980"; and its t, where a
    step of the run can be opened.
    """

    uri: str
    caption: str
    t: int | None = None


def tell_nothing(sentence: str) -> Answers:
    """Of a run that tells nothing of its state."""
    return {}


@dataclass(frozen=True)
class Running:
    """A run that may begin.

    Attributes:
        pieces: what there is to see, step by step. A `Frame` under "scrubber" is added to those
            before it; any other value takes the place of the one before.
        total: how many frames it will have, with a scrubber.
        opening: what is shown at once. Under "scrubber": further parts of the scrubber's value.
        tell: how a sentence about the run's state is shown, without a scrubber; beside whatever is
            there by then.
    """

    pieces: Iterator[Answers]
    total: int = 0
    opening: Answers = field(default_factory=dict)
    tell: Callable[[str], Answers] = tell_nothing


@dataclass
class Live:
    """A visitor's newest run in one place of the page; filled in place, so that Stop keeps all.

    `frames` are those from index `arrived` on: so many of them are in the browser for certain.
    """

    id: str = ""
    arrived: int = 0
    frames: list[Frame] = field(default_factory=list)
    unsent: dict[str, Any] = field(default_factory=dict)
    tell: Callable[[str], Answers] = tell_nothing
    failed: str = ""  # the id of the latest run that failed

    def begin(self, tell: Callable[[str], Answers] = tell_nothing) -> str:
        """Another run takes the place -> its id."""
        self.id, self.arrived, self.frames, self.unsent = uuid.uuid4().hex[:8], 0, [], {}
        self.tell = tell
        return self.id

    @property
    def has_failed(self) -> bool:
        """Not so where a newer run has taken the place of one that failed."""
        return bool(self.id) and self.id == self.failed

    def end(self) -> None:
        """Whatever is under way ends when it sees that it is not the newest any more."""
        self.id = ""


def stream(live: Live, running: Running, line: Line | None) -> Iterator[dict[str, Any]]:
    """What the page is sent, from the start to the end; without a `line` it begins at once."""
    run = live.begin(running.tell)
    yield opening(run, running)
    try:
        yield from in_line(live, run, running, line)
    except Exception:
        live.failed = run
        raise


def in_line(live: Live, run: str, running: Running, line: Line | None) -> Iterator[dict[str, Any]]:
    """What comes after the opening."""
    if line is None:
        yield from pieces(live, run, running)
        return
    with line.join() as place:
        waited = False
        for ahead in place.wait():
            if live.id != run:
                return
            waited = True
            yield told(run, running, WORDS["waiting"].format(ahead=ahead))
        if waited:
            yield told(run, running, WORDS["starting"])
        yield from pieces(live, run, running)


def opening(run: str, running: Running) -> dict[str, Any]:
    shown = dict(running.opening)
    if running.total:
        empty = {"start": 0, "frames": [], "captions": [], "done": False}
        more = shown.get(SCRUBBER, {})
        shown[SCRUBBER] = about(run, running.total) | empty | {"status": WORDS["starting"]} | more
    return shown


def about(run: str, total: int) -> dict[str, Any]:
    return {"run": run, "total": total}


def told(run: str, running: Running, sentence: str) -> dict[str, Any]:
    if not running.total:
        return dict(running.tell(sentence))
    return {SCRUBBER: about(run, running.total) | {"status": sentence}}


def pieces(live: Live, run: str, running: Running) -> Iterator[dict[str, Any]]:
    """Every tenth of a second what has come since; at the end whatever is left."""
    begun = sent = time.monotonic()
    fresh: list[Frame] = []
    for answers in running.pieces:
        if live.id != run:  # it was stopped, or another one has begun
            return
        for name, value in answers.items():
            if isinstance(value, Frame):
                fresh.append(value)
                live.frames.append(value)
            else:
                live.unsent[name] = value
        now = time.monotonic()
        if now - sent < SEND_EVERY:
            continue
        count = live.arrived + len(live.frames)
        status = progress(count, running.total, now - begun) if running.total else ""
        shown, live.unsent = live.unsent, {}
        if fresh:
            shown[SCRUBBER] = piece(run, count - len(fresh), fresh, running.total, status)
        if shown:
            yield shown
            if live.id != run:  # in the meantime: what stands in `live` is no longer this run's
                return
        live.frames = live.frames[len(live.frames) - len(fresh) :]  # those before have arrived
        live.arrived, fresh, sent = count - len(fresh), [], now
    if live.id != run:
        return
    count = live.arrived + len(live.frames)
    shown, live.unsent = live.unsent, {}
    if running.total:
        shown[SCRUBBER] = piece(run, count - len(fresh), fresh, count, "", done=True)
    yield shown


def progress(count: int, total: int, seconds: float) -> str:
    """How far it is, and how long it takes; the first frame is the noise that it starts from."""
    left = seconds / max(1, count) * (total - count)
    return WORDS["status"].format(step=max(0, count - 1), total=total - 1, left=left)


def piece(
    run: str, start: int, frames: list[Frame], total: int, status: str, done: bool = False
) -> dict[str, Any]:
    """Frames for the scrubber, the first of which is the run's frame `start`."""
    return about(run, total) | {
        "start": start,
        "frames": [frame.uri for frame in frames],
        "captions": [frame.caption for frame in frames],
        **({"times": [frame.t for frame in frames]} if frames and frames[0].t is not None else {}),
        "status": status,
        "done": done,
    }


def stopped(live: Live, scrubs: bool) -> dict[str, Any]:
    """The run closed where it stands: what may not have arrived comes once more."""
    run, shown = live.id, dict(live.unsent)
    live.unsent = {}
    live.end()
    if run and not scrubs:
        shown |= live.tell(WORDS["stopped"])
    elif run:
        total = live.arrived + len(live.frames)
        shown[SCRUBBER] = piece(run, live.arrived, live.frames, total, WORDS["stopped"], done=True)
    return shown
