"""The picker in a real browser: a visitor searches, looks and picks, by mouse and by keyboard."""

import base64
import io
import json

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from explorer.components.picker import Picker

pytestmark = pytest.mark.ui

CELL = 16  # pixels of a picture's side in the sheet
COLUMNS = 8
FILTER_TIME = 50  # ms
PICTURES = [
    ("cat face", "cat-face", True),
    ("grinning cat", "cat-face", False),
    ("cat with heart-eyes", "cat-face", True),
    ("red heart", "heart", True),
    ("growing heart", "heart", False),
    ("pizza", "food-prepared", True),
    ("piñata", "event", True),
    ("cherries", "food-fruit", True),
    ("strawberry", "food-fruit", True),
    ("education", "other", True),
]
THOUSAND = [(f"picture {i}", f"kind-{i // 20}", i % 20 != 7) for i in range(1000)]

picks: list[str] = []  # what the server was told in this test


def colour(index: int) -> tuple[int, int, int]:
    """One plain colour a picture."""
    return (index * 37) % 256, (index * 101) % 256, (index * 59) % 256


def sheet(count: int) -> Image.Image:
    image = Image.new("RGB", (COLUMNS * CELL, -(-count // COLUMNS) * CELL))
    for i in range(count):
        image.paste(colour(i), (i % COLUMNS * CELL, i // COLUMNS * CELL, *_corner(i)))
    return image


def _corner(i: int) -> tuple[int, int]:
    return (i % COLUMNS + 1) * CELL, (i // COLUMNS + 1) * CELL


def data_uri(image: Image.Image) -> str:
    png = io.BytesIO()
    image.save(png, "PNG")
    return "data:image/png;base64," + base64.b64encode(png.getvalue()).decode()


def value(pictures, address: str, selected: str) -> dict:
    return {
        "sheet": address,
        "columns": COLUMNS,
        "cell": CELL,
        "pictures": [dict(zip(("name", "kind", "seen"), p, strict=True)) for p in pictures],
        "selected": selected,
    }


def note(event: gr.EventData) -> str:
    picks.append(event.name)
    return ", ".join(picks)


def other_list():
    pictures = [(f"digit {n}", "digits", True) for n in range(4)]
    return value(pictures, data_uri(sheet(4)), "digit 2")


def move_mark():
    return {"selected": "cherries"}


@pytest.fixture(scope="module")
def address(serve) -> str:
    with gr.Blocks() as demo:
        picker = Picker(value(PICTURES, data_uri(sheet(10)), "pizza"), elem_id="picker")
        log = gr.Textbox(elem_id="log")
        picker.pick(note, None, log, show_progress="hidden", trigger_mode="multiple")
        gr.Button("other", elem_id="other").click(other_list, None, picker)
        gr.Button("move", elem_id="move").click(move_mark, None, picker)
    return serve(demo)


@pytest.fixture(scope="module")
def thousand(serve, tmp_path_factory) -> str:
    """A thousand pictures, below the fold, with the sheet as a file of its own."""
    folder = tmp_path_factory.mktemp("sheets")
    path = folder / "sheet.png"
    sheet(1000).save(path)
    with gr.Blocks() as demo:
        Picker(value(THOUSAND, f"/gradio_api/file={path}", "picture 987"), elem_id="picker")
    below = "<style>#picker { margin-top: 3000px }</style>"  # from the first layout on
    return serve(demo, allowed_paths=[str(folder)], head=below)


def opened(page, address: str, count: int = len(PICTURES)):
    picks.clear()
    page.goto(address)
    page.wait_for_selector(f"#picker [data-shown='{count}']", state="attached")
    return page


def search(page, words: str, kind: str = "") -> list[str]:
    """The names of the pictures left after a search."""
    page.select_option("#picker select", kind)
    page.fill("#picker input", words)
    tiles = page.locator("#picker .tile:not([hidden])").all()
    return [tile.get_attribute("data-name") for tile in tiles]


def log_reads(page, text: str):
    page.wait_for_function("t => document.querySelector('#log textarea').value === t", arg=text)


def focused(page) -> str:
    return page.evaluate("document.activeElement.dataset.name || document.activeElement.tagName")


def test_search_finds_by_name_and_kind_at_once(page, address):
    # By which rules: tests/js/search.test.js.
    opened(page, address)
    assert search(page, "cat") == ["cat face", "grinning cat", "cat with heart-eyes"]
    assert page.inner_text("#picker .count") == "3 of 10 pictures"
    assert page.locator("#picker h4:visible").all_inner_texts() == ["cat face"]
    assert search(page, "heart", kind="heart") == ["red heart", "growing heart"]
    assert search(page, "", kind="food-fruit") == ["cherries", "strawberry"]
    assert len(search(page, "")) == len(PICTURES)
    assert page.inner_text("#picker .count") == "10 pictures"

    # One without result says so, and the page does not jump.
    box = page.locator("#picker .grid").bounding_box()
    assert search(page, "xyz") == []
    assert page.inner_text("#picker .nothing") == "Nothing matches “xyz”."
    assert search(page, "pizza", kind="heart") == []
    assert page.inner_text("#picker .nothing") == "Nothing matches “pizza” among “heart”."
    assert page.locator("#picker .grid").bounding_box() == box
    search(page, "pizza")
    assert page.locator("#picker .nothing").is_hidden()


def test_a_click_picks_and_moves_the_mark(page, address):
    opened(page, address)
    marked = page.locator("#picker [aria-pressed=true]")
    assert marked.get_attribute("data-name") == "pizza"
    page.click("#picker [data-name='red heart']")
    log_reads(page, "red heart")
    assert marked.get_attribute("data-name") == "red heart"
    page.click("#move")
    page.wait_for_selector("#picker [data-name=cherries][aria-pressed=true]")
    assert marked.count() == 1


def test_the_keyboard_searches_moves_and_picks(page, address):
    opened(page, address)
    page.focus("#picker input")
    page.keyboard.type("cat")
    page.keyboard.press("ArrowDown")
    assert focused(page) == "cat face"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    log_reads(page, "grinning cat")
    page.keyboard.press("End")
    assert focused(page) == "cat with heart-eyes"
    page.keyboard.press("Space")
    log_reads(page, "grinning cat, cat with heart-eyes")
    search(page, "")
    page.focus("#picker [data-name='grinning cat']")
    page.keyboard.press("ArrowDown")  # the row below is the next kind's
    assert focused(page) == "growing heart"
    page.keyboard.press("ArrowUp")
    assert focused(page) == "grinning cat"
    page.keyboard.press("Home")
    assert focused(page) == "cat face"
    assert page.locator("#picker .tile[tabindex='0']").count() == 1


def test_every_tile_shows_its_part_of_the_sheet_and_whether_it_was_seen_in_training(page, address):
    opened(page, address)
    page.wait_for_function(
        "() => document.querySelector('#picker .grid').style.getPropertyValue('--sheet')"
    )
    for name, index in [("cat face", 0), ("cherries", 7), ("strawberry", 8), ("education", 9)]:
        assert tile_colour(page, name) == colour(index)
    unseen = page.locator("#picker .tile.unseen")
    labels = [tile.get_attribute("aria-label") for tile in unseen.all()]
    assert labels == ["grinning cat, never seen", "growing heart, never seen"]
    assert page.get_attribute("#picker [data-name=pizza]", "title") == "pizza, seen in training"
    dot = "tile => getComputedStyle(tile, '::after').content"
    assert unseen.first.evaluate(dot) != "none"
    assert page.locator("#picker [data-name=pizza]").evaluate(dot) == "none"
    assert page.inner_text("#picker .legend").strip() == "never seen in training"
    page.click("#other")
    page.wait_for_selector("#picker [data-shown='4']")
    assert page.locator("#picker .legend").is_hidden()
    page.wait_for_selector("#picker [data-name='digit 2'][aria-pressed=true]")
    assert tile_colour(page, "digit 3") == colour(3)


def tile_colour(page, name: str) -> tuple[int, ...]:
    """The colour in a tile's middle, which must be that of the whole tile's middle part."""
    tile = page.locator(f"#picker [data-name='{name}']")
    with Image.open(io.BytesIO(tile.screenshot())) as image:
        middle = np.asarray(image.convert("RGB"))[10:-10, 10:-10]
    assert (middle == middle[0, 0]).all()
    return tuple(int(channel) for channel in middle[0, 0])


def test_a_thousand_pictures_filter_at_once_and_load_only_when_seen(page, thousand):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    opened(page, thousand, count=1000)
    assert not any("sheet.png" in url for url in asked)
    with page.expect_response(lambda response: "sheet.png" in response.url) as response:
        page.locator("#picker").scroll_into_view_if_needed()
    assert response.value.ok
    page.wait_for_function(  # the marked picture is brought into sight
        """() => {
            const box = document.querySelector('#picker .grid').getBoundingClientRect();
            const tile = document.querySelector('[aria-pressed=true]').getBoundingClientRect();
            return tile.top >= box.top && tile.bottom <= box.bottom;
        }"""
    )
    times = page.evaluate(
        """() => ['p', 'pi', '99', 'kind 4', 'xyz', ''].map((words) => {
            const box = document.querySelector('#picker input');
            const begun = performance.now();
            box.value = words;
            box.dispatchEvent(new Event('input', { bubbles: true }));
            document.querySelector('#picker .grid').scrollHeight; // with the new layout
            return performance.now() - begun;
        })"""
    )
    assert np.median(times) < FILTER_TIME


def test_its_configuration_is_plain_data():
    """A parameter that is also a quoted word of the script would become an event listener there."""
    json.dumps(Picker(elem_id="picker").get_config())
