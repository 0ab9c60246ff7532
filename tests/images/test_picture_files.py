"""A file is opened only if it is ordinary, and decoded only if it is small enough in every way."""

import os
import socket
import struct
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile

from explorer.images import picture_files
from explorer.images.picture_files import PictureError, check_size, decode, read_file
from explorer.images.uploads import read_digit, read_picture
from tests.hostile.picture_files import encode, jpeg, noise, png, tiff

ROOT = Path(__file__).parents[2]


def refusal(function, *arguments):
    with pytest.raises(PictureError) as caught:
        function(*arguments)
    sentence = str(caught.value)
    assert "\n" not in sentence and sentence.endswith(".")
    return sentence


def lowest_free_handle():
    handle = os.dup(0)
    os.close(handle)
    return handle


@pytest.mark.skipif(os.name != "posix", reason="these kinds of files are POSIX's")
def test_only_ordinary_files_are_opened_and_all_others_are_one_to_the_visitor(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "dangling").symlink_to(tmp_path / "nothing")
    (tmp_path / "to_fifo").symlink_to(tmp_path / "fifo")
    (tmp_path / "folder").mkdir()
    names = ["fifo", "loop", "dangling", "to_fifo", "folder", "missing", "a\0b", "n" * 5000]
    ready, writing = os.pipe()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        paths = [tmp_path / name for name in (*names, "socket", "folder/missing/more")]
        paths += ["/dev/zero", "/dev/tty", f"/proc/self/fd/{ready}", "", "/proc/self/mem/x"]
        free = lowest_free_handle()
        sentences = {refusal(read_file, path) for path in paths}
        assert lowest_free_handle() == free  # none was left open
    os.close(ready)
    os.close(writing)
    assert sentences == {"The file could not be opened: please choose it again."}


def test_no_more_is_read_than_the_limit(tmp_path):
    path = tmp_path / "large"
    path.write_bytes(b"")
    os.truncate(path, 10 * picture_files.LARGEST_FILE)
    assert len(read_file(path)) == picture_files.LARGEST_FILE + 1
    assert refusal(read_picture, path) == "This file is too large: at most 25 MB, please."


@pytest.mark.parametrize("size", [(7800, 7800), (13_000, 13_000), (50_000, 50_000)])
def test_too_many_pixels_are_refused_before_decoding(size):
    sentence = refusal(decode, png(*size, 0, 1), 256)
    assert sentence.startswith("This picture has too many pixels")
    assert "at most 53 million as PNG" in sentence or size[0] == 50_000  # and Pillow refuses


def test_long_sides_are_refused():
    assert refusal(read_digit, png(40_000_000, 1, 0, 8)) == (
        "This picture is too long (40000000x1): at most 20,000 pixels a side, please."
    )
    with pytest.raises(PictureError, match="empty"):
        read_digit(png(1, 20_000, 0, 8))
    assert (read_picture(png(1, 20_000, 0, 8)) == 0).all()


def test_a_picture_at_the_limit_is_read(monkeypatch):
    monkeypatch.setattr(picture_files, "LARGEST_PICTURE", 128 * 128)
    assert read_picture(encode(noise(128, 128))).shape == (64, 64, 3)
    assert "too many pixels" in refusal(read_picture, encode(noise(129, 128)))


def test_costly_formats_may_hold_fewer_pixels_and_say_so():
    assert refusal(read_picture, tiff(6324, 6324, 32, 1, 3)) == (
        "This picture has too many pixels (6324x6324): at most 15 million as TIFF"
        " (more as a JPEG), please."
    )
    # Of several scans all coefficients are held: 8 bytes a pixel here, and 6 or 3 for most.
    assert "at most 29 million as JPEG, please" in refusal(
        read_picture, jpeg("CMYK", 6324, 6324, progressive=True)
    )
    assert read_picture(jpeg("CMYK", 6324, 6324)).shape == (64, 64, 3)
    with pytest.raises(PictureError):
        check_size(6324, 6324, "TIFF", 16)


def test_a_tile_larger_than_the_picture_is_counted():
    content = tiff(100, 100, 8, 1, 1, changes={322: (4, 1, 40_000), 323: (4, 1, 40_000)})
    assert "(40000x40000)" in refusal(read_picture, content)


def test_tags_that_all_point_at_the_same_bytes_are_given_up():
    entries = b"".join(struct.pack("<HHII", 30_000 + k, 7, 10**6, 8) for k in range(200))
    content = (
        b"II*\0" + struct.pack("<I", 10**6 + 8) + bytes(10**6) + b"\xc8\0" + entries + bytes(4)
    )
    assert refusal(read_picture, content) == (
        "This picture takes too long to read: it may be damaged."
    )


def test_headers_that_take_for_ever_are_given_up(monkeypatch):
    monkeypatch.setattr(picture_files, "PATIENCE", 0.0)
    assert "takes too long" in refusal(read_picture, encode(noise(), "GIF"))


def test_warnings_stay_inside_and_pillow_is_as_before():
    before = Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, list(warnings.filters)
    broken = encode(noise(), "TIFF", exif=Image.Exif())[:-40]  # "Truncated File Read"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for content in (png(10_000, 10_000, 2, 8), broken):
            refusal(read_picture, content)
    assert before == (
        Image.MAX_IMAGE_PIXELS,
        ImageFile.LOAD_TRUNCATED_IMAGES,
        list(warnings.filters),
    )


def test_only_formats_that_people_have_are_read():
    for form in ("PCX", "DDS", "SGI", "ICNS", "IM", "PSD"):
        content = b"8BPS\0\1" + bytes(6) if form == "PSD" else encode(noise(), form)
        assert refusal(read_picture, content) == (
            "This file is not a picture that can be read here: try a PNG, JPEG, WebP or GIF."
        )


def test_a_heic_is_named_where_it_cannot_be_read(monkeypatch):
    monkeypatch.setitem(sys.modules, "pi_heif", None)  # not installed
    assert refusal(read_picture, b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + bytes(100)) == (
        "HEIC photos cannot be read here: save or share this one as a JPEG, and try again."
    )


def test_a_heic_is_read_and_limited(monkeypatch):
    pytest.importorskip("pi_heif")
    content = (Path(__file__).parent / "quarters.heic").read_bytes()
    pixels = read_picture(content)
    corners = [pixels[y, x] for y in (8, 56) for x in (8, 56)]
    wanted = [(255, 0, 0), (0, 128, 0), (0, 0, 255), (255, 255, 255)]
    np.testing.assert_allclose(corners, wanted, atol=4)
    assert refusal(read_picture, content[:-30]) == "This HEIC photo is damaged: it cannot be read."
    monkeypatch.setattr(picture_files, "LARGEST_PICTURE", 60 * 60)
    assert "(64x64): at most" in refusal(read_picture, content)


MEASURE = """
import sys
from explorer.images.uploads import PictureError, read_digit, read_picture
from tests.hostile.pictures import hostile_pictures
pictures = hostile_pictures()
def kilobytes(key):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(key))
worst = ("rgba", "progressive", "float32", "turned", "webp", "inside", "1gb", "300mb", "vast")
for name, content in pictures.items():
    for read in (read_picture, read_digit):
        if not any(part in name for part in worst) or read is read_digit and "2660" not in name:
            continue
        with open("/proc/self/clear_refs", "w") as peak:
            peak.write("5")  # the peak is now what is held
        before = kilobytes("VmRSS")
        try:
            read(content)
        except PictureError as error:
            assert len(str(error)) < 150 and "\\n" not in str(error), error
        print(kilobytes("VmHWM") - before, read.__name__, name)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is Linux's to tell")
def test_no_hostile_picture_takes_more_than_300_mb():
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", MEASURE], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    peaks = [(int(line.split()[0]), line) for line in done.stdout.splitlines()]
    assert len(peaks) > 20
    assert [line for peak, line in peaks if peak > 300_000] == []


def test_the_page_tells_the_limits_that_hold(monkeypatch):
    """A file comes through the door first, which is narrower than the decoders."""
    from explorer.page.words import TEXT
    from explorer.web.uploads import LARGEST_FILE

    hint = TEXT["rail"]["upload_hint"]
    assert LARGEST_FILE <= picture_files.LARGEST_FILE
    assert f"{LARGEST_FILE // 2**20} MB" in hint
    assert f"{picture_files.LARGEST_PICTURE // 10**6} million pixels" in hint
    assert hint.count("{heic}") == 1
    monkeypatch.setitem(sys.modules, "pi_heif", None)  # not installed: it is not promised
    assert not picture_files.reads_heic()
