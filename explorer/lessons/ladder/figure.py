"""Figures of lesson "how many steps?": measured quality against steps, a line a sampler."""

import plotly.graph_objects as go

from explorer.lessons.ladder.compute import QualityTable
from explorer.page.figures import BLUE, GREEN, GREY, ORANGE, PURPLE, quiet_figure
from explorer.page.words import words_beside

WORDS = words_beside(__file__)["figure"]

SAMPLERS = {
    "ddpm": (PURPLE, "diamond"),
    "ddim": (BLUE, "circle"),
    "heun": (ORANGE, "square"),
    "dpmpp_2m": (GREEN, "triangle-up"),
}
# name: number format
FIGURES = {
    "named_rightly": ".1%",
    "sureness": ".1%",
    "nearest_distance": ".3f",
    "grain": ".4f",
}


def quality_figure(table: QualityTable, name: str) -> go.Figure:
    """The figure `name` of the table; a bar at each point, and the band of the real
    images, is one standard error up and down.
    """
    words, form = WORDS[name], FIGURES[name]
    figure = quiet_figure(words["title"], WORDS["x"], words["y"], height=430)
    figure.update_layout(margin_b=170, legend_y=-0.3)
    for curve in table.curves:
        colour, symbol = SAMPLERS[curve.sampler]
        figure.add_trace(
            go.Scatter(
                x=curve.steps,
                y=curve.mean[name],
                error_y=dict(array=curve.standard_error[name], thickness=1.2, width=3),
                customdata=curve.network_calls,
                hovertemplate=WORDS["point"].format(form=form),
                mode="lines+markers",
                name=WORDS["samplers"][curve.sampler],
                line=dict(color=colour, width=2.5),
                marker=dict(size=9, symbol=symbol),
            )
        )
    steps = sorted({count for curve in table.curves for count in curve.steps})
    spread = table.held_out_error.get(name, 0.0)
    figure.add_hrect(
        y0=table.held_out[name] - spread, y1=table.held_out[name] + spread,
        fillcolor=GREY, opacity=0.18, line_width=0,
    )  # fmt: skip
    figure.add_trace(
        go.Scatter(
            x=[steps[0], steps[-1]],
            y=[table.held_out[name]] * 2,
            mode="lines",
            name=WORDS["held_out"].format(count=table.num_held_out),
            line=dict(color=GREY, width=2, dash="dot"),
        )
    )
    figure.update_xaxes(type="log", tickvals=steps, ticktext=[f"{count:,}" for count in steps])
    figure.update_yaxes(tickformat=form.replace(".1%", ".0%"), rangemode="tozero")
    return figure
