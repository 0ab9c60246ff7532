"""Nothing is lost: by a reload, by a server started anew under an open page, by strange storage."""

import hashlib
import json

import numpy as np
import pytest

from explorer.images.data_uri import read_data_uri
from explorer.images.uploads import read_picture
from explorer.page.words import TEXT, lesson_words
from tests.ui.test_page import choose_image, draw, png, upload_file, wait_card, wait_query

pytestmark = pytest.mark.ui

UPLOAD, DRAWING = TEXT["rail"]["your_upload"], TEXT["rail"]["your_drawing"]
SIDE = 8  # pixels of the tiny pictures
PLACE = "denoising-explorer.kept"
X_0 = ".noiser canvas.x_0"
BLOCKED = """for (const name of ['sessionStorage', 'localStorage']) {
    Object.defineProperty(window, name, {
        get() { throw new DOMException('Access is denied.', 'SecurityError'); },
    });
}"""


def done(page) -> None:
    page.wait_for_selector("[data-keeper=done]", state="attached")


def random_picture(side: int) -> bytes:
    return png(np.random.default_rng(5).integers(0, 256, (side, side, 3), np.uint8))


def wait_picture(visitor, name: str, pixels: np.ndarray) -> None:
    """Until the card, and the scene that is named after its pixels, are these."""
    wait_card(visitor.page, name)
    digest = hashlib.sha256(pixels.tobytes()).hexdigest()[:16]
    visitor.page.wait_for_selector(f"[data-scene*='-{digest}-']", state="attached")


def upload(page, content: bytes) -> None:
    upload_file(page, "mine.png", content)
    wait_card(page, UPLOAD)
    page.wait_for_function("!new URL(location.href).searchParams.has('image')")


def kept(page) -> dict:
    return json.loads(page.evaluate(f"sessionStorage.getItem('{PLACE}')"))


@pytest.fixture(scope="module")
def app_url(small_url) -> str:
    """For what is the same with any networks."""
    return small_url


@pytest.fixture
def cut_off(context_for, another_visitor):
    """A visitor whose page or server may go in mid-run: the console complains of that."""
    page = context_for(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(120_000)
    yield another_visitor(page)
    page.close()


def reload(page) -> None:
    page.reload()
    done(page)


def put(page, junk: str) -> None:
    """Into the browser's storage, where the picture was."""
    page.evaluate("([place, junk]) => sessionStorage.setItem(place, junk)", [PLACE, junk])


def test_an_upload_and_the_settings_survive_a_reload(tab):
    page = tab.open(lesson="break_it", denoiser="tiny", t=30, seed=5).page
    page.check("#mistake input[value=wrong_t]")
    tab.enter("reverse")
    page.click("#run-settings > button")
    tab.set_number("#steps", 33)
    tab.set_number("#eta", 0.5)
    page.check("#start input[value=picture]")
    tab.enter("noise_prediction")
    upload(page, content := random_picture(SIDE))
    page.check("#told input")
    tab.move_t(31)
    wait_query(page, t="31", lesson="noise_prediction", told="true")
    address = page.url
    reload(page)
    tab.wait_lesson("noise_prediction")  # and the visitor is where they were
    assert page.locator(".room").count() == 1
    mine = read_picture(content, (3, SIDE, SIDE))
    wait_picture(tab, UPLOAD, mine)
    tab.wait_prediction(31)
    assert page.evaluate("explorer.scene.x_0.length") == 3 * SIDE * SIDE
    page.wait_for_url(address)
    assert (tab.slider(), page.input_value("#seed input")) == (31, "5")
    assert page.is_checked("#told input")
    tab.enter("forward_noising")
    np.testing.assert_array_equal(tab.pixels(X_0), mine)
    tab.enter("reverse")
    assert page.inner_text("#run") == lesson_words("reverse")["run_picture"]
    page.click("#run-settings > button")
    for name, value in (("steps", "33"), ("eta", "0.5")):
        assert page.input_value(f"#{name} input[type=number]") == value
    tab.enter("break_it")
    assert page.is_checked("#mistake input[value=wrong_t]")


def test_a_drawing_survives_until_another_picture_is_picked(tab):
    page = tab.page
    if page.url == "about:blank":
        tab.open(seed=5)
    tab.enter("noise_prediction")
    tab.at("strokes", 30, 5)
    choose_image(page, "Draw")
    draw(page, ((0.5, 0.2), (0.5, 0.8)))
    wait_card(page, DRAWING)
    uri = page.get_attribute("#card img", "src")
    drawn = read_picture(read_data_uri(uri), (1, 28, 28))
    wait_picture(tab, DRAWING, drawn)
    reload(page)
    wait_picture(tab, DRAWING, drawn)
    tab.wait_prediction(30)
    tab.listen()
    tab.move_t(20)
    tab.wait_prediction(20)
    assert set(tab.asked) == {"show_prediction"}  # keeping asks for nothing
    choose_image(page, "Gallery")
    page.get_by_role("button", name="7, hand 2").first.click()
    wait_card(page, "7, hand 2")
    wait_query(page, image="7, hand 2")
    assert kept(page)["picture"] is None
    put(page, "{")  # and junk in the storage is harmless
    reload(page)
    wait_card(page, "7, hand 2")


def test_a_link_wins_and_what_was_kept_is_forgotten(tab):
    """And strange things in the storage are harmless."""
    page = tab.page
    if page.url == "about:blank":
        tab.open(lesson="noise_prediction")
    upload(page, random_picture(SIDE))
    page.goto(f"{tab.address}?denoiser=tiny&image=old dog&t=30&seed=5")
    done(page)
    wait_card(page, "old dog")
    strange = {"steps": "many", "start": 5, "kind": {}, "mistake": "none"}
    picture = {"name": "x", "uri": "data:;base64,AAAA"}
    put(page, json.dumps({"settings": strange, "picture": picture}))
    reload(page)
    wait_card(page, "old dog")
    tab.enter("break_it")
    assert page.input_value("#mistake-strength input[type=range]") == "0.8"
    tab.enter("noise_prediction")
    upload(page, random_picture(SIDE))
    page.goto(tab.address)  # somebody else at this computer
    done(page)
    first = tab.page.inner_text("#card b")
    assert first not in ("", UPLOAD)
    assert UPLOAD not in page.content()
    put(page, '{"settings": 5, "picture": "x"}')
    reload(page)
    assert page.inner_text("#card b") == first


# ---- a server that goes, and another that comes


@pytest.fixture
def tiny_server(colour_exhibit, grey_exhibit):
    """`tiny_server(port)` opens the app over the tiny exhibits -> (app, address)."""
    from explorer.interface import build_interface
    from explorer.page.shelf import Shelf
    from explorer.serving import Settings, launch, sheets_folder

    running = []

    def start(port: int | None = None):
        shelf = Shelf({"tiny": colour_exhibit, "strokes": grey_exhibit}, sheets_folder())
        app = build_interface(shelf)
        running.append(app)
        settings = Settings(host="127.0.0.1", port=port, device="cpu")
        return launch(app, settings, block=False)

    yield start
    for app in running:
        app.close(verbose=False)


def in_sight(page, selector: str) -> bool:
    """Is the middle of it what a visitor would touch there?"""
    return page.evaluate(
        """(selector) => {
            const shown = document.querySelector(selector);
            const { left, top, width, height } = shown.getBoundingClientRect();
            return shown.contains(document.elementFromPoint(left + width / 2, top + height / 2));
        }""",
        selector,
    )


def same_again(visitor, mine: np.ndarray, t: int) -> None:
    page = visitor.page
    done(page)
    wait_picture(visitor, UPLOAD, mine)
    visitor.wait_prediction(t)
    assert (visitor.slider(), page.input_value("#seed input")) == (t, "5")
    visitor.wait_lesson("reverse")
    page.click("#run-settings > button")
    assert page.input_value("#steps input[type=number]") == "33"


def test_a_server_started_anew_finds_the_page_as_it_was(cut_off, tiny_server):
    app, address = tiny_server()
    port = int(address.rstrip("/").rsplit(":", 1)[1])
    visitor, page = cut_off, cut_off.page
    visitor.address = address
    visitor.open(denoiser="tiny", t=30, seed=5)
    done(page)
    upload(page, content := random_picture(SIDE))
    mine = read_picture(content, (3, SIDE, SIDE))
    wait_picture(visitor, UPLOAD, mine)
    visitor.enter("reverse")
    page.click("#run-settings > button")
    visitor.set_number("#steps", 33)
    app.close(verbose=False)
    before = visitor.pixels(".noiser canvas.x_t")
    visitor.move_t(20)  # the browser's own work goes on
    page.wait_for_selector("[data-t='20']", state="attached")
    assert np.abs(visitor.pixels(".noiser canvas.x_t").astype(int) - before).max() > 0
    page.wait_for_selector("text=Connection to the server was lost")
    assert in_sight(page, ".toast-body")
    wait_query(page, t="20")
    with page.expect_navigation():  # it opens itself anew as soon as there is a server
        app, _ = tiny_server(port)
    same_again(visitor, mine, t=20)
    app.close(verbose=False)
    tiny_server(port)  # and that one went and came while nobody was looking
    with page.expect_navigation():
        visitor.move_t(10)
    same_again(visitor, mine, t=10)
