"""Gradio's own parts, mended: iPhone photos that the system does not know, and number boxes."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from explorer.images.uploads import read_picture
from explorer.page.words import TEXT
from tests.ui.test_page import choose_image, wait_card

pytestmark = pytest.mark.ui

HEIC = (Path(__file__).parents[1] / "images" / "quarters.heic").read_bytes()
UPLOAD = TEXT["rail"]["your_upload"]
DROP = """(box, bytes) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([new Uint8Array(bytes)], 'IMG_0002.HEIC'));
    const how = { bubbles: true, cancelable: true, dataTransfer };
    box.dispatchEvent(new DragEvent('drop', how));
}"""


def drop(page) -> None:
    page.locator("#chooser input[type=file]").locator("..").evaluate(DROP, list(HEIC))


def choose(page, folder: Path) -> None:
    (folder / "IMG_0001.HEIC").write_bytes(HEIC)
    page.set_input_files("#chooser input[type=file]", folder / "IMG_0001.HEIC")


@pytest.mark.parametrize("way", ["chosen", "dropped"])
def test_an_iphones_photo_of_no_known_type_is_taken(visitor, way, tmp_path):
    page = visitor.open(denoiser="emoji", t=400, seed=5).page
    choose_image(page, "Upload")
    if way == "chosen":
        choose(page, tmp_path)
    else:
        drop(page)
    if find_spec("pi_heif") is None:
        page.wait_for_selector("text=HEIC photos cannot be read here")
        return
    wait_card(page, UPLOAD)
    visitor.wait_scene()
    np.testing.assert_array_equal(visitor.pixels(".noiser .x_0"), read_picture(HEIC))


def test_a_sliders_box_shows_what_is_used(visitor):
    page = visitor.open(denoiser="emoji", t=400, seed=5).page
    page.click("#run-settings > button")
    for name, typed, used in (
        ("t-slider", "12.7", "13"),
        ("t-slider", "5000", "1000"),
        ("steps", "20.2", "20"),
        ("eta", "0.47", "0.5"),
    ):
        box = page.locator(f"#{name} input[type=number]")
        box.fill(typed)
        box.press("Tab")
        page.wait_for_function(
            "([name, used]) => [...document.querySelectorAll(`#${name} input`)]"
            ".every((box) => box.value === used)",
            arg=[name, used],
        )
    visitor.wait_prediction(1000)
