"""Area resampling keeps the mean, keeps constants, and is exact at whole factors."""

import numpy as np
import pytest

from explorer.images.resampling import area_resize, area_weights


@pytest.mark.parametrize(("old", "new"), [(7, 3), (128, 64), (5, 5), (3, 7), (1, 4), (100, 1)])
def test_each_new_pixel_is_a_mean(old, new):
    weights = area_weights(old, new)
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-6)
    # Every old pixel counts equally in the whole.
    np.testing.assert_allclose(weights.sum(axis=0), new / old, rtol=1e-5)


def test_whole_factors_average_blocks():
    pixels = np.random.default_rng(0).integers(0, 256, (12, 8, 3))
    blocks = pixels.reshape(4, 3, 4, 2, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(area_resize(pixels, 4, 4), blocks, rtol=1e-5)


@pytest.mark.parametrize("shape", [(9, 14), (9, 14, 1), (9, 14, 3)])
def test_any_factor_keeps_the_mean(shape):
    pixels = np.random.default_rng(1).random(shape)
    resized = area_resize(pixels, 5, 6)
    assert resized.shape == (5, 6, *shape[2:])
    np.testing.assert_allclose(resized.mean(), pixels.mean(), rtol=1e-5)
