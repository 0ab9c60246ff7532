"""Take the README's pictures: docs/*.webp.

    python -m scripts.screenshots [--output DIR] [--kind cat-face] [--seed 9] [--only NAME ...]

Serves the app on a free port of this machine and drives a real Chromium through it: the one that
the variable CHROMIUM names, or the system's. Needs requirements-dev.txt.
"""

import argparse
import io
import os
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from explorer.serving import Settings, serve

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
DESKTOP = {"viewport": {"width": 1440, "height": 900}, "device_scale_factor": 1.5}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True}
MARGIN = 16  # around the scrubber
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
            settings = {"executable_path": find_chromium(), "args": ["--no-sandbox"]}
            browser = playwright.chromium.launch(**settings)
            take_pictures(browser, f"{address}?seed={arguments.seed}", arguments)
            browser.close()
    finally:
        app.close(verbose=False)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.screenshots", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--output", type=Path, default=Path("docs"))
    parser.add_argument("--kind", default="cat-face", help="what the animation's run shall draw")
    parser.add_argument("--seed", type=int, default=9)
    parser.add_argument("--only", nargs="+", choices=list(PICTURES), default=list(PICTURES))
    return parser.parse_args()


def find_chromium() -> str:
    for path in (os.environ.get("CHROMIUM"), *map(shutil.which, CHROMIUM_NAMES)):
        if path:
            return path
    raise SystemExit(f"No browser was found (CHROMIUM, {', '.join(CHROMIUM_NAMES)}).")


def take_pictures(browser: Browser, address: str, arguments: argparse.Namespace) -> None:
    for name in arguments.only:
        settings, take = PICTURES[name]
        page = browser.new_page(**settings)
        page.goto(address)
        wait_for_run(page)
        path = arguments.output / f"{name}.webp"
        take(page, path, arguments)
        print(f"{path}: {path.stat().st_size // 1000} kB")
        page.close()


def wait_for_run(page: Page) -> None:
    page.wait_for_selector("#scrubber [data-state=done]", state="attached", timeout=PATIENCE)
    page.wait_for_timeout(1000)  # the last pictures are drawn


def take_window(page: Page, path: Path, arguments: argparse.Namespace) -> None:
    save(shot(page), path)


def take_lesson(page: Page, path: Path, arguments: argparse.Namespace) -> None:
    page.click("#lessons a[href='#lesson-noise-prediction']")
    page.wait_for_timeout(1500)  # the page scrolls softly
    save(shot(page), path)


def take_scrubbing(page: Page, path: Path, arguments: argparse.Namespace) -> None:
    """Run the sampler, then drag the slider through the whole run."""
    page.click("#run-settings button")
    page.fill("#kind input", arguments.kind)
    page.press("#kind input", "Enter")
    page.click("#run-settings button")
    page.click("#run")
    page.wait_for_selector("#scrubber [data-state=running]", state="attached", timeout=PATIENCE)
    wait_for_run(page)
    scrubber = page.locator("#scrubber figure")
    scrubber.scroll_into_view_if_needed()
    page.wait_for_timeout(1500)  # the page scrolls softly
    box = scrubber.bounding_box()
    wider = {"x": -MARGIN, "y": -MARGIN, "width": 2 * MARGIN, "height": 2 * MARGIN}
    clip = {side: box[side] + wider[side] for side in box}
    frames = []
    for k in range(int(page.get_attribute("#scrubber [data-frames]", "data-frames"))):
        page.locator("#scrubber input").evaluate(DRAG, k)
        frame = shot(page, clip=clip)
        height = round(frame.height * ANIMATION_WIDTH / frame.width)
        frames.append(frame.resize((ANIMATION_WIDTH, height), Image.Resampling.LANCZOS))
    times = [FRAME_MS] * (len(frames) - 1) + [LAST_FRAME_MS]
    settings = dict(save_all=True, append_images=frames[1:], duration=times, loop=0)
    frames[0].save(path, quality=65, method=6, **settings)


def shot(page: Page, **settings) -> Image.Image:
    return Image.open(io.BytesIO(page.screenshot(**settings))).convert("RGB")


def save(picture: Image.Image, path: Path) -> None:
    picture.save(path, quality=85, method=6)


PICTURES = {
    "explorer": (DESKTOP, take_window),
    "predict": (DESKTOP, take_lesson),
    "reverse": (DESKTOP, take_scrubbing),
    "dark": (DESKTOP | {"color_scheme": "dark"}, take_window),
    "phone": (PHONE, take_window),
}

if __name__ == "__main__":
    main()
