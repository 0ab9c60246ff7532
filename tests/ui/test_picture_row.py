"""The picture row in a real browser: exact pixels, labels as symbols, no flicker."""

import gradio as gr
import numpy as np
import pytest

from explorer.components.picture_row import PictureRow
from explorer.images.encoding import png_data_uri

pytestmark = pytest.mark.ui


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)


def row(*seeds: int | None) -> dict:
    return {
        "pictures": [
            {
                "uri": None if seed is None else png_data_uri(noise(seed)),
                "label": f"guess x_0_hat {seed}",
                "note": f"error {seed}",
            }
            for seed in seeds
        ]
    }


def wordy() -> dict:
    """Two pictures, the second with a label and a note of many lines."""
    short, long = row(1, 2)["pictures"]
    return {"pictures": [short, long | {"label": "many words " * 20, "note": "more words " * 20}]}


@pytest.fixture(scope="module")
def url(serve):
    with gr.Blocks() as demo:
        pictures = PictureRow(row(1, 2), columns=4, elem_id="row")
        for name, value in (("more", row(1, 3, None)), ("fewer", row(4)), ("wordy", wordy())):
            gr.Button(name).click(lambda value=value: value, None, pictures, queue=False)
    return serve(demo)


@pytest.fixture
def tab(new_page, url):
    page = new_page()
    page.goto(url)
    page.wait_for_selector('#row[data-pictures="2"], #row [data-pictures="2"]')
    return page


def canvases(page) -> list[np.ndarray]:
    found = page.evaluate(
        """() => [...document.querySelectorAll('#row canvas')].map((canvas) => Array.from(
            canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data))"""
    )
    return [np.array(flat, np.uint8).reshape(-1, 4)[:, :3] for flat in found]


def press(page, name: str, count: int) -> None:
    page.get_by_role("button", name=name).click()
    page.wait_for_selector(f'#row[data-pictures="{count}"], #row [data-pictures="{count}"]')


def test_pictures_are_exact_labelled_drawn_again_only_if_changed_and_on_one_line(tab):
    """Fewer of them leave no empty places; however long their words are, they stand on one line."""
    for shown, seed in zip(canvases(tab), (1, 2), strict=True):
        np.testing.assert_array_equal(shown, noise(seed).reshape(-1, 3))
    assert tab.locator("#row .label").first.inner_text().startswith("guess x\u0302")
    assert tab.locator("#row .note").all_inner_texts() == ["error 1", "error 2"]

    press(tab, "more", 3)
    drawn = tab.evaluate(
        "[...document.querySelectorAll('#row canvas')].map((c) => c.dataset.drawn ?? null)"
    )
    assert drawn == ["1", "2", None]
    assert tab.locator("#row figure.waiting").count() == 1
    np.testing.assert_array_equal(canvases(tab)[1], noise(3).reshape(-1, 3))

    press(tab, "fewer", 1)
    assert tab.locator("#row figure").count() == 1
    np.testing.assert_array_equal(canvases(tab)[0], noise(4).reshape(-1, 3))

    press(tab, "wordy", 2)
    tab.wait_for_function(
        """() => {
            const [one, other] = document.querySelectorAll('#row canvas');
            const [a, b] = [one, other].map((canvas) => canvas.getBoundingClientRect());
            const note = document.querySelectorAll('#row .note')[1].getBoundingClientRect();
            return a.top > 100 && a.top === b.top && a.height === b.height && note.height > 100;
        }"""
    )
