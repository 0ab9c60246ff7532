"""Area resampling keeps the mean, keeps constants, and is exact at whole factors."""

import tracemalloc

import numpy as np
import pytest

from explorer.images.resampling import area_resize


def area_weights(old, new):
    """The (new, old) matrix whose rows hold the share of each old pixel in a new one."""
    edges = np.linspace(0.0, old, new + 1)
    left = np.maximum(edges[:-1, None], np.arange(old)[None, :])
    right = np.minimum(edges[1:, None], np.arange(1, old + 1)[None, :])
    overlap = np.clip(right - left, 0.0, None)
    return overlap / overlap.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ((7, 9), (3, 4)),
        ((128, 99), (64, 64)),
        ((5, 5), (5, 5)),
        ((3, 1), (7, 4)),
        ((1, 100), (4, 1)),
    ],
)
def test_it_is_the_weighted_sum_of_both_axes(old, new):
    pixels = np.random.default_rng(0).integers(0, 256, (*old, 3))
    rows, columns = area_weights(old[0], new[0]), area_weights(old[1], new[1])
    wanted = np.einsum("ih,hwc,jw->ijc", rows, pixels, columns)
    np.testing.assert_allclose(area_resize(pixels, *new), wanted, rtol=0, atol=1e-9)
    np.testing.assert_allclose(area_resize(pixels[..., 0], *new), wanted[..., 0], atol=1e-9)


def test_whole_factors_average_blocks():
    pixels = np.random.default_rng(0).integers(0, 256, (12, 8, 3))
    blocks = pixels.reshape(4, 3, 4, 2, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(area_resize(pixels, 4, 4), blocks, rtol=1e-12)


@pytest.mark.parametrize("shape", [(9, 14), (9, 14, 1), (9, 14, 3)])
def test_any_factor_keeps_the_mean(shape):
    pixels = np.random.default_rng(1).random(shape)
    resized = area_resize(pixels, 5, 6)
    assert resized.shape == (5, 6, *shape[2:])
    np.testing.assert_allclose(resized.mean(), pixels.mean(), rtol=1e-12)


def test_turning_and_mirroring_first_or_last_is_the_same():
    pixels = np.random.default_rng(2).random((37, 53, 3))
    resized = area_resize(pixels, 10, 12)
    mirrored, turned = area_resize(pixels[:, ::-1], 10, 12), area_resize(np.rot90(pixels), 12, 10)
    np.testing.assert_allclose(mirrored, resized[:, ::-1], atol=1e-12)
    np.testing.assert_allclose(turned, np.rot90(resized), atol=1e-12)


@pytest.mark.parametrize("shape", [(20_000, 1000), (1000, 20_000), (1, 2_000_000), (2_000_000, 1)])
def test_no_more_is_held_than_a_few_rows(shape):
    pixels = np.broadcast_to(np.uint8(7), shape)
    tracemalloc.start()
    resized = area_resize(pixels, min(shape[0], 140), min(shape[1], 140))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    np.testing.assert_allclose(resized, 7, rtol=1e-12)
    assert peak < 120e6
