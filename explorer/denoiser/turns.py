"""Taking turns: visitors share a machine, and only so many predictions run at a time.

Short work goes first: somebody who moves a slider waits for one prediction, a run of a thousand
steps can wait a little at each of them. A prediction that nobody waits behind gets all cores.

Knows nothing of what is predicted.
"""

import heapq
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from threading import Condition, Event, Lock, Thread

import torch
from torch import Tensor, nn

from explorer.denoiser.denoiser import Denoiser
from explorer.denoiser.engine import fastest_engine, plain_engine

MOST_IMAGES = 4  # of a batch that are predicted in one turn


class Turns:
    """`at_once` predictions side by side; who waits is served short work first, then by arrival."""

    def __init__(self, at_once: int):
        self.at_once = at_once
        self._free = at_once
        self._runs = 0
        self._waiting: list[tuple[bool, int]] = []  # a heap of (patient, ticket)
        self._tickets = itertools.count()
        self._changed = Condition()

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return len(self._waiting)

    def expect(self, runs: int) -> None:
        """So many long runs are under way. With more than one, each one keeps to its own core, even
        while another one is busy with something else than a prediction.
        """
        self._runs = runs

    @contextmanager
    def take(self, patient: bool = False) -> Iterator[bool]:
        """Wait for a turn and hold it.

        Args:
            patient: this one lets all others go first.

        Yields:
            True if nobody else is running, waiting or about to: all of the machine may be used.
        """
        with self._changed:
            ticket = (patient, next(self._tickets))
            heapq.heappush(self._waiting, ticket)
            self._changed.wait_for(lambda: self._free > 0 and self._waiting[0] == ticket)
            heapq.heappop(self._waiting)
            alone = self._free == self.at_once and not self._waiting and self._runs <= 1
            held = self.at_once if alone else 1
            self._free -= held
            self._changed.notify_all()
        try:
            yield alone
        finally:
            with self._changed:
                self._free += held
                self._changed.notify_all()


class SharedNetwork:
    """A network that waits for its turn.

    The first call is PyTorch's own. At the second a thread begins to make the fastest engine, which
    takes a second. Who moves a slider does not wait for it; a run does, so that all its frames are
    of one engine, and a seed gives the same picture to everybody.

    A large batch is run in small parts, each in a turn of its own: nobody waits long for another.

    Args:
        shape: (C, H, W) of one image.
    """

    def __init__(self, network: nn.Module, shape: tuple[int, int, int], turns: Turns):
        self._network, self._shape, self._turns = network, shape, turns
        self._engine = plain_engine(network)
        self._calls = itertools.count(1)
        self._first = Lock()  # whoever gets it starts the thread; it is never given back
        self._ready = Event()

    def call(self, x_t: Tensor, t: Tensor, condition: Tensor, patient: bool = False) -> Tensor:
        """As the network's own call; if `patient`, others go first."""
        if (patient or next(self._calls) > 1) and self._first.acquire(blocking=False):
            Thread(target=self.prepare, daemon=True).start()
        if patient:
            self._ready.wait()
        engine, outputs = self._engine, []
        for first in range(0, len(t), MOST_IMAGES):
            part = slice(first, first + MOST_IMAGES)
            with self._turns.take(patient) as alone:
                outputs.append(engine(x_t[part], t[part], condition[part], alone))
        return torch.cat(outputs)

    def prepare(self) -> None:
        """Make the fastest engine now."""
        self._engine = fastest_engine(self._network, self._shape)
        self._ready.set()


def share(denoiser: Denoiser, turns: Turns, prepared: bool = False) -> tuple[Denoiser, Denoiser]:
    """The denoiser for many visitors: for short work, and for long runs, which let others go first.

    Both are one network. If `prepared`, its engine is the fastest from the first call on.
    """
    shared = SharedNetwork(denoiser.network, denoiser.shape, turns)
    if prepared:
        shared.prepare()
    return denoiser.run_by(shared.call), denoiser.run_by(partial(shared.call, patient=True))
