"""Ctrl-C and its like: heard at once, or at the next moment at which nothing would be lost.

It knows nothing of training; the standard library alone, so that it is there before torch is.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

# A terminal's Ctrl-C, a scheduler's or a cluster's request to end, a terminal that was closed.
NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


class Interrupted(BaseException):
    """The run was asked to end. Like KeyboardInterrupt, it is no Exception: nobody swallows it."""


class Interrupts:
    """While the block lasts, a request to end raises Interrupted: at once, unless it is held.

    Attributes:
        received: the first signal that was heard.
        kept: a sentence for whoever asked: what of the work is kept.
    """

    def __init__(self) -> None:
        self.received: signal.Signals | None = None
        self.kept = "nothing was begun yet."
        self._held = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> "Interrupts":
        there = [signal.Signals[name] for name in NAMES if name in signal.Signals.__members__]
        for number in there:
            # What is ignored stays so: `nohup`, or a job in a script's background.
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._hear)
        return self

    def __exit__(self, *error: object) -> None:
        for number, before in self._before.items():
            # Whoever was interrupted is about to end: a second Ctrl-C adds nothing.
            signal.signal(number, signal.SIG_IGN if self.received else before)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self.received = self.received or signal.Signals(number)
        if not self._held:
            raise Interrupted

    def heard(self) -> bool:
        return self.received is not None

    def end(self) -> None:
        """End here too: another process of the same run was asked to."""
        self.received = self.received or signal.SIGTERM
        raise Interrupted

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nothing is raised within, however often it is asked for, but at the end."""
        self._held = True
        try:
            yield
        finally:
            self._held = False
        if self.received:
            raise Interrupted
