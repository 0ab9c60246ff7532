"""The figure of "reverse": a curve for each level of detail, time running as the run does."""

from explorer.exhibits.runs import ReverseChoices, compute_reverse
from explorer.lessons.reverse.compute import DetailOverTime, compute_detail_over_time
from explorer.lessons.reverse.figure import COLOURS, detail_figure

DETAIL = DetailOverTime(
    [40, 20, 0],
    {"coarse shapes": [1.2, 0.1, 0.0], "parts": [1.0, 0.5, 0.0], "fine detail": [1.0, 0.9, 0.0]},
)


def test_a_curve_for_each_band_in_the_runs_own_times():
    figure = detail_figure(DETAIL)
    assert [trace.name for trace in figure.data] == list(DETAIL.bands)
    for trace, errors in zip(figure.data, DETAIL.bands.values(), strict=True):
        assert list(trace.x) == DETAIL.t
        assert list(trace.y) == errors


def test_noise_is_on_the_left():
    assert detail_figure(DETAIL).layout.xaxis.autorange == "reversed"
    assert detail_figure(None).layout.xaxis.autorange == "reversed"


def test_every_band_that_is_computed_has_a_colour(colour_exhibit):
    frames = list(compute_reverse(colour_exhibit, ReverseChoices(num_steps=3)))
    detail = compute_detail_over_time(frames)
    assert list(detail.bands) == list(COLOURS)
    assert len(detail_figure(detail).data) == 3
