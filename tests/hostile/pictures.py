"""Hostile pictures, built by script in a moment: bombs, claims, cut and spoilt files, poseurs.

Knows nothing of who reads them. Large pictures are of one colour, so that they are small as files.
"""

import struct
from collections.abc import Iterator

import numpy as np

from tests.hostile.picture_files import (
    bmp,
    chunk,
    encode,
    film,
    ico,
    jpeg,
    noise,
    palette,
    patched,
    png,
    tga,
    tiff,
    zeros,
)

SIDE = 6324  # 6324 x 6324 are 40 million pixels
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "ICO", "TGA", "PPM", "AVIF", "JPEG2000")
LEFT_OUT = ("PCX", "DDS", "SGI", "ICNS", "MSP", "IM", "SPIDER")
Named = Iterator[tuple[str, bytes]]


def hostile_pictures() -> dict[str, bytes]:
    """Every hostile file by a name that says what is wrong with it."""
    parts = (spoilt(), large(), claims(), shapes(), extras(), exif(), tiff_tags(), poseurs())
    return dict(named for part in parts for named in part)


def spoilt() -> Named:
    """Each format cut, overwritten, and only its head."""
    for form in (*FORMATS, *LEFT_OUT):
        image = noise().convert("1") if form == "MSP" else noise()
        image = image.convert("F") if form == "SPIDER" else image
        whole, ending = encode(image, form), form.lower()
        middle = len(whole) // 2
        yield f"head.{ending}", whole[:24]
        yield f"half.{ending}", whole[:middle]
        yield f"spoilt.{ending}", whole[:middle] + b"\xff" * 64 + whole[middle + 64 :]


def large() -> Named:
    """Pictures that hold what they claim: a few KB each, up to a gigabyte decoded carelessly."""
    for name, colour, bits in [("grey1", 0, 1), ("grey16", 0, 16), ("rgb16", 2, 16), ("la", 4, 8)]:
        yield f"40mp_{name}.png", png(SIDE, SIDE, colour, bits)
    yield "40mp_rgba8.png", png(SIDE, SIDE, 6, 8)
    yield "40mp_rgba16.png", png(SIDE, SIDE, 6, 16)
    yield "40mp_palette.png", png(SIDE, SIDE, 3, 8, palette())
    yield "40mp_interlaced.png", png(SIDE, SIDE, 2, 8, interlaced=True)
    yield "400mp_grey1.png", png(20_000, 20_000, 0, 1)
    for mode in ("L", "RGB", "CMYK"):
        yield f"40mp_{mode.lower()}.jpeg", jpeg(mode, SIDE, SIDE)
        yield f"40mp_{mode.lower()}_progressive.jpeg", jpeg(mode, SIDE, SIDE, progressive=True)
    for name, bits, samples, kind in [("float32", 32, 1, 3), ("float64", 64, 1, 3)]:
        yield f"40mp_{name}.tiff", tiff(SIDE, SIDE, bits, samples, kind)
    yield "40mp_int32.tiff", tiff(SIDE, SIDE, 32, 1, 2)
    yield "40mp_rgb8.tiff", tiff(SIDE, SIDE, 8, 3, 1)
    yield "40mp_rgba16.tiff", tiff(SIDE, SIDE, 16, 4, 1)
    yield "40mp_turned.tiff", tiff(SIDE, SIDE, 8, 3, 1, orientation=6)
    yield "40mp_screen.gif", patched(encode(noise().quantize(8), "GIF"), 6, "<HH", SIDE, SIDE)
    yield "40mp_rle.tga", tga(SIDE, SIDE)
    yield "40mp_rle.bmp", bmp(SIDE, SIDE, (b"\xff\0" * 24 + b"\xcc\0\0\0") * SIDE)
    yield "60mp_canvas.webp", patched(film("WEBP"), 24, "<HBHB", 15_999, 0, 3_999, 0)
    yield "40mp_inside.ico", ico(png(SIDE, SIDE, 6, 8))
    yield "81mp_inside.ico", ico(png(9_000, 9_000, 6, 8))


def claims() -> Named:
    """Headers that promise far more than follows."""
    small = png(10, 10, 2, 8)
    for width, height in [(0, 0), (50_000, 50_000), (2**31 - 1, 2**31 - 1)]:
        header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        yield f"claims_{width}x{height}.png", small[:8] + header + small[33:]
    for progressive in (False, True):
        content = encode(noise(), "JPEG", progressive=progressive)
        start = content.index(b"\xff\xc2" if progressive else b"\xff\xc0") + 5
        name = "progressive" if progressive else "baseline"
        yield f"claims_40mp_{name}.jpeg", patched(content, start, ">HH", SIDE, SIDE)
        yield f"claims_4gp_{name}.jpeg", patched(content, start, ">HH", 65_535, 65_535)
    yield "claims_40mp.ppm", b"P6 6324 6324 255\n" + bytes(100)
    yield "claims_36mp_text.ppm", b"P3 6000 6000 255\n" + b"1 2 3 " * 10
    yield "claims_4gp.gif", patched(encode(noise().quantize(8), "GIF"), 6, "<HH", 65_535, 65_535)
    yield "claims_40mp_raw.bmp", bmp(SIDE, SIDE, bytes(100), compression=0)
    yield "claims_negative.bmp", bmp(-SIDE, -SIDE, bytes(100))
    yield (
        "claims_2gb.ico",
        b"\0\0\1\0\xff\xff" + b"\0\0\0\0\1\0\x20\0\xff\xff\xff\x7f\x16\0\0\0" * 200,
    )
    yield "claims_psd.psd", b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 4, 6000, 6000, 8, 3)
    yield "claims_qoi.qoi", b"qoif" + struct.pack(">II", 6000, 6000) + b"\4\0" + b"\xfd" * 1000
    j2k = encode(noise(), "JPEG2000", no_jp2=True)
    start = j2k.index(b"\xff\x51") + 6  # size of the picture, its origin, size of a tile
    yield "claims_40mp.j2k", patched(j2k, start, ">IIIIII", SIDE, SIDE, 0, 0, SIDE, SIDE)
    yield "claims_40mp_tiles.j2k", patched(j2k, start, ">IIIIII", SIDE, SIDE, 0, 0, 1, 1)
    avif = encode(noise(), "AVIF")
    yield "claims_40mp.avif", patched(avif, avif.index(b"ispe") + 8, ">II", SIDE, SIDE)
    yield "claims_4gp.webp", patched(film("WEBP"), 24, "<HBHB", 0xFFFF, 0, 0xFFFF, 0)


def shapes() -> Named:
    """Sides out of all proportion."""
    for width, height in [(1, 100_000), (1, 1_000_000), (40_000_000, 1), (1, 19_999), (19_999, 1)]:
        yield f"{width}x{height}.png", png(width, height, 0, 8)
    yield "65535x610_rgba.png", png(65_535, 610, 6, 8)
    yield "610x65535_rgba.png", png(610, 65_535, 6, 8)
    yield "20000x2660_rgba.png", png(20_000, 2_660, 6, 8)
    yield "2660x20000_rgba.png", png(2_660, 20_000, 6, 8)
    yield "1x1.png", png(1, 1, 6, 8)
    yield "65535x1.gif", patched(encode(noise().quantize(8), "GIF"), 6, "<HH", 65_535, 1)


def extras() -> Named:
    """Much besides the picture: frames, pages, texts, profiles."""
    plain = encode(noise(), "PNG")
    for name, tag, head, size in [
        ("text200mb", b"zTXt", b"Comment\0\0", 200_000_000),
        ("profile100mb", b"iCCP", b"x\0\0", 100_000_000),
        ("itxt100mb", b"iTXt", b"Comment\0\1\0\0\0", 100_000_000),
    ]:
        yield f"{name}.png", plain[:33] + chunk(tag, head + zeros(size)) + plain[33:]
    texts = b"".join(chunk(b"tEXt", b"k%d\0v" % k) for k in range(20_000))
    yield "20000texts.png", plain[:33] + texts + plain[33:]
    yield "nan.pfm", b"Pf 100 100 -1.0\n" + struct.pack("<f", float("nan")) * 10_000
    yield "inf.pfm", b"Pf 100 100 -1.0\n" + struct.pack("<f", float("inf")) * 10_000
    yield "beyond16bit.pgm", b"P5 100 100 65536\n" + bytes(20_000)
    gif = encode(noise(4, 4).quantize(8), "GIF")
    start = gif.index(b"\x2c", 13 + 3 * 8)  # behind the head and its colours
    yield "20000frames.gif", gif[:start] + gif[start:-1] * 20_000 + b";"
    for form in ("PNG", "WEBP", "TIFF"):
        yield f"film.{form.lower()}", film(form)
        yield f"film_cut.{form.lower()}", film(form)[: -len(film(form)) // 3]


def exif() -> Named:
    bodies = {
        "99": b"\0\1\x01\x12\0\3\0\0\0\1\0\x63\0\0\0\0\0\0",
        "loop": b"\0\1\x87\x69\0\4\0\0\0\1\0\0\0\x08\0\0\0\x08",
        "count": b"\0\1\x01\x12\0\3\xff\xff\xff\xff\0\0\0\x08\0\0\0\0",
        "garbage": b"\xff" * 500,
        "300mb": struct.pack(">H", 5_000)
        + b"".join(struct.pack(">HHII", 30_000 + k, 7, 60_000, 0) for k in range(5_000)),
    }
    for name, body in bodies.items():
        block = b"Exif\0\0MM\0*\0\0\0\x08" + body
        yield f"exif_{name}.jpeg", encode(noise(), "JPEG", exif=block)


def tiff_tags() -> Named:
    yield "huge_count.tiff", tiff(100, 100, 8, 1, 1, changes={258: (3, 0xFFFFFFF0, 8)})
    yield "4g_wide.tiff", tiff(100, 100, 8, 1, 1, changes={256: (4, 1, 0xFFFFFFFF)})
    yield "60000_samples.tiff", tiff(100, 100, 8, 1, 1, changes={277: (3, 1, 60_000)})
    yield "unknown_packing.tiff", tiff(100, 100, 8, 1, 1, changes={259: (3, 1, 99)})
    yield "far_strip.tiff", tiff(100, 100, 8, 1, 1, changes={273: (4, 1, 0xFFFFFFF0)})
    yield "many_strips.tiff", tiff(100, 100, 8, 1, 1, changes={273: (4, 0x10000000, 8)})
    yield (
        "vast_tile.tiff",
        tiff(100, 100, 8, 1, 1, changes={322: (4, 1, 40_000), 323: (4, 1, 40_000)}),
    )
    tags = b"".join(struct.pack("<HHII", 30_000 + k, 7, 10**6, 8) for k in range(1_000))
    head = b"II*\0" + struct.pack("<I", 10**6 + 8) + bytes(10**6)
    yield "tags_1gb.tiff", head + struct.pack("<H", 1_000) + tags + bytes(4)
    yield "loop.tiff", b"II*\0\x08\0\0\0\0\0\x08\0\0\0"


def poseurs() -> Named:
    """What is no picture, or none that a visitor brings."""
    yield "svg.png", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
    yield "html.png", b"<!doctype html><script>alert(document.domain)</script>"
    yield "xml.png", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><svg>&e;</svg>'
    yield "zip.png", b"PK\x03\x04" + bytes(1000)
    yield "pdf.png", b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>"
    yield "eps.png", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n(/etc/passwd) (r) file\n"
    yield (
        "xpm.xpm",
        b'/* XPM */\nstatic char *x[] = {"9999 9999 99999 9",',
    )
    yield "xbm.xbm", b"#define a_width 6000\n#define a_height 6000\nstatic char a_bits[] = {0x00};"
    yield "fits.png", b"SIMPLE  =                    T"
    yield "hollow.heic", b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + bytes(100)
    yield "empty.png", b""
    yield "one_byte.png", b"\x89"
    yield "random.bin", np.random.default_rng(1).bytes(10_000)
    yield "zeros.bin", bytes(1_000_000)
    yield "too_long.png", encode(noise(), "PNG") + bytes(40 * 2**20)
