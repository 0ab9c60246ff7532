"""The figure of networks trained alike: a curve for each, in the colours of the lesson."""

import pytest

from explorer.exhibits.variants import FOLDS, ComparedErrors
from explorer.lessons.why_noise.figure import COLOURS
from explorer.page.variants_figure import LOOKS, variants_figure

T = 100
CURVES = {"eps": [0.1, 0.2], "v": [0.3, 0.4]}
ERRORS = ComparedErrors([10, 90], {"eps": CURVES, "x_0": CURVES, "ratio": CURVES})
NAMES = {"eps": "one", "v": "two"}


@pytest.mark.parametrize("reading", ["eps", "x_0", "ratio"])
def test_each_network_has_the_curve_of_this_reading(reading):
    curves = {key: [len(reading) * value for value in curve] for key, curve in CURVES.items()}
    errors = ComparedErrors([10, 90], ERRORS.of | {reading: curves})
    figure = variants_figure(errors, reading, NAMES, "Error", T, 40)
    assert [trace.name for trace in figure.data] == ["one", "two"]
    for trace, curve in zip(figure.data, curves.values(), strict=True):
        assert [list(trace.x), list(trace.y)] == [[10, 90], curve]
    assert figure.layout.title.text == "Error"
    assert figure.layout.shapes[0].x0 == 40
    assert (figure.layout.yaxis.type == "log") is (reading != "ratio")
    assert tuple(figure.layout.xaxis.range) == (0, T)


def test_the_colours_are_the_lessons_and_no_two_of_a_fold_look_alike():
    for fold in FOLDS.values():
        assert (
            len({LOOKS[key] for key in fold}) == len({LOOKS[key][0] for key in fold}) == len(fold)
        )
    assert {key: LOOKS[key][0] for key in COLOURS} == COLOURS


def test_nothing_measured_says_so():
    figure = variants_figure(ComparedErrors([], {}), "eps", {}, "Error", T, 40)
    assert not figure.data
    assert "Nothing was measured" in figure.layout.annotations[0].text
