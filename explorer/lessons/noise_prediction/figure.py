"""Figure of lesson 2: the network's error against t, with this image's point on it."""

import plotly.graph_objects as go

from explorer.exhibits.predictions import ErrorCurves
from explorer.page.figures import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    follow,
    mark_t,
    quiet_figure,
    time_axis_title,
)
from explorer.page.words import words_beside

WORDS = words_beside(__file__)["figure"]

STYLE = {
    "seen": (BLUE, "solid"),
    "held_out": (PURPLE, "solid"),
    "ideal_seen": (GREEN, "dot"),
    "ideal_held_out": (GREY, "dot"),
}
POINTS = ("mse", "ideal_mse")  # the first traces: figures of this image's prediction
SMALLEST = 1e-4  # the ideal denoiser's error falls below any axis


def error_figure(
    curves: ErrorCurves | None,
    T: int,  # noqa: N803 - the papers' name
    t: int,
    mse: float | None,
    ideal_mse: float | None,
) -> go.Figure:
    """Mean squared error of eps_hat against t, log scale.

    This image's points, the network's and the ideal denoiser's, come first and move as t moves.
    `curves` None (nothing was measured) leaves the points alone.
    The bands, one standard error up and down, come last.
    """
    figure = quiet_figure(WORDS["title"], time_axis_title(T), WORDS["y"], height=420)
    for name, value, colour in (
        (WORDS["here"], mse, ORANGE),
        (WORDS["ideal_here"], ideal_mse, GREEN),
    ):
        figure.add_trace(
            go.Scatter(
                x=[t],
                y=[None if value is None else max(value, SMALLEST)],
                name=name,
                mode="markers",
                marker=dict(color=colour, size=13, line=dict(color="white", width=2)),
            )
        )
    if curves is not None:
        for name, curve in curves.curves.items():
            colour, dash = STYLE[name]
            words = WORDS["curve_with_band" if name in curves.spread else "curve"]
            figure.add_trace(
                go.Scatter(
                    x=curves.t,
                    y=[max(value, SMALLEST) for value in curve],
                    mode="lines",
                    name=words.format(of=WORDS["of"][name], count=curves.counts[name]),
                    line=dict(color=colour, width=2.5, dash=dash),
                )
            )
        for name, spread in curves.spread.items():
            pairs = list(zip(curves.curves[name], spread, strict=True))
            edge = [mean + by for mean, by in pairs] + [mean - by for mean, by in reversed(pairs)]
            figure.add_scatter(
                x=[*curves.t, *reversed(curves.t)], y=[max(value, SMALLEST) for value in edge],
                fill="toself", fillcolor=STYLE[name][0], opacity=0.25, line=dict(width=0),
                mode="lines", hoverinfo="skip", showlegend=False,
            )  # fmt: skip
    mark_t(figure, t)
    points = [dict(trace=k, figure=name, lowest=SMALLEST) for k, name in enumerate(POINTS)]
    follow(figure, lines=[0], points=points)
    figure.update_xaxes(range=[0, T])
    figure.update_yaxes(type="log", range=[-4.1, 1.6], dtick=1, exponentformat="power")
    return figure
