"""The judge of digits: a small classifier that names a picture and says how sure it is.

It knows nothing of denoisers; its weights lie beside those of the digits' denoiser, in a file
`judge.safetensors`. How it was trained: `explorer.training.judge`.
"""

from pathlib import Path

import torch
from safetensors.torch import save as to_safetensors
from torch import Tensor, nn

from explorer.denoiser.files import write_whole
from explorer.denoiser.reading import CheckpointError, read_tensors, shown

PICTURE = (1, 28, 28)  # (C, H, W)


class Judge(nn.Sequential):
    """A plain convolutional classifier of (B, 1, 28, 28) in [-1, 1] -> (B, 10) logits."""

    def __init__(self) -> None:
        def block(before: int, after: int, stride: int = 1) -> list[nn.Module]:
            convolution = nn.Conv2d(before, after, 3, stride, padding=1, bias=False)
            return [convolution, nn.BatchNorm2d(after), nn.ReLU()]

        super().__init__(
            *block(1, 32), *block(32, 32), *block(32, 64, 2),
            *block(64, 64), *block(64, 128, 2), *block(128, 128),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(128, 10),
        )  # fmt: skip

    @torch.no_grad()
    def verdict(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """x: (B, 1, 28, 28) in [-1, 1] -> the digit it names (B,) int64, and the probability that
        it gives this digit (B,), from 0.1 to 1.
        """
        probability, digit = self(x).softmax(1).max(1)
        return digit, probability


def save_judge(judge: Judge, path: Path) -> None:
    """Half precision, as the denoisers' weights. Raises WriteError."""
    state = judge.state_dict()
    half = {k: v.half() if v.is_floating_point() else v for k, v in state.items()}
    write_whole({path: to_safetensors(half)})


def load_judge(path: Path) -> Judge:
    """On the CPU, in float32, ready to judge.

    Raises:
        CheckpointError: the file is missing, damaged or of another network, or names nothing.
    """
    judge = Judge()
    judge.load_state_dict(read_tensors(path, judge.state_dict(), "the judge of digits"))
    _, sureness = judge.eval().verdict(torch.zeros(1, *PICTURE))
    if not bool(sureness.isfinite().all()):
        raise CheckpointError(f"{shown(path)} is damaged: its judge is sure of no number.")
    return judge
