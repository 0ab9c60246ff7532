"""Networks trained alike, in a real browser: the folds follow t, and draw from one noise."""

import numpy as np
import pytest

from explorer.exhibits.readings import compute_readings
from explorer.exhibits.variants import PARTS, draw_strip, find_networks
from explorer.images.encoding import to_pixels
from explorer.page.variants_words import WORDS

pytestmark = pytest.mark.ui

SEED = 7
NUM_STEPS = 6  # of 50: a strip is drawn as well in few


@pytest.fixture(autouse=True)
def few_steps(monkeypatch):
    """The app runs in this very process."""
    monkeypatch.setattr("explorer.exhibits.variants.NUM_STEPS", NUM_STEPS)


def come(tab, lesson: str, denoiser: str, t: int) -> None:
    if tab.page.url == "about:blank":
        tab.open(lesson=lesson, denoiser=denoiser)
    tab.enter(lesson)
    tab.at(denoiser, t, SEED)


@pytest.mark.parametrize(
    "lesson, fold, name, t",
    [
        ("why_noise", "raw", "emoji", 900),
        ("why_noise", "targets", "digits", 700),
        ("told_time", "blind", "digits", 300),
    ],
)
def test_the_fold_follows_t_and_draws_with_each_network(tab, real_exhibits, lesson, fold, name, t):
    come(tab, lesson, name, 500)
    tab.listen()
    tab.unfold(WORDS[fold]["title"])
    tab.page.locator(f"#{fold}-row").scroll_into_view_if_needed()
    tab.move_t(t)
    tab.wait_text(f"#{fold}-row figure:nth-child(1) .note", f"t = {t}")
    family = real_exhibits[name]
    networks = find_networks(family, fold)
    shown = tab.pixels(f"#{fold}-row canvas").astype(int)
    for place, network in enumerate(networks.values(), start=1):
        result = compute_readings(network, family.first_picture.pixels, t, SEED)
        guess = to_pixels(result.of["x_0"].guess)
        assert np.abs(shown[place] - guess).mean() < 1  # two processes of the same sums
        note = tab.page.inner_text(f"#{fold}-row figure:nth-child({place + 1}) .note")
        assert float(note.split()[3]) == pytest.approx(result.of["eps"].mse, rel=0.02)
    curves = tab.figure(f"{fold}-eps")["data"]
    assert [curve["y"] for curve in curves] == [
        network.metrics["eps_mse"][PARTS[fold]] for network in networks.values()
    ]
    assert "draw_variants" not in tab.asked  # only at a click

    helped = 3 if fold == "raw" else 0
    if helped:
        tab.set_number("#raw-helped", helped)
    tab.page.click(f"#{fold}-draw")
    tab.wait_text(f"#{fold}-strips figure:last-child .note", f"Seeds {SEED} to")
    first, *_, last = networks.values()
    expected = draw_strip(last, SEED, "ddim", first, helped).astype(int)
    strips = tab.pixels(f"#{fold}-strips canvas").astype(int)
    height, width, _ = expected.shape
    assert strips.shape == (len(networks), height, width, 3)
    assert np.abs(strips[-1] - expected).mean() < 1


def test_whatever_network_the_page_shows_digits_are_compared(tab):
    come(tab, "told_time", "emoji", 600)
    if not tab.page.is_visible("#blind-row"):
        tab.unfold(WORDS["blind"]["title"])
    tab.page.locator("#blind-row").scroll_into_view_if_needed()
    tab.wait_text("#blind-row figure:nth-child(1) .note", "“3, hand 1”\nt = 600")
    assert tab.pixels("#blind-row canvas").shape[1:3] == (28, 28)
