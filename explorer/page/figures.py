"""What every figure shares: transparent paper, quiet grids, colours that all can tell apart.

The colours are from Okabe and Ito's palette, made for colour-blind readers, and hold on light and
on dark paper alike. What is a curve of one of the papers' five pictures has that picture's hue, as
page.css has it for labels.
"""

from typing import Any

import plotly.graph_objects as go

from explorer.page.words import SHARED

WORDS = SHARED["figure"]

BLUE, ORANGE, GREEN, PURPLE, GREY = "#3b8bc4", "#e08a1e", "#2a9d7f", "#b5679a", "#8a8f98"
X_0, EPS, X_T, EPS_HAT, X_0_HAT = "#3a6fc4", "#c2451f", "#b04fe0", "#b08209", "#2a9d7f"
GRID = "rgba(128, 128, 128, 0.22)"

AXIS: dict[str, Any] = {
    "gridcolor": GRID,
    "zerolinecolor": GRID,
    "linecolor": GRID,
    "ticks": "outside",
    "tickcolor": GRID,
    "fixedrange": True,
}


def quiet_figure(title: str, x_title: str, y_title: str, height: int = 300) -> go.Figure:
    """An empty figure in the house style; both axes are always labelled."""
    figure = go.Figure()
    figure.update_layout(
        title=dict(text=title, font=dict(size=15), x=0, xref="paper", xanchor="left"),
        height=height,
        margin=dict(l=64, r=16, t=40, b=96),
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font=dict(color="#808690", size=13, family="system-ui, sans-serif"),
        legend=dict(orientation="h", x=0, y=-0.26, yanchor="top", font=dict(size=12)),
        dragmode=False,
        hovermode="closest",
    )
    figure.update_xaxes(AXIS | {"title": {"text": x_title}})
    figure.update_yaxes(AXIS | {"title": {"text": y_title}})
    return figure


def time_axis_title(T: int) -> str:  # noqa: N803 - the papers' name
    """Every axis over time says which end is clean."""
    return WORDS["time"].format(T=T)


def run_axis_title() -> str:
    """The same where time runs as a run does."""
    return WORDS["run_time"]


def follow(figure: go.Figure, **what: Any) -> None:
    """What of the figure the browser moves along with t: `Follows` in components/types.d.ts."""
    figure.update_layout(meta={"follows": what})


def mark_t(figure: go.Figure, t: int) -> None:
    """A vertical line at t, the figure's first shape."""
    figure.add_shape(
        type="line", x0=t, x1=t, y0=0, y1=1, yref="paper", line=dict(color=ORANGE, width=2)
    )


def say_nothing_was_measured(figure: go.Figure) -> None:
    """In the middle of an empty figure."""
    figure.add_annotation(
        text=WORDS["not_measured"],
        x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False,
    )  # fmt: skip
