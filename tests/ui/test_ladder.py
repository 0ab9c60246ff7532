"""The ladder in a real browser: there before a click, climbed by one, and stopped."""

import numpy as np
import pytest
import torch

from explorer.diffusion.samplers import sample
from explorer.images.encoding import to_pixels
from explorer.lessons.ladder import compute as module

LESSON = "ladder"
pytestmark = pytest.mark.ui

SEED = 7
DONE = """(count) => [...document.querySelectorAll('#ladder .note')]
    .filter((note) => note.textContent.includes('judge')).length >= count"""


def come(tab, seed: int = SEED):
    """Before the ladder of the digits, its first rungs climbed."""
    page = tab.at("digits", 500, seed).page
    page.evaluate("document.querySelector('#lesson-ladder').scrollIntoView()")
    page.wait_for_function(DONE, arg=4)
    return page


def rung(tab, number: int) -> np.ndarray:
    canvas = f"#ladder figure:nth-of-type({number + 1}) canvas"
    tab.page.wait_for_selector(f"{canvas}[data-drawn]")
    return tab.pixels(canvas).astype(int)


def wait_rung(tab, number: int, expected: np.ndarray) -> None:
    """Until the picture is there: it is decoded a moment after its note has changed."""
    for _ in range(200):
        shown = rung(tab, number)
        if np.abs(shown - expected).mean() < 1:  # two processes of the same sums, in 8 bits
            return
        tab.page.evaluate("new Promise(requestAnimationFrame)")
    raise AssertionError(f"rung {number} is not the plain run's picture")


@pytest.fixture(scope="module")
def plain_run(real_exhibits):
    def run(num_steps: int, seed: int = SEED) -> np.ndarray:
        digits = real_exhibits["digits"].denoiser
        three = torch.tensor([3])
        steps = sample(digits, num_steps=num_steps, seed=seed, condition=three, guidance=2.0)
        *_, last = steps
        return np.repeat(to_pixels(last.x_t[0].numpy()), 3, axis=-1).astype(int)

    return run


def test_the_first_rungs_stand_there_before_a_click(tab, plain_run):
    page = come(tab)
    assert page.locator("#ladder figure").count() == 8
    assert page.locator("#ladder figure.waiting").count() == 0
    for number, steps in enumerate((1, 2, 4, 8)):
        wait_rung(tab, number, plain_run(steps))
    np.testing.assert_array_equal(rung(tab, 4), rung(tab, 7))  # the noise that all start from
    assert page.is_disabled("#climb-stop")


def test_one_button_climbs_and_every_rung_is_a_plain_run(tab, plain_run, monkeypatch):
    assert module.Settings().highest == 250
    monkeypatch.setattr(module, "TOP", 50)  # one rung less, for it takes most of the time
    page = come(tab)
    page.click("#climb")
    page.wait_for_function(DONE, arg=6)
    for number, steps in ((4, 16), (5, 50)):
        wait_rung(tab, number, plain_run(steps))
    notes = page.locator("#ladder .note").all_inner_texts()
    assert [note.split(", ")[0] for note in notes] == [
        "1 call", "2 calls", "4 calls", "8 calls", "16 calls", "50 calls", "250 calls",
        "1,000 calls",
    ]  # fmt: skip
    assert "not climbed" in notes[-1]
    page.wait_for_selector("#climb-stop:disabled")


def test_another_noise_is_another_ladder_and_stop_leaves_it_as_it_stands(tab, plain_run):
    page = come(tab)
    page.check("#climb-long input")
    page.click("#climb")
    page.wait_for_function("document.querySelector('#ladder').innerText.includes('step ')")
    page.click("#climb-stop")
    page.wait_for_selector("#climb-stop:disabled")
    tab.listen()  # until all is quiet
    notes = page.locator("#ladder .note").all_inner_texts()
    assert "not climbed" in notes[-1] or "step" in notes[-1]
    tab.set_number("#seed", SEED + 1)
    wait_rung(tab, 3, plain_run(8, SEED + 1))
    assert "not climbed" in page.locator("#ladder .note").nth(6).inner_text()
    page.uncheck("#climb-long input")


def test_jumps_are_asked_for_only_in_an_open_fold(tab):
    page = come(tab)
    tab.listen()
    tab.set_number("#seed", SEED + 2)
    tab.wait_scene("digits", SEED + 2)
    tab.listen()
    assert page.locator("#jumps").count() == 0
    tab.unfold("One jump from each t")
    page.wait_for_function("document.querySelectorAll('#jumps canvas[data-drawn]').length === 8")
    notes = page.locator("#jumps .note").all_inner_texts()
    for note in notes:
        error, factor, product = (
            float(part.replace(",", "")) for part in note.replace("=", "×").split("×")
        )
        assert error * factor == pytest.approx(product, rel=0.02)
    tab.set_number("#seed", SEED + 3)
    page.wait_for_function(
        "(old) => document.querySelector('#jumps .note').innerText !== old", arg=notes[0]
    )
    tab.unfold("One jump from each t")


def test_the_measured_table_is_drawn(tab):
    come(tab)
    tab.unfold("Is it so on average?")
    for name in ("quality-named_rightly", "quality-sureness"):
        figure = tab.figure(name)
        assert len(figure["data"]) == 5
        assert figure["data"][1]["x"] == [1, 2, 4, 8, 16, 50]
