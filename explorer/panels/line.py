"""The line in front of the sampler: a few runs at a time, the others see how many are before them.

Runs one after another give a class its first pictures soonest; all at once, everybody waits for the
end. Knows nothing of what is run.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition

PATIENCE = 2.0  # seconds: how often somebody in the line is told where they stand


class Place:
    """One run's place in the line."""

    def __init__(self, line: "Line"):
        self._line = line

    @property
    def ahead(self) -> int:
        """How many have to finish, or to leave, before this one's turn; 0 is now."""
        with self._line.moved:
            return max(0, self._line.places.index(self) + 1 - self._line.at_once)

    def wait(self) -> Iterator[int]:
        """How many are ahead, every now and then; ends as soon as there is nobody."""
        while ahead := self.ahead:
            yield ahead
            with self._line.moved:
                self._line.moved.wait_for(lambda: self.ahead == 0, PATIENCE)


class Line:
    """First come, first served, `at_once` at a time.

    Args:
        tell: called with the number of runs under way whenever that may have changed.
    """

    def __init__(self, at_once: int, tell: Callable[[int], object] = lambda runs: None):
        self.at_once = at_once
        self.tell = tell
        self.places: list[Place] = []
        self.moved = Condition()

    @contextmanager
    def join(self) -> Iterator[Place]:
        """A place at the end of the line; whoever leaves the block leaves the line."""
        place = Place(self)
        with self.moved:
            self.places.append(place)
            self._move()
        try:
            yield place
        finally:
            with self.moved:
                self.places.remove(place)
                self._move()

    def _move(self) -> None:
        self.tell(min(len(self.places), self.at_once))
        self.moved.notify_all()
