"""Lesson 1's figures hold the schedule, and the histogram that the browser goes on with."""

import numpy as np
import pytest

from explorer.diffusion.schedules import cosine, linear
from explorer.exhibits.scene import ForwardNoising
from explorer.lessons.forward_noising.figure import histogram_figure, schedule_figure

T = 100
X = np.zeros((1, 2, 2), np.float32)


@pytest.mark.parametrize("schedule", [cosine(T), linear(T)], ids=["cosine", "linear"])
def test_the_curves_are_the_schedules(schedule):
    figure = schedule_figure(ForwardNoising(X, X, schedule.alpha_bar.numpy()), 30)
    share, snr, log_snr = figure.data
    for trace in figure.data:
        np.testing.assert_array_equal(trace.x, np.arange(1, T + 1))
    np.testing.assert_allclose(share.y, schedule.alpha_bar[1:], atol=1e-5)
    np.testing.assert_allclose(snr.y, schedule.snr[1:].numpy().clip(max=10), atol=1e-5)
    np.testing.assert_allclose(log_snr.y, np.log10(schedule.snr[1:].numpy()), atol=1e-5)


@pytest.mark.parametrize("t", [0, 37, T])
def test_its_first_three_shapes_are_lines_at_t_one_in_each_plot(t):
    # The page's script moves shapes 0, 1 and 2 as t moves.
    figure = schedule_figure(ForwardNoising(X, X, cosine(T).alpha_bar.numpy()), t)
    assert len(figure.layout.shapes) == 3
    for shape, axis in zip(figure.layout.shapes, ("", "2", "3"), strict=True):
        assert (shape.type, shape.x0, shape.x1) == ("line", t, t)
        assert (shape.xref, shape.yref) == (f"x{axis}", f"y{axis} domain")
        assert (shape.y0, shape.y1) == (0, 1)


def test_the_histogram_has_64_bins_from_minus_4_to_4():
    # The page's script counts into the same bins: floor((value + 4) * 8), and restyles trace 0.
    figure = histogram_figure(X)
    bars, bell = figure.data
    assert (bars.type, bell.type) == ("bar", "scatter")
    edges = np.linspace(-4, 4, 65)
    np.testing.assert_allclose(bars.x, (edges[:-1] + edges[1:]) / 2)
    np.testing.assert_allclose(bell.x, bars.x)
    np.testing.assert_allclose(bell.y, np.exp(-(bell.x**2) / 2) / np.sqrt(2 * np.pi))
    assert tuple(figure.layout.xaxis.range) == (-4, 4)


def test_a_bar_is_the_share_of_pixels_per_unit():
    x_t = np.array([-3.99, 0.0, 0.01, 0.124, 0.126, 2.5, 2.5, 99.0], np.float32).reshape(1, 2, 4)
    expected = np.zeros(64)
    for value in x_t.flatten():
        expected[min(63, int(np.floor((value + 4) * 8)))] += 8 / x_t.size
    np.testing.assert_allclose(histogram_figure(x_t).data[0].y, expected, atol=1e-4)


def test_what_lies_outside_is_counted_at_the_ends():
    bars = histogram_figure(np.array([[-50.0, 50.0]], np.float32)).data[0]
    assert bars.y[0] == bars.y[-1] == 4
    assert np.sum(bars.y) / 8 == pytest.approx(1)


def test_noise_fills_the_bell():
    noise = np.random.default_rng(0).standard_normal((3, 256, 256)).astype(np.float32)
    bars, bell = histogram_figure(noise).data
    np.testing.assert_allclose(bars.y, bell.y, atol=0.02)
