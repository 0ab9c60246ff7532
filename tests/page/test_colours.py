"""The hue of each of the papers' five pictures: legible as text, and as a curve on either paper."""

import re
from pathlib import Path

import pytest

from explorer.page import figures
from explorer.serving import theme

NAMES = ("x_0", "eps", "x_t", "eps_hat", "x_0_hat")
STYLE = Path(figures.__file__).with_name("page.css").read_text(encoding="utf-8")
PAPER = {":root": theme().body_background_fill, ".dark": theme().body_background_fill_dark}


def luminance(colour: str) -> float:
    """WCAG 2.2's, of #rrggbb."""
    levels = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in levels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("where", PAPER)
def test_labels_stand_out_from_the_paper(where):
    rule = re.search(rf"^{re.escape(where)} {{ (--x_0:.*) }}$", STYLE, re.M)
    assert rule
    hues = dict(re.findall(r"--(\w+): (#\w{6});", rule[1]))
    assert tuple(hues) == NAMES
    assert len(set(hues.values())) == len(NAMES)
    faint = {name: hue for name, hue in hues.items() if contrast(hue, PAPER[where]) < 4.5}
    assert faint == {}
    assert all(f".of-{name} {{ color: var(--{name})" in STYLE for name in NAMES)


def test_curves_stand_out_from_both_papers():
    curves = {name: getattr(figures, name.upper()) for name in NAMES}
    assert len(set(curves.values())) == len(NAMES)
    faint = [n for n, hue in curves.items() if min(contrast(hue, p) for p in PAPER.values()) < 3]
    assert faint == []
