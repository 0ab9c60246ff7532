"""Pixels: a picture and x_0, there and back."""

import numpy as np
import torch

from explorer.exhibits.codec import Pixels


def test_a_picture_comes_back_pixel_for_pixel():
    pixels = np.random.default_rng(0).integers(0, 256, (8, 6, 3), np.uint8)
    codec = Pixels((3, 8, 6))
    x_0 = codec.encode(pixels)
    assert (tuple(x_0.shape), x_0.dtype) == ((1, 3, 8, 6), torch.float32)
    assert x_0.abs().max() <= 1
    for back in (codec.decode(x_0), codec.preview(x_0)):
        np.testing.assert_array_equal(back, pixels[None])


def test_what_is_beyond_black_and_white_is_black_and_white():
    x = torch.tensor([-3.0, -1.0, 0.0, 1.0, 3.0]).reshape(5, 1, 1, 1)
    assert Pixels((1, 1, 1)).decode(x).ravel().tolist() == [0, 0, 128, 255, 255]


def test_an_exhibit_has_one_of_its_pictures_shape(colour_exhibit, grey_exhibit):
    assert colour_exhibit.codec.shape == (3, 8, 8)
    assert grey_exhibit.codec.shape == (1, 28, 28)
