"""Figure of "break it": two curves over the right run's time."""

from explorer.lessons.break_it.compute import BenchErrors
from explorer.lessons.break_it.figure import difference_figure

ERRORS = BenchErrors([40, 20, 0], [0.0, 0.1, 0.3], [0.0, 0.2, 0.3])


def test_both_differences_are_drawn_against_the_right_runs_time():
    figure = difference_figure(ERRORS)
    assert [list(trace.x) for trace in figure.data] == [[40, 20, 0]] * 2
    assert [list(trace.y) for trace in figure.data] == [ERRORS.error, ERRORS.guess_error]
    assert len({trace.name for trace in figure.data}) == 2


def test_noise_is_on_the_left_and_0_in_sight():
    layout = difference_figure(ERRORS).layout
    assert layout.xaxis.autorange == "reversed"
    assert layout.yaxis.rangemode == "tozero"
