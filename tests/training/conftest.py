"""A training run that takes seconds: a made-up MNIST of bars, and a config to learn it by."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from explorer.denoiser.checkpoints import build_denoiser
from explorer.training.config import Config
from explorer.training.datasets import Dataset, load_dataset
from explorer.training.trainer import Trainer

TOML = """
name = "bars"

[data]
set = "digits"
shape = [1, 28, 28]

[model]
schedule = { name = "cosine", T = 1000 }
prediction = "v"

[model.network]
widths = [16, 32]
blocks = [1, 1]
attention = [false, true]
embedding_width = 32

[training]
steps = 12
batch = 8
learning_rate = 2e-3
weight_decay = 1e-3
warm_up = 4
condition_dropout = 0.25
ema = 0.9
clip_gradient = 1.0
seed = 5
"""


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """So small a net is slower on two threads, and far slower where others are at work too."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def bars_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An .npz as MNIST's: digit d is a bright bar two rows high, d pairs of rows from the top."""

    def images(labels: np.ndarray) -> np.ndarray:
        pixels = np.zeros((len(labels), 28, 28), np.uint8)
        for picture, label in zip(pixels, labels, strict=True):
            picture[4 + 2 * label : 6 + 2 * label, 4:24] = 250
        return pixels

    path = tmp_path_factory.mktemp("bars") / "bars.npz"
    train, test = np.arange(30, dtype=np.uint8) % 10, np.arange(10, dtype=np.uint8)
    np.savez(
        path,
        train_images=images(train),
        train_labels=train,
        test_images=images(test),
        test_labels=test,
    )
    return path


@pytest.fixture(scope="session")
def config_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("config") / "bars.toml"
    path.write_text(TOML)
    return path


@pytest.fixture(scope="session")
def smaller_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For a process of its own: a third of the work, and no attention."""
    smaller = TOML.replace("[16, 32]", "[8, 16]").replace("true", "false")
    path = tmp_path_factory.mktemp("config") / "bars.toml"
    path.write_text(smaller.replace("batch = 8", "batch = 2"))
    return path


@pytest.fixture
def config(config_file: Path) -> Config:
    return Config.read(str(config_file))


@pytest.fixture
def bars(config: Config, bars_file: Path) -> Dataset:
    return load_dataset(config.data, bars_file)


@pytest.fixture
def make_trainer(config: Config, bars: Dataset) -> Callable[..., Trainer]:
    """make_trainer() or make_trainer(another_config): alike every time."""

    def make(other: Config | None = None) -> Trainer:
        chosen = other or config
        torch.manual_seed(chosen.training.seed)
        denoiser = build_denoiser(chosen.checkpoint_config(bars.conditions), chosen.name)
        return Trainer(denoiser, bars, chosen, compiled=False)

    return make
