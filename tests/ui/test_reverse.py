"""Panel 3 in a real browser: a run streams in, is scrubbed without the server, is taken home."""

import io
import time

import numpy as np
import pytest
from PIL import Image

from explorer.exhibits.runs import ReverseChoices, compute_reverse
from explorer.page.words import number

LESSON = "reverse"
pytestmark = pytest.mark.ui

ROOT = "#scrubber [data-run]"
RANGE = "#scrubber input[type=range]"
SEED = 7


def state(tab, name: str) -> str:
    return tab.page.get_attribute(ROOT, f"data-{name}")


def go_to(tab, frame: int) -> None:
    """Drag the timeline, in the browser only."""
    tab.page.evaluate(
        """(frame) => {
            const range = document.querySelector('#scrubber input[type=range]');
            range.value = frame;
            range.dispatchEvent(new Event('input', { bubbles: true }));
        }""",
        frame,
    )
    tab.page.wait_for_selector(f'{ROOT}[data-position="{frame}"]', state="attached")


def views(tab) -> np.ndarray:
    """x_t, x_0_hat and eps_hat side by side: (H, 3 W, 3)."""
    return np.concatenate(list(tab.pixels("#scrubber .views canvas")), axis=1)


def expected(frame) -> np.ndarray:
    return np.repeat(frame.side_by_side, 3 // frame.x_t.shape[-1], axis=-1)


def settings(tab) -> None:
    if not tab.page.is_visible("#steps"):
        tab.page.click("#run-settings > button")


def come(tab, denoiser: str):
    """With this network's own first run there, and the settings unfolded -> the page."""
    page, changes = tab.page, tab.page.url != "about:blank"
    old = state(tab, "run") if changes else ""
    changes = changes and not page.is_checked(f"#denoiser input[value={denoiser}]")
    tab.at(denoiser, 500, SEED)
    if changes:
        page.wait_for_selector(f'{ROOT}[data-state=done]:not([data-run="{old}"])', state="attached")
    settings(tab)
    return page


def press_run(tab) -> str:
    """Press the button and wait for the first word of the new run -> its id."""
    old = state(tab, "run")
    tab.page.click("#run")
    tab.page.wait_for_selector(f'{ROOT}:not([data-run="{old}"])', state="attached")
    return state(tab, "run")


def wait_done(tab) -> int:
    """-> how many frames there are."""
    tab.page.wait_for_selector(f"{ROOT}[data-state=done]", state="attached")
    tab.page.wait_for_function(
        """() => {
            const { frames } = document.querySelector('#scrubber [data-run]').dataset;
            return Number(frames) === Number(document.querySelector('#scrubber input').max) + 1;
        }"""
    )
    return int(state(tab, "frames"))


@pytest.fixture(scope="module")
def own_run(tab, real_exhibits):
    """The tab after a run of 12 steps of the digits' network, and the frames it must have."""
    come(tab, "digits")
    tab.set_number("#steps", 12)
    press_run(tab)
    wait_done(tab)
    digits = real_exhibits["digits"]
    choices = ReverseChoices(num_steps=12, kind=digits.first_kind, guidance=2.0, seed=SEED)
    return tab, list(compute_reverse(digits, choices))


def test_the_page_opens_with_a_finished_run_that_can_be_scrubbed(tab):
    """It plays once by itself, and then rests on the clean image."""
    page = tab.at("emoji", 500, SEED).page
    assert state(tab, "state") == "done"
    last = int(page.get_attribute(RANGE, "max"))
    assert int(state(tab, "frames")) == last + 1
    page.wait_for_selector(f'{ROOT}[data-position="{last}"]', state="attached")
    assert page.inner_text("#scrubber .caption") == "t = 0"
    assert page.is_disabled("#stop")
    tab.listen()
    pictures = []
    for frame in (0, last // 2, last):
        go_to(tab, frame)
        pictures.append(views(tab))
    page.focus("#scrubber .scrubber")
    page.keyboard.press("Home")
    page.wait_for_selector(f'{ROOT}[data-position="0"]', state="attached")
    assert page.inner_text("#scrubber .caption") == "t = 1000"
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(f'{ROOT}[data-position="1"]', state="attached")
    assert set(tab.asked) <= {"show_single_step"}  # a lesson in sight may still be on its way
    assert pictures[0][:, :64].std() > 60  # noise
    assert not np.array_equal(pictures[0], pictures[1])
    np.testing.assert_array_equal(pictures[2][:, :64], pictures[2][:, 64:128])  # x_0_hat = x_0


def test_a_run_of_ones_own_is_the_experiment_frame_by_frame(own_run):
    tab, frames = own_run
    assert state(tab, "frames") == "13"
    assert tab.page.is_disabled("#stop")
    assert tab.page.inner_text("#scrubber .status") == ""
    tab.listen()
    for index in (0, 6, 12):
        go_to(tab, index)
        difference = np.abs(views(tab).astype(int) - expected(frames[index]))
        assert difference.mean() < 1  # two processes of the same sums, rounded to 8 bits
        assert tab.page.inner_text("#scrubber .caption") == f"t = {frames[index].t}"
    assert tab.asked == []


def download(tab, button: str) -> tuple[str, Image.Image]:
    with tab.page.expect_download() as caught:
        tab.page.click(button)
    with open(caught.value.path(), "rb") as file:
        return caught.value.suggested_filename, Image.open(io.BytesIO(file.read()))


def test_the_gif_arrives_and_shows_every_frame(own_run):
    tab, frames = own_run
    name, gif = download(tab, "#gif")
    assert name.endswith(".gif")
    assert gif.n_frames == len(frames)
    gif.seek(len(frames) - 1)
    shown = np.asarray(gif.convert("RGB")).astype(int)[::4, ::4]
    assert np.abs(shown - expected(frames[-1])).mean() < 1


def test_the_strip_arrives_twice_and_the_run_stays_in_sight(own_run):
    tab, frames = own_run
    for _ in range(2):
        name, strip = download(tab, "#strip")
        assert name.endswith(".png")
        assert strip.size == (12 * (112 + 4) - 4, 3 * (112 + 4) - 4)
    assert state(tab, "frames") == str(len(frames))
    assert state(tab, "state") == "done"


def test_the_levels_of_detail_are_measured_on_this_run(own_run):
    tab, frames = own_run
    tab.unfold("level of detail")
    tab.page.wait_for_function(
        """(frames) => {
            const plot = document.querySelector('#detail-figure .js-plotly-plot');
            return plot?._fullData?.length === 3 && plot._fullData[0].x.length === frames;
        }""",
        arg=len(frames),
    )
    figure = tab.figure("detail-figure")
    assert figure["data"][0]["x"] == [frame.t for frame in frames]
    assert [curve["y"][-1] for curve in figure["data"]] == [0, 0, 0]
    tab.unfold("level of detail")


def test_only_ddim_lets_one_choose_fresh_noise(own_run):
    tab, _ = own_run
    eta = "#eta input[type=range]"
    assert tab.page.is_enabled(eta)
    for words, usable in (("DPM-Solver", False), ("DDIM", True)):
        tab.page.click("#sampler input")
        tab.page.locator("#sampler [role=option]", has_text=words).first.click()
        tab.page.wait_for_selector(f"{eta}:{'enabled' if usable else 'disabled'}")


def test_from_the_picture_it_starts_at_t(own_run, truth):
    tab, _ = own_run
    page = tab.at("digits", 300, SEED).page
    before = page.inner_text("#run")
    page.check("#lesson-reverse input[type=radio][value=picture]")
    page.wait_for_function("(old) => document.querySelector('#run').innerText !== old", arg=before)
    press_run(tab)
    assert wait_done(tab) == 13
    go_to(tab, 0)
    assert page.inner_text("#scrubber .caption") == "t = 300"
    difference = views(tab)[:, :28].astype(int) - truth("digits", 300, SEED)
    assert np.abs(difference).max() <= 1
    assert "t = 300" in page.inner_text("#scrubber .ends .noise")
    page.check("#lesson-reverse input[type=radio][value=noise]")
    page.wait_for_function("(old) => document.querySelector('#run').innerText === old", arg=before)


@pytest.fixture
def unhurried(monkeypatch):
    """A run leaves time enough to press Stop, however slow the browser is."""

    def frames(*arguments):
        for frame in compute_reverse(*arguments):
            yield frame
            time.sleep(0.03)

    monkeypatch.setattr("explorer.exhibits.runs.compute_reverse", frames)


def test_stop_ends_a_long_run_early_and_keeps_its_frames(tab, unhurried):
    page = come(tab, "emoji")
    tab.set_number("#steps", 250)
    press_run(tab)
    page.wait_for_function(
        "() => document.querySelector('#scrubber [data-run]').dataset.frames >= 5"
    )
    assert page.inner_text("#scrubber .status") != ""
    run = state(tab, "run")
    page.click("#stop")
    page.wait_for_selector(f"{ROOT}[data-state=done]", state="attached")
    page.wait_for_selector("#stop:disabled")
    assert state(tab, "run") == run
    kept = wait_done(tab)  # those under way come too
    assert 5 <= kept < 250
    tab.listen()  # until all is quiet
    assert int(state(tab, "frames")) == kept
    go_to(tab, 0)
    first = views(tab)
    go_to(tab, kept - 1)
    assert not np.array_equal(views(tab), first)
    assert tab.asked == []
    _, gif = download(tab, "#gif")
    assert gif.n_frames == kept
    tab.set_number("#steps", 3)  # and the next run is as good as any
    press_run(tab)
    assert wait_done(tab) == 4


def test_another_network_ends_the_run_of_the_old_one(tab, unhurried):
    page = come(tab, "emoji")
    tab.set_number("#steps", 250)
    old = press_run(tab)
    page.wait_for_function(
        "() => document.querySelector('#scrubber [data-run]').dataset.frames >= 2"
    )
    tab.choose_network("digits")
    page.wait_for_selector(f'{ROOT}[data-state=done]:not([data-run="{old}"])', state="attached")
    page.wait_for_selector("#stop:disabled")
    frames = state(tab, "frames")
    tab.listen()  # until all is quiet
    assert state(tab, "frames") == frames
    assert tab.pixels("#scrubber .views canvas").shape == (3, 28, 28, 3)
    tab.set_number("#steps", 3)
    press_run(tab)
    assert wait_done(tab) == 4


def test_the_ready_run_can_be_dragged_and_opened(new_page, another_visitor, real_exhibits):
    visitor = another_visitor(new_page(reduced_motion="reduce")).open(lesson=LESSON)
    page = visitor.page
    visitor.page.wait_for_selector("#scrubber [data-position='12']")  # it rests in the middle
    box = page.locator("#scrubber .views").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.5 * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], middle, steps=3)
    page.mouse.up()
    assert page.get_attribute("#scrubber [data-run]", "data-position") == "17"
    visitor.listen()
    page.click("#scrubber .further")
    page.wait_for_selector("#scrubber [data-position='18']")
    alpha_bar = real_exhibits["emoji"].schedule.alpha_bar.numpy()
    t, later = 320, 280
    keep = np.sqrt((1 - alpha_bar[later]) / (1 - alpha_bar[t]))
    add = np.sqrt(alpha_bar[later]) - keep * np.sqrt(alpha_bar[t])
    shown = page.inner_text("#scrubber .step .sum").replace("\n", "")
    assert number(float(keep)) in shown and number(float(add)) in shown
    assert f"t = {t}" in page.inner_text("#scrubber .step .pictures")
    before, _, guess, after = visitor.pixels("#scrubber .step canvas").astype(float) / 127.5 - 1
    mixed = keep * before + add * guess
    inside = np.abs(before) < 0.99  # pictures are cut at black and white
    assert np.abs(mixed - after)[inside & (np.abs(mixed) < 0.99)].max() < 0.02
    assert visitor.asked == []
