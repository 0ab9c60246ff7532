"""MNIST at the visitor's wish: downloaded once from its public mirrors, checked, and kept.

Knows nothing of models or of how digits are shown. It downloads nothing before it is asked.
MNIST: LeCun, Cortes and Burges; files in the IDX form, gzipped, with their published checksums.
"""

import gzip
import hashlib
import http.client
import os
import struct
import tempfile
import urllib.request
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .gallery import Gallery, Picture

MIRRORS = (
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
)
LARGEST_FILE = 16 * 2**20  # bytes; the largest of the four is 9.9 MB


class MnistError(OSError):
    """MNIST cannot be had; the message says why, and what to do."""


@dataclass(frozen=True)
class Source:
    """One of MNIST's files: its name on every mirror, and the SHA-256 of its bytes."""

    name: str
    sha256: str


SOURCES = {
    "train_images": Source(
        "train-images-idx3-ubyte.gz",
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    ),
    "train_labels": Source(
        "train-labels-idx1-ubyte.gz",
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    ),
    "test_images": Source(
        "t10k-images-idx3-ubyte.gz",
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    ),
    "test_labels": Source(
        "t10k-labels-idx1-ubyte.gz",
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    ),
}


def cache_folder() -> Path:
    """Where downloads are kept: the user's cache folder, outside the repository."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "denoising-explorer" / "mnist"


def fetch(
    source: Source,
    folder: Path | None = None,
    *,
    mirrors: Sequence[str] = MIRRORS,
    timeout: float = 20.0,
) -> Path:
    """The local path of one file, downloaded unless a sound copy is there already.

    Every mirror is tried in turn, `timeout` seconds for each answer. A file whose checksum is wrong
    is deleted. Raises `MnistError` when no mirror gives the right file.
    """
    folder = cache_folder() if folder is None else Path(folder)
    path = folder / source.name
    if path.is_file() and _sha256(path) == source.sha256:
        return path
    path.unlink(missing_ok=True)
    reasons: list[str] = []
    for mirror in mirrors:
        try:
            _download(mirror + source.name, path, timeout)
        except (OSError, ValueError, http.client.HTTPException) as error:  # offline, refused, cut
            reasons.append(f"{mirror}: {error}")
            continue
        if _sha256(path) == source.sha256:
            return path
        path.unlink(missing_ok=True)
        reasons.append(f"{mirror}: the file's checksum was wrong, so it was deleted")
    raise MnistError(
        f"MNIST's {source.name} could not be downloaded ({'; '.join(reasons)}). "
        "Check the internet connection, or give a local mnist.npz."
    )


def load_mnist(
    path: str | Path | None = None,
    *,
    parts: Sequence[str] = tuple(SOURCES),
    folder: Path | None = None,
    mirrors: Sequence[str] = MIRRORS,
    timeout: float = 20.0,
) -> dict[str, np.ndarray]:
    """MNIST's arrays by name: `*_images` (N, 28, 28) uint8, ink 255 on 0; `*_labels` (N,) uint8.

    With a `path`, they are read from that .npz, under the keys `train_images`, `train_labels`,
    `test_images` and `test_labels`; without one, they come from the cache or the mirrors. `parts`
    names those wanted. Raises `MnistError`.
    """
    if path is not None:
        arrays = _read_npz(Path(path), parts)
    else:
        arrays = {
            part: read_idx(fetch(SOURCES[part], folder, mirrors=mirrors, timeout=timeout))
            for part in parts
        }
    for part, array in arrays.items():
        wanted = (len(array), 28, 28) if part.endswith("images") else (len(array),)
        if array.dtype != np.uint8 or array.shape != wanted:
            raise MnistError(f"MNIST's {part} must be uint8 of shape {wanted}, not {array.shape}.")
    return arrays


def mnist_gallery(images: np.ndarray, labels: np.ndarray, per_digit: int = 20) -> Gallery:
    """The first `per_digit` test images of each digit, (N, 28, 28) uint8 in: all never seen."""
    pictures: list[Picture] = []
    for digit in range(10):
        for index in np.flatnonzero(labels == digit)[:per_digit]:
            name = f"{digit}, MNIST test image {index}"
            pictures.append(Picture(name, str(digit), False, images[index, :, :, None].copy()))
    return Gallery(pictures)


def read_idx(path: Path) -> np.ndarray:
    """The uint8 array in a gzipped IDX file: two zeros, type 8, rank, big-endian sizes, bytes."""
    try:
        with gzip.open(path) as file:
            content = file.read()
        zeros, kind, rank = struct.unpack_from(">HBB", content)
        sizes = struct.unpack_from(f">{rank}I", content, 4)
        if (zeros, kind) != (0, 8):
            raise ValueError("it does not begin as an IDX file of bytes")
        return np.frombuffer(content, np.uint8, offset=4 + 4 * rank).reshape(sizes)
    except (OSError, EOFError, ValueError, struct.error, zlib.error) as error:
        raise MnistError(f"{path} is not a gzipped IDX file: {error}.") from error


def _read_npz(path: Path, parts: Sequence[str]) -> dict[str, np.ndarray]:
    if not path.is_file():
        raise MnistError(f"There is no file {path}.")
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as arrays:
            return {part: arrays[part] for part in parts}
    except KeyError as error:
        raise MnistError(f"{path} must hold {', '.join(parts)}; {error.args[0]}.") from None
    except Exception as error:  # a damaged archive can fail in many ways
        raise MnistError(f"{path} is not a readable .npz file: {error}.") from error


def _download(address: str, path: Path, timeout: float) -> None:
    """Write what `address` gives to `path`, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with urllib.request.urlopen(address, timeout=timeout) as answer:  # noqa: S310 - MIRRORS are ours
        content = answer.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise ValueError("the file is far too large to be MNIST")
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    os.replace(file.name, path)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
