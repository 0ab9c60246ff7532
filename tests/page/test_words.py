"""How numbers are written: one way, by Python and by JavaScript alike."""

import json
import math
from pathlib import Path

import pytest

from explorer.page.words import number, percent, say

# [number, as it is written, as a share]; the browser's module is held to it, too (tests/js).
TABLE = Path(__file__).parents[1] / "js" / "numbers.json"
WRITTEN = {
    0: "0", 1: "1", 1.9812: "1.98", -0.98765: "−0.988", 99.96: "100", 0.209: "0.209", 0.5: "0.5",
    0.00012345: "0.000123", 123.4: "123", 20_291.4: "20,291", -20_371: "−20,371", 999.6: "1,000",
    999_400: "999,400", 0.0000123456: "1.23·10⁻⁵", 5.9e-10: "5.90·10⁻¹⁰", 4.1234e8: "4.12·10⁸",
    -2e7: "−2.00·10⁷", 1.125: "1.13", 2000.5: "2,001", 9.996e-5: "0.0001", 999_999.7: "1.00·10⁶",
    math.inf: "∞", 15.0: "15", 100: "100", 10: "10",
}  # fmt: skip


@pytest.mark.parametrize("value", WRITTEN)
def test_a_number_has_three_figures_or_is_whole_or_is_a_power_of_ten(value):
    assert number(value) == WRITTEN[value]


def test_no_number_is_a_dash():
    assert number(math.nan) == "–"


def test_the_table_that_the_browser_is_held_to_is_ours():
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    values = [value for value, *_ in table]
    assert {value for value in WRITTEN if math.isfinite(value)} <= set(values)
    assert table == [[value, number(value), percent(value)] for value in values]


def test_a_sentence_fills_in_measured_numbers_and_leaves_times_and_names_alone():
    words = "{name} at t = {t}: {error}, {share:%} of {count:,}"
    said = say(words, name="emoji", t=1000, error=0.012345, share=0.98765, count=10_000)
    assert said == "emoji at t = 1000: 0.0123, 98.8\N{NO-BREAK SPACE}% of 10,000"
