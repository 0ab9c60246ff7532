"""A sound checkpoint, tiny, and how to spoil one of its files."""

import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save

from explorer.denoiser.checkpoints import build_denoiser

CONFIG: dict[str, Any] = {
    "format": 1,
    "shape": [1, 28, 28],
    "conditions": list("0123456789"),
    "schedule": {"name": "cosine", "T": 30},
    "prediction": "eps",
    "network": {"widths": [8], "blocks": [1], "attention": [False], "embedding_width": 8},
}
CONFIG_FILE, WEIGHTS, METRICS = "config.json", "model.safetensors", "metrics.json"
JUDGE, IMAGES = "judge.safetensors", "images.npz"
LARGE = 5 * 2**30  # bytes, of files that are mostly holes
Spoil = Callable[[Path], object]


def sound_checkpoint(path: Path, **changes: Any) -> None:
    """A tiny network of digits, never trained, that can be shown."""
    path.mkdir(parents=True)
    config = CONFIG | changes
    with torch.random.fork_rng(devices=[]):
        weights = build_denoiser(config).network.state_dict()
    (path / CONFIG_FILE).write_text(json.dumps(config))
    (path / WEIGHTS).write_bytes(save(weights))
    (path / IMAGES).write_bytes(pack(arrays()))


def arrays() -> dict[str, np.ndarray]:
    return {
        "images": np.zeros((2, 28, 28, 1), np.uint8),
        "names": np.array(["one", "two"]),
        "kinds": np.array(["1", "2"]),
        "held_out": np.array([False, True]),
    }


def pack(arrays: dict[str, np.ndarray]) -> bytes:
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()


def content_of(file: str, content: bytes) -> Spoil:
    """The file holds this instead."""
    return lambda path: (path / file).write_bytes(content)


def instead_of(file: str, make: Spoil) -> Spoil:
    """The file is made anew, as something else."""

    def spoil(path: Path) -> None:
        (path / file).unlink(missing_ok=True)
        make(path / file)

    return spoil


def dumps(content: Any) -> bytes:
    """JSON in which infinity is the number that it is read from."""
    return json.dumps(content).replace("Infinity", "1e999").encode()


NO_FILES: dict[str, Spoil] = {
    "folder": lambda path: path.mkdir(),
    "device": lambda path: path.symlink_to("/dev/zero"),
    "pipe": os.mkfifo,
}
