"""The error valley of "It must know t", with marks at the true t and at the told one."""

import plotly.graph_objects as go

from explorer.lessons.told_time.compute import ToldErrors
from explorer.page.figures import EPS_HAT, X_0_HAT, mark_t, quiet_figure, time_axis_title
from explorer.page.words import words_beside

WORDS = words_beside(__file__)["figure"]

HIGHEST = 1.8  # fixed, so that one moment can be compared with another


def valley_figure(valley: ToldErrors, told: ToldErrors, T: int) -> go.Figure:  # noqa: N803
    """Mean squared errors against the told t.

    `valley` holds the curves; `told` the points: the last of its times is the visitor's.
    """
    x_title = WORDS["x"].format(t=time_axis_title(T))
    figure = quiet_figure(WORDS["title"], x_title, WORDS["y"], height=400)
    for name, curve, point, colour in (
        (WORDS["eps"], valley.eps_mse, told.eps_mse[-1], EPS_HAT),
        (WORDS["x_0"], valley.x_0_mse, told.x_0_mse[-1], X_0_HAT),
    ):
        figure.add_scatter(
            x=valley.told,
            y=curve,
            mode="lines+markers",
            name=name,
            line=dict(color=colour, width=2.5),
            marker=dict(size=5),
        )
        figure.add_scatter(
            x=[told.told[-1]],
            y=[point],
            mode="markers",
            name=WORDS["here"].format(error=name),
            showlegend=False,
            marker=dict(color=colour, size=13, line=dict(color="white", width=2)),
        )
    mark_t(figure, valley.t)
    # The line's name stands beside it, on the side where there is room.
    right = 2 * valley.t < T
    figure.add_annotation(
        x=valley.t,
        y=1,
        yref="paper",
        text=WORDS["true"].format(t=valley.t),
        showarrow=False,
        xanchor="left" if right else "right",
        xshift=6 if right else -6,
        yanchor="top",
    )
    figure.update_xaxes(range=[0, T])
    figure.update_yaxes(range=[0, HIGHEST])
    return figure
