"""NumPy archives (.npz) from anybody, read within bounds.

`np.load` unpacks and allocates what a file claims to hold; here its claims are checked first. Knows
nothing of what the arrays are for.
"""

import io
import math
import os
import stat
import struct
import zipfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

MEGABYTE = 2**20
LARGEST_FILE = 64 * MEGABYTE
LARGEST_CONTENT = 64 * MEGABYTE  # of all that is unpacked
LARGEST_DIRECTORY = 2**16  # bytes: hundreds of files
END = struct.Struct("<4s4H2IH")  # an archive's last record, where it has no comment
END_OF_LARGE = b"PK\x06\x07"  # stands before that in archives of more than 4 GB


class ArraysError(ValueError):
    """The message says why the file cannot be read, as part of a sentence."""


def read_arrays(path: Path, names: Iterable[str]) -> dict[str, np.ndarray]:
    """The arrays of these names.

    Raises:
        KeyError: one of them is not there.
        ArraysError: the file is no such archive, damaged or too large.
    """
    content = _read(path)
    _check_directory(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {name: archive.getinfo(f"{name}.npy") for name in names}
            if sum(member.file_size for member in members.values()) > LARGEST_CONTENT:
                raise ArraysError(f"more than {LARGEST_CONTENT // MEGABYTE} MB are packed into it")
            if {m.compress_type for m in members.values()} - {0, zipfile.ZIP_DEFLATED}:
                raise ArraysError("it is packed in a way that is not NumPy's")
            return {name: _array(_unpack(archive, member)) for name, member in members.items()}
    except (KeyError, ArraysError):
        raise
    except Exception as error:  # a damaged archive can fail in many ways
        raise ArraysError(f"it is no archive of arrays ({type(error).__name__})") from error


def _read(path: Path) -> bytes:
    """An ordinary file; a pipe, which might never end, is none."""
    quietly = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
    try:
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | quietly)) as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise ArraysError("it is no ordinary file")
            if found.st_size > LARGEST_FILE:
                raise ArraysError(f"it is larger than {LARGEST_FILE // MEGABYTE} MB")
            return file.read(found.st_size)
    except OSError as error:
        raise ArraysError(f"it cannot be read ({error.strerror})") from error


def _check_directory(content: bytes) -> None:
    """The list of an archive's files is read whole by whoever opens it: only a short one is."""
    end = content[-END.size :]
    if len(end) < END.size:
        raise ArraysError("it is no archive")
    mark, _, _, _, _, size, _, _ = END.unpack(end)
    before = content[-END.size - 20 :][:4]
    if mark != b"PK\x05\x06" or before == END_OF_LARGE or size > LARGEST_DIRECTORY:
        raise ArraysError("it is no archive, or one of far too many files")


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """No more than it claims to have: `archive.read` would unpack all first, and cut it then."""
    with archive.open(member) as file:
        return file.read(member.file_size)


def _array(content: bytes) -> np.ndarray:
    """An array from the bytes of an .npy file, which must hold just what its head says."""
    file = io.BytesIO(content)
    version = np.lib.format.read_magic(file)
    if version not in ((1, 0), (2, 0)):
        raise ArraysError("an array in it is of an unknown version")
    of_version = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    shape, _, dtype = of_version[version](file)
    if dtype.hasobject or math.prod(shape) * dtype.itemsize != len(content) - file.tell():
        raise ArraysError("an array in it is not of the size that it claims")
    file.seek(0)
    return np.lib.format.read_array(file, allow_pickle=False)
