"""Whatever predicts noise: a trained network, an ideal denoiser, or either of them used wrongly.

Samplers and lessons know nothing else of it.
"""

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor

from explorer.diffusion.schedules import NoiseSchedule


class Predictor(Protocol):
    """Gives eps_hat for x_t and t.

    Attributes:
        schedule: of its times 0..T.
        shape: (C, H, W) of one x_t.
        conditions: the names of what it can be told to draw; condition k is conditions[k].
        device: where it computes; samplers move their noise there. (One without is on the CPU.)
    """

    @property
    def schedule(self) -> NoiseSchedule: ...

    @property
    def shape(self) -> tuple[int, int, int]: ...

    @property
    def conditions(self) -> Sequence[str]: ...

    @property
    def device(self) -> torch.device: ...

    def predict_eps(
        self, x_t: Tensor, t: Tensor, condition: Tensor | None = None, guidance: float = 1.0
    ) -> Tensor:
        """eps_hat like x_t, for x_t (B, C, H, W), t (B,) int64 in 1..T, condition (B,) int64.

        t is on the CPU, and condition where it was given, whatever x_t's device.
        """
        ...


def device_of(predictor: Predictor) -> torch.device:
    """Where it computes."""
    return getattr(predictor, "device", torch.device("cpu"))
