"""Figure of the lesson "break it": how far the broken run is from the right one, step by step."""

import plotly.graph_objects as go

from explorer.lessons.break_it.compute import BenchErrors
from explorer.page.figures import BLUE, ORANGE, quiet_figure


def difference_figure(errors: BenchErrors) -> go.Figure:
    """Root mean square differences against the right run's t; time runs as the runs do."""
    figure = quiet_figure(
        "Broken run against right run",
        "t of the right run   (left: noise, right: clean)",
        "difference",
        height=340,
    )
    for name, values, colour in (
        ("noisy image x_t", errors.error, ORANGE),
        ("guessed clean image x̂₀", errors.guess_error, BLUE),
    ):
        figure.add_trace(
            go.Scatter(
                x=errors.t,
                y=values,
                name=name,
                mode="lines+markers",
                line=dict(color=colour, width=2.5),
            )
        )
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    figure.update_xaxes(autorange="reversed")
    return figure
