"""A predictor around another one, for all that a lesson does wrong, or otherwise, on purpose."""

from collections.abc import Sequence

import torch
from torch import Tensor

from explorer.diffusion.predictor import Predictor, device_of
from explorer.diffusion.schedules import NoiseSchedule


class Wrapped:
    """Hands everything on, device too, as it is; what is other is a subclass's `predict_eps`."""

    def __init__(self, inner: Predictor):
        self.inner = inner

    @property
    def schedule(self) -> NoiseSchedule:
        return self.inner.schedule

    @property
    def shape(self) -> tuple[int, int, int]:
        """(C, H, W)."""
        return self.inner.shape

    @property
    def conditions(self) -> Sequence[str]:
        return self.inner.conditions

    @property
    def device(self) -> torch.device:
        return device_of(self.inner)

    def predict_eps(
        self, x_t: Tensor, t: Tensor, condition: Tensor | None = None, guidance: float = 1.0
    ) -> Tensor:
        """As the wrapped predictor's; see `Predictor`."""
        return self.inner.predict_eps(x_t, t, condition, guidance)
