"""A checkpoint's files, read within bounds: no file is taken at its own word.

Only ordinary files are opened, and nothing is allocated before it is known how much. Knows nothing
of networks: what a file should hold is an argument.
"""

import json
import math
import os
import reprlib
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from safetensors.torch import load
from torch import Tensor

MEGABYTE = 2**20
LARGEST_JSON = MEGABYTE  # config.json and metrics.json have some kilobytes
LARGEST_HEADER = MEGABYTE  # of a safetensors file
SIZES = {"F16": 2, "BF16": 2, "F32": 4, "I64": 8}  # bytes


class CheckpointError(ValueError):
    """A checkpoint that is missing, damaged or not ours; the message is one clear sentence."""


def shown(value: Any) -> str:
    """A foreign value on one line, not too long; texts and paths as they are, if they can be."""
    if isinstance(value, str | Path):
        text = str(value)
        text = text if text.isprintable() else ascii(text)
        return text if len(text) <= 300 else f"{text[:300]}..."
    return reprlib.repr(value)


@contextmanager
def open_ordinary(path: Path) -> Iterator[tuple[BinaryIO, int]]:
    """An ordinary file and its size in bytes; a pipe, a device or a folder is none.

    Raises:
        CheckpointError: it is missing, no ordinary file, or cannot be read.
    """
    quietly = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
    try:
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | quietly)) as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise CheckpointError(f"{shown(path)} is no ordinary file.")
            yield file, found.st_size
    except FileNotFoundError:
        raise CheckpointError(f"{shown(path)} is missing.") from None
    except IsADirectoryError:
        raise CheckpointError(f"{shown(path)} is no ordinary file.") from None
    except OSError as error:
        raise CheckpointError(f"{shown(path)} cannot be read ({error.strerror}).") from error


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a checkpoint's file, or a CheckpointError that says what is wrong."""
    with open_ordinary(path) as (file, size):
        content = file.read(min(size, LARGEST_JSON) + 1)
    if len(content) > LARGEST_JSON:
        raise CheckpointError(f"{shown(path)} is too large: at most 1 MB is read.")
    try:
        found = json.loads(content.decode("utf-8-sig"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise CheckpointError(
            f"{shown(path)} cannot be read as JSON; it may be damaged."
        ) from error
    if not isinstance(found, dict):
        raise CheckpointError(f"{shown(path)} should hold a JSON object.")
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def read_tensors(path: Path, like: Mapping[str, Tensor], what: str) -> dict[str, Tensor]:
    """Tensors of exactly these names and shapes; where `like` has floats, they are float32.

    Args:
        like: what is to be filled, such as a state dict.
        what: whose tensors they are, for the message.

    Raises:
        CheckpointError: the file is missing, damaged or of something else.
    """
    damaged = CheckpointError(f"{shown(path)} is damaged: it cannot be read as safetensors.")
    with open_ordinary(path) as (file, size):
        start = file.read(8)
        length = int.from_bytes(start, "little")
        if len(start) < 8 or length > min(LARGEST_HEADER, size - 8):
            raise damaged
        header = file.read(length)
        expected = 8 + length + _data_size(path, _entries(header, damaged), like, what)
        if size != expected:
            raise damaged
        content = start + header + file.read(expected)
    try:
        tensors = load(content)
    except Exception as error:  # a damaged file can fail in many ways
        raise damaged from error
    tensors = {name: x.float() if x.is_floating_point() else x for name, x in tensors.items()}
    if not all(bool(x.isfinite().all()) for x in tensors.values()):
        raise CheckpointError(f"{shown(path)} is damaged: it holds weights that are not finite.")
    return tensors


def _entries(header: bytes, damaged: CheckpointError) -> dict[str, Any]:
    """What a safetensors file's header says of each tensor."""
    try:
        entries = json.loads(header)
        entries.pop("__metadata__", None)
        kinds = {name: (entry["dtype"], entry["shape"]) for name, entry in entries.items()}
    except (ValueError, RecursionError, AttributeError, TypeError, KeyError):
        raise damaged from None
    return kinds


def _data_size(
    path: Path, entries: Mapping[str, Any], like: Mapping[str, Tensor], what: str
) -> int:
    """Bytes of all the tensors, if these are the ones that are looked for."""
    if {name: shape for name, (_, shape) in entries.items()} != {
        name: list(tensor.shape) for name, tensor in like.items()
    }:
        raise CheckpointError(f"{shown(path)} does not fit {what}.")
    size = 0
    for name, tensor in like.items():
        kind = entries[name][0]
        kinds = ("F16", "BF16", "F32") if tensor.is_floating_point() else ("I64",)
        if kind not in kinds:
            raise CheckpointError(
                f"{shown(path)} holds numbers of kind {shown(kind)}: they have to be {kinds[-1]}"
                f"{' or half precision' if len(kinds) > 1 else ''}."
            )
        size += SIZES[kind] * math.prod(tensor.shape)
    return size
