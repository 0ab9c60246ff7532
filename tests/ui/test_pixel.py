"""One pixel, everywhere, and the equation's terms, in a real browser: a tiny scene, no network."""

import gradio as gr
import numpy as np
import pytest

from explorer.components import signals
from explorer.components.feed import Feed
from explorer.components.noise_maps import NoiseMaps
from explorer.components.noiser import Noiser
from explorer.components.picture_row import PictureRow
from explorer.head import PAGE
from explorer.images.encoding import png_data_uri, to_model_space, to_pixels
from explorer.page.words import number

pytestmark = pytest.mark.ui

ALPHA_BAR = np.array([1, 0.64, 0.36, 1e-9])
PIXELS = np.random.default_rng(1).integers(0, 256, (8, 8, 3), dtype=np.uint8)
X_0 = to_model_space(PIXELS)
EPS = np.random.default_rng(2).normal(size=(3, 8, 8)).astype(np.float32)
RED, GREEN = 0, 1


def two(value: float) -> str:
    return number(round(float(value), 2) + 0.0)


@pytest.fixture(scope="module")
def url(serve):
    scene = signals.scene(x_0=X_0, eps=EPS, network="net", key="a", choices={})
    said = {
        "schedules": signals.schedules({"net": ALPHA_BAR}), "t": 1, "scene": scene,
        "prediction": signals.prediction(key="a", t=1, eps_hat=EPS / 2, x_0_hat=X_0),
    }  # fmt: skip
    half = png_data_uri(to_pixels(EPS / 3))
    row = [{"label": "x_0", "uri": png_data_uri(PIXELS)}, {"label": "eps", "uri": half, "range": 3}]
    row.append({"label": "a strip", "uri": png_data_uri(np.tile(PIXELS, (1, 2, 1)))})
    with gr.Blocks() as demo:
        gr.Slider(0, 3, 1, step=1, elem_id="t-slider", interactive=True)
        Feed(said, follows="#t-slider")
        Noiser(follows="#t-slider", elem_id="noiser")
        NoiseMaps(elem_id="maps")
        PictureRow({"pictures": row}, columns=3, elem_id="row")
    return serve(demo, head=f"<style>{PAGE.read_text(encoding='utf-8')}</style>")


@pytest.fixture
def tab(new_page, url):
    page = new_page()
    page.goto(url)
    page.wait_for_selector("#row [data-pictures='3'], #row[data-pictures='3']")
    page.wait_for_selector("#noiser .says:not(:empty)")
    return page


def point_of(page, selector: str, x: int, y: int) -> dict[str, float]:
    """The middle of a pixel, within its picture."""
    box = page.locator(selector).bounding_box()
    return {"x": (x + 0.5) / 8 * box["width"], "y": (y + 0.5) / 8 * box["height"]}


def sum_of(x: int, y: int, t: int, channel: int) -> str:
    """The noiser's line."""
    x_0, eps = X_0[channel, y, x], EPS[channel, y, x]
    signal, noise = ALPHA_BAR[t] ** 0.5, (1 - ALPHA_BAR[t]) ** 0.5
    x_t = float(np.float32(signal * x_0 + noise * eps))
    terms = [f"({number(v)})" if v < 0 else number(v) for v in (float(x_0), float(eps))]
    return f"{terms[0]} × {number(signal)} + {terms[1]} × {number(noise)} = {number(x_t)}"


def rings(page) -> int:
    return page.locator(".ring:visible").count()


def test_a_pixel_is_ringed_everywhere_and_its_arithmetic_follows_t(tab):
    noisy = "#noiser canvas.x_t"
    height = tab.locator("#noiser").bounding_box()["height"]
    tab.hover(noisy, position=point_of(tab, noisy, 2, 5))
    assert rings(tab) == 4 + 5 + 2  # the strip is of another size
    line = tab.inner_text("#noiser .sum")
    assert line.startswith(f"Pixel 3, 6, green: {sum_of(2, 5, 1, GREEN)}; the network says")
    assert line.endswith(f" {two(round(EPS[GREEN, 5, 2] / 2 * 24) / 24)}")
    mean = EPS[:, 5, 2].mean()
    assert f"the noise is {two(mean)}," in tab.inner_text("#maps .one")
    values = tab.locator("#row .value").all_inner_texts()
    assert values[0] == f"green {two(X_0[GREEN, 5, 2])}"
    assert float(values[1].split()[1].replace("−", "-")) == pytest.approx(
        EPS[GREEN, 5, 2], abs=0.02
    )
    assert values[2] == ""
    assert tab.locator("#noiser").bounding_box()["height"] == height  # nothing jumps

    tab.mouse.move(0, 0)
    assert rings(tab) == 0
    tab.click(noisy, position=point_of(tab, noisy, 2, 5))
    tab.mouse.move(0, 0)
    assert rings(tab) == 11  # pinned
    tab.click("#noiser .channel")
    assert tab.inner_text("#noiser .channel") == "blue"
    tab.click("#noiser .channel")
    tab.focus("#t-slider input[type=range]")
    tab.keyboard.press("ArrowRight")
    tab.wait_for_function("document.querySelector('#noiser .sum .signal').textContent === '0.6'")
    assert sum_of(2, 5, 2, RED) in tab.inner_text("#noiser .sum")
    assert tab.inner_text("#noiser .value-eps_hat") == "…"  # of another t
    clean = "#maps canvas.x_0"
    tab.click(clean, position=point_of(tab, clean, 2, 5))
    tab.mouse.move(0, 0)
    assert rings(tab) == 0


def test_arrow_keys_walk_and_escape_lets_go(tab):
    tab.focus("#noiser .term.of-eps")
    tab.keyboard.press("Shift+Tab")  # to nothing: the row has one place for Tab, its first picture
    tab.locator("#noiser .pixels").first.focus()
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("ArrowUp")
    assert tab.inner_text("#noiser .sum").startswith("Pixel 6, 4, green")
    assert tab.get_attribute("#noiser .sum", "aria-live") == "polite"
    tab.keyboard.press("Enter")
    assert tab.locator("#noiser .ring.pinned").count() == 4
    assert tab.input_value("#t-slider input[type=range]") == "1"  # t has not moved
    tab.keyboard.press("Escape")
    assert rings(tab) == 0
    assert tab.locator(".pixels[tabindex='0']").count() == 3  # one a row


def test_a_term_dims_the_rest_and_is_shown_as_it_goes_into_the_sum(tab):
    tab.emulate_media(reduced_motion="reduce")

    def shown() -> np.ndarray:
        flat = tab.evaluate(
            """() => Array.from(document.querySelector('#noiser canvas.x_0').getContext('2d')
                .getImageData(0, 0, 8, 8).data)"""
        )
        return np.array(flat).reshape(8, 8, 4)[..., :3]

    np.testing.assert_array_equal(shown(), PIXELS)
    tab.hover("#noiser .term.of-x_0")
    assert np.abs(shown() - (0.8 * X_0.transpose(1, 2, 0) + 1) * 127.5).max() <= 1
    opacity = "(one) => getComputedStyle(one).opacity"
    rows = tab.locator("#noiser .stage > *")
    assert rows.evaluate_all(f"(all) => all.map({opacity})") == ["1"] * 2 + ["0.25"] * 6
    tab.mouse.move(0, 0)
    np.testing.assert_array_equal(shown(), PIXELS)
    tab.focus("#noiser .term.of-x_t")
    assert (
        rows.evaluate_all(f"(all) => all.map({opacity})") == ["0.25"] * 4 + ["1"] * 2 + ["0.25"] * 2
    )
    point = tab.locator("#noiser .point")
    assert float(point.get_attribute("cx")) == pytest.approx(26 + 84 * 0.8)
    assert float(point.get_attribute("cy")) == pytest.approx(104 - 84 * 0.6)
