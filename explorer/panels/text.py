"""The words that a visitor reads: a file a lesson in words/, to proofread, replace or translate.

And how numbers are written in them.
"""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np

TEXT: dict[str, dict[str, Any]] = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parent / "words").glob("*.toml"))
}

# For a gr.Markdown with equations: $...$ in a line, $$...$$ on lines of their own.
LATEX: list[dict[str, str | bool]] = [
    {"left": "$$", "right": "$$", "display": True},
    {"left": "$", "right": "$", "display": False},
]
# The lessons in the page's order.
LESSONS = (
    "forward_noising",
    "noise_prediction",
    "single_step",
    "reverse",
    "ladder",
    "told_time",
    "why_noise",
    "break_it",
    "schedules",
    "memory",
    "quiz",
)
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float) -> str:
    """Three figures: 0.00762, 1.98, 20300; and 5.91·10⁻¹⁰ where there would be many noughts."""
    rounded = float(f"{value:.3g}")
    if rounded == 0 or 1e-4 <= abs(rounded) < 1e6:
        return np.format_float_positional(rounded, trim="-").replace("-", "−")
    digits, exponent = f"{rounded:.2e}".split("e")
    return f"{digits}·10{str(int(exponent)).translate(RAISED)}".replace("-", "−")
