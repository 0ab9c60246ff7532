"""The follower in a real browser: a lesson asks only while it is in sight, and once a change."""

from typing import get_args

import gradio as gr
import numpy as np
import pytest

from explorer.components import signals
from explorer.components.follower import Follower, Heeds

pytestmark = pytest.mark.ui

dues: list[str] = []
LINE = [1 - t / 10 for t in range(11)]  # alpha_bar, as good as any
IMAGE = np.zeros((1, 2, 2), np.float32)


@pytest.fixture(scope="module")
def url(serve):
    with gr.Blocks() as demo:
        gr.HTML("<div style='height: 3000px'>far</div>")
        for name in get_args(Heeds):
            with gr.Column(elem_classes="lesson", elem_id=f"heeds-{name}"):
                gr.Markdown("A lesson")
                follower = Follower(heeds=name)
                done = gr.Textbox("0", elem_id=f"{name}-done")

            def count(old: str, name: str = name) -> str:
                dues.append(name)
                return str(int(old) + 1)

            follower.due(count, done, done, trigger_mode="always_last", queue=False)
        with gr.Column(elem_classes="lesson"):
            folded = gr.Textbox("0", elem_id="folded-done")
            with gr.Accordion("Fold", open=False):
                gr.Markdown("Something")
                follower = Follower(heeds="scene")
            follower.due(lambda old: str(int(old) + 1), folded, folded, queue=False)
    return serve(demo)


def become(page, name: str, t: int) -> None:
    """`name` is the network's, and the image's: "net-one"."""
    network = name.rpartition("-")[0]
    message = {"schedules": signals.schedules({network: np.array(LINE)}), "t": t}
    message["scene"] = signals.scene(x_0=IMAGE, eps=IMAGE, network=network, key=name, choices={})
    page.evaluate(
        "(message) => { explorer.take(message); return new Promise(requestAnimationFrame); }",
        message,
    )


def wait_count(page, name: str, count: int) -> None:
    page.wait_for_function(
        "([s, n]) => document.querySelector(s).value === n",
        arg=[f"#{name}-done textarea, #{name}-done input", str(count)],
    )


def test_a_lesson_asks_only_in_sight_and_once_a_change(page, url):
    dues.clear()
    page.goto(url)
    page.wait_for_selector("#network-done", state="attached")
    become(page, "net-one", 6)
    become(page, "net-one", 7)
    assert dues == []
    page.locator("#heeds-scene").scroll_into_view_if_needed()
    for name in get_args(Heeds):
        wait_count(page, name, 1)
    become(page, "net-one", 8)
    wait_count(page, "t", 2)
    become(page, "net-two", 8)
    wait_count(page, "scene", 2)
    wait_count(page, "t", 3)
    become(page, "other-net-two", 8)
    wait_count(page, "network", 2)
    wait_count(page, "scene", 3)
    wait_count(page, "t", 4)
    become(page, "other-net-two", 8)  # nothing has changed
    page.evaluate("window.scrollTo(0, 0)")
    become(page, "other-net-two", 9)  # nobody looks
    page.locator("#heeds-scene").scroll_into_view_if_needed()
    wait_count(page, "t", 5)
    assert sorted(dues) == ["network"] * 2 + ["scene"] * 3 + ["t"] * 5


def test_in_a_fold_it_asks_only_while_the_fold_is_open(page, url):
    page.goto(url)
    page.wait_for_selector("#folded-done", state="attached")
    fold = page.get_by_role("button", name="Fold")
    fold.scroll_into_view_if_needed()
    become(page, "net-one", 6)
    wait_count(page, "folded", 0)
    fold.click()
    wait_count(page, "folded", 1)
    become(page, "net-two", 6)
    wait_count(page, "folded", 2)
    fold.click()
    page.get_by_text("Something").wait_for(state="hidden")
    become(page, "net-three", 6)
    fold.click()
    wait_count(page, "folded", 3)  # closed, it missed one and counted none
