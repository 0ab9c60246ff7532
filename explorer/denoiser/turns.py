"""Taking turns: visitors share a machine, and only so many predictions run at a time.

Short work goes first: somebody who moves a slider waits for one prediction, a run of a thousand
steps can wait a little at each of them. A prediction that nobody waits behind gets all cores.

Knows nothing of what is predicted.
"""

import itertools
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from threading import Condition, Event, Lock, Thread
from typing import Any

import torch
from torch import Tensor, nn

from explorer.denoiser.denoiser import Denoiser
from explorer.denoiser.engine import Engine, MakeEngine, fastest_engine, plain_engine

log = logging.getLogger(__name__)
MOST_IMAGES = 4  # of a batch that are predicted in one turn


class Turns:
    """`at_once` predictions side by side; who waits is served short work first, then by arrival."""

    def __init__(self, at_once: int):
        self.at_once = at_once
        self._free = at_once
        self._runs = 0
        self._waiting: set[tuple[bool, int]] = set()  # of (patient, ticket)
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
            self._waiting.add(ticket)
            try:
                self._changed.wait_for(lambda: self._free > 0 and min(self._waiting) == ticket)
            finally:  # who is interrupted must not stand before the others for ever
                self._waiting.remove(ticket)
                self._changed.notify_all()
            alone = self._free == self.at_once and not self._waiting and self._runs <= 1
            held = self.at_once if alone else 1
            self._free -= held
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
    of one engine, and a seed gives the same picture to everybody. Whatever goes wrong with that
    engine, when it is made or later, PyTorch answers: nobody waits for what will not come.

    A large batch is run in small parts, each in a turn of its own: nobody waits long for another.

    Args:
        shape: (C, H, W) of one image.
        make_engine: what makes that engine; None is the fastest that there is here.
    """

    def __init__(
        self,
        network: nn.Module,
        shape: tuple[int, int, int],
        turns: Turns,
        make_engine: MakeEngine | None = None,
    ):
        self._network, self._shape, self._turns = network, shape, turns
        self._make_engine = make_engine or fastest_engine
        self._plain = self._engine = plain_engine(network)
        self._calls = itertools.count(1)
        self._first = Lock()  # whoever gets it makes the engine; it is never given back
        self._ready = Event()

    def call(self, x_t: Tensor, t: Tensor, condition: Tensor, patient: bool = False) -> Tensor:
        """As the network's own call; if `patient`, others go first."""
        if (patient or next(self._calls) > 1) and self._first.acquire(blocking=False):
            self._prepare_aside()
        if patient:
            self._ready.wait()
        engine, outputs = self._engine, []
        for first in range(0, len(t), MOST_IMAGES):
            part = slice(first, first + MOST_IMAGES)
            with self._turns.take(patient) as alone:
                outputs.append(self._answer(engine, x_t[part], t[part], condition[part], alone))
        return torch.cat(outputs)

    def prepare(self) -> None:
        """Have the fastest engine made, by whoever comes first, and wait for it."""
        if self._first.acquire(blocking=False):
            self._make()
        self._ready.wait()

    def _make(self) -> None:
        try:
            self._engine = self._make_engine(self._network, self._shape)
        except Exception:
            log.exception("PyTorch runs the network: its engine could not be made.")
        finally:
            self._ready.set()

    def _prepare_aside(self) -> None:
        try:
            # No daemon: the interpreter must not end under its feet, which ends in an abort.
            Thread(target=self._make, name="engine").start()
        except BaseException as error:
            self._ready.set()
            if not isinstance(error, Exception):
                raise
            log.exception("PyTorch runs the network: no thread could be started.")

    def _answer(self, engine: Engine, *arguments: Any) -> Tensor:
        if engine is self._plain:
            return engine(*arguments)
        try:
            return engine(*arguments)
        except Exception:
            answer = self._plain(*arguments)  # raises too if the arguments are at fault
            log.exception("PyTorch runs the network from now on: its engine failed.")
            self._engine = self._plain
            return answer


def share(
    denoiser: Denoiser,
    turns: Turns,
    prepared: bool = False,
    make_engine: MakeEngine | None = None,
) -> tuple[Denoiser, Denoiser]:
    """The denoiser for many visitors: for short work, and for long runs, which let others go first.

    Both are one network. If `prepared`, its engine is the fastest from the first call on.
    """
    shared = SharedNetwork(denoiser.network, denoiser.shape, turns, make_engine)
    if prepared:
        shared.prepare()
    return denoiser.run_by(shared.call), denoiser.run_by(partial(shared.call, patient=True))
