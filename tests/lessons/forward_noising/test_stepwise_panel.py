"""The fold of small steps: about the rail's pixel and moment, with the numbers of its figures."""

import numpy as np
import pytest

from explorer.diffusion.schedules import linear
from explorer.lessons.forward_noising.compute import Settings, stepwise_result
from explorer.lessons.forward_noising.stepwise import SCHEDULES, compute_stepwise, middle_pixel
from explorer.lessons.forward_noising.stepwise_panel import WORDS, show_stepwise
from explorer.page.words import SHARED, number


def test_it_is_about_the_rails_moment(moment):
    now = moment(Settings, "old dog", t=13)
    hint, ways, ends, found = show_stepwise(now).values()
    expected = compute_stepwise(now.exhibit.schedule, middle_pixel(now.pixels), 13, 7)
    assert "(its green part)" in hint
    assert "2,000 times" in hint
    np.testing.assert_allclose(ways.data[2].y, expected.paths[0], atol=1e-3)
    assert ends.data[0].name == "13 small steps"
    rows = [row.split("|")[1:] for row in found.splitlines() if row.startswith("|")][2:]
    told = [(mean.strip(), std.strip()) for _, mean, std, _ in rows]
    assert told == [
        (number(float(mean)), number(float(std)))
        for mean, std in (
            (expected.by_steps.mean(), expected.by_steps.std()),
            (expected.by_jump.mean(), expected.by_jump.std()),
            (expected.mean, expected.noise_scale),
            (expected.x_0, expected.toy_std),
        )
    ]
    numbers = stepwise_result(now).numbers
    assert told[0] == tuple(number(float(value)) for value in numbers["by_steps"].values())
    assert f"$\\beta_t$ = {number(expected.beta)}" in found
    assert f"$\\sqrt{{\\beta_t}}$ = {number(expected.beta**0.5)}" in found
    assert f"$\\sigma_t$ = {number(expected.sigma)}" in found


def test_another_schedule_spreads_the_same_pixel_otherwise(moment):
    now = moment(Settings, denoiser="strokes", schedule="linear")
    x_0, ways = middle_pixel(now.pixels), show_stepwise(now)["ways"]
    np.testing.assert_allclose(ways.data[1].y, x_0 * linear(now.T).signal_scale.numpy(), atol=1e-3)
    assert set(SCHEDULES) < set(SHARED["schedules"])


@pytest.mark.parametrize("t, shown", [(0, 1), (40, 40)])
def test_at_0_it_shows_the_first_step(moment, t, shown):
    *_, ends, found = show_stepwise(moment(Settings, t=t, schedule="no such schedule")).values()
    assert ends.layout.title.text.endswith(f"t = {shown}")
    assert "nan" not in found
    assert WORDS["hint"].count("{") == 2
