"""At a classroom's wall: keys, big mode, the link and its QR code, a frame, a printed handout."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest

pytestmark = pytest.mark.ui

T = "#t-slider input[type=range]"
SEEN = """(selector) => [...document.querySelectorAll(selector)]
    .filter((one) => one.checkVisibility()).length"""
FACTS = "JSON.parse(JSON.stringify(document.documentElement.dataset))"


@pytest.fixture(scope="module")
def small_app(colour_exhibit, grey_exhibit) -> Iterator[str]:
    """The whole page behind its door, with networks that cost nothing."""
    from explorer.interface import build_interface
    from explorer.page.shelf import Shelf
    from explorer.serving import Settings, launch, sheets_folder

    shelf = Shelf({"tiny": colour_exhibit, "strokes": grey_exhibit}, sheets_folder())
    app, address = launch(build_interface(shelf), Settings(host="127.0.0.1"), block=False)
    yield address
    app.close(verbose=False)


def open_page(page, address: str, **query) -> None:
    said = "&".join(f"{name}={value}" for name, value in query.items())
    page.goto(f"{address}?{said}")
    page.wait_for_selector("[data-scene]", state="attached")
    page.wait_for_function("window.explorerKeeper && explorer.opened")


def query(page) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(page.url).query))


def t_of(page) -> int:
    return page.locator(T).evaluate("(range) => range.valueAsNumber")


def press_from_nowhere(page, *keys: str) -> None:
    page.evaluate("document.activeElement.blur()")
    for key in keys:
        page.keyboard.press(key)


def in_sight(page, name: str) -> None:
    page.wait_for_function("(name) => document.documentElement.dataset.lesson === name", arg=name)


def test_keys_move_what_is_in_sight_and_leave_controls_their_own(small_app, page):
    open_page(page, small_app, t=20)  # of 40
    press_from_nowhere(page, ".", ".", ",", "ArrowRight")
    assert t_of(page) == 22
    press_from_nowhere(page, "Shift+Comma", "Shift+ArrowLeft")
    assert t_of(page) == 14
    page.wait_for_function("explorer.moment.t === 14")

    page.focus("#seed input")  # a box keeps all keys
    page.keyboard.type("b.")
    page.keyboard.press("ArrowLeft")
    assert (t_of(page), "big" in query(page)) == (14, False)
    page.focus(T)  # a slider its arrows, but no letter
    page.keyboard.press("ArrowRight")
    page.keyboard.press(".")
    assert t_of(page) == 16
    page.focus("#big-button")  # a button its space
    page.keyboard.press(" ")
    page.wait_for_function("location.search.includes('big=1')")
    page.keyboard.press("Escape")
    assert page.evaluate(FACTS).get("big") is None

    press_from_nowhere(page, "n", "n")
    in_sight(page, "reverse")
    run = "#scrubber [data-position]"
    page.wait_for_selector("#scrubber [data-state=done]")
    page.locator("#scrubber .scrubber").evaluate("(run) => run.querySelector('.play').click()")
    press_from_nowhere(page, " ")
    page.wait_for_selector("#scrubber .scrubber:not(.playing)")
    before = int(page.get_attribute(run, "data-position"))
    press_from_nowhere(page, "ArrowLeft" if before else "ArrowRight")
    moved = int(page.get_attribute(run, "data-position"))
    assert abs(moved - before) == 1
    press_from_nowhere(page, "s")
    assert int(page.get_attribute(run, "data-position")) != moved
    press_from_nowhere(page, "p")
    in_sight(page, "noise_prediction")

    press_from_nowhere(page, "?")
    listed = page.locator("#keys dd").all_text_contents()
    assert len(listed) == page.locator("#keys dt").count() > 8
    assert all(text.strip() and text != "undefined" for text in listed)
    assert not any("undefined" in text for text in page.locator("#keys dt").all_text_contents())
    page.keyboard.press("n")  # a dialog is open
    page.get_by_label("Use these keys").uncheck()
    page.keyboard.press("Escape")
    press_from_nowhere(page, "n", "b")
    in_sight(page, "noise_prediction")
    assert "big" not in query(page)
    page.click("#keys-button")
    page.get_by_label("Use these keys").check()


@pytest.mark.parametrize("width,height", [(1280, 720), (3840, 2160)])
def test_in_big_mode_the_stage_fills_the_screen(small_app, new_page, width, height):
    page = new_page(viewport={"width": width, "height": height})
    open_page(page, small_app, lesson="noise_prediction", t=20, big=1)
    page.wait_for_selector(".noise-maps .maps canvas")
    page.wait_for_function("document.documentElement.style.getPropertyValue('--wall-columns')")
    assert page.evaluate(SEEN, "#lessons nav, #card, #rail-more, .lesson h2, .foot") == 0
    assert page.evaluate(SEEN, f"{T}, #big-leave") == 2
    sides = page.locator(".maps canvas").evaluate_all("(all) => all.map((one) => one.clientWidth)")
    assert len(sides) == 3 and sum(sides) > 0.8 * width
    type_size = page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
    assert type_size == pytest.approx(0.0145 * width, rel=0.01)
    scrolls = "document.documentElement.scrollHeight > innerHeight"
    assert not page.evaluate(scrolls)

    press_from_nowhere(page, "PageDown")  # a presenter's remote control
    in_sight(page, "reverse")
    page.wait_for_selector("#scrubber canvas")
    page.wait_for_function("document.documentElement.dataset.control === 'own'")
    assert page.evaluate(SEEN, T) == 0  # the run has a timeline
    assert not page.evaluate(scrolls)
    press_from_nowhere(page, "b")
    assert page.evaluate(SEEN, "#lessons nav, .lesson h2") == 2
    assert "big" not in query(page)
    type_size = page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
    if width > 1600:  # the page itself uses the wall
        assert type_size > 28
        assert page.locator("#columns").evaluate("(one) => one.offsetWidth") > 0.75 * width
    else:
        assert type_size == 16


def test_a_phone_that_opens_the_walls_link_stays_as_it_is(small_app, phone_page):
    open_page(phone_page, small_app, big=1)
    assert phone_page.evaluate(FACTS).get("big") is None


def test_the_link_is_exactly_this_with_its_code(small_app, page):
    page.add_init_script("""
        window.copied = [];
        Object.defineProperty(navigator, 'clipboard', { value: {
            writeText: async (text) => {
                if (window.refuses) throw new Error('no');
                window.copied.push(text);
            },
        } });""")
    open_page(page, small_app, lesson="noise_prediction")
    press_from_nowhere(page, "Shift+Period", "l")  # before the address is written by itself
    status = page.get_by_role("dialog").get_by_role("status")
    page.wait_for_function("window.copied.length === 1")
    link = page.locator("#link input").input_value()
    assert page.evaluate("window.copied") == [link] and status.text_content().startswith("Copied")
    said = dict(parse_qsl(urlsplit(link).query))
    wanted = {"denoiser": "tiny", "image": "black cat", "t": "24", "seed": "9"}
    assert said == {**wanted, "lesson": "noise_prediction"} and page.url == link
    page.wait_for_function("document.querySelector('#link img').naturalWidth > 0")
    code = page.locator("#link img")
    assert dict(parse_qsl(urlsplit(code.get_attribute("src")).query))["text"] == link
    assert "this computer only" in page.locator("#link ul").text_content()
    assert "own picture" not in page.locator("#link ul").text_content()
    page.keyboard.press("Escape")

    page.evaluate("window.refuses = true")
    page.evaluate("explorer.scene.choices.image = null")  # as a picture of the visitor's own
    page.click("#big-button")
    press_from_nowhere(page, "l")
    page.wait_for_function(
        "getSelection().toString() === document.querySelector('#link input').value"
    )
    assert "marked" in status.text_content()
    assert "own picture stays" in page.locator("#link ul").text_content()
    page.wait_for_function("document.querySelector('#link img').clientHeight >= 0.6 * innerHeight")


def test_one_lesson_in_a_frame_leads_to_the_whole_page(small_app, page):
    course = f'<iframe src="{small_app}?embed=reverse&t=30" width="900" height="640"></iframe>'
    page.route("**/course", lambda route: route.fulfill(body=course, content_type="text/html"))
    page.goto("http://localhost:8159/course")  # for a browser another site than 127.0.0.1
    frame = page.query_selector("iframe").content_frame()
    frame.wait_for_selector("[data-scene]", state="attached")
    frame.wait_for_selector("#lesson-reverse .scrubber")
    assert frame.evaluate(SEEN, "#lessons nav, #lessons h1, .tools, .foot, footer") == 0
    frame.wait_for_function("window.explorerKeeper && explorer.opened")
    frame.click("#rail-toggle")
    assert frame.evaluate(SEEN, "#seed input, #denoiser input") >= 2
    link = frame.get_by_role("link", name="Open in Denoising Explorer")
    link.hover()
    said = dict(parse_qsl(urlsplit(link.get_attribute("href")).query))
    assert said.pop("lesson") == "reverse" and "embed" not in said
    assert (said["t"], link.get_attribute("target")) == ("30", "_blank")


@pytest.mark.parametrize("lesson", ["forward_noising", "noise_prediction"])
def test_the_handout_has_two_sides_at_most(small_app, new_page, lesson):
    page = new_page(color_scheme="dark")
    open_page(page, small_app, lesson=lesson, t=20)
    page.wait_for_selector(f"#lesson-{lesson.replace('_', '-')} canvas")
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 2
    page.emulate_media(media="print")
    assert page.evaluate(SEEN, "#lessons, #rail, .onward, footer, #article button.lg") == 0
    assert page.evaluate(SEEN, ".handout .who, .handout .address") == 2
    assert page.evaluate(SEEN, ".handout li") == 3
    ink = "getComputedStyle(document.querySelector('.lesson h2')).color"
    assert page.evaluate(ink) == "rgb(0, 0, 0)"
