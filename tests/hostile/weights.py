"""Files of weights as they should not be, of networks and of judges."""

import json
import os
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from safetensors.torch import save

from explorer.denoiser.checkpoints import build_denoiser
from explorer.denoiser.judge import Judge
from tests.hostile.sound import CONFIG, JUDGE, LARGE, WEIGHTS, Spoil, content_of, instead_of


def hostile_weights() -> Iterator[tuple[str, Spoil]]:
    kinds = (torch.int8, torch.int64, torch.complex64, torch.float64, torch.bool)
    for kind in kinds:
        yield f"weights-{str(kind)[6:]}", _change(lambda x, kind=kind: x.to(kind))
    for value in ("nan", "inf"):
        yield f"weights-{value}", _change(lambda x, value=value: x.fill_(float(value)))
    yield "weights-overflow", _change(lambda x: x.fill_(3e38))
    yield "weights-other-shape", _change(lambda x: x[None])
    yield "weights-header-of-4-GB", _header(2**32, b"{", LARGE)
    yield "weights-header-of-2-62", _header(2**62, b"{", 0)
    yield "weights-header-deep", _header(100_000, b"[" * 100_000, 0)
    yield "weights-header-list", _header(2, b"[]", 0)
    yield "weights-header-odd", _header(10, b'{"a":null}', 0)
    claim = {"a": {"dtype": "F32", "shape": [2**20, 2**12], "data_offsets": [0, 2**34]}}
    text = json.dumps(claim).encode()
    yield "weights-claim-16-GB", _header(len(text), text, 0)
    yield "weights-trailing", lambda path: _append(path / WEIGHTS, b"more")
    yield "weights-cut", lambda path: os.truncate(path / WEIGHTS, 2000)
    yield "weights-hole", lambda path: os.truncate(path / WEIGHTS, LARGE)


def _change(change: Callable[[torch.Tensor], torch.Tensor]) -> Spoil:
    def spoil(path: Path) -> None:
        weights = build_denoiser(CONFIG).network.state_dict()
        (path / WEIGHTS).write_bytes(save({key: change(x) for key, x in weights.items()}))

    return spoil


def _header(length: int, header: bytes, size: int) -> Spoil:
    def spoil(path: Path) -> None:
        (path / WEIGHTS).write_bytes(struct.pack("<Q", length) + header)
        os.truncate(path / WEIGHTS, max(size, 8 + len(header)))

    return spoil


def _append(path: Path, content: bytes) -> None:
    path.write_bytes(path.read_bytes() + content)


def hostile_judges() -> Iterator[tuple[str, Spoil]]:
    def halves(shape: tuple[int, int, int], num_kinds: int) -> dict[str, torch.Tensor]:
        state = Judge(shape, num_kinds).state_dict()
        return {k: x.half() if x.is_floating_point() else x for k, x in state.items()}

    whole = halves((1, 28, 28), 10)
    negative = {k: -x.abs() - 1 if "running_var" in k else x for k, x in whole.items()}
    contents = {
        "judge-cut": save(whole)[:1000],
        "judge-empty": b"",
        "judge-of-another": save({"a": torch.zeros(2)}),
        "judge-of-colours": save(halves((3, 28, 28), 10)),
        "judge-of-larger-pictures": save(halves((1, 64, 64), 10)),
        "judge-of-more-kinds": save(halves((1, 28, 28), 11)),
        "judge-negative-variance": save(negative),
        "judge-nan": save({k: x * float("nan") if x.ndim else x for k, x in whole.items()}),
    }
    for name, content in contents.items():
        yield name, content_of(JUDGE, content)
    yield "judge-pipe", instead_of(JUDGE, os.mkfifo)
