"""The measured errors of networks trained alike against t: as noise, as image, and compared."""

from collections.abc import Mapping

import plotly.graph_objects as go

from explorer.exhibits.found import Runaway
from explorer.exhibits.variants import ComparedErrors
from explorer.page.figures import (
    BLUE,
    EPS_HAT,
    ORANGE,
    PURPLE,
    X_0_HAT,
    follow,
    mark_t,
    quiet_figure,
    run_axis_title,
    say_nothing_was_measured,
    time_axis_title,
)
from explorer.page.words import SHARED, TEXT

# As in "Why noise?"; told t and never told.
LOOKS = {
    "eps": (EPS_HAT, "solid"),
    "x_0": (X_0_HAT, "solid"),
    "v": (PURPLE, "dash"),  # it runs close to others: the dashes let both be seen
    "told": (BLUE, "solid"),
    "blind": (PURPLE, "dash"),
}

RUNS = {
    "told": (BLUE, "solid"),
    "blind": (PURPLE, "dash"),
    "blind_noisy": (ORANGE, "solid"),
}


def runaway_figure(runaway: Runaway | None, words: Mapping[str, str], T: int) -> go.Figure:  # noqa: N803
    """The noise in x_t over what is due, a line a group of runs; time runs as they do.

    words: "title", "y", and the name of each group with a place for its {count}.
    """
    figure = quiet_figure(words["title"], run_axis_title(), words["y"], 360)
    figure.update_xaxes(range=[T, 0])
    if runaway is None:
        say_nothing_was_measured(figure)
        return figure
    for key, curve in runaway.of.items():
        colour, dash = RUNS[key]
        figure.add_scatter(
            x=runaway.t,
            y=curve,
            mode="lines",
            name=words[key].format(count=runaway.counts[key]),
            line=dict(color=colour, width=2.5, dash=dash),
        )
    figure.update_yaxes(type="log", dtick="D1")
    return figure


def variants_figure(
    errors: ComparedErrors,
    reading: str,
    names: Mapping[str, str],
    title: str,
    T: int,  # noqa: N803 - the papers' name
    t: int,
) -> go.Figure:
    """Log scale, but for the ratio; the dots are the measured times.

    Args:
        reading: "eps", "x_0" or "ratio".
        names: what is different -> what people call it.
    """
    y_title, height = SHARED["figure"]["error"], 420
    if reading == "ratio":
        y_title, height = TEXT["variants"]["figure"]["times"], 340
    figure = quiet_figure(title, time_axis_title(T), y_title, height)
    figure.update_xaxes(range=[0, T])
    if not errors.t:
        say_nothing_was_measured(figure)
        return figure
    for key, curve in errors.of[reading].items():
        colour, dash = LOOKS[key]
        figure.add_scatter(
            x=errors.t,
            y=curve,
            mode="lines+markers",
            name=names[key],
            line=dict(color=colour, width=2.5, dash=dash),
            marker=dict(size=5),
        )
    mark_t(figure, t)
    follow(figure, lines=[0])
    if reading != "ratio":  # its axis fits its curves
        figure.update_yaxes(type="log", range=[-4, 0.2], dtick=1, exponentformat="power")
    return figure
