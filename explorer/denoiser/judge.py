"""A judge of kinds: a small classifier that names a picture and says how sure it is.

It knows nothing of denoisers; its weights lie beside those of the denoiser whose pictures it
judges, in a file `judge.safetensors`. How it was trained: `explorer.training.judge`.
"""

from pathlib import Path

import torch
from safetensors.torch import save as to_safetensors
from torch import Tensor, nn

from explorer.denoiser.files import write_whole
from explorer.denoiser.reading import CheckpointError, read_tensors, shown


class Judge(nn.Sequential):
    """A plain convolutional classifier of (B, C, H, W) in [-1, 1] -> (B, num_kinds) logits.

    Two convolutions a level; the picture is halved until its longer side has 8 pixels or fewer.
    """

    def __init__(self, shape: tuple[int, int, int], num_kinds: int) -> None:
        def block(before: int, after: int, stride: int = 1) -> list[nn.Module]:
            convolution = nn.Conv2d(before, after, 3, stride, padding=1, bias=False)
            return [convolution, nn.BatchNorm2d(after), nn.ReLU()]

        channels, *sides = shape
        halvings = ((max(sides) - 1) // 8).bit_length()
        widths = [min(32 * 2**level, 128) for level in range(halvings + 1)]
        layers = [*block(channels, widths[0]), *block(widths[0], widths[0])]
        for before, after in zip(widths, widths[1:], strict=False):
            layers += [*block(before, after, stride=2), *block(after, after)]
        super().__init__(
            *layers,
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2),
            nn.Linear(widths[-1], num_kinds),
        )  # fmt: skip

    @torch.no_grad()
    def verdict(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """x: (B, C, H, W) in [-1, 1] -> the kind it names (B,) int64, and the probability that
        it gives this kind (B,), from 1 / num_kinds to 1.
        """
        probability, kind = self(x).softmax(1).max(1)
        return kind, probability


def save_judge(judge: Judge, path: Path) -> None:
    """Half precision, as the denoisers' weights. Raises WriteError."""
    state = judge.state_dict()
    half = {k: v.half() if v.is_floating_point() else v for k, v in state.items()}
    write_whole({path: to_safetensors(half)})


def load_judge(path: Path, shape: tuple[int, int, int], num_kinds: int) -> Judge:
    """A judge of pictures (C, H, W), on the CPU, in float32, ready to judge.

    Raises:
        CheckpointError: the file is missing, damaged or of another network, or names nothing.
    """
    judge = Judge(shape, num_kinds)
    judge.load_state_dict(read_tensors(path, judge.state_dict(), "a judge of these pictures"))
    _, sureness = judge.eval().verdict(torch.zeros(1, *shape))
    if not bool(sureness.isfinite().all()):
        raise CheckpointError(f"{shown(path)} is damaged: its judge is sure of no kind.")
    return judge
