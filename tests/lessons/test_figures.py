"""What holds for every figure: labelled axes, a title, nothing that JSON cannot say, few bytes."""

import json

import numpy as np
import pytest

from explorer.diffusion.schedules import cosine
from explorer.exhibits.predictions import ErrorCurves
from explorer.exhibits.readings import LossWeights, MeasuredErrors
from explorer.exhibits.scene import ForwardNoising
from explorer.lessons.break_it.compute import BenchErrors
from explorer.lessons.break_it.figure import difference_figure
from explorer.lessons.forward_noising.figure import histogram_figure, schedule_figure
from explorer.lessons.forward_noising.stepwise import compute_stepwise
from explorer.lessons.forward_noising.stepwise_figure import ends_figure, paths_figure
from explorer.lessons.ladder.compute import QualityCurve, QualityTable
from explorer.lessons.ladder.figure import quality_figure
from explorer.lessons.noise_prediction.figure import error_figure
from explorer.lessons.reverse.compute import DetailOverTime
from explorer.lessons.reverse.figure import detail_figure
from explorer.lessons.schedules.compute import (
    Mixture,
    ScheduleComparison,
    schedule_curve,
)
from explorer.lessons.schedules.figure import curves_figures, spacing_figures
from explorer.lessons.schedules.race import spacing_plans
from explorer.lessons.told_time.compute import ToldErrors
from explorer.lessons.told_time.figure import valley_figure
from explorer.lessons.why_noise.figure import measured_figure, weight_figure
from explorer.page.figures import EPS_HAT, X_0_HAT
from explorer.page.variants_figure import LOOKS

T = 1000
NOISE = np.random.default_rng(0).standard_normal((3, 64, 64)).astype(np.float32)
FORWARD = ForwardNoising(NOISE, NOISE, cosine(T).alpha_bar.numpy())
CURVES = ErrorCurves([25, 500, 975], {"seen": [0.9, 0.1, 0.0]}, {"seen": 1234})
DETAIL = DetailOverTime([3, 2, 1, 0], {"coarse shapes": [1.0, 0.5, 0.1, 0.0]})
TOLD = ToldErrors(400, [250, 400, 900], [0.9, 0.1, 0.5], [0.5, 0.1, 0.2])
WEIGHTS = LossWeights([1, 400], {"eps": [9.0, 2.0], "x_0": [1.0, 1.0], "v": [10.0, 3.0]})
MEASURED = MeasuredErrors([25], {"seen": [0.1]}, {"seen": [0.2]}, {"seen": 9})
CURVE = schedule_curve(cosine(T))
STEPWISE = compute_stepwise(cosine(T), 0.5, 400, seed=0)


def curves(t: int, snr: float):
    mixtures = [Mixture(t, snr, NOISE)] * 3
    found = ScheduleComparison(*mixtures, 0.0, None, None, None, 0.0, 0.0)
    return curves_figures({"cosine": CURVE}, CURVE, "cosine", found)


def spacing():
    return spacing_figures(spacing_plans(cosine(T), 50), cosine(T).snr.numpy())


FEW_STEPS = QualityCurve("heun", [1, 2], [1, 3], {"grain": [0.1, 0.2]}, {"grain": [0, 0]})
FIGURES = {
    "quality": lambda: quality_figure(QualityTable([FEW_STEPS], {"grain": 0.3}, 55, {}), "grain"),
    "schedule": lambda: schedule_figure(FORWARD, 400),
    "schedule at 0": lambda: schedule_figure(FORWARD, 0),
    "schedule at T": lambda: schedule_figure(FORWARD, T),
    "histogram": lambda: histogram_figure(NOISE),
    "histogram of one value": lambda: histogram_figure(np.full((1, 28, 28), -1, np.float32)),
    "error": lambda: error_figure(CURVES, T, 400, 0.25, 0.5),
    "error without a rival": lambda: error_figure(CURVES, T, 400, 0.25, None),
    "error without curves": lambda: error_figure(None, T, 400, 0.25, 0.5),
    "error without anything": lambda: error_figure(None, T, 400, None, None),
    "difference": lambda: difference_figure(BenchErrors([2, 1, 0], [0.0, 0.2, 0.1], [0.0] * 3)),
    "difference of nothing": lambda: difference_figure(BenchErrors([], [], [])),
    "detail": lambda: detail_figure(DETAIL),
    "detail of nothing": lambda: detail_figure(None),
    "curves": lambda: curves(400, 1.5)[0],
    "curves by SNR": lambda: curves(400, 1.5)[1],
    "curves by SNR at 0": lambda: curves(0, float("inf"))[1],
    "spacing": lambda: spacing()[0],
    "spacing by SNR": lambda: spacing()[1],
    "detail of one frame": lambda: detail_figure(DetailOverTime([0], {"parts": [0.0]})),
    "ways": lambda: paths_figure(STEPWISE),
    "ends of ways": lambda: ends_figure(STEPWISE),
    "valley": lambda: valley_figure(TOLD, TOLD, T),
    "weights": lambda: weight_figure(WEIGHTS, T, 400),
    "measured": lambda: measured_figure(MEASURED, T, 400),
    "measured nothing": lambda: measured_figure(None, T, 400),
}


@pytest.fixture(scope="module", params=FIGURES.values(), ids=FIGURES)
def figure(request):
    """Made once; the tests only look at it."""
    return request.param()


def test_every_axis_is_labelled_and_every_figure_has_a_title(figure):
    axes = [*figure.select_xaxes(), *figure.select_yaxes()]
    assert len(axes) in (2, 6)
    assert all(axis.title.text for axis in axes)
    above = [annotation.text for annotation in figure.layout.annotations]
    assert figure.layout.title.text or len(above) == 3


def test_noise_and_the_clean_image_have_their_hue_in_all_lessons():
    found = [
        *FIGURES["valley"]().data[::2],  # each is a curve, then its point
        *FIGURES["weights"]().data[::2],
        *FIGURES["measured"]().data,
    ]
    colours = {
        what: {trace.line.color for trace in found if what in trace.name}
        for what in ("noise", "clean image")
    }
    assert colours == {"noise": {EPS_HAT}, "clean image": {X_0_HAT}}
    assert (LOOKS["eps"][0], LOOKS["x_0"][0]) == (EPS_HAT, X_0_HAT)


def test_it_travels_as_json(figure):
    sent = figure.to_json()
    assert {"data", "layout"} <= json.loads(sent).keys()
    assert len(sent) < 120_000
    assert "NaN" not in sent
    assert "Infinity" not in sent


def test_the_page_shows_through_and_no_drag_is_caught(figure):
    assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"
    assert figure.layout.dragmode is False
    assert all(axis.fixedrange for axis in [*figure.select_xaxes(), *figure.select_yaxes()])


def test_a_figure_over_time_says_which_end_is_clean():
    for name in (
        "schedule",
        "error",
        "difference",
        "detail",
        "valley",
        "weights",
        "measured",
        "ways",
    ):
        for axis in FIGURES[name]().select_xaxes():
            assert "clean" in axis.title.text
            assert "noise" in axis.title.text


def test_a_figure_that_has_nothing_to_show_says_what_to_do():
    [annotation] = detail_figure(None).layout.annotations
    assert "Run the sampler" in annotation.text
    assert not detail_figure(None).data
