"""The format is told from the first bytes; what is not the picture is taken out."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from explorer.images.sniffing import MOST_PARTS, bare, icon_sizes, orientation, sniff
from tests.hostile.picture_files import chunk, encode, ico, noise, png, zeros

FORMS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "ICO", "TGA", "PPM", "AVIF", "JPEG2000")


@pytest.mark.parametrize("form", FORMS)
def test_every_format_is_known(form):
    assert sniff(encode(noise(), form)) == form


def test_containers_are_told_apart_by_all_their_brands():
    assert sniff(b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf") == "AVIF"
    assert sniff(b"\0\0\0\x1cftypmif1\0\0\0\0mif1heicmiaf") == "HEIF"
    assert sniff(b"\0\0\0\x1cftypqt  \0\0\0\0qt  qt  qt  ") == "TGA"
    assert sniff(b"\0\0\0\x08ftyp") == "TGA"


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_the_picture_stays_and_its_orientation_is_told(form):
    exif = Image.Exif()
    exif[0x010E] = "a text before it"
    exif[0x0112] = 6
    content = encode(noise(), form, exif=exif)
    stripped, found = bare(content, form)
    assert orientation(found) == 6 and len(stripped) < len(content)
    pixels = [np.asarray(Image.open(io.BytesIO(file))) for file in (content, stripped)]
    np.testing.assert_array_equal(*pixels)
    assert bare(stripped, form) == (stripped, b"")


def test_texts_that_unpack_to_gigabytes_are_gone():
    plain = encode(noise())
    for body in (b"zTXt", b"iTXt", b"iCCP", b"acTL"):
        assert bare(plain[:33] + chunk(body, zeros(10**8)) + plain[33:], "PNG") == (plain, b"")


def test_cut_files_stay_cut():
    for form in ("PNG", "JPEG"):
        content = encode(noise(), form)
        for length in range(len(content) // 2):
            stripped, _ = bare(content[:length], form)
            assert len(stripped) <= length


def test_a_file_of_a_million_parts_is_cut():
    plain = encode(noise())
    stripped, _ = bare(plain[:33] + chunk(b"IDAT", b"") * 200_000 + plain[33:], "PNG")
    assert len(stripped) == 33 + 12 * (MOST_PARTS - 1)
    photo = encode(noise(), "JPEG")
    stripped, _ = bare(photo[:2] + b"\xff\xdb\0\3\0" * 200_000 + photo[2:], "JPEG")
    assert len(stripped) == 2 + 5 * MOST_PARTS


def test_broken_exif_is_upright():
    whole = b"MM\0*\0\0\0\x08\0\1" + struct.pack(">HHIHH", 0x0112, 3, 1, 8, 0)
    assert orientation(whole) == 8 and orientation(b"Exif\0\0" + whole) == 8
    assert [orientation(whole[:length]) for length in range(20)] == [1] * 20
    for value in (0, 9, 99, 65535):
        assert orientation(whole[:-4] + struct.pack(">HH", value, 0)) == 1


def test_an_icon_is_as_large_as_what_is_in_it():
    assert icon_sizes(ico(png(9000, 9000, 6, 8))) == [(9000, 9000)]
    assert icon_sizes(encode(noise(), "ICO", sizes=[(16, 16)], bitmap_format="bmp"))[0][0] == 16
    assert icon_sizes(b"\0\0\1\0\xff\xff") == [] == icon_sizes(b"\0\0\1\0")
