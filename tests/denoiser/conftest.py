"""Networks whose answers are known, and a checkpoint small enough to break in every way."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from explorer.denoiser.checkpoints import build_denoiser, save_denoiser
from explorer.denoiser.unet import UNet

CONFIG = {
    "format": 1,
    "shape": [1, 8, 8],
    "conditions": ["round", "square"],
    "schedule": {"name": "cosine", "T": 100},
    "prediction": "v",
    "network": {
        "widths": [8, 32],
        "blocks": [1, 1],
        "attention": [False, True],
        "embedding_width": 16,
    },
}


@pytest.fixture
def untimed() -> tuple[UNet, tuple[Tensor, Tensor, Tensor], Tensor]:
    """A network that is not told t, what to call it with, and what it answers."""
    sizes = {"widths": (8, 16), "blocks": (1, 1), "attention": (False, False)}
    network = UNet(channels=1, num_conditions=2, timed=False, **sizes)
    nn.init.normal_(network.head[-1].weight)  # a new one answers 0
    x_t = torch.randn(2, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    arguments = x_t, torch.tensor([7, 900]), torch.tensor([0, 2])
    with torch.no_grad():
        answer = network(*arguments)
    assert answer.abs().max() > 0.1
    return network, arguments, answer


class Recorder(nn.Module):
    """Answers with a known function of its input, and remembers every call."""

    def __init__(self, answer=None):
        super().__init__()
        self.somewhere = nn.Parameter(torch.zeros(1))  # what tells a denoiser its device
        self.answer = answer or (
            lambda x_t, t, condition: x_t * (1 + condition)[:, None, None, None]
        )
        self.calls: list[tuple[Tensor, Tensor, Tensor]] = []

    def forward(self, x_t: Tensor, t: Tensor, condition: Tensor) -> Tensor:
        self.calls.append((x_t, t, condition))
        return self.answer(x_t, t, condition)


@pytest.fixture
def recorder():
    return Recorder


@pytest.fixture
def config() -> dict:
    return {**CONFIG, "network": dict(CONFIG["network"])}


@pytest.fixture
def checkpoint(tmp_path: Path, config: dict) -> Path:
    """The folder of a whole checkpoint, "small", with weights that are not zero anywhere."""
    denoiser = build_denoiser(config)
    generator = torch.Generator().manual_seed(0)
    weights = {
        name: 0.1 * torch.randn(weight.shape, generator=generator)
        for name, weight in denoiser.network.state_dict().items()
    }
    save_denoiser(tmp_path / "small", weights, config)
    return tmp_path / "small"
