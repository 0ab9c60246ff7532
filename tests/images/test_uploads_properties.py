"""Whatever the bytes or the array: pixels of the right form, or one sentence."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from explorer.images.uploads import PictureError, read_digit, read_picture
from tests.hostile.picture_files import encode, noise

few = settings(max_examples=150, derandomize=True, deadline=None, database=None)
FORMS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "ICO", "TGA", "PPM", "AVIF", "JPEG2000")
LOSSLESS = ("PNG", "GIF", "BMP", "TIFF", "TGA", "PPM", "JPEG2000")
sides = st.integers(1, 90)
colours = st.tuples(*[st.integers(0, 255)] * 3)
whole = cache(lambda form: encode(noise(12, 9), form))


def right_or_refused(source):
    for read, shape in ((read_picture, (64, 64, 3)), (read_digit, (28, 28, 1))):
        try:
            pixels = read(source)
        except PictureError as error:
            assert "\n" not in str(error) and str(error).endswith("."), repr(error)
        else:
            assert pixels.shape == shape and pixels.dtype == np.uint8


@few
@given(st.binary(max_size=300), st.sampled_from(FORMS), st.integers(0, 40))
def test_any_bytes_behind_any_beginning(content, form, length):
    right_or_refused(whole(form)[:length] + content)


@few
@given(st.sampled_from(FORMS), st.data())
def test_any_change_of_a_sound_file(form, data):
    content = bytearray(whole(form))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        change = data.draw(st.binary(max_size=6))
        content[at : at + data.draw(st.sampled_from([len(change), 0, 9]))] = change
        content = content or bytearray(b"\0")
    right_or_refused(bytes(content))


@few
@given(
    arrays.arrays(
        dtype=st.one_of(arrays.scalar_dtypes(), st.just(np.dtype(np.uint8))),
        shape=arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=9),
    )
)
def test_any_array(pixels):
    right_or_refused(pixels)


@few
@given(sides, sides, colours, st.sampled_from(LOSSLESS))
def test_one_colour_stays_one_colour(width, height, colour, form):
    pixels = read_picture(encode(Image.new("RGB", (width, height), colour), form))
    assert (pixels == np.array(colour)).all()


@settings(few, max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(32, 60), st.sampled_from([2, 4, 6]))
def test_a_mirrored_picture_gives_the_mirrored_pixels(seed, half, more):
    shape = (2 * half + more, 2 * half, 3)
    photo = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    pixels = read_picture(photo).astype(int)
    assert np.abs(read_picture(photo[:, ::-1])[:, ::-1] - pixels).max() <= 1  # of a half rounded
    assert np.abs(read_picture(np.rot90(photo)) - np.rot90(pixels)).max() <= 1


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("size", [(200, 90), (90, 200), (20, 50)])
def test_turned_by_exif_is_as_turned_by_hand(turn, size):
    turns = [None, 0, 3, 1, 5, 4, 6, 2]  # Pillow's transpositions, from EXIF 1 to 8
    photo, exif = noise(*size), Image.Exif()
    exif[0x0112] = turn
    upright = photo if turn == 1 else photo.transpose(Image.Transpose(turns[turn - 1]))
    for form in ("PNG", "TIFF"):
        by_exif = read_picture(encode(photo, form, exif=exif)).astype(int)
        assert np.abs(by_exif - read_picture(encode(upright, form))).max() <= 1
