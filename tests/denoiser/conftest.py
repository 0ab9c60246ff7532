"""Networks whose answers are known, and a checkpoint small enough to break in every way."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from explorer.denoiser.checkpoints import build_denoiser, save_denoiser

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
