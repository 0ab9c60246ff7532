"""images.npz as it should not be."""

import io
import os
import struct
import zlib
from collections.abc import Iterator

import numpy as np

from tests.hostile.sound import IMAGES, LARGE, Spoil, arrays, content_of, pack


def hostile_archives() -> Iterator[tuple[str, Spoil]]:
    sound = arrays()
    names = {"names": np.array(["a\nb", "c"])}
    cases: dict[str, dict[str, np.ndarray]] = {
        "pictures-of-another-size": {"images": np.zeros((2, 20, 20, 1), np.uint8)},
        "pictures-none": {name: array[:0] for name, array in sound.items()},
        "pictures-numbers-as-names": {"names": np.array([1, 2])},
        "pictures-lines-in-names": names,
        "pictures-table-of-kinds": {"kinds": np.array([["a"], ["b"]])},
        "pictures-numbers-as-marks": {"held_out": np.array([0.5, np.nan])},
    }
    for name, change in cases.items():
        yield name, content_of(IMAGES, pack(sound | change))
    # A zip bomb: a piece that unpacks to a megabyte, 4095 times over.
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    start = packer.compress(_npy_header((4095 * 2**20,))) + packer.flush(zlib.Z_FULL_FLUSH)
    piece = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    bomb, large, negative = start + piece * 4095, _npy_header((10**12,)), _npy_header((-1, 4))
    archives = {
        "bomb": (bomb, 2**32 - 2),
        "bomb-that-lies": (bomb, 2000),
        "claim-1-TB": (_deflated(large), len(large)),
        "negative": (_deflated(negative), len(negative)),
    }
    for name, images in archives.items():
        yield f"pictures-{name}", content_of(IMAGES, _zip({"images": images}, sound))
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 65535, 65535, 30 * 2**20, 0, 0)
    yield "pictures-many-files", content_of(IMAGES, b"PK\1\2" + bytes(30 * 2**20 - 4) + end)
    yield "pictures-no-archive", content_of(IMAGES, b"no archive")
    yield "pictures-hole", lambda path: os.truncate(path / IMAGES, LARGE)


def _npy_header(shape: tuple[int, ...]) -> bytes:
    text = repr({"descr": "|u1", "fortran_order": False, "shape": shape}).encode() + b"\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text


def _deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def _zip(packed: dict[str, tuple[bytes, int]], sound: dict[str, np.ndarray]) -> bytes:
    """An archive of .npy files; of some, the packed bytes and the size that they claim to have."""
    members = dict(packed)
    for name in sound.keys() - packed.keys():
        file = io.BytesIO()
        np.save(file, sound[name])
        members[name] = _deflated(file.getvalue()), len(file.getvalue())
    body, directory = b"", b""
    for name, (content, claimed) in members.items():
        file_name = f"{name}.npy".encode()
        common = struct.pack(
            "<5H3I2H", 20, 0, 8, 0, 33, 0, len(content), claimed, len(file_name), 0
        )
        directory += b"PK\1\2" + struct.pack("<H", 20) + common
        directory += struct.pack("<3H2I", 0, 0, 0, 0, len(body)) + file_name
        body += b"PK\3\4" + common + file_name + content
    count = len(members)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(directory), len(body), 0)
    return body + directory + end
