"""A browser, served apps and watchful pages for the tests that do what a visitor does.

Without any browser these tests are skipped; where CI is set a missing browser is a failure.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import numpy as np
import pytest

from tests.ui.visitor import Visitor

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before anything imports gradio

CHROMIUM_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=LocalNetworkAccessChecks",  # a page of the Hub's name may frame our app
    "--use-fake-ui-for-media-stream",  # a camera for the webcam: nobody is asked, nothing is seen
    "--use-fake-device-for-media-stream",
)
OURSELVES = ("localhost", "127.0.0.1")
# ms: what a page may take, on a machine that is busy, before a test gives up.
WAIT = 1000 * int(os.environ.get("BROWSER_WAIT", "120"))
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "device_scale_factor": 2}


def pytest_configure(config: pytest.Config) -> None:
    # Gradio's queue asks pandas for two things that pandas 3 no longer wants to be asked.
    for message in ("'future.no_silent_downcasting' is dep", "The copy keyword is deprecated"):
        config.addinivalue_line("filterwarnings", f"ignore:{message}:DeprecationWarning")
    # And it tries a port with a socket that it leaves to the garbage collector.
    config.addinivalue_line(
        "filterwarnings", r"ignore:unclosed <socket.*laddr=\('0\.0\.0\.0', 0\)>:ResourceWarning"
    )


def _without_browser(reason: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(f"The browser tests must run here, but {reason}.", pytrace=False)
    pytest.skip(f"{reason}; the browser tests need one")


@pytest.fixture(scope="session")
def browser() -> Iterator:
    """A headless Chromium: the one that CHROMIUM names, or the system's."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _without_browser("Playwright is not installed")
    found = [os.environ.get("CHROMIUM"), *map(shutil.which, CHROMIUM_NAMES)]
    path = next(filter(None, found), None)
    if path is None:
        _without_browser(f"no browser was found (CHROMIUM, {', '.join(CHROMIUM_NAMES)})")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[..., str]]:
    """`serve(demo, **launch_settings)` serves a gr.Blocks until the session ends."""
    served = []

    def start(demo, **settings) -> str:
        _, address, _ = demo.launch(
            **{
                "prevent_thread_lock": True,
                "_frontend": False,  # as explorer/serving.py
                "run_history": False,
                "ssr_mode": False,
                "quiet": True,
                "server_name": "127.0.0.1",
                **settings,
            }
        )
        served.append(demo)
        return address

    yield start
    for demo in served:
        demo.close(verbose=False)


@pytest.fixture(scope="session")
def context_for(browser) -> Iterator[Callable]:
    """`context_for(**settings)` gives one browser context a set of settings: a warm cache."""
    contexts: dict[str, object] = {}

    def get(**settings):
        key = repr(sorted(settings.items()))
        if key not in contexts:
            contexts[key] = browser.new_context(**settings)
        return contexts[key]

    yield get
    for context in contexts.values():
        context.close()


@pytest.fixture(scope="session")
def small_url(colour_exhibit, grey_exhibit) -> Iterator[str]:
    """The app with networks that cost nothing, "tiny" and "strokes": runs are there at once."""
    from explorer.interface import build_interface
    from explorer.page.shelf import Shelf
    from explorer.serving import Settings, launch, sheets_folder

    exhibits = {"tiny": colour_exhibit, "strokes": grey_exhibit}
    page = build_interface(Shelf(exhibits, sheets_folder()))
    app, address = launch(page, Settings(host="127.0.0.1", device="cpu"), block=False)
    yield address
    app.close(verbose=False)


@pytest.fixture
def new_page(context_for) -> Iterator[Callable]:
    """`new_page(**context_settings)` opens a tab, by default on a desktop screen.

    The test fails if one of its tabs logs an error, throws one, or asks anyone but this machine.
    """
    pages = []
    troubles = []

    def check(request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.hostname not in OURSELVES:
            troubles.append(f"asked for {request.url}")

    def listen(message) -> None:
        if message.type == "error":
            troubles.append(f"logged: {message.text}")

    def start(**settings):
        page = context_for(**{"viewport": DESKTOP, **settings}).new_page()
        pages.append(page)
        page.set_default_timeout(WAIT)
        page.on("request", check)
        page.on("console", listen)
        page.on("pageerror", lambda error: troubles.append(f"threw: {error}"))
        return page

    yield start
    for page in pages:
        page.close()
    assert not troubles, "The page " + "; ".join(troubles)


@pytest.fixture
def page(new_page):
    """One tab on a desktop screen; see `new_page`."""
    return new_page()


@pytest.fixture
def phone_page(new_page):
    """One tab on a phone's screen, with touch."""
    return new_page(**PHONE)


@pytest.fixture
def visitor(request, page, app_url) -> Visitor:
    """A fresh tab that has not opened the app yet; of the lesson that the file calls LESSON."""
    return Visitor(page, app_url, getattr(request.module, "LESSON", ""))


@pytest.fixture
def another_visitor(app_url) -> Callable:
    """`another_visitor(page)`: somebody else, with a page of one's own choice."""
    return lambda page: Visitor(page, app_url)


@pytest.fixture(scope="module")
def tab(request, context_for, app_url) -> Iterator[Visitor]:
    """One tab for all tests of a file: opening the page takes longer than most of them.

    It opens the lesson that the file calls LESSON.
    """
    page = context_for(viewport=DESKTOP).new_page()
    page.set_default_timeout(WAIT)
    troubles = []
    here = (app_url, "data:", "blob:")
    page.on("request", lambda r: r.url.startswith(here) or troubles.append(f"asked for {r.url}"))
    page.on("console", lambda m: m.type == "error" and troubles.append(m.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    yield Visitor(page, app_url, getattr(request.module, "LESSON", ""))
    page.close()
    # What Gradio's page says when it is reloaded in the middle of a run, and nothing but that.
    left = ("AbortError: signal is aborted", "Unexpected error Connection errored out")
    if any(trouble.startswith(left[0]) for trouble in troubles):
        troubles = [trouble for trouble in troubles if not trouble.startswith(left)]
    assert troubles == [], "\n".join(troubles)


@pytest.fixture
def truth(real_exhibits) -> Callable:
    """`truth("emoji", t, seed)` -> x_t as it must be drawn: (H, W, 3) uint8 by `diffuse`."""
    import torch

    from explorer.diffusion.forward import diffuse
    from explorer.diffusion.noise import noise_from_seed
    from explorer.images.encoding import to_model_space, to_pixels

    def make(denoiser: str, t: int, seed: int, picture: np.ndarray | None = None) -> np.ndarray:
        exhibit = real_exhibits[denoiser]
        clean = exhibit.first_picture.pixels if picture is None else picture
        x_0 = torch.from_numpy(to_model_space(clean))[None]
        x_t = diffuse(exhibit.schedule, x_0, t, noise_from_seed(tuple(x_0.shape), seed))
        return np.repeat(to_pixels(x_t[0].numpy()), 3 // x_0.shape[1], axis=-1)

    return make
