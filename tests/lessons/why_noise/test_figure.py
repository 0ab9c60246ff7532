"""Figures of "Why noise?": weights with their dots at t, one measurement in two colours."""

import numpy as np
import pytest

from explorer.diffusion.schedules import cosine
from explorer.exhibits.readings import LossWeights, MeasuredErrors
from explorer.lessons.why_noise.figure import measured_figure, weight_figure

T = 100
WEIGHTS = LossWeights(
    [1, 40, 100], {"eps": [300.0, 2.0, 0.001], "x_0": [1.0, 1.0, 1.0], "v": [301.0, 3.0, 1.001]}
)
ERRORS = MeasuredErrors(
    [10, 90],
    {"seen": [0.1, 0.01], "held_out": [0.2, 0.02]},
    {"seen": [0.001, 0.3], "held_out": [0.002, 0.6]},
    {"seen": 1234, "held_out": 55},
)


def test_each_loss_has_its_curve_and_its_dot_at_t():
    figure = weight_figure(WEIGHTS, T, 40)
    curves, dots = figure.data[::2], figure.data[1::2]
    assert [curve.name.split(": ")[1] for curve in curves] == ["SNR", "1", "SNR + 1"]
    for curve, dot, weights in zip(curves, dots, WEIGHTS.of.values(), strict=True):
        assert [list(curve.x), list(curve.y)] == [WEIGHTS.t, weights]
        assert [list(dot.x), list(dot.y)] == [[40], [weights[1]]]
        assert curve.line.color == dot.marker.color
    assert len({curve.line.color for curve in curves}) == 3
    assert figure.layout.shapes[0].x0 == 40


def test_the_measured_and_the_converted_say_which_is_which():
    figure = measured_figure(ERRORS, T, 40)
    names = [trace.name for trace in figure.data]
    assert [name.split(":")[0] for name in names] == (
        ["noise, measured"] * 2 + ["clean image, converted"] * 2
    )
    parts = ["seen in training (1,234)", "never seen (55)"]
    assert [name.split(": ")[1] for name in names] == parts * 2
    drawn = [list(trace.y) for trace in figure.data]
    assert drawn == [*ERRORS.eps.values(), *ERRORS.x_0.values()]
    looks = {(trace.line.color, trace.line.dash) for trace in figure.data}
    assert len(looks) == 4
    assert figure.layout.shapes[0].x0 == 40


@pytest.mark.parametrize("make", [weight_figure, measured_figure])
def test_the_scales_stay_the_same_from_network_to_network(make):
    figure = make(WEIGHTS if make is weight_figure else ERRORS, T, 1)
    assert tuple(figure.layout.xaxis.range) == (0, T)
    assert figure.layout.yaxis.type == "log"
    low, high = figure.layout.yaxis.range
    assert (low, high) == ((-5, 5) if make is weight_figure else (-4, 0))


def test_where_nothing_was_measured_the_figure_says_so():
    figure = measured_figure(None, T, 40)
    assert not figure.data
    assert "Nothing was measured" in figure.layout.annotations[0].text


def test_the_shipped_schedules_weights_are_inside_but_for_the_last_moments():
    snr = cosine(1000).snr.numpy()[1:]
    assert np.log10(snr[0] + 1) < 5
    assert np.log10(snr[995]) > -5
