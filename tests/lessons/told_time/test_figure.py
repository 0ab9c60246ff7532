"""The error valley: two curves, a dot on each at the visitor's told t, a line at the true one."""

import pytest

from explorer.lessons.told_time.compute import ToldErrors
from explorer.lessons.told_time.figure import valley_figure

T = 100
VALLEY = ToldErrors(40, [1, 40, 100], [1.0, 0.1, 0.8], [0.5, 0.05, 0.3])


def figure(told: int = 70):
    return valley_figure(VALLEY, ToldErrors(40, [40, told], [0.1, 0.6], [0.05, 0.2]), T)


def test_each_curve_has_its_dot_at_the_told_t():
    noise, noise_dot, image, image_dot = figure(70).data
    assert [list(noise.x), list(noise.y)] == [VALLEY.told, VALLEY.eps_mse]
    assert [list(image.x), list(image.y)] == [VALLEY.told, VALLEY.x_0_mse]
    assert [list(noise_dot.x), list(noise_dot.y)] == [[70], [0.6]]
    assert [list(image_dot.x), list(image_dot.y)] == [[70], [0.2]]
    for curve, dot in ((noise, noise_dot), (image, image_dot)):
        assert curve.line.color == dot.marker.color
    assert noise.line.color != image.line.color
    assert [trace.showlegend for trace in (noise_dot, image_dot)] == [False, False]


def test_the_true_t_is_marked_and_named():
    [line] = figure().layout.shapes
    [name] = figure().layout.annotations
    assert line.x0 == line.x1 == name.x == 40
    assert name.text == "true t = 40"


@pytest.mark.parametrize("t, side", [(1, "left"), (49, "left"), (51, "right"), (100, "right")])
def test_the_name_stays_inside_the_figure(t, side):
    errors = ToldErrors(t, [t], [0.1], [0.1])
    [name] = valley_figure(errors, errors, T).layout.annotations
    assert name.xanchor == side


def test_the_scale_stays_the_same_from_moment_to_moment():
    assert tuple(figure().layout.xaxis.range) == (0, T)
    low, high = figure().layout.yaxis.range
    assert low == 0
    assert high > 1.7  # the shipped networks' largest, told T near t = 0
