"""A picture that a browser kept is given back if it fits; nothing it holds breaks the page."""

import numpy as np
import pytest

from explorer.images.encoding import png_data_uri
from explorer.page.kept import OWN_NAMES, own_picture_again
from explorer.page.visit import Choice, card

NAME = OWN_NAMES[0]


@pytest.mark.parametrize("denoiser", ["tiny", "strokes"])
def test_the_visitors_picture_comes_back_to_the_pixel(shelf, denoiser):
    exhibit = shelf.exhibit(denoiser)
    pixels = np.random.default_rng(3).integers(0, 256, exhibit.first_picture.pixels.shape, np.uint8)
    again = own_picture_again(exhibit, {"name": NAME, "uri": png_data_uri(pixels)})
    assert (again.name, again.own) == (NAME, True)
    np.testing.assert_array_equal(again.pixels, pixels)
    assert "data-own" in card(again)
    assert "data-own" not in card(Choice.of(exhibit.first_picture))


def test_a_picture_that_does_not_fit_is_passed_over(shelf):
    small = png_data_uri(shelf.first.first_picture.pixels)
    wrong = [None, 5, "x", [], {}, {"name": NAME}, {"name": NAME, "uri": None}]
    wrong += [{"name": NAME, "uri": uri} for uri in ("", "data:image/png;base64,AAAA", 7, [])]
    wrong += [{"name": name, "uri": small} for name in ("<b>Mine</b>", None, [], "old dog")]
    assert [own_picture_again(shelf.first, one) for one in wrong] == [None] * len(wrong)
    assert own_picture_again(shelf.exhibit("strokes"), {"name": NAME, "uri": small}) is None
