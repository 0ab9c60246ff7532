"""ZeroGPU, the Hub's hardware for free accounts: a GPU that is lent for the length of one call.

There `spaces.GPU` runs a function in a forked process, on a GPU, for as many seconds as were asked
for, of which each visitor has a few minutes a day. So only work that takes the CPU long goes there,
and the CPU does it where none is to be had: all else never leaves the CPU.

Knows nothing of what is computed, nor of panels.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from explorer.denoiser.checkpoints import load_denoiser
from explorer.denoiser.turns import Turns, share
from explorer.exhibits.exhibit import Exhibit

log = logging.getLogger(__name__)
LONG = 400  # predictions: some 4 s on two cores, as long as it takes to get a GPU ready
GETTING_READY = 10.0  # seconds until the network is on the GPU
EACH = 0.01  # seconds a prediction, generously: what is not used is not charged


def seconds(work: Callable, name: str, choices: tuple, predictions: int) -> int:
    """How long a GPU is asked for."""
    return round(GETTING_READY + EACH * predictions)


class ZeroGpu:
    """Runs long work on a lent GPU.

    Args:
        exhibits: those whose work may go there, by name; the main process's, on the CPU.
        folder: of their checkpoints, which the borrower reads for itself. (Nothing that a thread
            may hold at the moment of the fork is used there: no locks, no engines.)
        refused: called when the CPU has to do it.
        device: where the borrower computes.
    """

    def __init__(
        self,
        exhibits: Mapping[str, Exhibit],
        folder: Path,
        refused: Callable[[], object] = lambda: None,
        device: str = "cuda",
    ):
        import spaces  # pyright: ignore[reportMissingImports] - on Spaces alone

        self.exhibits, self.folder, self.refused, self.device = exhibits, folder, refused, device
        self._moved: dict[str, Exhibit] = {}  # the borrower's own

        def there(work: Callable, name: str, choices: tuple, predictions: int) -> Iterator[Any]:
            yield from work(self._exhibit(name), *choices)

        self._there = spaces.GPU(duration=seconds)(there)

    def __call__(
        self, predictions: int, work: Callable[..., Iterator], exhibit: Exhibit, *choices: Any
    ) -> Iterator[Any]:
        """What `work(exhibit, *choices)` yields: a function that can be named, with choices and
        results that can be sent to another process.

        Args:
            predictions: of images by the network, about as many.

        Raises:
            ValueError: at the call, if `work` does.
        """
        here = work(exhibit, *choices)
        if predictions < LONG or self.exhibits.get(exhibit.name) is not exhibit:
            return here
        return self._borrow(here, work, exhibit.name, choices, predictions)

    def _borrow(self, here: Iterator[Any], *task: Any) -> Iterator[Any]:
        done = 0
        try:
            for piece in self._there(*task):
                yield piece
                done += 1
            return
        except Exception as error:  # the day's share is used up, none is free, or it was taken back
            log.warning("No GPU for this one, or no longer (%s): the CPU goes on.", error)
        self.refused()
        yield from islice(here, done, None)  # the same pictures, but for rounding

    def _exhibit(self, name: str) -> Exhibit:
        """In the borrower: the exhibit with its network on the GPU, moved once."""
        if name not in self._moved:
            denoiser = load_denoiser(name, self.device, self.folder)
            quick, patient = share(denoiser, Turns(at_once=1), prepared=True)
            self._moved[name] = replace(self.exhibits[name], denoiser=quick, patient=patient)
        return self._moved[name]
