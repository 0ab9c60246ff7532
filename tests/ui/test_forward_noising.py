"""Panel 1 in a real browser: x_t follows the slider, drawn without the server, and is `diffuse`."""

import numpy as np
import pytest

from explorer.diffusion.noise import noise_from_seed
from explorer.exhibits.scene import compute_noisy_image, neighbours, power_share
from explorer.lessons.forward_noising.figure import HISTOGRAM_EDGES
from explorer.lessons.forward_noising.stepwise import compute_stepwise, middle_pixel
from explorer.page.words import number, percent

pytestmark = pytest.mark.ui

NOISER = "[data-scene]:has(.noiser)"
SEED = 7
PREDICT = "**/gradio_api/run/predict*"  # what answers at once, without the queue
# Moves the slider and reads the picture within one task: nothing can have come from the server.
MOVE_AND_LOOK = """(t) => {
    const range = document.querySelector('#t-slider input[type=range]');
    const { set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value');
    set.call(range, t);
    range.dispatchEvent(new Event('input', { bubbles: true }));
    const canvas = document.querySelector('.noiser .x_t');
    return Array.from(
        canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data);
}"""


def differ(shown: np.ndarray, expected: np.ndarray) -> int:
    """The largest difference of two pictures, in 255ths."""
    assert shown.shape == expected.shape
    return int(np.abs(shown.astype(int) - expected.astype(int)).max())


def text(page, name: str) -> str:
    return page.locator(f".noiser .formula {name}").text_content()


@pytest.mark.parametrize("denoiser", ["emoji", "digits"])
def test_x_t_is_drawn_at_once_and_equals_diffuse(tab, truth, denoiser):
    page = tab.at(denoiser, 500, SEED).page
    side = 64 if denoiser == "emoji" else 28
    tab.listen()
    for t in (0, 1, 40, 250, 499, 730, 999, 1000):
        flat = page.evaluate(MOVE_AND_LOOK, t)
        shown = np.array(flat, np.uint8).reshape(side, side, 4)[..., :3]
        assert differ(shown, truth(denoiser, t, SEED)) <= 1
    tab.wait_prediction(1000)
    assert set(tab.asked) <= {"show_prediction"}  # the picture itself asks nothing
    assert len(tab.asked) <= 8


def test_a_drag_with_the_mouse_asks_only_for_predictions(tab, truth):
    page = tab.at("digits", 500, SEED).page
    tab.listen()
    box = page.locator("#t-slider input[type=range]").bounding_box()
    height = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, height)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, height, steps=20)
    page.mouse.up()
    t = tab.slider()
    assert 750 < t < 850
    assert differ(tab.pixels(".noiser .x_t"), truth("digits", t, SEED)) <= 1
    tab.wait_prediction(t)
    assert set(tab.asked) == {"show_prediction"}
    assert len(tab.asked) <= 21


def test_the_strip_shows_nine_times_and_takes_one_there(tab, truth):
    page = tab.at("digits", 500, SEED).page
    buttons = page.locator(".noiser .strip button")
    times = [int(word) for word in buttons.all_inner_texts()]
    assert times == [0, 125, 250, 375, 500, 625, 750, 875, 1000]
    strip = tab.pixels(".noiser .strip canvas")
    for shown, t in zip(strip, times, strict=True):
        assert differ(shown, truth("digits", t, SEED)) <= 1
    page.click(".noiser .strip button[aria-label='Go to t = 875']")
    tab.wait_prediction(875)
    assert tab.slider() == 875
    assert page.input_value("#t-slider input[type=number]") == "875"
    assert differ(tab.pixels(".noiser .x_t"), truth("digits", 875, SEED)) <= 1
    assert page.inner_text(".noiser .strip .near") == "875"


def test_both_ends_of_time(tab, truth):
    page = tab.at("digits", 500, SEED).page
    tab.move_t(0)
    assert (text(page, ".signal"), text(page, ".noise")) == ("1", "0")
    np.testing.assert_array_equal(tab.pixels(".noiser .x_t"), tab.pixels(".noiser .x_0"))
    tab.wait_prediction(0)
    assert len(np.unique(tab.pixels(".noiser .eps_hat"))) == 1  # nothing to predict
    tab.move_t(1000)
    tab.wait_prediction(1000)
    assert text(page, ".noise") == "1"
    assert "·10⁻⁷\N{NO-BREAK SPACE}%" in page.inner_text(".noiser .says")
    assert differ(tab.pixels(".noiser .x_t"), truth("digits", 1000, SEED)) <= 1
    assert page.inner_text(".noiser .ends").split("\n")[0].startswith("0 clean")
    assert page.inner_text(".noiser .ends .last") == "1000 noise"
    assert page.inner_text("#t-ends").split() == ["0", "clean", "1000", "noise"]


def test_keys_and_the_number_box_move_t_as_well(tab, truth):
    page = tab.at("digits", 500, SEED).page
    page.focus("#t-slider input[type=range]")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(f'{NOISER}[data-t="501"]', state="attached")
    assert differ(tab.pixels(".noiser .x_t"), truth("digits", 501, SEED)) <= 1
    tab.set_number("#t-slider", 321)
    page.wait_for_selector(f'{NOISER}[data-t="321"]', state="attached")
    tab.wait_prediction(321)
    assert differ(tab.pixels(".noiser .x_t"), truth("digits", 321, SEED)) <= 1


def test_the_clean_image_and_the_noise_are_the_true_ones(tab, real_exhibits):
    tab.at("emoji", 500, SEED)
    picture = real_exhibits["emoji"].first_picture.pixels
    np.testing.assert_array_equal(tab.pixels(".noiser .x_0"), picture)
    eps = noise_from_seed((1, 3, 64, 64), SEED)[0].permute(1, 2, 0).numpy()
    assert differ(tab.pixels(".noiser .eps"), np.rint(eps.clip(-1, 1) * 127.5 + 127.5)) <= 1


def test_the_formula_says_this_moments_numbers(tab, real_exhibits):
    page = tab.at("emoji", 300, SEED).page
    schedule = real_exhibits["emoji"].schedule
    assert text(page, ".signal") == number(schedule.signal_scale[300].item())
    assert text(page, ".noise") == number(schedule.noise_scale[300].item())
    tab.unfold("The schedule")
    tab.wait_text(".powers", "t = 300")
    share = power_share(schedule, real_exhibits["emoji"].first_picture.pixels)[300].item()
    assert share < schedule.alpha_bar[300] - 0.01  # the cat has less than power 1
    assert f"share: {percent(share)}" in page.inner_text(".noiser .says")
    powers = page.inner_text(".powers")
    for shown in (percent(share), "0.759", number(schedule.snr[300].item())):
        assert shown in powers
    tab.unfold("The schedule")


def test_a_term_that_is_looked_at_shows_what_it_adds(tab, real_exhibits):
    page = tab.at("emoji", 400, SEED).page
    schedule = real_exhibits["emoji"].schedule
    x_0 = real_exhibits["emoji"].first_picture.pixels / 127.5 - 1
    eps = noise_from_seed((1, 3, 64, 64), SEED)[0].permute(1, 2, 0).numpy()
    parts = {
        "x_0": schedule.signal_scale[400].item() * x_0,
        "eps": schedule.noise_scale[400].item() * eps,
    }
    for name, part in parts.items():
        page.focus(f".noiser .term.of-{name}")
        page.wait_for_timeout(400)  # it fades there
        expected = np.rint((part + 1) * 127.5).clip(0, 255)
        assert differ(tab.pixels(f".noiser .{name}"), expected) <= 1
    page.evaluate("document.activeElement.blur()")
    page.wait_for_timeout(400)
    np.testing.assert_array_equal(
        tab.pixels(".noiser .x_0"), real_exhibits["emoji"].first_picture.pixels
    )


SCHEDULE_AT = """(t) => document.querySelector('#schedule-figure .js-plotly-plot')?.layout?.shapes
    ?.every((shape) => shape.x0 === t && shape.x1 === t)"""


def test_the_figures_follow_t_live(tab, real_exhibits):
    page = tab.at("emoji", 500, SEED).page
    tab.unfold("bell curve")
    tab.unfold("The schedule")
    page.locator("#schedule-figure").scroll_into_view_if_needed()  # else it is left as it is
    page.wait_for_function(SCHEDULE_AT, arg=500)
    assert tab.figure("schedule-figure")["shapes"] == [[500, 500]] * 3
    assert len(tab.figure("histogram-figure")["data"][0]["x"]) == 64
    page.locator("#schedule-figure").scroll_into_view_if_needed()
    tab.listen()
    tab.move_t(800)
    page.wait_for_function(SCHEDULE_AT, arg=800)
    exhibit = real_exhibits["emoji"]
    noisy = compute_noisy_image(exhibit.schedule, exhibit.first_picture.pixels, 800, SEED)
    counted, _ = np.histogram(noisy.x_t.clip(-4, 3.999), HISTOGRAM_EDGES, density=True)
    page.locator("#histogram-figure").scroll_into_view_if_needed()
    page.wait_for_function(
        """(first) => Math.abs(document.querySelector('#histogram-figure .js-plotly-plot')
            ._fullData[0].y[0] - first) < 0.003""",
        arg=float(counted[0]),
    )
    bars = np.array(tab.figure("histogram-figure")["data"][0]["y"])
    assert np.abs(bars - counted).max() < 0.003  # a few pixels on the edge of a bar
    note = tab.figure("histogram-figure")["notes"][0]
    assert float(note.split()[-1]) == pytest.approx(neighbours(noisy.x_t), abs=0.002)
    tab.wait_prediction(800)
    page.wait_for_function("location.search.includes('t=800')")  # the figures don't mind
    tab.move_t(700)
    page.wait_for_function("location.search.includes('t=700')")
    tab.wait_prediction(700)
    assert set(tab.asked) == {"show_prediction"}

    # Another network brings another schedule, and the open figures go on.
    tab.choose_network("digits")
    tab.move_t(123)
    page.locator("#schedule-figure").scroll_into_view_if_needed()
    page.wait_for_function(
        """() => {
            const plot = document.querySelector('#schedule-figure .js-plotly-plot');
            return plot?.layout?.shapes?.[2]?.x0 === 123;
        }"""
    )


FOLDS = "[...document.querySelectorAll('.lesson .gr-accordion > button')]"
COUNT_UPDATES = """() => {
    window.updates = [];
    const counted = (name) => (plot, ...more) => {
        window.updates.push(plot.closest('[id$=-figure]').id);
        return real[name](plot, ...more);
    };
    const real = window.Plotly;
    window.Plotly = { update: counted('update'), relayout: counted('relayout') };
}"""


def test_what_is_folded_or_out_of_sight_costs_nothing_when_t_moves(tab):
    page = tab.at("digits", 500, SEED).page
    # All folds are opened and closed again, so that what is in them is on the page from then on.
    page.evaluate(FOLDS + ".forEach((fold) => fold.classList.contains('open') || fold.click())")
    for name in ("schedule-figure", "histogram-figure"):
        page.locator(f"#{name}").scroll_into_view_if_needed()
        tab.figure(name)
    page.evaluate(FOLDS + ".forEach((fold) => fold.click())")
    page.wait_for_function(FOLDS + ".every((fold) => !fold.classList.contains('open'))")
    tab.listen(quiet=1)
    page.evaluate(COUNT_UPDATES)
    for t in (200, 300, 400):
        tab.move_t(t)
        tab.wait_prediction(t)
    assert set(tab.asked) == {"show_prediction"}
    assert page.evaluate("updates") == []

    # A lesson in sight asks for itself; what is folded in it, and all other lessons, do not.
    tab.unfold("The schedule")
    tab.enter("why_noise")
    tab.wait_text("#why-readings figure:nth-child(3) .note", "ε")
    page.evaluate("updates.length = 0")
    tab.listen(quiet=1)
    with page.expect_request(lambda request: tab.name_of(request) == "show_readings"):
        tab.move_t(450)
    tab.wait_prediction(450)
    assert not set(tab.asked) & {"show_errors", "draw_weights", "draw_measured", "measure_valley"}
    assert tab.asked.count("show_prediction") == 1
    assert page.evaluate("updates") == []

    # In sight again, a figure has missed nothing.
    tab.enter("forward_noising")
    page.locator("#schedule-figure").scroll_into_view_if_needed()
    page.wait_for_function(
        """() => document.querySelector('#schedule-figure .js-plotly-plot').layout.shapes
            .every((shape) => shape.x0 === 450)"""
    )
    assert set(page.evaluate("updates")) == {"schedule-figure"}
    tab.unfold("The schedule")


def test_the_small_steps_are_about_the_image_and_follow_t(tab, real_exhibits):
    page = tab.at("digits", 500, SEED).page
    digits = real_exhibits["digits"]
    x_0 = middle_pixel(digits.first_picture.pixels)
    tab.unfold("Many small steps, or one jump?")
    tab.wait_text("#stepwise-found", "at t = 500")
    bars = tab.figure("stepwise-ends")["data"][0]
    expected = compute_stepwise(digits.schedule, x_0, 500, SEED)
    np.testing.assert_allclose(bars["y"], expected.steps_density, atol=1e-4)
    tab.move_t(123)
    tab.wait_text("#stepwise-found", "at t = 123")
    page.wait_for_function(
        """() => {
            const plot = document.querySelector('#stepwise-ways .js-plotly-plot');
            return plot?.layout?.shapes?.[0]?.x0 === 123;
        }"""
    )
    tab.unfold("Many small steps, or one jump?")


def test_a_scene_that_comes_late_does_not_take_t_back(tab, truth):
    """A new seed's noise is on its way while the visitor drags on."""
    page = tab.at("digits", 500, SEED).page
    page.evaluate("scrollTo(0, 0)")
    tab.listen()  # until all is quiet
    held = []
    page.route(PREDICT, lambda route: route.continue_() if held is None else held.append(route))
    with page.expect_request(PREDICT):
        tab.set_number("#seed", 8)
    with page.expect_request(PREDICT):
        tab.move_t(900)
    waiting, held = held, None
    for route in reversed(waiting):  # the prediction may well come before its scene
        with page.expect_response(PREDICT):
            route.continue_()
    page.unroute(PREDICT)
    tab.wait_scene(seed=8)
    tab.wait_prediction(900)
    assert tab.slider() == 900
    assert page.get_attribute(NOISER, "data-t") == "900"
    assert differ(tab.pixels(".noiser .x_t"), truth("digits", 900, 8)) <= 1
