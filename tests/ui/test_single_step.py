"""One step by hand in a real browser: there at once, and beta's own slider moves it."""

import numpy as np
import pytest

from explorer.images.encoding import to_pixels
from explorer.lessons.single_step.compute import compute_single_step

pytestmark = pytest.mark.ui

LESSON, ROOM, SEED = "single_step", "#lesson-single-step", 7


def move_beta(page, beta: float) -> None:
    page.fill("#beta input[type=number]", str(beta))
    page.press("#beta input[type=number]", "Tab")


def wait_note(tab, text: str) -> None:
    tab.page.wait_for_function(
        "([lesson, text]) => document.querySelector(lesson).innerText.includes(text)",
        arg=[f"{ROOM} .row", text],
    )


@pytest.mark.parametrize("denoiser", ["digits", "emoji"])
def test_the_pictures_are_the_experiments(tab, real_exhibits, eventually, denoiser):
    page = tab.at(denoiser, 500, SEED).page
    page.locator(ROOM).scroll_into_view_if_needed()
    exhibit = real_exhibits[denoiser]
    for beta in (0.5, 2):
        move_beta(page, beta)
        step = compute_single_step(exhibit, exhibit.first_picture.pixels, beta, SEED)
        wait_note(tab, f"t = {step.t}")
        wait_note(tab, f"at most by {step.largest_error:.2f}")
        images = (step.x_0, step.x_noisy, step.x_0_again, step.x_0_hat)
        expected = np.stack([np.repeat(to_pixels(i), 3 // len(i), axis=-1) for i in images])
        eventually(
            lambda e=expected: np.abs(tab.pixels(f"{ROOM} canvas") - e.astype(int)).max() <= 1
        )


def test_moving_beta_asks_for_this_lesson_alone(tab):
    page = tab.at("emoji", 500, SEED).page
    page.locator(ROOM).scroll_into_view_if_needed()
    move_beta(page, 1)
    wait_note(tab, "t = 496")
    tab.listen()
    move_beta(page, 3)
    wait_note(tab, "t = 794")
    assert set(tab.asked) == {"show_single_step"}


def test_the_equations_and_the_code_unfold(tab):
    page = tab.at("emoji", 500, SEED).page
    page.locator(ROOM).scroll_into_view_if_needed()
    move_beta(page, 1)
    wait_note(tab, "t = 496")
    tab.unfold("Follow one pixel")
    page.wait_for_selector("#single-step-numbers .katex")
    assert "$" not in page.inner_text("#single-step-numbers")
    tab.unfold("The code")
    code = page.locator("#single-step-code pre")
    assert "nearest_t(1)" in code.inner_text()
    assert f"seed={SEED}" in code.inner_text()
