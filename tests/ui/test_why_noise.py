"""Why noise?, in a real browser: the readings follow t, the folds show this moment."""

import numpy as np
import pytest

from explorer.exhibits.readings import TARGETS, compute_readings
from explorer.images.encoding import to_pixels
from explorer.page.words import number

LESSON = "why_noise"
pytestmark = pytest.mark.ui

SEED = 7


@pytest.fixture
def lesson(tab, real_exhibits):
    """`lesson("digits", t)`: the tab, come to this lesson, and what it must show."""

    def go(denoiser: str, t: int):
        tab.at(denoiser, t, SEED)
        tab.page.locator("#why-readings").scroll_into_view_if_needed()
        exhibit = real_exhibits[denoiser]
        result = compute_readings(exhibit, exhibit.first_picture.pixels, t, SEED)
        scales = number(result.signal_scale), number(result.noise_scale)
        tab.wait_text(
            "#why-readings figure:nth-child(3) .note", "{} ε − {} x₀".format(*scales)
        )  # fmt: skip
        return tab, result

    return go


def error_shown(tab, place: int) -> float:
    note = tab.page.inner_text(f"#why-readings figure:nth-child({place}) .note")
    return float(note.split()[1])


@pytest.mark.parametrize("denoiser, t", [("emoji", 300), ("digits", 700)])
def test_the_readings_are_of_this_network_image_and_t(lesson, denoiser, t):
    tab, result = lesson(denoiser, t)
    shown = tab.pixels("#why-readings canvas").astype(int)
    reach = {"eps": 3, "x_0": 1, "v": 3}
    row = [result.of[name].truth / reach[name] for name in TARGETS]
    row += [result.of[name].guess / reach[name] for name in TARGETS]
    for canvas, x in zip(shown, row, strict=True):
        pixels = to_pixels(x)
        expected = np.repeat(pixels, 3 // pixels.shape[-1], axis=-1)
        assert np.abs(canvas - expected).mean() < 1  # two processes of the same sums
    for place, name in enumerate(TARGETS, start=4):
        assert error_shown(tab, place) == pytest.approx(result.of[name].mse, rel=0.02)


def test_behind_closed_folds_nothing_is_computed(lesson):
    tab, _ = lesson("digits", 500)
    tab.listen()
    lesson("digits", 400)
    assert "show_readings" in tab.asked
    assert not {"show_errors", "draw_weights", "draw_measured"} & set(tab.asked)


def test_the_errors_are_one_picture_with_the_moments_numbers(lesson):
    tab, result = lesson("digits", 600)
    tab.unfold("errors one error")
    tab.wait_text("#why-formula", "t = 600")
    tab.page.wait_for_selector("#why-errors [data-pictures='3']", state="attached")
    assert tab.page.locator("#why-formula .katex-display").count() == 2
    noise, image, v = tab.pixels("#why-errors canvas").astype(int)
    assert np.abs(v - noise).max() <= 1
    assert np.abs(255 - image - noise).max() <= 1
    lesson("digits", 200)
    tab.page.locator("#why-formula").scroll_into_view_if_needed()
    tab.wait_text("#why-formula", "t = 200")


def figure_at(tab, name: str, t: int) -> dict:
    """The figure once it is in sight and t is marked in it."""
    tab.page.locator(f"#{name}").scroll_into_view_if_needed()
    tab.page.wait_for_function(
        """([name, t]) => document.querySelector(`#${name} .js-plotly-plot`)
            ?.layout?.shapes?.[0]?.x0 === t""",
        arg=[name, t],
    )
    return tab.figure(name)


def test_the_weights_dots_move_with_t(lesson, real_exhibits):
    tab, _ = lesson("digits", 500)
    tab.unfold("weight of each t")
    snr = real_exhibits["digits"].schedule.snr
    for t in (500, 800):
        tab.move_t(t)
        noise, image, v = figure_at(tab, "weight-figure", t)["data"][1::2]
        assert [noise["x"], image["x"], v["x"]] == [[t]] * 3
        found = [noise["y"][0], image["y"][0], v["y"][0]]
        assert found == pytest.approx([snr[t].item(), 1, snr[t].item() + 1], rel=1e-4)


def test_the_measured_errors_change_with_the_network(lesson, real_exhibits):
    tab, _ = lesson("digits", 500)
    tab.unfold("At which t")
    for denoiser, t in (("digits", 500), ("emoji", 250)):
        lesson(denoiser, t)
        seen = real_exhibits[denoiser].metrics["eps_mse"]["seen"]
        tab.page.locator("#measured-figure").scroll_into_view_if_needed()
        tab.page.wait_for_function(
            """(seen) => String(document.querySelector('#measured-figure .js-plotly-plot')
                ?.data?.[0]?.y) === String(seen)""",
            arg=seen,
        )
        figure_at(tab, "measured-figure", t)
