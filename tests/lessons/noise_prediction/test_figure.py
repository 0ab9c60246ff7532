"""Lesson 2's figure: this image's two points first, then the measured curves."""

import pytest

from explorer.exhibits.predictions import ErrorCurves
from explorer.lessons.noise_prediction.figure import SMALLEST, STYLE, error_figure

T = 100
CURVES = ErrorCurves(
    [10, 50, 90],
    {
        "seen": [0.9, 0.2, 0.1],
        "held_out": [1.1, 0.3, 0.1],
        "ideal_seen": [0.5, 1e-9, 0.0],
        "ideal_held_out": [20.0, 3.0, 0.2],
    },
    {"seen": 851, "held_out": 55, "ideal_seen": 851, "ideal_held_out": 12345},
)


def test_the_first_two_traces_are_this_images_points():
    # The page's script moves traces 0 and 1, and shape 0, as t moves.
    figure = error_figure(CURVES, T, 40, 0.25, 0.5)
    for trace, value in zip(figure.data[:2], (0.25, 0.5), strict=True):
        assert trace.mode == "markers"
        assert (list(trace.x), list(trace.y)) == ([40], [value])
    assert "memory" not in figure.data[0].name
    assert "exact memory" in figure.data[1].name
    assert [(s.type, s.x0, s.x1) for s in figure.layout.shapes] == [("line", 40, 40)]


def test_then_come_the_curves_with_their_counts():
    figure = error_figure(CURVES, T, 40, 0.25, 0.5)
    assert [trace.mode for trace in figure.data[2:]] == ["lines"] * 4
    assert all(list(trace.x) == CURVES.t for trace in figure.data[2:])
    names = [trace.name for trace in figure.data[2:]]
    assert [name.rpartition(" (")[0] for name in names] == [
        "network, images seen in training",
        "network, images never seen",
        "exact memory, seen",
        "exact memory, never seen",
    ]
    assert "851" in names[0]
    assert "12,345" in names[3]
    assert list(figure.data[2].y) == CURVES.curves["seen"]


def test_a_curve_over_few_images_has_a_band_of_one_standard_error():
    spread = {"held_out": [0.1, 0.05, 0.2]}
    curves = ErrorCurves(CURVES.t, CURVES.curves, CURVES.counts, spread)
    figure = error_figure(curves, T, 40, 0.25, 0.5)
    *_, held_out, _, _, band = figure.data
    assert held_out.name == "network, images never seen (55; band: one standard error)"
    assert list(band.x) == [10, 50, 90, 90, 50, 10]
    assert list(band.y) == pytest.approx([1.2, 0.35, 0.3, SMALLEST, 0.25, 1.0])
    assert (band.fill, band.fillcolor) == ("toself", held_out.line.color)
    assert len(figure.data) == 7


def test_an_error_too_small_for_the_axis_lies_on_its_floor():
    figure = error_figure(CURVES, T, 40, 1e-12, 0.0)
    assert list(figure.data[0].y) == list(figure.data[1].y) == [SMALLEST]
    assert list(figure.data[4].y) == [0.5, SMALLEST, SMALLEST]
    low, high = figure.layout.yaxis.range
    assert figure.layout.yaxis.type == "log"
    assert 10**low < SMALLEST
    assert 10**high > 20


@pytest.mark.parametrize("curves", [None, ErrorCurves([], {}, {})])
def test_without_curves_the_points_stay(curves):
    figure = error_figure(curves, T, 40, 0.25, None)
    assert [list(trace.y) for trace in figure.data] == [[0.25], [None]]


def test_every_curve_that_can_be_measured_has_a_style():
    assert set(STYLE) == set(CURVES.curves)
    assert len({colour for colour, _ in STYLE.values()}) == len(STYLE)


def test_the_whole_of_time_is_in_sight():
    assert tuple(error_figure(None, T, 40, 1.0, 1.0).layout.xaxis.range) == (0, T)
