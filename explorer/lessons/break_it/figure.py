"""Figure of the lesson "break it": how far the broken run is from the right one, step by step."""

import plotly.graph_objects as go

from explorer.lessons.break_it.compute import BenchErrors
from explorer.page.figures import X_0_HAT, X_T, quiet_figure
from explorer.page.words import words_beside

WORDS = words_beside(__file__)["figure"]


def difference_figure(errors: BenchErrors) -> go.Figure:
    """Root mean square differences against the right run's t; time runs as the runs do."""
    figure = quiet_figure(WORDS["title"], WORDS["x"], WORDS["y"], height=340)
    for name, values, colour in (
        (WORDS["x_t"], errors.error, X_T),
        (WORDS["x_0_hat"], errors.guess_error, X_0_HAT),
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
