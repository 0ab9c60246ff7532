"""The measured errors of networks trained alike, as noise or as clean image, against t."""

from collections.abc import Mapping

import plotly.graph_objects as go

from explorer.experiments.why_noise import MeasuredErrors
from explorer.plots.style import (
    BLUE,
    GREEN,
    ORANGE,
    PURPLE,
    mark_t,
    quiet_figure,
    say_nothing_was_measured,
    time_axis_title,
)

# As in "Why noise?"; told t and never told.
LOOKS = {
    "eps": (BLUE, "solid"),
    "x_0": (GREEN, "solid"),
    "v": (PURPLE, "dash"),  # it runs close to others: the dashes let both be seen
    "told": (BLUE, "solid"),
    "blind": (ORANGE, "dash"),
}


def variants_figure(
    errors: Mapping[str, MeasuredErrors],
    names: Mapping[str, str],
    reading: str,
    title: str,
    T: int,  # noqa: N803 - the papers' name
    t: int,
) -> go.Figure:
    """Over held-out images, log scale; the dots are the measured times.

    Args:
        errors, names: what is different -> its curves, and what people call it.
        reading: "eps" or "x_0".
    """
    figure = quiet_figure(title, time_axis_title(T), "mean squared error, log scale", height=420)
    figure.update_xaxes(range=[0, T])
    if not errors:
        say_nothing_was_measured(figure)
        return figure
    for key, measured in errors.items():
        colour, dash = LOOKS[key]
        curve = (measured.eps if reading == "eps" else measured.x_0)["held_out"]
        figure.add_scatter(
            x=measured.t,
            y=curve,
            mode="lines+markers",
            name=names[key],
            line=dict(color=colour, width=2.5, dash=dash),
            marker=dict(size=5),
        )
    mark_t(figure, t)
    figure.update_yaxes(type="log", range=[-4, 0], dtick=1, exponentformat="power")
    return figure
