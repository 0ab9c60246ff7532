"""What a visitor waits for, in a real browser: the slider, the scrubber, a run, the first page."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from benchmarks.served import APP, ECHO, EMPTY, served
from benchmarks.timing import spread

MOVES = 50
CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
# Moves the slider and waits until the noise maps show the prediction of just that t: ms a move.
TO_PICTURE = """async (times) => {
  const range = document.querySelector('#t-slider input[type=range]');
  const value = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value');
  const maps = document.querySelector('[data-scene]:has(.noise-maps)');
  const waits = [];
  for (const t of times) {
    const seen = new Promise((done) => {
      const watcher = new MutationObserver(() => {
        if (maps.dataset.prediction !== String(t)) return;
        watcher.disconnect();
        done();
      });
      watcher.observe(maps, { attributes: true });
    });
    const begun = performance.now();
    value.set.call(range, t);
    range.dispatchEvent(new Event('input', { bubbles: true }));
    await seen;
    waits.push(performance.now() - begun);
    await new Promise((done) => setTimeout(done, 30));
  }
  return waits;
}"""
# The same slider, but only until the browser itself has drawn x_t: its handler is synchronous.
TO_NOISY_IMAGE = """async (times) => {
  const range = document.querySelector('#t-slider input[type=range]');
  const value = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value');
  const noiser = document.querySelector('[data-scene]:has(.noiser)');
  const waits = [];
  for (const t of times) {
    const begun = performance.now();
    value.set.call(range, t);
    range.dispatchEvent(new Event('input', { bubbles: true }));
    if (noiser.dataset.t !== String(t)) throw new Error('not drawn');
    waits.push(performance.now() - begun);
    await new Promise(requestAnimationFrame);
  }
  return waits;
}"""
# Drags the scrubber over every frame: ms until each is drawn.
SCRUB = """async () => {
  const range = document.querySelector('#scrubber .timeline input');
  const last = Number(range.max);
  const waits = [];
  for (let k = last; k >= 0; k--) {
    const begun = performance.now();
    range.value = k;
    range.dispatchEvent(new Event('input', { bubbles: true }));
    waits.push(performance.now() - begun);
    await new Promise(requestAnimationFrame);
  }
  return waits;
}"""

# Presses the button and waits until the run's last frame is there: seconds.
RUN = """async (steps) => {
  const scrubber = document.querySelector('#scrubber [data-state]');
  const old = scrubber.dataset.run;
  const begun = performance.now();
  document.querySelector('#run').click();
  await new Promise((done) => {  // no animation frames: each makes the browser paint
    const watcher = new MutationObserver(() => {
      const { run, state, frames } = scrubber.dataset;
      if (run === old || state !== 'done' || Number(frames) !== steps + 1) return;
      watcher.disconnect();
      done();
    });
    watcher.observe(scrubber, { attributes: true });
  });
  return (performance.now() - begun) / 1000;
}"""


@contextmanager
def chromium() -> Iterator[Any]:
    """The browser that CHROMIUM names, or the system's."""
    from playwright.sync_api import sync_playwright

    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    path = next(found for name in names if name and (found := shutil.which(name)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


def times(count: int = MOVES) -> list[int]:
    """Times in 1..999, far apart from one another."""
    return [1 + (k * 389) % 999 for k in range(1, count + 1)]


def slider(one_prediction_ms: float) -> dict[str, Any]:
    """Slider to predicted noise, beside the same page answered at once; and to the noisy image."""
    waits = {}
    with chromium() as browser, served(APP) as app, served(ECHO) as echo:
        pages = {}
        for name, server in (("app", app), ("trivial handler", echo)):
            pages[name] = browser.new_page(viewport={"width": 1440, "height": 900})
            pages[name].goto(server.address)
            pages[name].wait_for_selector("[data-prediction]:has(.noise-maps)")
            pages[name].wait_for_timeout(3000)
            pages[name].evaluate(TO_PICTURE, times(10))
        for part in range(0, MOVES, 10):  # by turns
            for name, page in pages.items():
                page.bring_to_front()
                some = page.evaluate(TO_PICTURE, times()[part : part + 10])
                waits.setdefault(name, []).extend(some)
        page = pages["app"]
        page.bring_to_front()
        noisy = page.evaluate(TO_NOISY_IMAGE, times(100))
    result = {name: spread(values) for name, values in waits.items()}
    allowed = result["trivial handler"]["p95"] + 1.5 * one_prediction_ms
    return {
        "ms_to_predicted_noise": result,
        "allowed_p95_ms": round(allowed, 1),
        "ms_to_noisy_image": spread(noisy),
    }


def scrubbing(bare_s: float, num_steps: int = 250) -> dict[str, Any]:
    """A whole run in the browser, then a drag across all of its frames.

    `bare_s`: what 50 bare predictions take, to compare a run without guidance with.
    """
    with chromium() as browser, served(APP) as app:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        sizes: list[int] = []
        network = page.context.new_cdp_session(page)
        network.send("Network.enable")
        pictures: set[str] = set()  # data: addresses ask nobody
        network.on("Network.requestWillBeSent", lambda event: _note_data(event, pictures))
        network.on(
            "Network.dataReceived",
            lambda event: sizes.append(event["dataLength"] * (event["requestId"] not in pictures)),
        )
        page.goto(app.address)
        page.wait_for_selector("#scrubber [data-state=done]")
        page.get_by_text("Settings", exact=True).first.click()
        payload, seconds = {}, {}
        for steps in (50, num_steps):
            box = page.locator("#steps input[type=number]")
            box.fill(str(steps))
            box.press("Tab")
            page.wait_for_timeout(300)
            sizes.clear()
            seconds[steps] = page.evaluate(RUN, steps)
            page.wait_for_timeout(300)
            payload[steps] = sum(sizes) / 1e6
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        waits = page.evaluate(SCRUB)
        quiet = ("data:", "blob:")
        requests = [url for url in asked if not url.startswith(quiet) and "/heartbeat/" not in url]
        for box, value in (("#steps", 50), ("#guidance", 1)):
            page.locator(f"{box} input[type=number]").fill(str(value))
            page.locator(f"{box} input[type=number]").press("Tab")
            page.wait_for_timeout(300)
        unguided = median(page.evaluate(RUN, 50) for _ in range(7))
    return {
        "frames": num_steps + 1,
        "ms_a_frame": spread(waits),
        "requests": len(requests),
        "s_of_a_run": {str(steps): round(s, 3) for steps, s in seconds.items()},
        "megabytes_of_a_run": {str(steps): round(size, 2) for steps, size in payload.items()},
        "s_of_50_steps_unguided": round(unguided, 3),
        "times_50_bare_predictions": round(unguided / bare_s, 2),
    }


def _note_data(event: dict[str, Any], pictures: set[str]) -> None:
    if event["request"]["url"].startswith("data:"):
        pictures.add(event["requestId"])


def start(rounds: int = 5) -> dict[str, Any]:
    """From `python app.py` to the first usable page, beside an empty Gradio page with torch."""
    with chromium() as browser:
        seconds: dict[str, list[float]] = {"app": [], "empty page": []}
        for _ in range(rounds):
            for name, script, there in (
                ("app", APP, "[data-prediction]:has(.noise-maps)"),
                ("empty page", EMPTY, "text=nothing"),
            ):
                with served(script) as server:
                    page = browser.new_page()
                    begun = page.evaluate("performance.timeOrigin + performance.now()")
                    page.goto(server.address)
                    page.wait_for_selector(there)
                    ended = page.evaluate("performance.timeOrigin + performance.now()")
                    seconds[name].append(server.start_s + (ended - begun) / 1000)
                    page.close()
    medians = {name: median(values) for name, values in seconds.items()}
    return {
        "s_to_the_first_page": {name: round(value, 2) for name, value in medians.items()},
        "times_the_empty_page": round(medians["app"] / medians["empty page"], 2),
    }
