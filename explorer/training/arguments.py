"""Train a denoiser, or measure one.

    python -m explorer.training --config emoji
    python -m explorer.training --config digits --data mnist.npz
    torchrun --nproc-per-node 2 -m explorer.training --config emoji
    python -m explorer.training --config emoji --only evaluate

    python -m explorer.training --config digits --data mnist.npz --only evaluate --out checkpoints
    python -m explorer.training --config emoji --only judge --out checkpoints
    python -m explorer.training --config emoji --only steps --samples 51 --out checkpoints

The last two train the judge of samples and let it judge, and measure sample quality against the
number of steps; nothing else.
A run that was stopped (Ctrl-C is fine) goes on where it left off. The checkpoint appears in
--out/<name>.
"""

import argparse
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from explorer.training.allowed import Allowed, whole
from explorer.training.config import STEPS

SECONDS = Allowed("a number of seconds, 0 or more", lambda value: value >= 0)  # infinity too


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m explorer.training", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add = parser.add_argument
    add("--config", required=True, help="a name in explorer/training/configs, or a TOML file")
    add("--data", type=Path, help="mnist.npz for digits; default: the official mirrors")
    add("--out", type=Path, default=Path("runs"), help="where checkpoints and state go")
    add("--device", type=_device, default="cuda" if torch.cuda.is_available() else "cpu")
    add(
        "--only",
        choices=["train", "evaluate", "judge", "steps"],
        help="default: train, then evaluate; judge and steps are parts of evaluate",
    )
    add(
        "--steps",
        type=_typed(int, STEPS),
        help="the learning rate's last step, instead of the config's",
    )
    add("--no-compile", action="store_true", help="skip torch.compile (GPU only anyway)")
    add(
        "--stop-after",
        type=_typed(float, SECONDS),
        default=math.inf,
        metavar="SECONDS",
        help="to be resumed",
    )
    add(
        "--samples",
        type=_typed(int, whole(1, 10**7)),
        help="to draw (default: 60000 digits or 5100 emoji for the judge; 1000 a row of steps)",
    )
    add(
        "--images",
        type=_typed(int, whole(1, 10**7)),
        default=10_000,
        help="of each part, to measure the error on",
    )
    return parser.parse_args(arguments)


def _typed(convert: Callable[[str], Any], allowed: Allowed) -> Callable[[str], Any]:
    """argparse's `type`: what `convert` makes of the text, if that is allowed."""

    def read(text: str) -> Any:
        try:
            value = convert(text)
        except ValueError:
            value = math.nan  # neither whole nor in any range
        if not allowed.accepts(value):
            raise argparse.ArgumentTypeError(f"{text!r} is not {allowed.words}")
        return value

    return read


def _device(text: str) -> torch.device:
    """A device that this machine has; nothing is put on it to find out."""
    count = {
        "cpu": 1,
        "cuda": torch.cuda.device_count(),
        "mps": int(torch.backends.mps.is_available()),
    }
    there = ", ".join(kind for kind, number in count.items() if number)
    try:
        device = torch.device(text)
    except RuntimeError:
        device = None
    if device is None or (device.index or 0) >= count.get(device.type, 0):
        raise argparse.ArgumentTypeError(f"{text!r} is no device of this machine (there: {there})")
    return device
