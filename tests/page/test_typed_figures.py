"""No measured figure is typed into a sentence: each comes from the file of the network it is about.

A network that is trained anew brings its own figures; what is typed would become false.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from explorer.exhibits.variants import FOLDS, find_family, find_networks
from explorer.lessons.quiz.questions import read_questions
from explorer.page.variants_words import found_text
from explorer.page.words import LESSONS, TEXT, lesson_words, number

FIGURE = re.compile(
    r"(?<![\w.])\d[\d,]*\.\d+|(?<![\w.])\d[\d,]*(?= %| times)|(?<![\w.])\d{1,3}(?:,\d{3})+"
)
NOT_A_FIGURE = re.compile(r"\{[^{}]*\}|arXiv \d{4}\.\d{5}")  # filled in; a paper
# What is no measurement, but a definition, a fact about data, or arithmetic that anybody can do.
KNOWN = {
    ("break_it", "verdict"): {"100"},  # black for white
    ("memory", "no_images"): {"60,000"},  # MNIST's training set
    ("memory", "copies_text"): {"0.05", "0.10"},  # what we call a copy, and nearly one
    ("noise_prediction", "lesson"): {"1.73"},  # 3 / sqrt(3)
    ("reverse", "detail_hint"): {"25", "100"},  # of power
    ("single_step", "code_text"): {"0.5"},  # an exponent
    ("why_noise", "weight_hint"): {"1"},  # SNR + 1
    ("questions", "too-little-noise-removed"): {"0.9"},  # the mistake that is asked about
}


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from texts(part)


def test_no_figure_is_typed_into_a_sentence():
    every = TEXT | {name: lesson_words(name) for name in LESSONS}
    places = {(name, key): value for name, words in every.items() for key, value in words.items()}
    places |= {("questions", question["id"]): question for question in read_questions()}
    typed = {}
    for place, value in places.items():
        found = {f for text in texts(value) for f in FIGURE.findall(NOT_A_FIGURE.sub("", text))}
        if found - KNOWN.get(place, set()):
            typed[place] = found
    assert typed == {}


@pytest.fixture(scope="module")
def found_texts(shipped):
    made = {}
    for name in FOLDS:
        networks = find_networks(find_family(shipped, name), name)
        made[name] = found_text(name, networks, shipped["digits"])
    return made


def test_what_was_found_is_told_in_the_files_own_figures(found_texts, shipped):
    digits = shipped["digits"]
    near = {name: digits.variants[name].metrics["findings"] for name in digits.variants}
    assert number(near["digits-x0"]["near_end"]["x_0"][0]) in found_texts["targets"]
    assert number(digits.metrics["findings"]["near_end"]["x_0"][0]) in found_texts["targets"]
    rows = near["digits-blind"]["relay"]["rows"]
    assert found_texts["blind"].count("\n| ") == len(rows) + 1
    assert "more than 0.1 of noise" in found_texts["blind"]
    assert str(digits.metrics["findings"]["drowned"]["coarse shapes"]) in found_texts["raw"]


def test_a_file_without_them_tells_nothing(found_texts, shipped):
    from dataclasses import replace

    digits = shipped["digits"]
    networks = {
        key: replace(one, metrics={}) for key, one in find_networks(digits, "targets").items()
    }
    text = found_text("targets", networks, digits)
    assert text == TEXT["variants"]["not_measured"]
