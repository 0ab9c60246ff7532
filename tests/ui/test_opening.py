"""The opening in a real browser: it plays once by itself, any hand takes over, nobody is asked."""

import base64

import gradio as gr
import numpy as np
import pytest

from explorer.components import signals
from explorer.components.feed import Feed
from explorer.components.noiser import Noiser
from explorer.images.encoding import film_sheet

pytestmark = pytest.mark.ui

T = 8
FRAMES = [np.full((8, 8, 3), 25 * k, np.uint8) for k in range(T + 1)]
OPENED = "window.explorerKeeper = 'opened'"
OPENING = "[data-opening='{}']"
RANGE = "#t-slider input[type=range]"
GREY = """() => document.querySelector('#noiser canvas.x_t').getContext('2d')
    .getImageData(4, 4, 1, 1).data[0]"""


@pytest.fixture(scope="module")
def url(serve):
    random = np.random.default_rng(3)
    x_0 = np.ones((3, 8, 8), np.float32)
    eps = random.normal(size=(3, 8, 8)).astype(np.float32)
    sheet = base64.b64encode(film_sheet(FRAMES, 4)).decode("ascii")
    said = {
        "schedules": signals.schedules({"net": np.linspace(1, 0, T + 1)}), "t": T // 2,
        "scene": signals.scene(x_0=x_0, eps=eps, network="net", key="a", choices={}),
        "film": {
            "sheet": f"data:image/jpeg;base64,{sheet}", "columns": 4, "cell": 8,
            "times": list(range(T, -1, -1)),
        },
    }  # fmt: skip
    with gr.Blocks() as demo:
        t = gr.Slider(0, T, T // 2, step=1, elem_id="t-slider")
        told = gr.Textbox(elem_id="told")
        Feed(said, follows="#t-slider")
        Noiser(follows="#t-slider", elem_id="noiser")
        t.change(str, t, told, queue=False)
    return serve(demo)


def open_page(new_page, url, **settings):
    """A tab, and the calls that it makes from then on."""
    page = new_page(**settings)
    page.add_init_script(OPENED)
    page.goto(url)
    calls: list[str] = []
    page.on("request", lambda one: one.method == "POST" and calls.append(one.url))
    return page, calls


def test_it_plays_once_and_all_is_as_it_was(new_page, url):
    page, calls = open_page(new_page, url)
    page.wait_for_selector(OPENING.format("rest"))
    assert page.input_value(RANGE) == page.input_value("#t-slider input[type=number]") == str(T)
    assert page.get_by_role("status").filter(has_text="By itself").count() == 1
    page.wait_for_selector(OPENING.format("look"))
    captions = page.locator("#noiser figcaption").all_inner_texts()
    assert captions == ["Clean image", "True noise", "… a new one", "Predicted noise"]
    assert abs(page.evaluate(GREY) - 25 * T) <= 3  # the run's last frame
    assert page.input_value(RANGE) == "0"
    page.wait_for_selector(OPENING.format("over"))
    assert page.input_value(RANGE) == page.input_value("#t-slider input[type=number]") == "4"
    assert page.evaluate("[explorer.moment.t, explorer.opened]") == [4, True]
    assert calls == []

    again = page.get_by_role("button", name="Play again")
    again.click()
    page.wait_for_selector(OPENING.format("sink"))
    page.get_by_role("button", name="Stop").click()  # and does not begin again
    page.wait_for_selector(OPENING.format("over"))
    assert again.is_visible()
    assert page.input_value(RANGE) == "4"
    assert calls == []


def test_a_key_takes_over_where_t_stands(new_page, url):
    page, calls = open_page(new_page, url)
    page.wait_for_selector(OPENING.format("rest"))
    with page.expect_request(lambda one: one.method == "POST"):
        page.keyboard.press("Shift")
    assert page.locator(OPENING.format("over")).count() == 1
    page.wait_for_function(f"document.querySelector('#told textarea').value === '{T}'")
    assert page.input_value(RANGE) == str(T)
    assert len(calls) == 1


def test_reduced_motion_and_a_link_to_a_t_rest(new_page, url):
    page, calls = open_page(new_page, url, reduced_motion="reduce")
    page.wait_for_selector("#noiser .says:not(:empty)")
    assert page.locator(".again").is_hidden()
    other, _ = open_page(new_page, f"{url}?t=3")
    other.wait_for_selector("#noiser .says:not(:empty)")
    assert page.locator("[data-opening]").count() == other.locator("[data-opening]").count() == 0
    assert page.input_value(RANGE) == "4"
    assert calls == []
