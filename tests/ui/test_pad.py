"""The pad in a real browser: a visitor draws with mouse and finger, and takes it back."""

import base64
import io
import json

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from explorer.components.pad import Pad

pytestmark = pytest.mark.ui

DIGIT, COLOUR = "#digit", "#colour"
RED, BLUE, WHITE = (0xD5, 0x5E, 0x00), (0x00, 0x72, 0xB2), (255, 255, 255)
MNIST_STROKE = 2.6  # pixels of 28

drawings: list[tuple[str, bool]] = []  # what the server was told in this test: PNG, empty


def note(event: gr.EventData) -> str:
    drawings.append((event.png, event.empty))
    return str(len(drawings))


def clear():
    return {"clear": True}, {"clear": True}


def switch():
    return {"mode": "colour", "size": 64}


@pytest.fixture(scope="module")
def address(serve) -> str:
    with gr.Blocks() as demo:
        digit = Pad(elem_id="digit")
        colour = Pad(elem_id="colour", size=64, ink="colour")
        count = gr.Textbox(elem_id="count")
        for pad in (digit, colour):
            pad.drawn(note, None, count, show_progress="hidden", trigger_mode="multiple")
        gr.Button("clear", elem_id="clear").click(clear, None, [digit, colour])
        gr.Button("switch", elem_id="switch").click(switch, None, digit)
    return serve(demo)


STEADY = """async () => {
    const places = () => JSON.stringify([...document.querySelectorAll('canvas')].map(
        (canvas) => canvas.getBoundingClientRect()));
    let [before, same] = ['', 0];
    while (same < 6) {
        await new Promise(requestAnimationFrame);
        same = places() === before ? same + 1 : 0;
        before = places();
    }
}"""


def opened(page, address: str):
    drawings.clear()
    page.goto(address)
    for pad in (DIGIT, COLOUR):
        page.wait_for_selector(f"{pad} [data-strokes='0']")
    page.evaluate(STEADY)  # late styles must not move a pad under the brush
    return page


def wait_for_drawings(page, count: int):
    page.wait_for_function(
        "n => document.querySelector('#count textarea').value === n", arg=str(count)
    )
    assert len(drawings) == count


def wait_for_strokes(page, pad: str, count: int):
    page.wait_for_selector(f"{pad} [data-strokes='{count}']")


def places(page, pad: str, points) -> list[tuple[float, float]]:
    """Points of the unit square as places on the screen."""
    canvas = page.locator(f"{pad} canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    return [(box["x"] + u * box["width"], box["y"] + v * box["height"]) for u, v in points]


def draw(page, pad: str, *points):
    first, *rest = places(page, pad, points)
    page.mouse.move(*first)
    page.mouse.down()
    for point in rest:
        page.mouse.move(*point, steps=5)
    page.mouse.up()


def pixels(drawing: tuple[str, bool]) -> np.ndarray:
    """(S, S, 3) uint8."""
    png, _ = drawing
    assert png.startswith("data:image/png;base64,")
    with Image.open(io.BytesIO(base64.b64decode(png.split(",")[1]))) as image:
        return np.asarray(image.convert("RGB"))


def at(image: np.ndarray, u: float, v: float) -> tuple[int, ...]:
    side = len(image)
    return tuple(int(value) for value in image[int(v * side), int(u * side)])


def test_a_digit_is_drawn_with_the_stroke_of_mnist(page, address):
    opened(page, address)
    assert page.locator(f"{DIGIT} .hint").is_visible()
    draw(page, DIGIT, (0.5, 0.2), (0.5, 0.8))
    wait_for_drawings(page, 1)
    assert not page.locator(f"{DIGIT} .hint").is_visible()
    image = pixels(drawings[0])
    assert image.shape == (308, 308, 3)
    assert at(image, 0.5, 0.5) == WHITE
    assert at(image, 0.2, 0.5) == (0, 0, 0)
    small = np.asarray(Image.fromarray(image).convert("L").resize((28, 28), Image.Resampling.BOX))
    width = (small[8:20] / 255).sum(axis=1).mean()
    assert abs(width - MNIST_STROKE) < 0.3
    assert page.locator(f"{DIGIT} .colours").is_hidden()

    page.focus(f"{COLOUR} canvas")  # the drawing can be named, and reached without a mouse
    page.keyboard.press("Tab")
    focused = "document.activeElement.getAttribute('aria-label')"
    assert page.evaluate(focused) == "Black"
    for button in page.locator(f"{COLOUR} button").all():
        assert button.get_attribute("aria-label") or button.inner_text()


def test_undo_and_clear_can_be_taken_step_by_step(page, address):
    opened(page, address)
    assert page.locator(f"{DIGIT} .undo").is_disabled()
    draw(page, DIGIT, (0.3, 0.2), (0.3, 0.8))
    draw(page, DIGIT, (0.7, 0.2), (0.7, 0.8))
    wait_for_drawings(page, 2)
    page.keyboard.press("Control+z")
    wait_for_strokes(page, DIGIT, 1)
    page.click(f"{DIGIT} .clear")
    page.click(f"{DIGIT} .undo")  # brings the drawing back
    page.click(f"{DIGIT} .undo")
    wait_for_strokes(page, DIGIT, 0)
    wait_for_drawings(page, 6)
    assert [empty for _, empty in drawings] == [False, False, False, True, False, True]
    inked = [(at(pixels(d), 0.3, 0.5)[0] > 0, at(pixels(d), 0.7, 0.5)[0] > 0) for d in drawings]
    assert inked == [
        (True, False),
        (True, True),
        (True, False),
        (False, False),
        (True, False),
        (False, False),
    ]
    np.testing.assert_array_equal(pixels(drawings[2]), pixels(drawings[0]))


def test_a_colour_picture_has_a_palette_brushes_and_an_eraser(page, address):
    opened(page, address)
    page.get_by_role("button", name="Red", exact=True).click()
    draw(page, COLOUR, (0.2, 0.3), (0.8, 0.3))
    page.get_by_role("button", name="Blue", exact=True).click()
    page.get_by_role("button", name="Thick brush").click()
    draw(page, COLOUR, (0.2, 0.7), (0.8, 0.7))
    page.get_by_role("button", name="Eraser").click()
    draw(page, COLOUR, (0.5, 0.1), (0.5, 0.9))
    wait_for_drawings(page, 3)
    image = pixels(drawings[-1])
    assert image.shape == (320, 320, 3)
    assert at(image, 0.3, 0.3) == RED
    assert at(image, 0.3, 0.35) == WHITE  # outside the medium brush
    assert at(image, 0.3, 0.75) == BLUE  # inside the thick one
    assert at(image, 0.5, 0.3) == at(image, 0.5, 0.7) == WHITE
    page.get_by_role("button", name="Red", exact=True).click()  # ends erasing
    assert page.get_by_role("button", name="Eraser").get_attribute("aria-pressed") == "false"


def touch(session, kind: str, *points):
    fingers = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(points)]
    session.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": fingers})


def test_a_finger_draws_without_scrolling_and_a_cancelled_one_loses_nothing(phone_page, address):
    page = opened(phone_page, address)
    session = page.context.new_cdp_session(page)
    top, bottom, left, right = places(page, DIGIT, [(0.3, 0.2), (0.3, 0.8), (0.6, 0.5), (0.9, 0.5)])
    scrolled = page.evaluate("window.scrollY")

    touch(session, "Start", top)
    touch(session, "Move", bottom)
    touch(session, "Start", bottom, left)  # a second finger does nothing
    touch(session, "Move", bottom, right)
    touch(session, "End")
    wait_for_drawings(page, 1)
    assert page.evaluate("window.scrollY") == scrolled
    image = pixels(drawings[0])
    assert at(image, 0.3, 0.5) == WHITE
    assert at(image, 0.75, 0.5) == (0, 0, 0)

    touch(session, "Start", left)
    touch(session, "Move", right)
    touch(session, "Cancel")
    wait_for_drawings(page, 2)
    assert at(pixels(drawings[1]), 0.75, 0.5) == WHITE

    touch(session, "Start", top)  # and the pad still draws
    touch(session, "Move", right)
    touch(session, "End")
    wait_for_drawings(page, 3)
    wait_for_strokes(page, DIGIT, 3)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for button in page.locator(f"{COLOUR} button").all():
        assert button.bounding_box()["height"] >= 40


def test_the_server_clears_as_often_as_it_says_so_and_changes_the_ink(page, address):
    opened(page, address)
    for _ in range(2):  # the same value twice
        draw(page, DIGIT, (0.3, 0.2), (0.3, 0.8))
        wait_for_strokes(page, DIGIT, 1)
        page.click("#clear")
        wait_for_strokes(page, DIGIT, 0)
    wait_for_drawings(page, 2)  # the server is not told what it did itself
    page.click("#switch")
    page.wait_for_selector(f"{DIGIT} [data-ink=colour]")
    draw(page, DIGIT, (0.5, 0.5))
    wait_for_drawings(page, 3)
    image = pixels(drawings[2])
    assert image.shape == (320, 320, 3)
    assert at(image, 0.5, 0.5) == (0, 0, 0)
    assert at(image, 0.1, 0.1) == WHITE


def test_its_configuration_is_plain_data():
    """A parameter that is also a quoted word of the script would become an event listener there."""
    json.dumps(Pad(elem_id="pad").get_config())
