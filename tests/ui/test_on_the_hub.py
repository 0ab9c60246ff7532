"""In a frame of another site's page, as the Hub shows a Space, everything stays in sight."""

import pytest

from explorer.interface import build_interface
from explorer.page.shelf import Shelf
from explorer.serving import Settings, launch, sheets_folder

pytestmark = pytest.mark.ui

HUB = "https://huggingface.co/spaces/somebody/denoising-explorer"
# Higher than the screen, and it must not scroll: as a frame is that was made as tall as its page.
PARENT = """<!doctype html><body style="margin: 0"><div style="height: 52px">The Hub</div>
<script>told = []; addEventListener('message', ({{ data }}) => told.push(data));</script>
<iframe src="{app}?t=400&__sign=secret" scrolling="no"
 style="width: 100%; height: 4000px; border: 0"
 sandbox="allow-downloads allow-forms allow-modals allow-popups allow-same-origin allow-scripts">
</iframe>"""
IN_SIGHT = """([top, height, selector]) => {
    const { top: begin, bottom: end } = document.querySelector(selector).getBoundingClientRect();
    return end > begin && begin + top >= 0 && end + top <= height;
}"""


@pytest.fixture(scope="module")
def space(colour_exhibit, grey_exhibit):
    """The address of a small app whose page takes itself for a Space's."""
    exhibits = {"tiny": colour_exhibit, "strokes": grey_exhibit}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SYSTEM", "spaces")
        patch.setenv("SPACE_ID", "somebody/denoising-explorer")
        page = build_interface(Shelf(exhibits, sheets_folder()))
    app, address = launch(page, Settings(host="127.0.0.1"), block=False)
    yield address
    app.close(verbose=False)


@pytest.fixture(scope="module")
def hub(browser, space):
    """(the Hub's page, the app's frame in it, what the browser asked others for)."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    asked = []
    page.route(HUB, lambda route: route.fulfill(body=PARENT.format(app=space)))
    page.on("requestfinished", lambda request: asked.append(request.url))
    page.goto(HUB)
    frame = page.frames[1]
    frame.wait_for_function("globalThis.explorer?.prediction?.t === 40")  # the address has its way
    yield page, frame, [url for url in asked if not url.startswith((space, HUB))]
    page.close()


def in_sight(hub, selector: str) -> None:
    """Wait until it is, for a reader of the Hub's page."""
    page, frame, _ = hub
    for _ in range(100):
        top = page.evaluate("document.querySelector('iframe').getBoundingClientRect().top")
        if frame.evaluate(IN_SIGHT, [top, 900, selector]):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{selector} is out of sight")


def test_wherever_the_site_is_scrolled_to_the_controls_are_in_sight(hub):
    page, frame, _ = hub
    for place in (0, 1500, 3000):
        page.evaluate("(place) => scrollTo(0, place)", place)
        in_sight(hub, "#lessons nav")
        in_sight(hub, "#t-slider")


def test_the_page_scrolls_by_itself_and_a_link_leads_to_its_rooms_top(hub):
    page, frame, _ = hub
    page.evaluate("scrollTo(0, 600)")
    in_sight(hub, "#lessons nav")
    page.mouse.move(900, 450)
    scrolled = "document.querySelector('gradio-app').scrollTop"
    for _ in range(60):  # a turn of the wheel is lost while the frame still finds its place
        page.mouse.wheel(0, 1000)
        page.wait_for_timeout(50)
        if frame.evaluate(scrolled) > 50:
            break
    assert frame.evaluate(scrolled) > 50
    frame.click("#lessons nav a[data-lesson=reverse]")
    in_sight(hub, "#lesson-reverse h2")
    assert frame.evaluate(scrolled) == 0
    assert page.evaluate("scrollY") == 600  # the site around stays where it is


def test_the_sites_address_bar_is_told_what_is_set(hub):
    page, frame, _ = hub
    frame.click("#lessons nav a[data-lesson=noise_prediction]")
    frame.fill("#t-slider input[type=number]", "3")
    frame.press("#t-slider input[type=number]", "Tab")
    page.wait_for_function("told.some((message) => message.queryString?.startsWith('t=3&'))")
    assert page.evaluate("told.every((message) => !message.queryString?.includes('__'))")


def test_on_a_space_nobody_else_is_asked_for_anything(hub):
    """Gradio's own header for Spaces would fetch fonts and pictures: the policy forbids it."""
    _, frame, foreign = hub
    assert frame.evaluate("window.gradio_config.space_id") == "somebody/denoising-explorer"
    assert foreign == []
