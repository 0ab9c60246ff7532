"""What a visitor does with the page: opens it, picks an image, sends its address to a friend."""

import base64
import io
import re
from contextlib import contextmanager

import numpy as np
import pytest
from PIL import Image

from explorer.contents import rooms
from explorer.diffusion.noise import noise_from_seed
from explorer.exhibits.predictions import compute_noise_prediction
from explorer.images.uploads import read_digit, read_picture
from explorer.lessons.lesson import find_lessons
from tests.ui.test_security import LISTEN, open_all

pytestmark = pytest.mark.ui

ROOMS = {room["name"]: room for room in rooms(find_lessons())}
PREDICT = "**/gradio_api/run/predict*"  # what answers at once
QUEUE = "**/gradio_api/queue/join*"  # what waits for its turn
X_0, X_T = ".noiser canvas.x_0", ".noiser canvas.x_t"
FITS = "document.documentElement.scrollWidth <= window.innerWidth"


def query(page) -> dict[str, str]:
    return page.evaluate("Object.fromEntries(new URL(window.location.href).searchParams)")


def wait_query(page, **wanted) -> None:
    page.wait_for_function(
        """(wanted) => {
            const carried = new URL(window.location.href).searchParams;
            return Object.entries(wanted).every(([name, value]) => carried.get(name) === value);
        }""",
        arg=wanted,
    )


def wait_card(page, name: str) -> None:
    page.wait_for_function(
        "(name) => document.querySelector('#card figcaption b')?.textContent === name", arg=name
    )


def choose_image(page, way: str) -> None:
    """Open the chooser at Gallery, Upload or Draw."""
    if not page.is_visible("#chooser [role=tab]"):
        page.click("#chooser > button")
    page.get_by_role("tab", name=way).click()


def upload_file(page, name: str, content: bytes) -> None:
    choose_image(page, "Upload")
    file = {"name": name, "mimeType": "image/png", "buffer": content}
    page.set_input_files("#chooser input[type=file]", file)


@contextmanager
def in_one_go(page, address: str):
    """The server hears nothing before the end, and then everything in order.

    `with asked(): ...` waits until what is done in it has asked the server.
    """
    held = []
    page.route(address, lambda route: held.append(route))
    yield lambda: page.expect_request(address)
    for route in list(held):
        with page.expect_response(address):
            route.continue_()
    page.unroute(address)


def png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def draw(page, *lines: tuple[tuple[float, float], tuple[float, float]]) -> None:
    """Draw straight lines, each from one place of the sheet to another (0..1)."""
    box = page.locator(".pad canvas").bounding_box()
    for start, end in lines:
        for step, (x, y) in enumerate((start, end)):
            page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=5)
            page.mouse.down() if step == 0 else page.mouse.up()


def array(page, what: str) -> np.ndarray:
    """What the page's scripts know, as "scene.eps"."""
    return np.array(page.evaluate(f"Array.from(explorer.{what})"), np.float32)


@pytest.fixture
def home(tab):
    """`home("digits", 300, 7)`: the tab with the story's pictures built, where all the rail is."""

    def come(denoiser: str = "emoji", t: int = 500, seed: int = 7):
        if tab.page.url == "about:blank":
            tab.open()
        for lesson in ("forward_noising", "reverse", "noise_prediction"):
            tab.enter(lesson)
        return tab.at(denoiser, t, seed)

    return come


# ---- opening


def test_the_page_opens_ready_before_the_server_has_said_another_word(tab, truth, real_exhibits):
    """The pictures are there within the first moment; and what is moved by then stays moved."""
    page = tab.page
    page.emulate_media(reduced_motion="reduce")  # else the opening moves t: test_opening.py
    with page.expect_request(PREDICT):
        page.route(PREDICT, lambda route: None)  # the server takes its time
        page.goto(tab.address)
        tab.wait_prediction(500)
    assert tab.slider() == 500
    exhibit = real_exhibits["emoji"]
    seed = int(page.input_value("#seed input"))
    np.testing.assert_array_equal(tab.pixels(X_0), exhibit.first_picture.pixels)
    assert np.abs(tab.pixels(X_T).astype(int) - truth("emoji", 500, seed)).max() <= 1
    result = compute_noise_prediction(exhibit, exhibit.first_picture.pixels, 500, seed)
    np.testing.assert_array_equal(array(page, "scene.eps"), result.eps.ravel())
    assert np.abs(array(page, "prediction.eps_hat") - result.eps_hat.ravel()).mean() < 0.03
    assert page.title() == ROOMS["forward_noising"]["title"]
    assert page.evaluate(FITS)
    assert query(page) == {}  # the address stays as it came

    page.unroute(PREDICT)  # now what was asked with t = 500 goes on, and is answered late
    tab.move_t(820)
    page.wait_for_selector("[data-keeper=done]", state="attached")
    tab.wait_prediction(820)
    tab.listen()  # until all is quiet
    assert tab.slider() == 820
    assert page.evaluate("explorer.moment.t") == 820
    assert query(page)["t"] == "820"


def test_an_address_opens_as_it_says_and_follows_what_is_changed(tab, truth):
    page = tab.open(lesson="forward_noising", denoiser="digits", t=400, seed=7).page
    assert page.is_checked("#denoiser input[value=digits]")
    assert tab.slider() == 400
    assert page.input_value("#seed input") == "7"
    assert np.abs(tab.pixels(X_T).astype(int) - truth("digits", 400, 7)).max() <= 1
    tab.move_t(250)
    tab.set_number("#seed", 12)
    choose_image(page, "Gallery")
    page.click("[data-name='5, hand 2']")
    wait_query(page, denoiser="digits", t="250", seed="12", image="5, hand 2")
    tab.wait_prediction(250)
    shown = tab.pixels(X_T)

    page.goto(page.url)  # a friend opens it
    page.wait_for_selector("[data-keeper=done]", state="attached")
    tab.wait_scene("digits", 12)
    tab.wait_prediction(250)
    wait_card(page, "5, hand 2")
    np.testing.assert_array_equal(tab.pixels(X_T), shown)
    choose_image(page, "Gallery")
    page.wait_for_selector("[data-name='5, hand 2'][aria-pressed=true]")


def test_an_address_full_of_mistakes_opens_all_the_same(tab):
    page = tab.page
    mistakes = "denoiser=nobody&t=soon&seed=-3&image=<b>nothing</b>&lesson=nowhere"
    page.goto(f"{tab.address}?{mistakes}")
    tab.wait_lesson("forward_noising")
    tab.wait_scene("emoji")
    tab.listen()  # until all is quiet
    assert 0 <= tab.slider() <= 1000
    assert page.locator("#card b b").count() == 0
    for name in ("x_0", "eps", "x_t"):
        assert tab.pixels(f".noiser canvas.{name}").std() > 10
    assert page.evaluate("explorer.prediction.eps_hat.length") == 3 * 64 * 64


# ---- a phone


def test_on_a_phone_every_lesson_fits_the_screen_and_keeps_the_policy(phone_page, another_visitor):
    """All lessons and all figures, with every fold open."""
    phone_page.add_init_script(LISTEN)
    visitor = another_visitor(phone_page)
    with phone_page.expect_response(visitor.address) as answer:
        visitor.open()
    assert "script-src 'sha256-" in answer.value.headers["content-security-policy"]
    page = visitor.page
    assert page.evaluate(FITS)
    assert page.is_visible("#t-slider input[type=range]")
    assert page.is_visible("#card img")
    toggle = page.locator("#rail-toggle")
    assert toggle.get_attribute("aria-expanded") == "false"
    assert page.is_hidden("#denoiser")
    toggle.tap()
    page.wait_for_selector("#denoiser", state="visible")
    assert toggle.get_attribute("aria-expanded") == "true"
    assert page.evaluate(FITS)
    choose_image(page, "Draw")
    page.wait_for_selector(".pad canvas", state="visible")
    assert page.evaluate(FITS)
    toggle.tap()
    page.wait_for_selector("#denoiser", state="hidden")
    for name in ROOMS:
        visitor.enter(name)
        open_all(page)
    for name in ("schedule-figure", "histogram-figure", "error-figure", "detail-figure"):
        page.wait_for_selector(f"#{name} .main-svg", state="attached")
    for name in ROOMS:  # with all that has come meanwhile
        visitor.enter(name)
        assert page.evaluate(FITS), name
    visitor.enter("forward_noising")
    visitor.move_t(300)
    visitor.wait_prediction(300)
    assert page.evaluate("window.violations") == []


# ---- the network, the seed


def test_another_network_brings_its_own_image_kinds_and_pad(home, truth, real_exhibits):
    tab = home("emoji", 500, 7)
    page = tab.page
    choose_image(page, "Draw")
    assert page.get_attribute("[data-ink]", "data-ink") == "colour"
    tab.choose_network("digits")
    page.wait_for_selector("[data-ink=digit]", state="attached")
    wait_card(page, real_exhibits["digits"].first_picture.name)
    assert tab.pixels(X_0).shape == (28, 28, 3)
    assert np.abs(tab.pixels(X_T).astype(int) - truth("digits", 500, 7)).max() <= 1
    tab.enter("reverse")
    page.wait_for_function("document.querySelector('#scrubber canvas').width === 28")
    page.click("#run-settings > button")
    page.click("#kind input")
    kinds = page.locator("#kind [role=option]").all_inner_texts()
    assert [kind.strip(" ✓\n") for kind in kinds[1:]] == list("0123456789")
    page.keyboard.press("Escape")
    page.click("#run-settings > button")
    tab.choose_network("emoji")
    page.wait_for_selector("[data-ink=colour]", state="attached")
    assert tab.pixels(X_0).shape == (64, 64, 3)
    wait_query(page, denoiser="emoji")


def test_whoever_cannot_decide_between_networks_gets_the_last_one(home, real_exhibits):
    tab = home("emoji", 500, 7)
    page = tab.page
    page.route(PREDICT, lambda route: None)
    with page.expect_request(PREDICT):
        page.check("#denoiser input[value=digits]")
    page.check("#denoiser input[value=emoji]")
    page.unroute(PREDICT)
    tab.listen()  # until all is quiet
    tab.wait_scene("emoji")
    wait_card(page, real_exhibits["emoji"].first_picture.name)
    tab.wait_prediction(500)
    tab.enter("reverse")
    page.wait_for_function("document.querySelector('#scrubber canvas').width === 64")
    assert tab.pixels("#scrubber .views canvas").shape[1:] == (64, 64, 3)


def test_the_dice_brings_new_noise(home):
    tab = home("emoji", 500, 7)
    page = tab.page
    before = tab.pixels(".noiser canvas.eps")
    page.click("#dice")
    page.wait_for_function("document.querySelector('#seed input').value !== '7'")
    seed = int(page.input_value("#seed input"))
    tab.wait_scene(seed=seed)
    eps = noise_from_seed((1, 3, 64, 64), seed).numpy().ravel()
    np.testing.assert_array_equal(array(page, "scene.eps"), eps)
    assert not np.array_equal(before, tab.pixels(".noiser canvas.eps"))
    wait_query(page, seed=str(seed))


def test_whatever_is_typed_into_a_number_box_breaks_nothing(home):
    tab = home("emoji", 500, 7)
    page = tab.page
    for box, typed in (("#t-slider", ""), ("#t-slider", "5000"), ("#seed", ""), ("#seed", "-5")):
        page.fill(f"{box} input[type=number]", typed)
        page.press(f"{box} input[type=number]", "Tab")
        tab.listen()  # until all is quiet
        views = page.locator("[data-scene]").all()
        assert len(views) >= 2
        shown = {view.get_attribute("data-prediction") for view in views}
        assert shown == {str(tab.slider())}, (box, typed)
    assert page.locator(".toast-body.error").count() == 0


# ---- the image


def test_a_picture_from_the_gallery(home, real_exhibits):
    tab = home("emoji", 500, 7)
    page = tab.page
    choose_image(page, "Gallery")
    page.fill(".picker input[type=search]", "pizza")
    page.click(".picker [data-name=pizza]")
    wait_card(page, "pizza")
    wait_query(page, image="pizza")
    gallery = real_exhibits["emoji"].gallery
    np.testing.assert_array_equal(tab.pixels(X_0), gallery["pizza"].pixels)
    tab.wait_prediction(500)
    result = compute_noise_prediction(real_exhibits["emoji"], gallery["pizza"].pixels, 500, 7)
    shown = float(page.text_content(".noise-maps .mse"))
    assert shown == pytest.approx(result.mse, rel=0.02)
    page.fill(".picker input[type=search]", "")
    unseen = gallery.select(seen=False)[0]
    page.click(f".picker [data-name='{unseen.name}']")
    wait_card(page, unseen.name)
    assert "never seen" in page.inner_text("#card")

    with in_one_go(page, PREDICT) as asked:  # clicks that follow fast leave the last one
        for name in ("grinning face", "face with tears of joy"):
            with asked():
                page.click(f".picker [data-name='{name}']")
    tab.listen()  # until all is quiet
    wait_card(page, "face with tears of joy")
    wait_query(page, image="face with tears of joy")


def test_an_upload_is_what_the_network_sees(home):
    tab = home("emoji", 500, 7)
    page = tab.page
    photo = np.random.default_rng(0).integers(0, 256, (120, 90, 4), dtype=np.uint8)
    upload_file(page, "photo.png", png(photo))
    wait_card(page, "your upload")
    page.wait_for_function("() => !new URL(location.href).searchParams.has('image')")
    expected = read_picture(png(photo), (3, 64, 64))
    np.testing.assert_array_equal(tab.pixels(X_0), expected)
    assert "never seen" in page.inner_text("#card")


def test_drawn_strokes_are_denoised_however_fast_they_follow(home):
    """The last stroke ends before the server has answered to the one before."""
    tab = home("digits", 300, 7)
    page = tab.page
    choose_image(page, "Draw")
    page.locator(".pad canvas").scroll_into_view_if_needed()
    draw(page, ((0.3, 0.2), (0.3, 0.8)))
    wait_card(page, "your drawing")
    tab.wait_prediction(300)
    ink = tab.pixels(X_0)[..., 0]
    assert ink.max() == 255
    assert ink[:4].max() == ink[:, :4].max() == 0  # as MNIST's, in a box of 20 pixels
    assert np.ptp(np.argwhere(ink > 128)[:, 0]) >= 17
    assert re.fullmatch(r"0\.\d+|\d\.\de-\d+", page.text_content(".noise-maps .mse"))

    with in_one_go(page, QUEUE) as asked:
        for line in (((0.3, 0.5), (0.8, 0.5)), ((0.8, 0.2), (0.8, 0.8))):
            with asked():
                draw(page, line)
    tab.listen()  # until all is quiet
    sheet = page.evaluate("document.querySelector('.pad canvas').toDataURL()")
    expected = read_digit(base64.b64decode(sheet.partition(",")[2]))
    shown = tab.pixels(X_0)[..., :1].astype(int)
    assert np.abs(shown - expected).max() <= 8


# ---- another visitor


def test_two_visitors_side_by_side(home, context_for, another_visitor, caplog):
    """What one picks, the other does not see; a broken file is answered with a sentence."""
    mine = home("emoji", 500, 7)
    # Not by new_page: Gradio logs the answer to a broken file as an error.
    page = context_for(viewport={"width": 1280, "height": 900}, locale="de-DE").new_page()
    page.set_default_timeout(120_000)
    errors = []
    page.on("console", lambda message: message.type == "error" and errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    other = another_visitor(page).open()
    for person, name in ((mine, "pizza"), (other, "soccer ball")):
        choose_image(person.page, "Gallery")
        person.page.click(f".picker [data-name='{name}']")
    wait_card(mine.page, "pizza")
    wait_card(page, "soccer ball")
    mine.set_number("#seed", 99)
    mine.wait_scene(seed=99)
    wait_query(mine.page, image="pizza", seed="99")
    wait_card(mine.page, "pizza")
    assert query(page)["image"] == "soccer ball"
    assert errors == []

    before = other.pixels(X_0)
    upload_file(page, "broken.png", b"this is no picture")
    toast = page.locator(".toast-body.error")
    toast.wait_for()
    said = toast.inner_text()
    assert "This file is not a picture that can be read here" in said
    assert "Traceback" not in said
    assert "/tmp" not in said
    np.testing.assert_array_equal(other.pixels(X_0), before)
    other.move_t(200)  # and the page goes on
    other.wait_prediction(200)
    assert "Traceback" not in caplog.text
    page.close()
