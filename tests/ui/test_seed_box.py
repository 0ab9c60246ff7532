"""The seed's box: it shows what is used, and a seed is the same noise by every door."""

import httpx
import numpy as np
import pytest

from explorer.components.seed_box import LARGEST_SEED
from explorer.diffusion.noise import noise_from_seed
from explorer.images.encoding import png_data_uri, to_pixels
from tests.ui.test_page import array

LESSON = "noise_prediction"
pytestmark = pytest.mark.ui

SHAPE = (1, 28, 28)  # of the digits network
BOX = "#seed input"


def by_program(address: str, seed: int) -> str:
    """The true noise, as a PNG data URI, that `predict_noise` answers with."""
    url = f"{address}gradio_api/call/predict_noise"
    event = httpx.post(url, json={"data": ["digits", "3, hand 1", 500, seed]}, timeout=60).json()[
        "event_id"
    ]
    answer = httpx.get(f"{url}/{event}", timeout=30).text
    return answer.partition('"eps": "')[2].partition('"')[0]


def test_a_seed_is_the_same_noise_by_box_link_program_and_library(tab, app_url):
    def check(door: str) -> None:
        if not np.array_equal(array(tab.page, "scene.eps"), eps.ravel()):
            faults.append(f"{seed} {door}")

    faults = []
    for link, seed in ((True, 2**53 + 1), (False, 2**62 + 3)):
        eps = noise_from_seed((1, *SHAPE), seed)[0].numpy()
        if link:
            tab.open(denoiser="digits", seed=seed)
            assert tab.page.input_value(BOX) == str(seed)
            check("by a link")
        tab.set_number("#seed", 8)
        tab.wait_scene("digits", 8)
        tab.set_number("#seed", seed)
        tab.wait_scene("digits", seed)
        check("in the box")
        tab.page.wait_for_url(f"**seed={seed}*")
        if by_program(app_url, seed) != png_data_uri(to_pixels(eps / 3)):
            faults.append(f"{seed} by a program")
    assert faults == []


# All that may be typed: tests/js/seeds.test.js.
TYPED = {
    "7.9": "7",
    "9007199254740993": "9007199254740993",
    "-": "9007199254740993",  # what is no number gives way to the last one
}


def test_whatever_is_typed_the_box_shows_the_seed_that_is_used(tab):
    tab.at("digits", 500, 8)
    box = tab.page.locator(BOX)
    for typed, used in TYPED.items():
        box.click(click_count=3)
        tab.page.keyboard.press("Delete")
        tab.page.keyboard.type(typed)
        tab.page.keyboard.press("Tab")
        tab.wait_scene("digits", used)
        assert box.input_value() == used, typed


def test_whatever_a_link_says_the_box_shows_the_seed_that_is_used(tab):
    """The rule is clean_seed's (see tests/page/test_rail.py); here, that the box says what it is.

    And the box is found by its label, and brings up digits on a phone.
    """
    tab.page.goto(f"{tab.address}?denoiser=digits&seed=99999999999999999999")
    tab.wait_scene("digits", LARGEST_SEED)
    assert tab.page.input_value(BOX) == str(LARGEST_SEED)
    box = tab.page.get_by_label("Noise seed")
    assert box.get_attribute("inputmode") == "numeric"
    assert box.input_value() == str(LARGEST_SEED)
