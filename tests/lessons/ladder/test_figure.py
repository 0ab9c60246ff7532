"""The figure of quality against steps: a line a sampler, and real images for comparison."""

import pytest

from explorer.lessons.ladder.compute import QualityCurve, QualityTable
from explorer.lessons.ladder.figure import FIGURES, SAMPLERS, quality_figure

STEPS = [1, 2, 4, 50]


def table(name: str) -> QualityTable:
    curves = [
        QualityCurve(sampler, STEPS, [2 * n for n in STEPS], {name: [0.1, 0.2, 0.3, 0.4]},
                     {name: [0.01, 0.02, 0.03, 0.04]})
        for sampler in SAMPLERS
    ]  # fmt: skip
    return QualityTable(curves, {name: 0.9}, 10_000, {})


@pytest.mark.parametrize("name", FIGURES)
def test_a_line_a_sampler_with_its_error_and_its_network_calls(name):
    figure = quality_figure(table(name), name)
    *lines, real = figure.data
    known = {"ddpm": "DDPM", "ddim": "DDIM", "heun": "Heun", "dpmpp_2m": "DPM-Solver++"}
    assert [line.name.split()[0] for line in lines] == [known[one] for one in SAMPLERS]
    for line in lines:
        assert list(line.x) == STEPS
        assert list(line.y) == [0.1, 0.2, 0.3, 0.4]
        assert list(line.error_y.array) == [0.01, 0.02, 0.03, 0.04]
        assert list(line.customdata) == [2, 4, 8, 100]
    assert (list(real.x), list(real.y)) == ([1, 50], [0.9, 0.9])
    assert "10,000" in real.name
    assert (
        len({line.line.color for line in lines}) == len({line.marker.symbol for line in lines}) == 4
    )


def test_steps_are_on_a_log_scale_with_their_own_ticks():
    axis = quality_figure(table("grain"), "grain").layout.xaxis
    assert axis.type == "log"
    assert list(axis.tickvals) == STEPS
    assert "log" in axis.title.text
