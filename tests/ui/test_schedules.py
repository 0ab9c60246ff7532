"""The lesson on schedules in a real browser: what is chosen is what is shown."""

import time

import numpy as np
import pytest

from explorer.images.encoding import to_pixels
from explorer.lessons.schedules import compute as module
from explorer.lessons.schedules.compute import compare_schedules
from explorer.lessons.schedules.race import Plan, compute_run, sampler_plans

LESSON = "schedules"
pytestmark = pytest.mark.ui

SEED = 7
LABELS = "#schedule-row .label"


@pytest.fixture
def found(real_exhibits):
    def make(denoiser: str, t: int, name: str, gamma: float = 2.0):
        exhibit = real_exhibits[denoiser]
        return compare_schedules(exhibit, exhibit.first_picture.pixels, t, SEED, name, gamma)

    return make


def come(tab, denoiser: str, t: int):
    return tab.at(denoiser, t, SEED).page


def wait_told(page, label: str, told: int) -> None:
    """Until the pictures are those of this schedule, and the network is told this t."""
    page.wait_for_function(
        """([s, label, told]) => {
            const labels = [...document.querySelectorAll(s)].map((one) => one.textContent);
            return labels[0]?.includes(label) && labels[3]?.endsWith(told);
        }""",
        arg=[LABELS, label, f"told t = {told}"],
    )


def check_pictures(tab, result) -> None:
    """The four canvases are the experiment's; they are drawn a moment after their labels."""
    expected = [
        to_pixels(x)
        for x in (result.chosen.x_t, result.same_t.x_t, result.same_snr.x_t, result.x_0_hat)
    ]
    expected = np.stack([np.repeat(x, 3 // x.shape[-1], axis=-1) for x in expected])
    end = time.monotonic() + 30
    while True:
        shown = tab.pixels("#schedule-row canvas").astype(int)
        drawn = shown.shape == expected.shape and np.abs(shown - expected).max() <= 1
        if drawn or time.monotonic() > end:
            return np.testing.assert_allclose(shown, expected, atol=1)
        tab.page.evaluate("new Promise(requestAnimationFrame)")


def test_the_lesson_opens_with_pictures_and_follows_the_choice_and_t(tab, found):
    page = come(tab, "emoji", 500)
    result = found("emoji", 500, "linear")
    wait_told(page, "linear", result.same_snr.t)
    check_pictures(tab, result)
    page.check("#schedule-choice input[value=sigmoid]")
    result = found("emoji", 500, "sigmoid")
    wait_told(page, "sigmoid", result.same_snr.t)
    check_pictures(tab, result)
    tab.move_t(300)
    result = found("emoji", 300, "sigmoid")
    wait_told(page, "sigmoid schedule, t = 300", result.same_snr.t)
    check_pictures(tab, result)
    page.wait_for_function(
        """() => document.querySelector('#schedules-snr-figure .js-plotly-plot')
            ?.layout.shapes[0].x0 === 300"""
    )
    level = tab.figure("schedules-snr-figure")["data"][-1]
    assert level["x"] == [300, result.same_snr.t]


def test_the_bend_shows_up_with_its_schedule(tab, found):
    page = come(tab, "emoji", 300)
    page.check("#schedule-choice input[value=cosine]")
    page.wait_for_selector("#schedule-gamma", state="hidden")
    page.check("#schedule-choice input[value=bent]")
    wait_told(page, "bent", found("emoji", 300, "bent", 2.0).same_snr.t)
    page.wait_for_selector("#schedule-gamma")
    tab.set_number("#schedule-gamma", 0.5)
    result = found("emoji", 300, "bent", 0.5)
    wait_told(page, "bent", result.same_snr.t)
    check_pictures(tab, result)


def test_a_race_streams_and_can_be_stopped(tab, real_exhibits, monkeypatch):
    whole = Plan("long", "ddim", list(range(1000, -1, -1)))  # time enough to press Stop
    monkeypatch.setattr(module, "long_plan", lambda T: whole)
    page = come(tab, "emoji", 300)
    tab.unfold("Which sampler")
    assert page.input_value("#race-count input[type=number]") == "20"
    tab.set_number("#race-count", 6)
    page.click("#race")
    page.wait_for_selector("#race-stop:not([disabled])")
    page.wait_for_function(  # the four samplers are through, the long run is not
        """() => [...document.querySelectorAll('#race-row .note')]
            .filter((note) => note.textContent.includes('steps')).length === 4"""
    )
    page.evaluate("document.querySelector('#race-stop').click()")
    page.wait_for_selector("#race-stop[disabled]")
    exhibit = real_exhibits["emoji"]
    kind = exhibit.first_picture.kind
    notes = page.locator("#race-row .note").all_inner_texts()
    for place, plan in enumerate(sampler_plans(exhibit.T, 6)):
        *_, end = compute_run(exhibit, plan, SEED, kind)
        assert f"{plan.num_steps} steps, {end.calls} calls" in notes[place]
        shown = tab.pixels(f"#race-row figure:nth-child({place + 1}) canvas").astype(int)
        assert np.abs(shown - to_pixels(end.x_0_hat)).max() <= 2
    assert "distance" not in "".join(notes)


def test_spacings_are_drawn_and_measured(tab, monkeypatch):
    short = Plan("long", "ddim", list(range(1000, -1, -50)))
    monkeypatch.setattr(module, "long_plan", lambda T: short)
    page = come(tab, "digits", 300)
    tab.unfold("Where should the steps be")
    assert len(tab.figure("spacing-t-figure")["data"]) == 3
    page.click("#space")
    page.wait_for_function(
        """() => [...document.querySelectorAll('#space-row .note')]
            .filter((note) => note.textContent.includes('distance')).length === 3"""
    )
    page.wait_for_selector("#space-stop[disabled]")
    assert "20 steps" in page.locator("#space-row .note").last.inner_text()
