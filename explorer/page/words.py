"""The words that a visitor reads: in words/ those of the page, in each lesson's folder its own.

They are there to be proofread, replaced or translated.
And how numbers are written in them.
"""

import math
import string
import tomllib
from decimal import ROUND_HALF_UP, Context, Decimal
from pathlib import Path
from typing import Any


def words_beside(file: str, name: str = "words.toml") -> dict[str, Any]:
    """A lesson's words, which lie in its folder: WORDS = words_beside(__file__)."""
    return tomllib.loads(Path(file).with_name(name).read_text(encoding="utf-8"))


TEXT: dict[str, dict[str, Any]] = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parent / "words").glob("*.toml"))
}
SHARED = TEXT["shared"]


def lesson_words(name: str) -> dict[str, Any]:
    """The words of the lesson called `name`."""
    return words_beside(str(Path(__file__).parents[1] / "lessons" / name / "words.toml"))


# For a gr.Markdown with equations: $...$ in a line, $$...$$ on lines of their own.
LATEX: list[dict[str, str | bool]] = [
    {"left": "$$", "right": "$$", "display": True},
    {"left": "$", "right": "$", "display": False},
]
# What a text may name: the folders of the lessons.
LESSONS = tuple(
    sorted(path.parent.name for path in Path(__file__).parents[1].glob("lessons/*/lesson.py"))
)


RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


THREE_FIGURES = Context(prec=3, rounding=ROUND_HALF_UP)


def number(value: float) -> str:
    """Three figures: 0.00762, 1.98; whole from 1,000 on: 20,291; else powers of ten: 5.91·10⁻¹⁰.

    components/number.js writes them alike.
    """
    if math.isnan(value):
        return "–"
    sign, size = "−" if value < 0 else "", Decimal(abs(value))
    if size.is_infinite():
        return f"{sign}∞"
    figures = THREE_FIGURES.plus(size)
    if figures and not Decimal("1e-4") <= figures < 10**6:
        digits, exponent = f"{figures:.2e}".split("e")
        return f"{sign}{digits}·10{str(int(exponent)).translate(RAISED)}"
    if figures < 1000:
        text = f"{figures:f}"
        return sign + (text.rstrip("0").rstrip(".") if "." in text else text)
    return f"{sign}{size.to_integral_value(ROUND_HALF_UP):,}"


def percent(share: float) -> str:
    """0.1234 -> 12.3 %, which stays on one line."""
    return f"{number(100 * share)}\N{NO-BREAK SPACE}%"


class _Sentence(string.Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec == "%":
            return percent(value)
        if isinstance(value, float) and not format_spec:
            return number(value)
        return super().format_field(value, format_spec)


def say(words: str, **values: Any) -> str:
    """The words with their {names} filled in: {error} by `number`, {share:%} by `percent`; names,
    and whole numbers such as a t or a seed, as they are.
    """
    return _Sentence().format(words, **values)
