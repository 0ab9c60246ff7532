"""Figures of one pixel that sinks into noise: its ways by steps, and where they end."""

import numpy as np
import plotly.graph_objects as go

from explorer.lessons.forward_noising.stepwise import EDGES, Stepwise
from explorer.page.figures import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    X_T,
    mark_t,
    quiet_figure,
    time_axis_title,
)
from explorer.page.words import words_beside

WORDS = words_beside(__file__, "stepwise.toml")["figure"]

CENTRES = (EDGES[:-1] + EDGES[1:]) / 2


def paths_figure(found: Stepwise) -> go.Figure:
    """A few ways by steps, over the closed form's mean and two standard deviations around it."""
    T = int(found.times[-1])
    figure = quiet_figure(WORDS["ways"], time_axis_title(T), WORDS["pixel"], 360)
    times = np.concatenate([found.times, found.times[::-1]])
    edge = np.concatenate([found.means + 2 * found.stds, (found.means - 2 * found.stds)[::-1]])
    figure.add_scatter(
        x=times, y=np.round(edge, 3), fill="toself", mode="lines", line=dict(width=0),
        fillcolor="rgba(224, 138, 30, 0.18)", name=WORDS["most_ways"], hoverinfo="skip",
    )  # fmt: skip
    figure.add_scatter(
        x=found.times, y=np.round(found.means, 3), mode="lines", name=WORDS["mean"],
        line=dict(color=ORANGE, width=2.5),
    )  # fmt: skip
    for number, path in enumerate(found.paths):
        figure.add_scatter(
            x=found.times, y=np.round(path, 3), mode="lines", name=WORDS["way"],
            line=dict(color=X_T if number == 0 else GREY, width=2 if number == 0 else 1),
            showlegend=number == 0,
        )  # fmt: skip
    mark_t(figure, found.t)
    figure.update_xaxes(range=[0, T])
    figure.update_yaxes(range=[-4, 4])
    return figure


def ends_figure(found: Stepwise) -> go.Figure:
    """Histograms of x_t by steps and by one jump, the closed form, and the toy's density."""
    figure = quiet_figure(WORDS["ends"].format(t=found.t), WORDS["pixel"], WORDS["density"], 360)
    by_steps, by_jump = found.steps_density, found.jump_density
    expected = found.expected_density
    figure.add_bar(
        x=CENTRES,
        y=np.round(by_steps, 4),
        name=WORDS["by_steps"].format(t=found.t),
        marker_color=X_T,
        opacity=0.55,
    )
    for name, y, line in (
        (WORDS["by_jump"], by_jump, dict(color=GREEN, width=2, shape="hvh")),
        (WORDS["expected"], expected, dict(color=ORANGE, width=2.5)),
        (WORDS["toy"], found.toy_density, dict(color=BLUE, width=2, dash="dot")),
    ):
        figure.add_scatter(x=CENTRES, y=np.round(y, 4), mode="lines", name=name, line=line)
    figure.update_layout(bargap=0)
    figure.update_xaxes(range=[-4, 4])
    figure.update_yaxes(range=[0, 1.25 * max(by_steps.max(), by_jump.max(), expected.max())])
    return figure
