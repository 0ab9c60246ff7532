"""A data URI gives its bytes; whatever else a program sends gets one sentence."""

import base64

import pytest

from explorer.images.data_uri import read_data_uri
from explorer.images.encoding import png_data_uri
from explorer.images.picture_files import LARGEST_FILE, PictureError
from explorer.images.uploads import read_picture
from tests.hostile.picture_files import encode, noise

FORM = 'A picture must be a data URI: "data:image/png;base64,..." and so on.'
BROKEN = "The data URI's base64 is damaged or incomplete."


def test_our_own_pictures_come_back():
    content = encode(noise())
    assert read_data_uri("data:image/png;base64," + base64.b64encode(content).decode()) == content
    pixels = read_picture(content)
    assert (read_picture(read_data_uri(png_data_uri(pixels))) == pixels).all()


@pytest.mark.parametrize(
    ("uri", "sentence"),
    [
        ("data:text/plain,abc", FORM),
        ("data:image/png;base64", FORM),
        ("data:,", FORM),
        ("data:", FORM),
        ("", FORM),
        ("http://example.org/a.png;base64,AAAA", FORM),
        (None, FORM),
        (["data:image/png;base64,AAAA"], FORM),
        ("data:image/png;base64,abc", BROKEN),
        ("data:image/png;base64,a\nb=", BROKEN),
        ("data:image/png;base64,äöü=", BROKEN),
        ("data:image/png;base64,%2B%2B", BROKEN),
        ("data:image/png;base64," + "A" * (2 * LARGEST_FILE), "too large: at most 25 MB"),
    ],
)
def test_anything_else_is_refused(uri, sentence):
    with pytest.raises(PictureError) as caught:
        read_data_uri(uri)
    assert sentence in str(caught.value) and "\n" not in str(caught.value)
