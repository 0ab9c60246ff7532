"""The training sets, whole on the device, and the batches drawn from them.

Knows nothing of networks. numpy and torch alone: no font, no image library.
"""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from explorer.denoiser.checkpoints import CHECKPOINTS
from explorer.images.gallery import load_gallery
from explorer.images.mnist import load_mnist
from explorer.training.config import DataConfig
from explorer.training.errors import TrainingError


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
    """The set that `config` names; `data` is MNIST's .npz for digits, an images.npz for emoji.

    Raises:
        TrainingError: the images are not what `config` says, or there is nothing to learn from.
        GalleryError, MnistError: the file is missing, damaged or of another form.
    """
    if config.set == "emoji":
        dataset = _emoji(data or CHECKPOINTS / "emoji" / "images.npz")
    elif config.set == "digits":
        dataset = _digits(data)
    else:
        raise TrainingError(f"set must be 'emoji' or 'digits', not {config.set!r}.")
    _check(dataset, config, data or f"the data set {config.set!r}")
    return dataset


def _emoji(path: Path) -> Dataset:
    gallery = load_gallery(path)
    size = gallery.shape

    def part(seen: bool) -> tuple[Tensor, Tensor]:
        chosen = gallery.select(seen=seen)
        pixels = [torch.from_numpy(picture.pixels.copy()).permute(2, 0, 1) for picture in chosen]
        index = torch.tensor([gallery.kinds.index(picture.kind) for picture in chosen])
        images = torch.stack(pixels) if pixels else torch.empty(0, *size, dtype=torch.uint8)
        return images.contiguous(), index.long()

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


def _check(dataset: Dataset, config: DataConfig, where: Path | str) -> None:
    parts = {
        "to learn from": (dataset.images, dataset.condition),
        "held out": (dataset.held_out_images, dataset.held_out_condition),
    }
    last = len(dataset.conditions) - 1
    for part, (images, condition) in parts.items():
        shape = tuple(images.shape[1:])
        if len(images) == 0:
            raise TrainingError(f"{where} has no images {part}.")
        if shape != config.shape:
            raise TrainingError(
                f"data.shape is {list(config.shape)}, but the images of {where} are {list(shape)}."
            )
        if len(condition) != len(images):
            raise TrainingError(
                f"{where} has {len(images)} images {part}, and {len(condition)} labels."
            )
        if not 0 <= int(condition.min()) <= int(condition.max()) <= last:
            raise TrainingError(f"{where} has labels {part} that are not in 0..{last}.")


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
