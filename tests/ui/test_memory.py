"""Memory in a real browser: it follows t, and a drawing comes with its neighbours."""

import numpy as np
import pytest

from explorer.lessons.memory.compute import compute_recall

pytestmark = pytest.mark.ui

LESSON, ROOM, SEED = "memory", "#lesson-memory", 7
SEEN, NEVER_SEEN = "#memory-seen", "#memory-never-seen"


def come(tab, denoiser: str, t: int) -> None:
    tab.at(denoiser, t, SEED)
    tab.page.locator(ROOM).scroll_into_view_if_needed()
    tab.wait_text(f"{NEVER_SEEN} figure:nth-child(2) .note", f"t = {t}")


def test_network_and_memory_stand_side_by_side_and_follow_t(tab, real_exhibits, eventually):
    exhibit = real_exhibits["emoji"]
    images = (exhibit.first_picture.pixels, exhibit.gallery["penguin"].pixels)
    for t in (500, 880):
        come(tab, "emoji", t)
        for row, recall in zip(
            (SEEN, NEVER_SEEN), compute_recall(exhibit, images, t, SEED), strict=True
        ):
            tab.wait_text(f"{row} figure:nth-child(4) .note", recall.memory.favourite)
            expected = np.stack(
                [recall.x_0, recall.x_t, recall.x_0_hat, recall.memory.x_0_hat]
                + [recall.nearest.pixels]
            ).astype(int)
            eventually(lambda r=row, e=expected: np.abs(tab.pixels(f"{r} canvas") - e).max() <= 1)
    assert "snowman" not in tab.page.inner_text(SEEN)


def test_a_drawing_comes_with_the_training_images_nearest_to_it(tab):
    come(tab, "emoji", 500)
    page = tab.page
    tab.unfold("Is what it draws a copy?")  # it draws at once
    page.wait_for_selector("#memory-scrubber [data-state=done][data-frames='21']")
    page.wait_for_selector("#memory-found figure:nth-child(4) canvas[data-drawn]")
    drawn = tab.pixels("#memory-found canvas")[0]
    np.testing.assert_array_equal(tab.pixels("#memory-scrubber .views canvas")[1], drawn)
    first = page.get_attribute("#memory-scrubber [data-run]", "data-run")
    page.click("#memory-draw")  # and again at a click, with the same seed
    page.wait_for_selector(f"#memory-scrubber [data-state=done]:not([data-run='{first}'])")
    np.testing.assert_array_equal(tab.pixels("#memory-scrubber .views canvas")[1], drawn)


def test_digits_say_why_there_is_nothing_to_compare_with(tab):
    come(tab, "emoji", 500)
    come(tab, "digits", 500)
    page = tab.page
    page.wait_for_selector(f"{NEVER_SEEN} [data-pictures='3']")
    page.wait_for_selector(f"{SEEN} [data-pictures='0']", state="attached")
    page.wait_for_selector(f"{ROOM} >> text=do not ship with the app")
    page.wait_for_selector("#memory-fold", state="hidden")
    come(tab, "emoji", 500)
    page.wait_for_selector("#memory-fold", state="visible")
    page.wait_for_selector(f"{ROOM} >> text=do not ship with the app", state="hidden")
