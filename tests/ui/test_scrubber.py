"""The scrubber in a real browser: frames stream in, a visitor drags, steps and plays."""

import base64
import io
import itertools
import json
import threading

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from explorer.components.scrubber import PLACEHOLDER, Scrubber

pytestmark = pytest.mark.ui

SIDE = 8  # pixels of a view's side
VIEWS = 3
FRAME_TIME = 16.7  # ms: what a screen of 60 Hz gives a draw
FIGURE = "#scrubber .scrubber"
RANGE = "#scrubber input[type=range]"

run_ids = (f"run {n}" for n in itertools.count())
scrubs: list[int] = []  # what the server was told in this test
gate = threading.Event()  # opened by a test to let a waiting run go on


def frame_pixels(k: int) -> np.ndarray:
    """(SIDE, VIEWS * SIDE, 3) uint8: pure noise, so that any resampling or colour change shows."""
    return np.random.default_rng(k).integers(0, 256, (SIDE, VIEWS * SIDE, 3), dtype=np.uint8)


def frame_uri(k: int) -> str:
    """Side by side or, every third one, one below the other."""
    pixels, png = frame_pixels(k), io.BytesIO()
    if k % 3 == 0:
        pixels = np.concatenate(np.split(pixels, VIEWS, axis=1), axis=0)
    Image.fromarray(pixels).save(png, "PNG")
    return "data:image/png;base64," + base64.b64encode(png.getvalue()).decode()


def piece(run: str, start: int, stop: int, total: int, **more) -> dict:
    indices = range(start, stop)
    return {
        "run": run,
        "start": start,
        "total": total,
        "frames": [frame_uri(k) for k in indices],
        "captions": [f"t = {total - 1 - k}" for k in indices],
        "status": f"step {stop} of {total}",
        "done": stop == total,
        **more,
    }


def pieces(total: int, at_once: int):
    run = next(run_ids)
    for start in range(0, total, at_once):
        yield piece(run, start, min(start + at_once, total), total)


def stream_50():
    yield from pieces(50, 1)


def stream_250():
    yield from pieces(250, 10)


def stream_with_a_pause():
    """Ten frames, then ten more when the test opens the gate."""
    gate.clear()
    run = next(run_ids)
    yield piece(run, 0, 10, 20)
    gate.wait(timeout=20)
    yield piece(run, 10, 20, 20)


def stream_and_stop():
    run = next(run_ids)
    yield piece(run, 0, 5, 20)
    yield piece(run, 5, 5, 20, done=True, status="Stopped at step 5 of 20")


def new_run_then_late_piece():
    old, new = next(run_ids), next(run_ids)
    yield piece(old, 0, 10, 20)
    yield piece(new, 0, 3, 20, ends=["noisy, t = 400", "clean"], views=["Left x_t", "Right eps"])
    yield piece(old, 10, 20, 20)
    yield piece(new, 3, 6, 20)


def forget():
    return None


def note(event: gr.EventData) -> str:
    scrubs.append(event.k)
    return " ".join(map(str, scrubs))


@pytest.fixture(scope="module")
def address(serve) -> str:
    streams = (stream_50, stream_250, stream_with_a_pause, stream_and_stop)
    with gr.Blocks() as demo:
        scrubber = Scrubber(elem_id="scrubber")
        log = gr.Textbox(elem_id="log")
        scrubber.scrub(note, None, log, show_progress="hidden", trigger_mode="multiple")
        for stream in (*streams, new_run_then_late_piece, forget):
            button = gr.Button(stream.__name__, elem_id=stream.__name__)
            button.click(stream, None, scrubber, show_progress="hidden", concurrency_limit=4)
    return serve(demo)


def opened(page, address: str):
    scrubs.clear()
    page.goto(address)
    page.wait_for_selector("#scrubber [data-state=empty]")
    return page


def start(page, stream, frames: int):
    page.click(f"#{stream.__name__}")
    page.wait_for_selector(f'#scrubber [data-frames="{frames}"]')


def wait_at(page, position: int):
    page.wait_for_selector(f'#scrubber [data-position="{position}"]')


def shown(page, views: int = VIEWS) -> np.ndarray:
    """All views' pixels side by side, as the canvases hold them."""
    flat = page.evaluate(
        """() => [...document.querySelectorAll('#scrubber .views canvas')].map((canvas) =>
            Array.from(
                canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data))"""
    )
    rgba = [np.array(view, dtype=np.uint8).reshape(SIDE, -1, 4) for view in flat]
    assert len(rgba) == views
    return np.concatenate(rgba, axis=1)[:, :, :3]


def log_reads(page, text: str):
    page.wait_for_function("t => document.querySelector('#log textarea').value === t", arg=text)


def test_calm_before_a_run_exact_during_it_and_a_new_run_starts_over(page, address):
    """A run's frames arrive in order; late frames of the old run are ignored by the new one."""
    opened(page, address)
    assert page.inner_text("#scrubber .status") == PLACEHOLDER
    labels = page.locator("#scrubber .views .label").all_inner_texts()
    assert labels[0] == "Noisy image xt"
    assert labels[1].startswith("Guessed image x")
    assert page.locator("#scrubber .views .label sub").all_inner_texts() == ["t", "0"]
    assert page.inner_text("#scrubber .ends .noise") == "noise, t = T"
    assert page.inner_text("#scrubber .ends .clean") == "clean, t = 0"
    assert page.locator("#scrubber :is(button, input, select):not(:disabled)").count() == 0

    page.evaluate(
        """() => {
            const root = document.querySelector('#scrubber [data-run]');
            window.visited = [];
            new MutationObserver(() => window.visited.push(Number(root.dataset.position)))
                .observe(root, { attributeFilter: ['data-position'] });
        }"""
    )
    start(page, stream_50, frames=50)
    page.wait_for_selector("#scrubber [data-state=done]")
    wait_at(page, 49)
    visited = page.evaluate("window.visited")
    assert visited == sorted(visited)
    assert visited[-1] == 49
    assert page.inner_text("#scrubber .caption") == "t = 0"
    assert page.inner_text("#scrubber .count") == "frame 50 of 50"
    page.focus(FIGURE)
    for k in (49, 48, 47):
        wait_at(page, k)
        np.testing.assert_array_equal(shown(page), frame_pixels(k))
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Home")
    np.testing.assert_array_equal(shown(page), frame_pixels(0))

    start(page, new_run_then_late_piece, frames=6)
    wait_at(page, 5)
    assert page.locator("#scrubber .views .label").all_inner_texts() == ["Left xt", "Right ε"]
    assert page.inner_text("#scrubber .ends .noise") == "noisy, t = 400"
    np.testing.assert_array_equal(shown(page, views=2), frame_pixels(5))
    page.click("#forget")
    page.wait_for_selector('#scrubber [data-state=empty][data-frames="0"]')
    assert page.inner_text("#scrubber .status") == PLACEHOLDER


def test_250_frames_are_dragged_through_fast_and_without_the_server(page, address):
    """Each within a screen's frame; the server is told only where the drag ends."""
    opened(page, address)
    start(page, stream_250, frames=250)
    page.focus(FIGURE)
    page.keyboard.press("Home")
    log_reads(page, "0")
    box = page.locator(RANGE).bounding_box()
    height = box["y"] + box["height"] / 2
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.mouse.move(box["x"] + 11, height)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, height, steps=30)
    halfway = int(page.get_attribute("#scrubber [data-run]", "data-position"))
    assert 120 < halfway < 130
    np.testing.assert_array_equal(shown(page), frame_pixels(halfway))
    page.mouse.move(box["x"] + box["width"], height, steps=30)
    wait_at(page, 249)
    np.testing.assert_array_equal(shown(page), frame_pixels(249))
    assert requests == []
    page.mouse.up()
    log_reads(page, "0 249")

    times = page.evaluate(
        """() => {
            const range = document.querySelector('#scrubber input');
            const canvases = [...document.querySelectorAll('#scrubber .views canvas')];
            return [...Array(250).keys()].map((k) => {
                const begun = performance.now();
                range.value = k;
                range.dispatchEvent(new Event('input', { bubbles: true }));
                for (const canvas of canvases) canvas.getContext('2d').getImageData(0, 0, 1, 1);
                return performance.now() - begun;
            });
        }"""
    )
    assert np.percentile(times, 95) < FRAME_TIME  # the rest belongs to a busy machine
    wait_at(page, 249)


def test_play_pauses_and_ends_and_keys_step_and_jump_and_the_server_is_told_where(page, address):
    """Play starts again from noise, and ends on the clean image."""
    opened(page, address)
    start(page, stream_50, frames=50)
    page.click("#scrubber .play")
    page.wait_for_selector("#scrubber button[aria-label=Pause]")
    page.wait_for_function(
        "() => document.querySelector('#scrubber [data-run]').dataset.position % 49 >= 3"
    )
    page.focus(FIGURE)
    page.keyboard.press("Space")
    page.wait_for_selector("#scrubber button[aria-label=Play]")
    paused = page.get_attribute("#scrubber [data-run]", "data-position")
    assert 3 <= int(paused) < 49
    log_reads(page, paused)
    page.select_option("#scrubber .speed", "4")
    page.click("#scrubber .play")
    page.wait_for_selector("#scrubber button[aria-label=Pause]")
    wait_at(page, 49)
    page.wait_for_selector("#scrubber button[aria-label=Play]")
    log_reads(page, f"{paused} 49")

    scrubs.clear()
    page.focus(FIGURE)
    moves = [("Home", 0), ("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", 49)]
    for key, position in moves:
        page.keyboard.press(key)
        wait_at(page, position)
    log_reads(page, "0 1 2 1 49")
    page.click("#scrubber .back")
    wait_at(page, 48)
    page.keyboard.press("ArrowLeft")  # the arrows work on the buttons too
    wait_at(page, 47)
    page.click("#scrubber .forward")
    wait_at(page, 48)
    page.click("#scrubber .forward")
    wait_at(page, 49)
    page.focus(RANGE)
    page.keyboard.press("ArrowLeft")
    wait_at(page, 48)
    assert page.get_attribute(RANGE, "aria-valuetext") == "t = 1, frame 49 of 50"


def test_a_position_is_kept_the_newest_followed_and_a_stopped_run_walked(page, address):
    """While frames stream in, and as far as they went."""
    opened(page, address)
    height = page.locator(FIGURE).bounding_box()["height"]
    start(page, stream_with_a_pause, frames=10)
    wait_at(page, 9)
    assert page.inner_text("#scrubber .status") == "step 10 of 20"
    assert page.locator("#scrubber progress").evaluate("bar => bar.value") == 0.5
    assert page.locator(FIGURE).bounding_box()["height"] == height
    page.focus(FIGURE)
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    gate.set()
    page.wait_for_selector('#scrubber [data-frames="20"][data-state=done]')
    wait_at(page, 1)
    np.testing.assert_array_equal(shown(page), frame_pixels(1))
    assert page.locator(FIGURE).bounding_box()["height"] == height

    start(page, stream_with_a_pause, frames=10)
    page.focus(FIGURE)
    page.keyboard.press("Home")
    page.keyboard.press("End")
    wait_at(page, 9)
    gate.set()
    wait_at(page, 19)

    start(page, stream_and_stop, frames=5)
    page.wait_for_selector("#scrubber [data-state=done]")
    assert page.inner_text("#scrubber .status") == "Stopped at step 5 of 20"
    box = page.locator(RANGE).bounding_box()
    page.mouse.click(box["x"] + box["width"] - 12, box["y"] + box["height"] / 2)
    wait_at(page, 4)
    assert page.inner_text("#scrubber .count") == "frame 5 of 20"


def test_on_a_phone_the_views_share_one_row_and_fingers_find_the_controls(phone_page, address):
    page = opened(phone_page, address)
    start(page, stream_50, frames=50)
    boxes = [canvas.bounding_box() for canvas in page.locator("#scrubber .views canvas").all()]
    assert len({round(box["y"]) for box in boxes}) == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for control in page.locator("#scrubber :is(button, input, select):visible").all():
        box = control.bounding_box()
        assert box["height"] >= 40
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    track = page.locator(RANGE).bounding_box()
    page.touchscreen.tap(track["x"] + track["width"] / 2, track["y"] + track["height"] / 2)
    page.wait_for_selector("#scrubber :is([data-position='24'], [data-position='25'])")


def test_its_configuration_is_plain_data():
    """A parameter that is also a quoted word of the script would become an event listener there."""
    json.dumps(Scrubber(elem_id="scrubber").get_config())
