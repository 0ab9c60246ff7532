"""The figures hold the ways, both histograms, the closed form and the toy, and the mark at t."""

import numpy as np
import pytest

from explorer.diffusion.schedules import linear
from explorer.lessons.forward_noising.stepwise import EDGES, NUM_DRAWN, compute_stepwise, histogram
from explorer.lessons.forward_noising.stepwise_figure import ends_figure, paths_figure

CENTRES = (EDGES[:-1] + EDGES[1:]) / 2


@pytest.fixture(scope="module")
def found():
    return compute_stepwise(linear(1000), 0.8, 300, seed=1)


def test_the_ways_run_through_the_closed_forms_band(found):
    figure = paths_figure(found)
    band, mean, *paths = figure.data
    assert len(paths) == NUM_DRAWN
    for path, expected in zip(paths, found.paths, strict=True):
        np.testing.assert_array_equal(path.x, found.times)
        np.testing.assert_allclose(path.y, expected, atol=1e-3)
    np.testing.assert_allclose(mean.y, found.means, atol=1e-3)
    upper, lower = np.split(np.array(band.y), 2)
    np.testing.assert_allclose((upper - lower[::-1]) / 4, found.stds, atol=1e-3)
    np.testing.assert_allclose((upper + lower[::-1]) / 2, found.means, atol=1e-3)
    assert (figure.layout.shapes[0].x0, figure.layout.shapes[0].x1) == (300, 300)


def test_the_ends_are_the_histograms_the_formula_and_the_toy(found):
    figure = ends_figure(found)
    by_steps, by_jump, expected, toy = figure.data
    assert by_steps.name == "300 small steps"
    for trace, density in (
        (by_steps, histogram(found.by_steps)),
        (by_jump, histogram(found.by_jump)),
        (expected, found.expected_density),
        (toy, found.toy_density),
    ):
        np.testing.assert_allclose(trace.x, CENTRES)
        np.testing.assert_allclose(trace.y, density, atol=1e-4)
    low, high = figure.layout.yaxis.range
    assert low == 0
    assert max(by_steps.y) < high < max(toy.y)  # the toy hardly moved: it is cut
