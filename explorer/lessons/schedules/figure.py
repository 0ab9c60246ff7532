"""Figures of the lesson on schedules: the curves side by side, and where a run's steps lie."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from explorer.lessons.schedules.compute import ScheduleComparison, ScheduleCurve
from explorer.lessons.schedules.race import Plan
from explorer.page.figures import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    mark_t,
    quiet_figure,
    time_axis_title,
)
from explorer.page.words import SHARED, words_beside

WORDS = words_beside(__file__)["figure"]

VERMILION = "#c8553d"
COLOURS = {
    "linear": BLUE,
    "scaled_linear": PURPLE,
    "cosine": GREEN,
    "sigmoid": VERMILION,
    "bent": GREY,
}
SPACINGS = {"even": BLUE, "quadratic": PURPLE, "log_snr": GREEN, "own": ORANGE}
LOG_SNR_RANGE = (-6.2, 4.8)  # cosine and sigmoid go on to -9 at T itself


def curves_figures(
    curves: dict[str, ScheduleCurve], own: ScheduleCurve, name: str, found: ScheduleComparison
) -> tuple[go.Figure, go.Figure]:
    """alpha_bar and log-SNR of all schedules against t, `name` drawn bold, with a line at t.

    The network's own schedule lies under the others as a broad band. In the second figure a level
    line leads from the chosen schedule at t to the t of equal SNR.
    """
    T = int(own.t[-1])  # noqa: N806 - the papers' name
    share = quiet_figure(WORDS["share"], time_axis_title(T), WORDS["alpha_bar"])
    ratio = quiet_figure(WORDS["ratio"], time_axis_title(T), WORDS["log_snr"])
    for figure, which in ((share, "alpha_bar"), (ratio, "log_snr")):
        figure.add_trace(_line(own, which, WORDS["own"], "rgba(224, 138, 30, 0.28)", 9))
        for each, curve in curves.items():
            label, width = SHARED["schedules"][each], 4 if each == name else 1.5
            figure.add_trace(_line(curve, which, label, COLOURS[each], width))
        mark_t(figure, found.chosen.t)
        figure.update_xaxes(range=[0, T])
        legend = dict(entrywidth=0.5, entrywidthmode="fraction", y=-0.32)  # two columns
        figure.update_layout(height=380, margin_b=140, legend=legend)
    share.update_yaxes(range=[0, 1.02])
    ratio.update_yaxes(range=LOG_SNR_RANGE, dtick=2)
    if found.chosen.t > 0:
        ends = (found.chosen, found.same_snr)
        level = go.Scatter(
            x=[end.t for end in ends],
            y=[round(float(np.log10(end.snr)), 4) for end in ends],
            name=WORDS["same_snr"],
            showlegend=False,  # both figures' legends are of one height
            mode="lines+markers",
            line=dict(color=ORANGE, width=2, dash="dot"),
            marker=dict(color=ORANGE, size=11, line=dict(color="white", width=2)),
        )
        ratio.add_trace(level)
    return share, ratio


def spacing_figures(plans: Sequence[Plan], snr: np.ndarray) -> tuple[go.Figure, go.Figure]:
    """Each plan's times as a row of ticks, over t and over log10 SNR.

    snr: (T + 1,), infinite at t = 0, which the second figure leaves out.
    """
    T = len(snr) - 1  # noqa: N806 - the papers' name
    over_t = quiet_figure(WORDS["over_t"], time_axis_title(T), WORDS["spacing"], height=230)
    over_snr = quiet_figure(WORDS["over_snr"], WORDS["snr_axis"], WORDS["spacing"], height=230)
    for plan in plans:
        label, colour = WORDS["spacings"][plan.name], SPACINGS[plan.name]
        over_t.add_trace(_ticks(plan.times, label, colour))
        noisy = np.array([t for t in plan.times if t > 0])
        over_snr.add_trace(_ticks(np.log10(snr[noisy]).round(3).tolist(), label, colour))
    over_t.update_xaxes(range=[-0.02 * T, 1.02 * T])
    over_snr.update_xaxes(autorange="reversed")
    for figure in (over_t, over_snr):
        figure.update_yaxes(autorange="reversed", showgrid=False)
        figure.update_layout(showlegend=False, margin_b=56, margin_l=90)
    return over_t, over_snr


def _line(curve: ScheduleCurve, which: str, name: str, colour: str, width: float) -> go.Scatter:
    y = getattr(curve, which).round(4)
    return go.Scatter(x=curve.t, y=y, name=name, mode="lines", line=dict(color=colour, width=width))


def _ticks(x: Sequence[float], label: str, colour: str) -> go.Scatter:
    mark = dict(symbol="line-ns", size=20, line=dict(color=colour, width=2.5))
    return go.Scatter(x=x, y=[label] * len(x), name=label, mode="markers", marker=mark)
