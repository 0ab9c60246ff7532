"""The seed's box: it shows what is used, and a seed is the same noise by every door."""

import base64

import httpx
import pytest

from explorer.components.seed_box import LARGEST_SEED
from explorer.diffusion.noise import noise_from_seed
from explorer.images.encoding import png_data_uri, to_pixels

pytestmark = pytest.mark.ui

SHAPE = (1, 28, 28)  # of the digits network
BOX = "#seed input"


def listen(visitor) -> dict[str, bytes]:
    """The noise of each scene that the page is sent from now on, as float32, by its seed."""
    noises: dict[str, bytes] = {}

    def note(response) -> None:
        if response.request.method != "POST" or "json" not in response.headers["content-type"]:
            return
        for value in response.json().get("data") or []:
            scene = value.get("scene") if isinstance(value, dict) else None
            if scene:
                noises[scene["choices"]["seed"]] = base64.b64decode(scene["eps"])

    visitor.page.on("response", note)
    return noises


def by_program(address: str, seed: int) -> str:
    """The true noise, as a PNG data URI, that `predict_noise` answers with."""
    url = f"{address}gradio_api/call/predict_noise"
    event = httpx.post(url, json={"data": ["digits", "3, hand 1", 500, seed]}, timeout=60).json()[
        "event_id"
    ]
    answer = httpx.get(f"{url}/{event}", timeout=30).text
    return answer.partition('"eps": "')[2].partition('"')[0]


@pytest.mark.parametrize("seed", [2**53 + 1, 2**62 + 3])
def test_a_seed_is_the_same_noise_by_box_link_program_and_library(visitor, app_url, seed):
    eps = noise_from_seed((1, *SHAPE), seed)[0].numpy()
    noises = listen(visitor)
    visitor.open(denoiser="digits", seed=seed)
    assert visitor.page.input_value(BOX) == str(seed)
    assert noises.pop(str(seed)) == eps.astype("<f4").tobytes()

    visitor.set_number("#seed", 8)
    visitor.wait_scene("digits", 8)
    noises.clear()
    visitor.set_number("#seed", seed)
    visitor.wait_scene("digits", seed)
    assert noises.pop(str(seed)) == eps.astype("<f4").tobytes()
    visitor.page.wait_for_url(f"**seed={seed}*")

    assert by_program(app_url, seed) == png_data_uri(to_pixels(eps / 3))


# All that may be typed: tests/js/seeds.test.js.
TYPED = {
    "7.9": "7",
    "9007199254740993": "9007199254740993",
    "-": "9007199254740993",  # what is no number gives way to the last one
}
# The rule is clean_seed's (see tests/page/test_rail.py); here, that the box shows what it says.
LINKED = {"7.9": "7", "99999999999999999999": str(LARGEST_SEED), "abc": "0"}


def test_whatever_is_typed_the_box_shows_the_seed_that_is_used(visitor):
    visitor.open(denoiser="digits")
    box = visitor.page.locator(BOX)
    for typed, used in TYPED.items():
        box.click(click_count=3)
        visitor.page.keyboard.press("Delete")
        visitor.page.keyboard.type(typed)
        visitor.page.keyboard.press("Tab")
        visitor.wait_scene("digits", used)
        assert box.input_value() == used, typed


@pytest.mark.parametrize("linked", LINKED)
def test_whatever_a_link_says_the_box_shows_the_seed_that_is_used(visitor, linked):
    used = LINKED[linked]
    visitor.page.goto(f"{visitor.address}?denoiser=digits&seed={linked}")
    visitor.wait_scene("digits", used)
    assert visitor.page.input_value(BOX) == used


def test_the_box_is_found_by_its_label_and_brings_up_digits_on_a_phone(visitor):
    visitor.open()
    box = visitor.page.get_by_label("Noise seed")
    assert box.get_attribute("inputmode") == "numeric"
    assert box.input_value() == "9"
