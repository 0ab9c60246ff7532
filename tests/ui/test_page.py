"""What a visitor does with the page: opens it, picks an image, sends its address to a friend."""

import base64
import io
import re
from contextlib import contextmanager

import numpy as np
import pytest
from PIL import Image

from explorer.diffusion.noise import noise_from_seed
from explorer.exhibits.predictions import compute_noise_prediction
from explorer.images.uploads import read_digit, read_picture
from explorer.page.words import LESSONS

pytestmark = pytest.mark.ui

PREDICT = "**/gradio_api/run/predict*"  # what answers at once
QUEUE = "**/gradio_api/queue/join*"  # what waits for its turn
FIRST_FOUR = ("x_0", "eps", "x_t", "eps_hat")
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "device_scale_factor": 2}


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


# ---- opening


def test_the_page_opens_ready_before_the_server_has_said_another_word(
    visitor, truth, real_exhibits
):
    """Four pictures within the first moment: nothing waits for a click or for an answer."""
    page = visitor.page
    page.route(PREDICT, lambda route: None)  # the server takes its time
    page.goto(visitor.address)
    visitor.wait_prediction(500)
    assert visitor.slider() == 500
    exhibit = real_exhibits["emoji"]
    seed = int(page.input_value("#seed input"))
    np.testing.assert_array_equal(visitor.pixels(".noiser .x_0"), exhibit.first_picture.pixels)
    shown = visitor.pixels(".noiser .x_t").astype(int)
    assert np.abs(shown - truth("emoji", 500, seed)).max() <= 1
    result = compute_noise_prediction(exhibit, exhibit.first_picture.pixels, 500, seed)
    for name, noise in (("eps", result.eps), ("eps_hat", result.eps_hat)):
        expected = np.rint((noise / 3).clip(-1, 1) * 127.5 + 127.5).transpose(1, 2, 0)
        assert np.abs(visitor.pixels(f".noiser .{name}").astype(int) - expected).mean() < 1
    page.unroute(PREDICT)
    page.wait_for_selector("#scrubber [data-state=done]")
    assert page.title() == "Denoising Explorer"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert query(page) == {}  # the address stays as it came


def test_the_navigation_shows_where_one_is(visitor):
    page = visitor.open().page
    links = page.locator("nav[aria-label=Lessons] a")
    assert links.count() == len(LESSONS)
    assert links.nth(0).get_attribute("aria-current") == "true"
    page.click("nav[aria-label=Lessons] a[href='#lesson-reverse']")
    page.wait_for_selector("nav a[href='#lesson-reverse'][aria-current=true]")
    assert links.nth(0).get_attribute("aria-current") is None
    page.wait_for_function(
        """() => {
            const lesson = document.querySelector('#lesson-reverse').getBoundingClientRect();
            const nav = document.querySelector('#lessons').getBoundingClientRect();
            return nav.top >= -1 && nav.bottom < lesson.top + 60 && lesson.top < 200;
        }"""
    )  # the heading is in sight, below the navigation, which has not left the window


def test_a_link_leads_to_its_lesson_though_lessons_grow_when_they_come_into_sight(visitor):
    page = visitor.open().page
    page.click("#lessons a[href='#lesson-memory']")
    page.wait_for_selector("#memory-never-seen figure:last-child .note:not(:empty)")
    page.wait_for_selector("#schedule-row figure:last-child .note:not(:empty)")  # just above it
    page.wait_for_function(
        """() => {
            const { top } = document.querySelector('#lesson-memory h2').getBoundingClientRect();
            return top > 0 && top < window.innerHeight / 3;
        }"""
    )


def test_an_address_opens_as_it_says_and_follows_what_is_changed(visitor, truth):
    page = visitor.open(denoiser="digits", t=400, seed=7).page
    assert page.is_checked("#denoiser input[value=digits]")
    assert visitor.slider() == 400
    assert page.input_value("#seed input") == "7"
    shown = visitor.pixels(".noiser .x_t").astype(int)
    assert np.abs(shown - truth("digits", 400, 7)).max() <= 1
    visitor.move_t(250)
    visitor.set_number("#seed", 12)
    choose_image(page, "Gallery")
    page.click("[data-name='5, hand 2']")
    wait_query(page, denoiser="digits", t="250", seed="12", image="5, hand 2")
    visitor.wait_prediction(250)
    shown = visitor.pixels(".noiser .x_t")

    page.goto(page.url)  # a friend opens it
    page.wait_for_selector("#scrubber [data-state=done]")
    visitor.wait_scene("digits", 12)
    visitor.wait_prediction(250)
    wait_card(page, "5, hand 2")
    np.testing.assert_array_equal(visitor.pixels(".noiser .x_t"), shown)
    choose_image(page, "Gallery")
    page.wait_for_selector("[data-name='5, hand 2'][aria-pressed=true]")


def test_an_address_full_of_mistakes_opens_all_the_same(visitor):
    page = visitor.page
    page.goto(f"{visitor.address}?denoiser=nobody&t=soon&seed=-3&image=<b>nothing</b>")
    page.wait_for_selector("#scrubber [data-state=done]")
    visitor.wait_scene("emoji")
    assert 0 <= visitor.slider() <= 1000
    assert page.locator("#card b b").count() == 0
    for name in FIRST_FOUR:
        assert visitor.pixels(f".noiser .{name}").std() > 10


def test_what_a_visitor_moves_while_the_page_still_loads_stays_moved(visitor):
    page = visitor.page
    page.route(PREDICT, lambda route: None)
    with page.expect_request(PREDICT):
        page.goto(visitor.address)
        visitor.wait_prediction(500)
    page.unroute(PREDICT)  # now what was asked with t = 500 goes on, and is answered late
    visitor.move_t(820)
    page.wait_for_selector("#scrubber [data-state=done]")
    visitor.wait_prediction(820)
    visitor.listen()  # until all is quiet
    assert visitor.slider() == 820
    assert page.get_attribute("[data-scene]:has(.noiser)", "data-t") == "820"


# ---- a phone


def test_on_a_phone_nothing_is_wider_than_the_screen(new_page, another_visitor):
    visitor = another_visitor(new_page(**PHONE)).open()
    page = visitor.page
    fits = "document.documentElement.scrollWidth <= window.innerWidth"
    assert page.evaluate(fits)
    assert page.is_visible("#t-slider input[type=range]")
    assert page.is_visible("#card img")
    toggle = page.locator("#rail-toggle")
    assert toggle.get_attribute("aria-expanded") == "false"
    assert page.is_hidden("#denoiser")
    toggle.tap()
    page.wait_for_selector("#denoiser", state="visible")
    assert toggle.get_attribute("aria-expanded") == "true"
    assert page.evaluate(fits)
    choose_image(page, "Draw")
    page.wait_for_selector(".pad canvas", state="visible")
    assert page.evaluate(fits)
    toggle.tap()
    page.wait_for_selector("#denoiser", state="hidden")
    for button in page.locator(".gr-accordion > button").all():
        if button.is_visible():
            button.tap()
    for name in ("schedule-figure", "histogram-figure", "error-figure", "detail-figure"):
        page.wait_for_selector(f"#{name} .main-svg", state="attached")
    assert page.evaluate(fits)
    visitor.move_t(300)
    visitor.wait_prediction(300)


# ---- the network, the seed


def test_another_network_brings_its_own_image_kinds_and_pad(visitor, truth, real_exhibits):
    page = visitor.open(t=500, seed=7).page
    choose_image(page, "Draw")
    assert page.get_attribute("[data-ink]", "data-ink") == "colour"
    visitor.choose_network("digits")
    page.wait_for_selector("[data-ink=digit]", state="attached")
    wait_card(page, real_exhibits["digits"].first_picture.name)
    assert visitor.pixels(".noiser .x_0").shape == (28, 28, 3)
    shown = visitor.pixels(".noiser .x_t").astype(int)
    assert np.abs(shown - truth("digits", 500, 7)).max() <= 1
    page.wait_for_function(
        """() => document.querySelectorAll('#scrubber .views canvas')[0].width === 28"""
    )
    page.click("#run-settings > button")
    page.click("#kind input")
    kinds = page.locator("#kind [role=option]").all_inner_texts()
    assert [kind.strip(" ✓\n") for kind in kinds[1:]] == list("0123456789")
    page.keyboard.press("Escape")
    visitor.choose_network("emoji")
    page.wait_for_selector("[data-ink=colour]", state="attached")
    assert visitor.pixels(".noiser .x_0").shape == (64, 64, 3)
    wait_query(page, denoiser="emoji")


def test_whoever_cannot_decide_between_networks_gets_the_last_one(visitor, real_exhibits):
    page = visitor.open().page
    page.route(PREDICT, lambda route: None)
    with page.expect_request(PREDICT):
        page.check("#denoiser input[value=digits]")
    page.check("#denoiser input[value=emoji]")
    page.unroute(PREDICT)
    visitor.listen()  # until all is quiet
    visitor.wait_scene("emoji")
    wait_card(page, real_exhibits["emoji"].first_picture.name)
    visitor.wait_prediction(500)
    assert visitor.pixels("#scrubber .views canvas").shape[1:] == (64, 64, 3)


def test_the_dice_brings_new_noise(visitor):
    page = visitor.open().page
    old = page.input_value("#seed input")
    before = visitor.pixels(".noiser .eps")
    page.click("#dice")
    page.wait_for_function("(old) => document.querySelector('#seed input').value !== old", arg=old)
    seed = int(page.input_value("#seed input"))
    visitor.wait_scene(seed=seed)
    eps = noise_from_seed((1, 3, 64, 64), seed)[0].permute(1, 2, 0).numpy()
    expected = np.rint((eps / 3).clip(-1, 1) * 127.5 + 127.5)
    assert np.abs(visitor.pixels(".noiser .eps") - expected).max() <= 1
    assert not np.array_equal(before, visitor.pixels(".noiser .eps"))
    wait_query(page, seed=str(seed))


def test_whatever_is_typed_into_a_number_box_breaks_nothing(visitor):
    page = visitor.open().page
    for box, typed in (("#t-slider", ""), ("#t-slider", "5000"), ("#seed", ""), ("#seed", "-5")):
        page.fill(f"{box} input[type=number]", typed)
        page.press(f"{box} input[type=number]", "Tab")
        visitor.listen()  # until all is quiet
        views = page.locator("[data-scene]")
        assert views.count() == 2
        shown = {view.get_attribute("data-prediction") for view in views.all()}
        assert shown == {str(visitor.slider())}, (box, typed)
    assert page.locator(".toast-body.error").count() == 0


# ---- the image


def test_a_picture_from_the_gallery(visitor, real_exhibits):
    page = visitor.open(t=500, seed=7).page
    choose_image(page, "Gallery")
    page.fill(".picker input[type=search]", "pizza")
    page.click(".picker [data-name=pizza]")
    wait_card(page, "pizza")
    gallery = real_exhibits["emoji"].gallery
    visitor.page.wait_for_function(
        "() => new URL(location.href).searchParams.get('image') === 'pizza'"
    )
    np.testing.assert_array_equal(visitor.pixels(".noiser .x_0"), gallery["pizza"].pixels)
    visitor.wait_prediction(500)
    result = compute_noise_prediction(real_exhibits["emoji"], gallery["pizza"].pixels, 500, 7)
    shown = float(page.text_content(".noise-maps .mse"))
    assert shown == pytest.approx(result.mse, rel=0.02)
    page.fill(".picker input[type=search]", "")
    unseen = gallery.select(seen=False)[0]
    page.click(f".picker [data-name='{unseen.name}']")
    wait_card(page, unseen.name)
    assert "never seen" in page.inner_text("#card")


def test_clicks_that_follow_fast_leave_the_last_one(visitor):
    page = visitor.open().page
    choose_image(page, "Gallery")
    with in_one_go(page, PREDICT) as asked:
        for name in ("grinning face", "face with tears of joy"):
            with asked():
                page.click(f".picker [data-name='{name}']")
    visitor.listen()  # until all is quiet
    wait_card(page, "face with tears of joy")
    wait_query(page, image="face with tears of joy")


def test_an_upload_is_what_the_network_sees(visitor):
    page = visitor.open(t=500, seed=7).page
    choose_image(page, "Upload")
    photo = np.random.default_rng(0).integers(0, 256, (120, 90, 4), dtype=np.uint8)
    file = {"name": "photo.png", "mimeType": "image/png", "buffer": png(photo)}
    page.set_input_files("#chooser input[type=file]", file)
    wait_card(page, "your upload")
    page.wait_for_function("() => !new URL(location.href).searchParams.has('image')")
    expected = read_picture(png(photo), (3, 64, 64))
    np.testing.assert_array_equal(visitor.pixels(".noiser .x_0"), expected)
    assert "never seen" in page.inner_text("#card")


def test_a_broken_file_is_answered_with_a_sentence(context_for, another_visitor, caplog):
    page = context_for(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(30_000)
    visitor = another_visitor(page).open()
    before = visitor.pixels(".noiser .x_0")
    choose_image(page, "Upload")
    file = {"name": "broken.png", "mimeType": "image/png", "buffer": b"this is no picture"}
    page.set_input_files("#chooser input[type=file]", file)
    toast = page.locator(".toast-body.error")
    toast.wait_for()
    said = toast.inner_text()
    assert "This file is not a picture that can be read here" in said
    assert "Traceback" not in said
    assert "/tmp" not in said
    np.testing.assert_array_equal(visitor.pixels(".noiser .x_0"), before)
    visitor.move_t(200)  # and the page goes on
    visitor.wait_prediction(200)
    assert "Traceback" not in caplog.text
    page.close()


def draw(page, *lines: tuple[tuple[float, float], tuple[float, float]]) -> None:
    """Draw straight lines, each from one place of the sheet to another (0..1)."""
    box = page.locator(".pad canvas").bounding_box()
    for start, end in lines:
        for step, (x, y) in enumerate((start, end)):
            page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=5)
            page.mouse.down() if step == 0 else page.mouse.up()


def test_a_drawn_digit_is_denoised(visitor):
    page = visitor.open(denoiser="digits", t=300, seed=7).page
    choose_image(page, "Draw")
    page.locator(".pad canvas").scroll_into_view_if_needed()
    draw(page, ((0.5, 0.2), (0.5, 0.8)))
    wait_card(page, "your drawing")
    ink = visitor.pixels(".noiser .x_0")[..., 0]
    assert ink.max() == 255
    assert ink[:4].max() == ink[:, :4].max() == 0  # as MNIST's, in a box of 20 pixels
    assert np.ptp(np.argwhere(ink > 128)[:, 0]) >= 17
    assert re.fullmatch(r"0\.\d+|\d\.\de-\d+", page.text_content(".noise-maps .mse"))


def test_strokes_that_follow_fast_are_all_seen(visitor):
    """The second stroke ends before the server has answered to the first."""
    page = visitor.open(denoiser="digits", t=300, seed=7).page
    choose_image(page, "Draw")
    page.locator(".pad canvas").scroll_into_view_if_needed()
    lines = (((0.3, 0.2), (0.3, 0.8)), ((0.3, 0.5), (0.8, 0.5)), ((0.8, 0.2), (0.8, 0.8)))
    with in_one_go(page, QUEUE) as asked:
        for line in lines:
            with asked():
                draw(page, line)
    visitor.listen()  # until all is quiet
    sheet = page.evaluate("document.querySelector('.pad canvas').toDataURL()")
    expected = read_digit(base64.b64decode(sheet.partition(",")[2]))
    shown = visitor.pixels(".noiser .x_0")[..., :1].astype(int)
    assert np.abs(shown - expected).max() <= 8


def test_two_visitors_side_by_side(visitor, new_page, another_visitor):
    """What one picks, the other does not see."""
    other = another_visitor(new_page(locale="de-DE")).open()
    mine = visitor.open()
    for person, name in ((mine, "pizza"), (other, "soccer ball")):
        choose_image(person.page, "Gallery")
        person.page.click(f".picker [data-name='{name}']")
    wait_card(mine.page, "pizza")
    wait_card(other.page, "soccer ball")
    mine.set_number("#seed", 99)
    mine.wait_scene(seed=99)
    wait_query(mine.page, image="pizza", seed="99")
    wait_card(mine.page, "pizza")
    assert query(other.page)["image"] == "soccer ball"
