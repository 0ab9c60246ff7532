"""Picture <-> x_0: the only place that knows that x_0 is a picture, or how it is made of one."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from explorer.images.encoding import to_model_space, to_pixels


class Codec(Protocol):
    """Between pictures, (H, W, C) uint8, and what the network denoises, (B, *x_t) float32."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """(C, H, W) of a picture; that of x_t is the predictor's."""
        ...

    def encode(self, pixels: np.ndarray) -> Tensor:
        """(H, W, C) uint8 -> (1, *x_t)."""
        ...

    def decode(self, x: Tensor) -> np.ndarray:
        """(B, *x_t) -> (B, H, W, C) uint8."""
        ...

    def preview(self, x: Tensor) -> np.ndarray:
        """As `decode`, but cheap: for what is shown while something is dragged or runs."""
        ...


@dataclass(frozen=True)
class Pixels:
    """x_0 is the picture itself, its bytes spread over [-1, 1]."""

    shape: tuple[int, int, int]

    def encode(self, pixels: np.ndarray) -> Tensor:
        """See `Codec`."""
        return torch.from_numpy(to_model_space(pixels))[None]

    def decode(self, x: Tensor) -> np.ndarray:
        """What lies below black or above white is black or white."""
        return np.stack([to_pixels(one) for one in x.cpu().numpy()])

    def preview(self, x: Tensor) -> np.ndarray:
        return self.decode(x)
