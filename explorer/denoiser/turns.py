"""Taking turns: visitors share one network, and only so many predictions run at a time.

On two cores, two single-threaded predictions side by side serve a class better than one that
uses both cores, and far better than thirty at once.
"""

from threading import BoundedSemaphore
from typing import Any

from torch import Tensor

from explorer.denoiser.denoiser import PredictsEps


class TakesTurns:
    """A denoiser that waits for `turns` before each prediction; otherwise the one it wraps."""

    def __init__(self, denoiser: PredictsEps, turns: BoundedSemaphore):
        self._denoiser = denoiser
        self._turns = turns

    def predict_eps(
        self, x_t: Tensor, t: Tensor, condition: Tensor | None = None, guidance: float = 1.0
    ) -> Tensor:
        """As the wrapped denoiser's."""
        with self._turns:
            return self._denoiser.predict_eps(x_t, t, condition, guidance)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._denoiser, name)
