"""The line in front of the sampler: a few runs at a time, the others see how many are before them.

Runs one after another give a class its first pictures soonest; all at once, everybody waits for the
end. Of one visitor one run is under way at a time. Where the line is full, whoever holds most of it
gives way: nobody can close it for the others. Knows nothing of what is run.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from threading import Condition

import gradio as gr

from explorer.page.visitor import Listening, Visitor, everybody_listens, visitor
from explorer.page.words import TEXT

WORDS = TEXT["line"]
PATIENCE = 2.0  # seconds: how often somebody in the line is told where they stand
MOST_OF_A_VISITOR = 4  # places


def no_gpu() -> None:
    """Tell a visitor that their run takes longer."""
    gr.Info(WORDS["no_gpu"])


class Place:
    """One run's place in the line."""

    def __init__(self, line: "Line", visitor: Visitor):
        self._line = line
        self.visitor = visitor

    @property
    def holder(self) -> Hashable:
        """Of these, only one place has its turn at a time."""
        return self.visitor.session or id(self)

    @property
    def ahead(self) -> int:
        """How many have to finish, or to leave, before this one's turn; 0 is now.

        Raises:
            gr.Error: it had to give way, or nobody waits for it any more.
        """
        with self._line.moved:
            return self._line.ahead_of(self)

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
        length: so many places there are.
        listening: does anybody wait for what a session asked for? Who has left is left out.
    """

    def __init__(
        self,
        at_once: int,
        tell: Callable[[int], object] = lambda runs: None,
        length: int = 60,
        listening: Listening = everybody_listens,
    ):
        self.at_once, self.tell, self.length, self.listening = at_once, tell, length, listening
        self.places: list[Place] = []
        self.moved = Condition()

    @contextmanager
    def join(self) -> Iterator[Place]:
        """A place at the end of the line; whoever leaves the block leaves the line.

        Raises:
            gr.Error: there is no place to be had, in a sentence.
        """
        place = Place(self, visitor())
        with self.moved:
            self._make_room(place.visitor)
            self.places.append(place)
            self._move()
        try:
            yield place
        finally:
            with self.moved:
                self._leave(place)

    def ahead_of(self, place: Place) -> int:
        """See `Place.ahead`; for whoever holds `moved`."""
        if place not in self.places:
            raise gr.Error(WORDS["gave_way"], print_exception=False)
        if not self._is_waited_for(place):
            raise gr.Error(WORDS["nobody"], print_exception=False)
        firsts: dict[Hashable, Place] = {}
        for one in filter(self._is_waited_for, self.places):  # one that hangs holds up nobody else
            firsts.setdefault(one.holder, one)
        if firsts[place.holder] is place:
            return max(0, list(firsts.values()).index(place) + 1 - self.at_once)
        return max(1, self.places.index(place) + 1 - self.at_once)

    def _is_waited_for(self, place: Place) -> bool:
        return self.listening(place.visitor.session, place.visitor.event)

    def _make_room(self, newcomer: Visitor) -> None:
        sessions = [place.visitor.session for place in self.places]
        if newcomer.session and sessions.count(newcomer.session) >= MOST_OF_A_VISITOR:
            raise gr.Error(WORDS["yours"].format(most=MOST_OF_A_VISITOR), print_exception=False)
        if len(self.places) < self.length:
            return
        held = Counter(place.visitor.client for place in self.places)
        busiest, most = held.most_common(1)[0]
        if held[newcomer.client] + 1 >= most:
            raise gr.Error(WORDS["full"], print_exception=False)
        self._leave([place for place in self.places if place.visitor.client == busiest][-1])

    def _leave(self, place: Place) -> None:
        if place in self.places:
            self.places.remove(place)
            self._move()

    def _move(self) -> None:
        self.tell(min(len(self.places), self.at_once))
        self.moved.notify_all()
