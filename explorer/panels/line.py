"""The line in front of the sampler: a few runs at a time, the others see how many are before them.

Runs one after another give a class its first pictures soonest; all at once, everybody waits for the
end. Knows nothing of what is run.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class Place:
    """One run's place in the line."""

    def __init__(self, line: "Line"):
        self._line = line

    @property
    def ahead(self) -> int:
        """How many have to finish, or to leave, before this one's turn; 0 is now."""
        with self._line.moved:
            return max(0, self._line.places.index(self) + 1 - self._line.at_once)

    def wait(self, seconds: float) -> None:
        """Until the line moves, `seconds` at most."""
        with self._line.moved:
            self._line.moved.wait(seconds)


class Line:
    """First come, first served, `at_once` at a time."""

    def __init__(self, at_once: int):
        self.at_once = at_once
        self.places: list[Place] = []
        self.moved = Condition()

    @contextmanager
    def join(self) -> Iterator[Place]:
        """A place at the end of the line; whoever leaves the block leaves the line."""
        place = Place(self)
        with self.moved:
            self.places.append(place)
        try:
            yield place
        finally:
            with self.moved:
                self.places.remove(place)
                self.moved.notify_all()
