"""The tour in a real browser: it leads from lesson to lesson, and can be left and resumed."""

import pytest

from explorer.lessons.noise_prediction.panel import trained_text
from explorer.page.words import LESSONS, TEXT

pytestmark = pytest.mark.ui

STOPS = TEXT["tour"]["stop"]
SHEET = ".tour .sheet"
IN_SIGHT = """(id) => {
    const { top } = document.getElementById(id).getBoundingClientRect();
    return top >= 0 && top < window.innerHeight / 2;
}"""


def reload(visitor) -> None:
    visitor.page.reload()
    visitor.page.wait_for_selector("#scrubber [data-state=done]")
    visitor.wait_scene()
    visitor.page.wait_for_selector("[data-stops]", state="attached")


@pytest.fixture
def tour(tab):
    """The page as it is for who has never taken the tour."""
    if tab.page.url == "about:blank":
        tab.open()
    tab.page.evaluate("localStorage.clear()")
    reload(tab)
    return tab


def at(page) -> str:
    return page.inner_text(f"{SHEET} .place")


def test_it_leads_through_the_lessons_and_sets_the_rail(tour, real_exhibits):
    page, trained = tour.page, trained_text(real_exhibits["emoji"])
    assert "marked on v" in trained
    page.click(".tour .start")
    for number, stop in enumerate(STOPS, start=1):
        assert at(page) == f"Stop {number} of {len(STOPS)}"
        assert page.inner_text(f"{SHEET} .text") == stop["text"].replace("{trained}", trained)
        if stop["lesson"] in LESSONS:
            page.wait_for_function(IN_SIGHT, arg=f"lesson-{stop['lesson'].replace('_', '-')}")
        if "t" in stop["show"]:
            assert tour.slider() == stop["show"]["t"]
        assert page.evaluate("document.activeElement.className") == "name"
        page.click(f"{SHEET} .next")
    assert page.is_hidden(SHEET)
    assert page.inner_text(".tour .start").startswith(TEXT["tour"]["texts"]["once_more"])


def test_the_equation_carries_this_moments_numbers(tour):
    page = tour.page
    page.click(".tour .start")
    page.click(f"{SHEET} summary")
    tour.wait_text(f"{SHEET} .numbers", "0.805")  # sqrt(alpha_bar) at t = 400, cosine
    tour.move_t(0)
    tour.wait_text(f"{SHEET} .numbers", "1² + 0² = 1")
    page.click(f"{SHEET} .next")
    tour.wait_prediction(500)
    tour.wait_text(f"{SHEET} .numbers", page.inner_text(".noise-maps .mse"))
    page.click(f"{SHEET} .next")
    page.click(f"{SHEET} .back")  # to the same t: no new prediction is asked for
    tour.wait_text(f"{SHEET} .numbers", page.inner_text(".noise-maps .mse"))


def test_it_can_be_left_and_resumed_after_a_reload(tour):
    page = tour.page
    page.click(".tour .start")
    page.click(f"{SHEET} .next")
    page.keyboard.press("Escape")
    assert page.is_hidden(SHEET)
    assert "stop 2 of" in page.inner_text(".tour .start")
    reload(tour)
    assert page.is_hidden(SHEET)
    page.click(".tour .start")
    assert at(page).startswith("Stop 2 ")
    page.click(f"{SHEET} .back")
    assert at(page).startswith("Stop 1 ")
    assert page.is_disabled(f"{SHEET} .back")
    page.click(f"{SHEET} .leave")
    assert page.evaluate("document.activeElement.className") == "start"


def test_reading_a_stop_asks_the_server_for_nothing_of_its_own(tour):
    tour.listen()
    tour.page.click(".tour .start")
    tour.wait_prediction(STOPS[0]["show"]["t"])
    tour.listen()
    tour.page.click(f"{SHEET} summary")
    tour.page.click(f"{SHEET} .fold")
    tour.page.click(f"{SHEET} .leave")
    tour.listen()
    assert tour.asked == []


def test_on_a_phone_it_leaves_the_page_to_be_seen(phone_page, another_visitor):
    page = another_visitor(phone_page).open().page
    page.evaluate("localStorage.clear()")
    page.click(".tour .start")
    page.click(f"{SHEET} summary")
    screen = page.viewport_size
    box = page.locator(SHEET).bounding_box()
    assert box["height"] <= 0.4 * screen["height"]
    assert box["y"] + box["height"] <= screen["height"] + 1
    assert page.evaluate("document.documentElement.scrollWidth") <= screen["width"]
    page.click(f"{SHEET} .fold")
    assert page.locator(SHEET).bounding_box()["height"] <= 0.2 * screen["height"]
    # The page's very end can be scrolled clear of the sheet.
    room = page.evaluate(
        "parseFloat(getComputedStyle(document.querySelector('gradio-app')).paddingBottom)"
    )
    assert room >= page.locator(SHEET).bounding_box()["height"]
