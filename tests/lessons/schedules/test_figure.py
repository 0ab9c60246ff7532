"""The figures of schedules and of step spacing."""

import numpy as np
import pytest

from explorer.diffusion.schedules import cosine
from explorer.lessons.schedules.compute import (
    CHOICES,
    Mixture,
    ScheduleComparison,
    make_schedule,
    schedule_curve,
)
from explorer.lessons.schedules.figure import COLOURS, WORDS, curves_figures, spacing_figures
from explorer.lessons.schedules.race import spacing_plans
from explorer.page.words import SHARED

T = 100
CURVES = {name: schedule_curve(make_schedule(name, T, 2.0)) for name in CHOICES}
OWN = schedule_curve(cosine(T))
IMAGE = np.zeros((3, 2, 2), np.float32)


def comparison(t: int, told: int, snr: float, snr_told: float) -> ScheduleComparison:
    mixtures = Mixture(t, snr, IMAGE), Mixture(t, snr, IMAGE), Mixture(told, snr_told, IMAGE)
    return ScheduleComparison(*mixtures, 0.1, None, None, None, 1e-5, 1e-9)


def test_every_schedule_has_a_curve_under_its_own_name():
    for figure in curves_figures(CURVES, OWN, "linear", comparison(40, 70, 0.1, 0.11)):
        names = [trace.name for trace in figure.data[1 : 1 + len(CHOICES)]]
        assert names == [SHARED["schedules"][name] for name in CHOICES]
    assert len(set(COLOURS.values())) == len(CHOICES)


@pytest.mark.parametrize("name", CHOICES)
def test_the_chosen_one_is_bold_and_no_other(name):
    for figure in curves_figures(CURVES, OWN, name, comparison(40, 70, 0.1, 0.11)):
        widths = [trace.line.width for trace in figure.data[1 : 1 + len(CHOICES)]]
        assert widths.index(max(widths)) == CHOICES.index(name)
        assert sorted(widths)[-2] < max(widths)


def test_the_networks_own_is_the_first():
    share, ratio = curves_figures(CURVES, OWN, "linear", comparison(40, 70, 0.1, 0.11))
    np.testing.assert_allclose(share.data[0].y, OWN.alpha_bar, atol=1e-4)
    np.testing.assert_allclose(ratio.data[0].y, OWN.log_snr, atol=1e-4)


def test_a_level_line_leads_from_t_to_the_t_of_equal_snr():
    share, ratio = curves_figures(CURVES, OWN, "linear", comparison(40, 70, 0.1, 0.11))
    for figure in (share, ratio):
        assert [(s.type, s.x0, s.x1) for s in figure.layout.shapes] == [("line", 40, 40)]
    level = ratio.data[-1]
    assert level.x == (40, 70)
    assert level.y == pytest.approx(np.log10([0.1, 0.11]), abs=1e-4)
    assert len(share.data) == len(ratio.data) - 1


def test_at_0_there_is_no_snr_to_mark():
    _, ratio = curves_figures(CURVES, OWN, "linear", comparison(0, 0, np.inf, np.inf))
    assert len(ratio.data) == 1 + len(CHOICES)


def test_ticks_stand_at_the_times_in_t_and_in_snr():
    schedule = cosine(T)
    plans = spacing_plans(schedule, 7)
    over_t, over_snr = spacing_figures(plans, schedule.snr.numpy())
    for plan, ticks, by_snr in zip(plans, over_t.data, over_snr.data, strict=True):
        assert list(ticks.x) == plan.times
        assert set(ticks.y) == set(by_snr.y) == {WORDS["spacings"][plan.name]}
        expected = [np.log10(schedule.snr[t].item()) for t in plan.times[:-1]]
        assert list(by_snr.x) == pytest.approx(expected, abs=1e-3)
