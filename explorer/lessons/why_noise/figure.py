"""Figures of "Why noise?": what each loss weighs against t, and one error measured two ways."""

import plotly.graph_objects as go

from explorer.exhibits.readings import TARGETS, LossWeights, MeasuredErrors
from explorer.page.figures import (
    EPS_HAT,
    PURPLE,
    X_0_HAT,
    follow,
    mark_t,
    quiet_figure,
    say_nothing_was_measured,
    time_axis_title,
)
from explorer.page.words import SHARED, words_beside

WORDS = words_beside(__file__)["figure"]

COLOURS = {"eps": EPS_HAT, "x_0": X_0_HAT, "v": PURPLE}
DASHES = {"seen": "solid", "held_out": "dash"}


def weight_figure(weights: LossWeights, T: int, t: int) -> go.Figure:  # noqa: N803 - the papers'
    """The weight of an error in x_0 against t, log scale; the dots are at t."""
    words, losses = WORDS["weights"], WORDS["losses"]
    figure = quiet_figure(words["title"], time_axis_title(T), words["y"], height=420)
    here = weights.t.index(t)
    # The curves of noise and v run together at one end: the dashes let both be seen.
    for name, dash in zip(TARGETS, ("solid", "solid", "dash"), strict=True):
        curve, colour = weights.of[name], COLOURS[name]
        figure.add_scatter(
            x=weights.t,
            y=curve,
            mode="lines",
            name=words["curve"].format(loss=losses[name], weight=WORDS["formulas"][name]),
            line=dict(color=colour, width=3, dash=dash),
        )
        figure.add_scatter(
            x=[t],
            y=[curve[here]],
            mode="markers",
            name=words["here"].format(loss=losses[name], t=t),
            showlegend=False,
            marker=dict(color=colour, size=11, line=dict(color="white", width=2)),
        )
    mark_t(figure, t)
    figure.update_xaxes(range=[0, T])
    figure.update_yaxes(type="log", range=[-5, 5], dtick=1, exponentformat="power")
    return figure


def measured_figure(errors: MeasuredErrors | None, T: int, t: int) -> go.Figure:  # noqa: N803
    """The network's mean squared error against t: as measured, and converted."""
    words = WORDS["measured"]
    y_title = SHARED["figure"]["error"]
    figure = quiet_figure(words["title"], time_axis_title(T), y_title, height=420)
    figure.update_xaxes(range=[0, T])
    if errors is None:
        say_nothing_was_measured(figure)
        return figure
    for name, curves in (("eps", errors.eps), ("x_0", errors.x_0)):
        for part, curve in curves.items():
            images, count = WORDS["images"][part], errors.counts[part]
            figure.add_scatter(
                x=errors.t,
                y=curve,
                mode="lines",
                name=words["curve"].format(of=words[name], images=images, count=count),
                line=dict(color=COLOURS[name], width=2.5, dash=DASHES[part]),
            )
    mark_t(figure, t)
    follow(figure, lines=[0])
    figure.update_yaxes(type="log", range=[-4, 0], dtick=1, exponentformat="power")
    return figure
