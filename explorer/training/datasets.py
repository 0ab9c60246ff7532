"""The training sets, whole on the device, and the batches drawn from them.

Knows nothing of networks. numpy and torch alone: no font, no image library.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from explorer.denoiser.checkpoints import CHECKPOINTS
from explorer.images.gallery import load_gallery
from explorer.images.mnist import load_mnist
from explorer.training.config import DataConfig


@dataclass(frozen=True)
class Dataset:
    """Images seen in training, images held out, and the names of their conditions."""

    images: Tensor  # (N, C, H, W) uint8
    condition: Tensor  # (N,) int64
    held_out_images: Tensor
    held_out_condition: Tensor
    conditions: list[str]

    def to(self, device: torch.device) -> "Dataset":
        return Dataset(
            self.images.to(device),
            self.condition.to(device),
            self.held_out_images.to(device),
            self.held_out_condition.to(device),
            self.conditions,
        )


def load_dataset(config: DataConfig, data: Path | None = None) -> Dataset:
    """The set that `config` names; `data` is MNIST's .npz for digits, an images.npz for emoji."""
    if config.set == "emoji":
        return _emoji(data or CHECKPOINTS / "emoji" / "images.npz")
    if config.set == "digits":
        return _digits(data)
    raise ValueError(f"set must be 'emoji' or 'digits', not {config.set!r}.")


def _emoji(path: Path) -> Dataset:
    gallery = load_gallery(path)

    def part(seen: bool) -> tuple[Tensor, Tensor]:
        chosen = gallery.select(seen=seen)
        pixels = torch.from_numpy(np.stack([picture.pixels for picture in chosen]))
        index = torch.tensor([gallery.kinds.index(picture.kind) for picture in chosen])
        return pixels.permute(0, 3, 1, 2).contiguous(), index

    return Dataset(*part(True), *part(False), gallery.kinds)


def _digits(path: Path | None) -> Dataset:
    mnist = {name: torch.from_numpy(array) for name, array in load_mnist(path).items()}
    return Dataset(
        mnist["train_images"][:, None],
        mnist["train_labels"].long(),
        mnist["test_images"][:, None],
        mnist["test_labels"].long(),
        [str(digit) for digit in range(10)],
    )


def to_model_space(images: Tensor) -> Tensor:
    """uint8 -> float32 in [-1, 1]."""
    return images.float() / 127.5 - 1


def draw_batch(
    dataset: Dataset, config: DataConfig, size: int, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """`size` augmented training images (size, C, H, W) in [-1, 1] and their conditions (size,)."""
    device = dataset.images.device
    index = torch.randint(len(dataset.images), (size,), generator=generator, device=device)
    x_0 = to_model_space(dataset.images[index])
    return augment(x_0, config, generator), dataset.condition[index]


def augment(x_0: Tensor, config: DataConfig, generator: torch.Generator) -> Tensor:
    """Mirror half, scale half, shift all; what comes in from outside repeats the edge."""
    size, device = len(x_0), x_0.device

    def uniform(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(size, generator=generator, device=device)

    if config.mirror:
        mirrored = uniform(0, 1) < 0.5
        x_0 = torch.where(mirrored[:, None, None, None], x_0.flip(3), x_0)
    if config.scale is not None:
        zoom = 1 / uniform(*config.scale)
        theta = torch.zeros(size, 2, 3, device=device)
        theta[:, 0, 0] = theta[:, 1, 1] = zoom
        grid = F.affine_grid(theta, list(x_0.shape), align_corners=False)
        scaled = F.grid_sample(x_0, grid, "bicubic", "border", align_corners=False).clamp(-1, 1)
        x_0 = torch.where((uniform(0, 1) < 0.5)[:, None, None, None], scaled, x_0)
    if config.shift:
        height, width = x_0.shape[2:]
        down = uniform(-config.shift, config.shift).round().long()[:, None]
        right = uniform(-config.shift, config.shift).round().long()[:, None]
        rows = (torch.arange(height, device=device) - down).clamp(0, height - 1)  # (B, H)
        columns = (torch.arange(width, device=device) - right).clamp(0, width - 1)  # (B, W)
        batch = torch.arange(size, device=device)[:, None, None]
        x_0 = x_0.permute(0, 2, 3, 1)[batch, rows[:, :, None], columns[:, None, :]]
        x_0 = x_0.permute(0, 3, 1, 2).contiguous()
    return x_0
