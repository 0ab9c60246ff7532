"""Picture files written by hand: of any size, of one colour, small as files and quickly made."""

import io
import struct
import zlib

import numpy as np
from PIL import Image


def encode(image: Image.Image, form: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def noise(width: int = 60, height: int = 40) -> Image.Image:
    rng = np.random.default_rng(0)
    return Image.fromarray(rng.integers(0, 256, (height, width, 3), dtype=np.uint8))


def film(form: str) -> bytes:
    frames = [noise().rotate(angle) for angle in (0, 90, 180)]
    return encode(frames[0], form, save_all=True, append_images=frames[1:])


def zeros(count: int) -> bytes:
    """A zlib stream of `count` zeros, without ever holding them: one packed piece, repeated."""
    piece = 2**20
    packer = zlib.compressobj(9)
    start = packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
    one = packer.compress(bytes(piece)) + packer.flush(zlib.Z_FULL_FLUSH)
    end = zlib.compressobj(9, wbits=-15)
    rest = end.compress(bytes(count % piece)) + end.flush()
    return start + one * (count // piece) + rest + struct.pack(">HH", count % 65521, 1)


def chunk(tag: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + tag + body + struct.pack(">I", zlib.crc32(tag + body))


def palette() -> bytes:
    return chunk(b"PLTE", bytes(range(48))) + chunk(b"tRNS", bytes(16))


def png(
    width: int, height: int, colour: int, bits: int, more: bytes = b"", interlaced: bool = False
) -> bytes:
    """A PNG of zeros, black or clear: `colour` as the format numbers it, `more` before the data."""
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, interlaced)
    size = height * (1 + (width * samples * bits + 7) // 8)
    size += 2 * height if interlaced else 0  # seven passes have more rows, each with its filter
    body = chunk(b"IHDR", header) + more + chunk(b"IDAT", zeros(size)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def jpeg(mode: str, width: int, height: int, progressive: bool = False) -> bytes:
    """A black JPEG: a strip of eight rows, each of its scans repeated between restart markers."""
    options = {"progressive": progressive, "restart_marker_rows": 1, "subsampling": 0}
    strip = encode(Image.new(mode, (width, 8)), "JPEG", **options)
    start = strip.index(b"\xff\xc2" if progressive else b"\xff\xc0") + 5
    head, *scans = patched(strip[:-2], start, ">H", height).split(b"\xff\xda")
    whole = head
    for scan in scans:
        length = struct.unpack(">H", scan[:2])[0]
        rows, after = scan[length:], b""
        for marker in (b"\xff\xc4", b"\xff\xdd"):  # tables of the next scan
            rows, found, rest = rows.partition(marker)
            after = found + rest + after
        repeated = b"".join(rows + bytes([0xFF, 0xD0 + k % 8]) for k in range((height - 1) // 8))
        whole += b"\xff\xda" + scan[:length] + repeated + rows + after
    return whole + b"\xff\xd9"


def tiff(
    width: int,
    height: int,
    bits: int,
    samples: int,
    kind: int,
    orientation: int = 1,
    changes: dict[int, tuple[int, int, int]] | None = None,
) -> bytes:
    """A deflated TIFF of zeros in one strip; `kind`: 1 whole, 2 signed, 3 float numbers."""
    body = zeros(width * height * samples * bits // 8)
    each = struct.pack(f"<{samples}H", *[bits] * samples)
    offset = 8 + 2 + 13 * 12 + 4
    inside = samples > 2  # a list of more than four bytes lies behind the tags
    entries = {
        256: (4, 1, width),
        257: (4, 1, height),
        258: (3, samples, offset if inside else bits),
        259: (3, 1, 8),
        262: (3, 1, 2 if samples > 2 else 1),
        273: (4, 1, offset + len(each)),
        274: (3, 1, orientation),
        277: (3, 1, samples),
        278: (4, 1, height),
        279: (4, 1, len(body)),
        284: (3, 1, 1),
        338: (3, 1 if samples == 4 else 0, 2),
        339: (3, 1, kind),
    } | (changes or {})
    tags = b"".join(struct.pack("<HHII", tag, *entry) for tag, entry in sorted(entries.items()))
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + tags + bytes(4) + each + body


def bmp(width: int, height: int, body: bytes, compression: int = 1) -> bytes:
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, compression, 0, 0, 0, 256, 0)
    return b"BM" + struct.pack("<IHHI", 1078 + len(body), 0, 0, 1078) + header + bytes(1024) + body


def tga(width: int, height: int) -> bytes:
    header = struct.pack("<BBBHHBHHHHBB", 0, 0, 10, 0, 0, 0, 0, 0, width, height, 32, 8)
    row = b"\xff\0\0\0\0" * (width // 128) + bytes([127 + width % 128]) + bytes(4)
    return header + row * height


def ico(content: bytes) -> bytes:
    """An icon that says it is 16x16 and holds a PNG of any size."""
    entry = struct.pack("<BBBBHHII", 16, 16, 0, 0, 1, 32, len(content), 22)
    return struct.pack("<HHH", 0, 1, 1) + entry + content


def patched(content: bytes, start: int, form: str, *values: int) -> bytes:
    changed = struct.pack(form, *values)
    return content[:start] + changed + content[start + len(changed) :]
