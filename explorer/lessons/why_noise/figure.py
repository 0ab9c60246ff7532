"""Figures of "Why noise?": what each loss weighs against t, and one error measured two ways."""

import plotly.graph_objects as go

from explorer.exhibits.readings import TARGETS, LossWeights, MeasuredErrors
from explorer.page.figures import (
    BLUE,
    GREEN,
    PURPLE,
    follow,
    mark_t,
    quiet_figure,
    say_nothing_was_measured,
    time_axis_title,
)

COLOURS = {"eps": BLUE, "x_0": GREEN, "v": PURPLE}
LOSSES = {"eps": "loss on noise", "x_0": "loss on clean image", "v": "loss on v"}
FORMULAS = {"eps": "SNR", "x_0": "1", "v": "SNR + 1"}
PARTS = {"seen": ("seen in training", "solid"), "held_out": ("never seen", "dash")}


def weight_figure(weights: LossWeights, T: int, t: int) -> go.Figure:  # noqa: N803 - the papers'
    """The weight of an error in x_0 against t, log scale; the dots are at t."""
    figure = quiet_figure(
        "How much each loss minds an error in the clean image",
        time_axis_title(T),
        "weight, log scale",
        height=420,
    )
    here = weights.t.index(t)
    # The curves of noise and v run together at one end: the dashes let both be seen.
    for name, dash in zip(TARGETS, ("solid", "solid", "dash"), strict=True):
        curve, colour = weights.of[name], COLOURS[name]
        figure.add_scatter(
            x=weights.t,
            y=curve,
            mode="lines",
            name=f"{LOSSES[name]}: {FORMULAS[name]}",
            line=dict(color=colour, width=3, dash=dash),
        )
        figure.add_scatter(
            x=[t],
            y=[curve[here]],
            mode="markers",
            name=f"{LOSSES[name]}, at t = {t}",
            showlegend=False,
            marker=dict(color=colour, size=11, line=dict(color="white", width=2)),
        )
    mark_t(figure, t)
    figure.update_xaxes(range=[0, T])
    figure.update_yaxes(type="log", range=[-5, 5], dtick=1, exponentformat="power")
    return figure


def measured_figure(errors: MeasuredErrors | None, T: int, t: int) -> go.Figure:  # noqa: N803
    """The network's mean squared error against t: as measured, and converted."""
    figure = quiet_figure(
        "One measurement, read two ways", time_axis_title(T), "mean squared error, log scale",
        height=420,
    )  # fmt: skip
    figure.update_xaxes(range=[0, T])
    if errors is None:
        say_nothing_was_measured(figure)
        return figure
    for words, curves, colour in (
        ("noise, measured", errors.eps, BLUE),
        ("clean image, converted", errors.x_0, GREEN),
    ):
        for part, curve in curves.items():
            which, dash = PARTS[part]
            figure.add_scatter(
                x=errors.t,
                y=curve,
                mode="lines",
                name=f"{words}: {which} ({errors.counts[part]:,})",
                line=dict(color=colour, width=2.5, dash=dash),
            )
    mark_t(figure, t)
    follow(figure, lines=[0])
    figure.update_yaxes(type="log", range=[-4, 0], dtick=1, exponentformat="power")
    return figure
