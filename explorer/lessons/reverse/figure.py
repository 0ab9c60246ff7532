"""Figure of lesson "reverse": when coarse shapes and fine detail reach their final form."""

from functools import cache

import plotly.graph_objects as go

from explorer.lessons.reverse.compute import DetailOverTime
from explorer.page.figures import BLUE, GREEN, PURPLE, quiet_figure, run_axis_title
from explorer.page.words import words_beside

WORDS = words_beside(__file__)["figure"]

COLOURS = {"coarse shapes": BLUE, "parts": GREEN, "fine detail": PURPLE}


def detail_figure(detail: DetailOverTime | None) -> go.Figure:
    """Distance of x_0_hat from the final image per band of detail; time runs as the run does."""
    return empty_figure() if detail is None else drawn_figure(detail)


@cache  # every page opens with it
def empty_figure() -> go.Figure:
    figure = bare_figure()
    figure.add_annotation(
        text=WORDS["run_first"],
        showarrow=False, xref="paper", yref="paper", x=0.5, y=0.5,
    )  # fmt: skip
    return figure


def drawn_figure(detail: DetailOverTime) -> go.Figure:
    figure = bare_figure()
    for name, errors in detail.bands.items():
        figure.add_trace(
            go.Scatter(
                x=detail.t,
                y=errors,
                name=WORDS["bands"][name],
                line=dict(color=COLOURS[name], width=2.5),
            )
        )
    return figure


def bare_figure() -> go.Figure:
    figure = quiet_figure(WORDS["title"], run_axis_title(), WORDS["y"], height=320)
    figure.update_yaxes(tickformat=".0%", range=[0, 1.3])
    figure.update_xaxes(autorange="reversed")
    return figure
