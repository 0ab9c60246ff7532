"""It must know t, in a real browser: lie with the slider, see the valley, run both."""

import numpy as np
import pytest

from explorer.images.encoding import to_pixels
from explorer.lessons.told_time.compute import (
    NUM_STEPS,
    predict_told,
    run_both,
    tell_by,
)

LESSON = "told_time"
pytestmark = pytest.mark.ui

SEED = 7
NOTE = "#told-pictures figure:nth-child(3) .note"


@pytest.fixture
def lesson(tab):
    """`lesson("digits", t)`: the tab, come to this lesson."""

    def go(denoiser: str, t: int):
        tab.at(denoiser, t, SEED)
        tab.page.locator("#told-slider").scroll_into_view_if_needed()
        tab.wait_text("#told-pictures figure:nth-child(1) .note", f"t = {t}")
        return tab

    return go


def tell(tab, *times: int) -> None:
    """Move the second slider through all of these times at once, and wait for the last."""
    tab.page.evaluate(
        """(times) => {
            const range = document.querySelector('#told-slider input[type=range]');
            const value = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value');
            for (const t of times) {
                value.set.call(range, t);
                range.dispatchEvent(new Event('input', { bubbles: true }));
            }
        }""",
        list(times),
    )
    tab.wait_text(NOTE, f"told {times[-1]}\n")


def expected(exhibit, t: int, told: int) -> np.ndarray:
    """(4, H, W, 3): the row's pictures."""
    result = predict_told(exhibit, exhibit.first_picture.pixels, t, SEED, [t, told])
    truth, lie = result.x_0_hat
    row = [to_pixels(x) for x in (result.x_t, truth, lie, lie - truth)]
    return np.stack([np.repeat(pixels, 3 // pixels.shape[-1], axis=-1) for pixels in row])


def figure_at(tab, told: int, t: int) -> dict:
    """The valley once its dots and its line are there."""
    tab.page.wait_for_function(
        """([told, t]) => {
            const plot = document.querySelector('#valley-figure .js-plotly-plot');
            return plot?._fullData?.[1]?.x[0] === told && plot.layout.shapes[0].x0 === t;
        }""",
        arg=[told, t],
    )
    return tab.figure("valley-figure")


@pytest.mark.parametrize("denoiser, told", [("emoji", 820), ("digits", 120)])
def test_the_pictures_follow_the_told_t(lesson, real_exhibits, denoiser, told):
    tab = lesson(denoiser, 500)
    tell(tab, *range(told - 60, told, 3), told)
    shown = tab.pixels("#told-pictures canvas").astype(int)
    difference = np.abs(shown - expected(real_exhibits[denoiser], 500, told))
    assert difference.mean() < 1  # two processes of the same sums, rounded to 8 bits
    assert tab.page.inner_text("#true-tick").strip() == "true t = 500"


def test_the_tick_stands_under_the_true_t(lesson):
    tab = lesson("digits", 300)
    tell(tab, 300)
    thumb, tick = tab.page.evaluate(
        """() => {
            const box = document.querySelector('#told-slider input[type=range]')
                .getBoundingClientRect();
            const tick = document.querySelector('#true-tick span').getBoundingClientRect();
            return [box.left + 8 + (box.width - 16) * 299 / 999, tick.left];
        }"""
    )
    assert abs(tick - thumb) < 12
    drawn = tab.pixels("#told-pictures canvas")
    np.testing.assert_array_equal(drawn[1], drawn[2])  # the truth


def test_the_valley_follows_both_sliders(lesson, real_exhibits):
    tab = lesson("digits", 500)
    tell(tab, 250)
    tab.listen()
    tell(tab, 200)
    assert set(tab.asked) == {"show_told"}  # nothing is measured behind a closed fold
    tab.unfold("error valley")
    figure = figure_at(tab, 200, 500)
    noise = figure["data"][0]
    assert noise["x"][int(np.argmin(noise["y"]))] == 500
    tell(tab, 700)
    moved = figure_at(tab, 700, 500)
    assert moved["data"][0] == noise
    digits = real_exhibits["digits"]
    told = predict_told(digits, digits.first_picture.pixels, 500, SEED, [700]).errors
    assert moved["data"][1]["y"][0] == pytest.approx(told.eps_mse[0], rel=1e-3)
    tab.move_t(300)
    moved = figure_at(tab, 700, 300)["data"][0]
    assert moved["x"][int(np.argmin(moved["y"]))] == 300


def test_both_runs_are_the_experiments(lesson, real_exhibits):
    tab = lesson("digits", 500)
    tell(tab, 250)
    tab.unfold("whole run")
    tab.page.click("#told-run")
    root = "#told-scrubber [data-run]"
    tab.page.wait_for_selector(f'{root}[data-frames="{NUM_STEPS + 1}"]', state="attached")
    assert tab.page.inner_text("#told-scrubber .caption") == "t = 0"
    assert "250 too small" in tab.page.inner_text("#told-scrubber .view:nth-child(2) .label")
    digits = real_exhibits["digits"]
    *_, last = run_both(digits, tell_by("shifted", 500, 250, digits.T), SEED)
    shown = tab.pixels("#told-scrubber .views canvas").astype(int)
    for canvas, pixels in zip(shown, (last.truth, last.lie), strict=True):
        assert np.abs(canvas - np.repeat(pixels, 3, axis=-1)).mean() < 1
    tab.choose_network("emoji")  # and the old network's run is gone
    tab.page.wait_for_selector("#told-scrubber [data-state=empty]", state="attached")
