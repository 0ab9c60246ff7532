"""Figures of lesson 1: the schedule over time, and the histogram of an image's pixels."""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from explorer.exhibits.scene import ForwardNoising
from explorer.page.figures import AXIS, EPS, GREEN, ORANGE, PURPLE, X_0, X_T, follow, quiet_figure
from explorer.page.words import words_beside

WORDS = words_beside(__file__)["figure"]
SCHEDULE = WORDS["schedule"]

HIGHEST = 1.2
LOW, HIGH, BINS = -4, 4, 64
HISTOGRAM_EDGES = np.linspace(LOW, HIGH, BINS + 1)


def schedule_figure(forward: ForwardNoising, t: int) -> go.Figure:
    """alpha_bar, SNR and log-SNR against time, with a line at t in each."""
    base = quiet_figure("", "", "", height=300)
    figure = make_subplots(
        1,
        3,
        subplot_titles=SCHEDULE["titles"],
        horizontal_spacing=0.09,
    )
    figure.update_layout(base.layout, showlegend=False, margin_t=40)
    times = np.arange(1, forward.T + 1)
    alpha_bar = forward.alpha_bar[1:]
    snr = alpha_bar / (1 - alpha_bar)
    curves = ((times, alpha_bar, X_0), (times, np.minimum(snr, 10), GREEN))
    curves += ((times, np.log10(snr), PURPLE),)
    for column, (x, y, colour) in enumerate(curves, start=1):
        line = go.Scatter(x=x, y=np.round(y, 5), line=dict(color=colour, width=2.5), mode="lines")
        figure.add_trace(line, row=1, col=column)
        axis = "" if column == 1 else str(column)
        figure.add_shape(
            type="line",
            x0=t,
            x1=t,
            y0=0,
            y1=1,
            xref=f"x{axis}",
            yref=f"y{axis} domain",
            line=dict(color=ORANGE, width=2),
        )
    follow(figure, lines=[0, 1, 2])
    figure.update_xaxes(AXIS | {"title": {"text": SCHEDULE["x"]}})
    figure.update_yaxes(AXIS)
    for column, title in enumerate(SCHEDULE["y"], start=1):
        figure.update_yaxes(title_text=title, col=column)
    return figure


def histogram_figure(x_t: np.ndarray, note: str = "") -> go.Figure:
    """The pixel values of x_t and N(0, 1), and a note on what a histogram does not see, which ends
    with how alike neighbours are; the browser keeps both up to date.
    """
    y_title = WORDS["y"].format(highest=f"{HIGHEST:g}")
    figure = quiet_figure(WORDS["title"], WORDS["x"], y_title)
    figure.add_annotation(
        text=note, showarrow=False, xref="paper", yref="paper", x=1, y=1, xanchor="right",
        yanchor="top",
    )  # fmt: skip
    density, edges = np.histogram(np.clip(x_t, LOW, HIGH), HISTOGRAM_EDGES, density=True)
    centre = (edges[:-1] + edges[1:]) / 2
    figure.add_trace(go.Bar(x=centre, y=np.round(density, 4), marker_color=X_T, name=WORDS["x_t"]))
    bell = np.exp(-(centre**2) / 2) / np.sqrt(2 * np.pi)
    figure.add_trace(
        go.Scatter(x=centre, y=bell, line=dict(color=EPS, width=2.5), name=WORDS["bell"])
    )
    figure.update_layout(bargap=0.04)
    figure.update_yaxes(range=[0, HIGHEST])
    figure.update_xaxes(range=[LOW, HIGH])
    follow(figure, histogram=dict(trace=0, note=0, low=LOW, high=HIGH, bins=BINS))
    return figure
