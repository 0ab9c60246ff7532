"""The figure of networks trained alike: a curve for each, in the colours of the lesson."""

import pytest

from explorer.experiments.variants import FOLDS
from explorer.experiments.why_noise import MeasuredErrors
from explorer.plots.variants import LOOKS, variants_figure
from explorer.plots.why_noise import COLOURS

T = 100
COUNTS = {"seen": 5, "held_out": 5}


def errors(size: float) -> MeasuredErrors:
    eps, x_0 = ({"seen": [9.0, 9.0], "held_out": [a, b]} for a, b in ((0.1, 0.2), (0.3, 0.4)))
    eps["held_out"], x_0["held_out"] = (
        [size * value for value in curve["held_out"]] for curve in (eps, x_0)
    )
    return MeasuredErrors([10, 90], eps, x_0, COUNTS)


@pytest.mark.parametrize("reading", ["eps", "x_0"])
def test_each_network_has_the_curve_of_this_reading(reading):
    each = {"eps": errors(1), "v": errors(0.5)}
    figure = variants_figure(each, {"eps": "one", "v": "two"}, reading, "Error", T, 40)
    assert [trace.name for trace in figure.data] == ["one", "two"]
    for trace, measured in zip(figure.data, each.values(), strict=True):
        assert list(trace.x) == [10, 90]
        assert list(trace.y) == getattr(measured, reading)["held_out"]
    assert figure.layout.title.text == "Error"
    assert figure.layout.shapes[0].x0 == 40
    assert figure.layout.yaxis.type == "log"
    assert tuple(figure.layout.xaxis.range) == (0, T)


def test_the_colours_are_the_lessons_and_no_two_of_a_fold_look_alike():
    for fold in FOLDS.values():
        assert (
            len({LOOKS[key] for key in fold}) == len({LOOKS[key][0] for key in fold}) == len(fold)
        )
    assert {key: LOOKS[key][0] for key in COLOURS} == COLOURS


def test_nothing_measured_says_so():
    figure = variants_figure({}, {}, "eps", "Error", T, 40)
    assert not figure.data
    assert "Nothing was measured" in figure.layout.annotations[0].text
