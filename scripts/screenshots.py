"""Take the README's pictures: docs/*.webp.

    python -m scripts.screenshots [--output DIR] [--kind plant-flower] [--seed 10] [--only NAME ...]

Serves the app and drives a real Chromium through it: the one that CHROMIUM names, or the system's.
"""

import argparse
import io
import os
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from explorer.serving import Settings, serve

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
DESKTOP = {"viewport": {"width": 1440, "height": 900}, "device_scale_factor": 1.5}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True}
ANIMATION_WIDTH = 800
FRAME_MS, LAST_FRAME_MS = 90, 2500
DRAG = "(slider, k) => { slider.value = k; slider.dispatchEvent(new Event('input')); }"
PATIENCE = 120_000  # ms: a slow machine's first run


def main() -> None:
    arguments = parse_arguments()
    arguments.output.mkdir(parents=True, exist_ok=True)
    app, address = serve(Settings(host="127.0.0.1", device="cpu"), block=False)
    try:
        with sync_playwright() as playwright:
            chromium = {"executable_path": find_chromium(), "args": ["--no-sandbox"]}
            browser = playwright.chromium.launch(**chromium)
            take_pictures(browser, f"{address}?seed={arguments.seed}", arguments)
            browser.close()
    finally:
        app.close(verbose=False)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Take the README's pictures.")
    add = parser.add_argument
    add("--output", type=Path, default=Path("docs"))
    add("--kind", default="plant-flower", help="what the animation's run shall draw")
    add("--seed", type=int, default=10, help="of the noise in all pictures")
    add("--only", nargs="+", choices=list(PICTURES), default=list(PICTURES))
    return parser.parse_args()


def find_chromium() -> str:
    for path in (os.environ.get("CHROMIUM"), *map(shutil.which, CHROMIUM_NAMES)):
        if path:
            return path
    raise SystemExit(f"No browser was found (CHROMIUM, {', '.join(CHROMIUM_NAMES)}).")


def take_pictures(browser: Browser, address: str, arguments: argparse.Namespace) -> None:
    for name in arguments.only:
        screen, take = PICTURES[name]
        page = browser.new_page(**screen)
        page.goto(address)
        wait_for_run(page)
        path = arguments.output / f"{name}.webp"
        take(page, path, arguments.kind)
        print(f"{path}: {path.stat().st_size // 1000} kB")
        page.close()


def wait_for_run(page: Page) -> None:
    page.wait_for_selector("#scrubber [data-state=done]", state="attached", timeout=PATIENCE)
    page.wait_for_timeout(1000)  # the last pictures are drawn


def take_window(page: Page, path: Path, kind: str) -> None:
    shot(page).save(path, quality=85, method=6)


def take_lesson(page: Page, path: Path, kind: str) -> None:
    page.click("#lessons a[href='#lesson-noise-prediction']")
    page.wait_for_timeout(1500)  # the page scrolls softly
    take_window(page, path, kind)


def take_scrubbing(page: Page, path: Path, kind: str) -> None:
    """Run the sampler, then drag the slider through the whole run."""
    page.click("#run-settings button")
    page.fill("#kind input", kind)
    page.press("#kind input", "Enter")
    page.click("#run-settings button")
    page.click("#run")
    page.wait_for_selector("#scrubber [data-state=running]", state="attached", timeout=PATIENCE)
    wait_for_run(page)
    page.add_style_tag(content="#scrubber figure { padding: 16px; }")
    frames = []
    for k in range(int(page.get_attribute("#scrubber [data-frames]", "data-frames") or 0)):
        page.locator("#scrubber input").evaluate(DRAG, k)
        frame = shot(page.locator("#scrubber figure"))
        height = round(frame.height * ANIMATION_WIDTH / frame.width)
        frames.append(frame.resize((ANIMATION_WIDTH, height), Image.Resampling.LANCZOS))
    times = [FRAME_MS] * (len(frames) - 1) + [LAST_FRAME_MS]
    rest = {"save_all": True, "append_images": frames[1:], "duration": times, "loop": 0}
    frames[0].save(path, quality=65, method=6, **rest)


def shot(part: Page | Locator) -> Image.Image:
    return Image.open(io.BytesIO(part.screenshot())).convert("RGB")


PICTURES = {
    "explorer": (DESKTOP, take_window),
    "predict": (DESKTOP, take_lesson),
    "reverse": (DESKTOP, take_scrubbing),
    "dark": (DESKTOP | {"color_scheme": "dark"}, take_window),
    "phone": (PHONE, take_window),
}

if __name__ == "__main__":
    main()
