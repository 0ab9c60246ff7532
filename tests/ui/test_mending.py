"""Gradio's own parts, mended: iPhone photos that the system does not know, and number boxes."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from explorer.images.uploads import read_picture
from explorer.page.words import TEXT
from tests.ui.test_page import X_0, choose_image, wait_card

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


def test_an_iphones_photo_of_no_known_type_is_taken(tab, tmp_path):
    """Chosen, and dropped."""
    page = tab.at("emoji", 400, 5).page
    choose_image(page, "Upload")
    choose(page, tmp_path)
    if find_spec("pi_heif") is None:
        page.wait_for_selector("text=HEIC photos cannot be read here")
        page.click("#chooser [role=tab]:has-text('Upload')")
        drop(page)
        page.wait_for_function(
            "document.querySelectorAll('.toast-body.error').length === 2"  # a sentence again
        )
        return
    seen = read_picture(HEIC)
    wait_card(page, UPLOAD)
    tab.wait_scene()
    np.testing.assert_array_equal(tab.pixels(X_0), seen)

    choose_image(page, "Gallery")
    page.click("[data-name=pizza]")
    wait_card(page, "pizza")
    choose_image(page, "Upload")
    page.click("#chooser button[aria-label='Remove Image']")  # a box that is free again
    page.wait_for_selector("#chooser input[type=file]", state="attached")
    drop(page)
    wait_card(page, UPLOAD)
    tab.wait_scene()
    np.testing.assert_array_equal(tab.pixels(X_0), seen)


def test_a_sliders_box_shows_what_is_used(tab):
    page = tab.at("emoji", 400, 5).page
    tab.enter("reverse")
    page.click("#run-settings > button")
    page.check("#start input[value=picture]")  # so that t matters there
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
    tab.wait_prediction(1000)
