"""The tour: its stops are in the page's order, and faults in them are said in a sentence."""

import pytest

from explorer.lessons.lesson import find_lessons
from explorer.page.tables import TableError
from explorer.page.tour import check_stops
from explorer.page.words import TEXT

STOPS = TEXT["tour"]["stop"]
STOP = {"lesson": "reverse", "text": "Look.", "try": "Do.", "show": {"t": 3}}
NUMBERS = {"t", "signal", "noise", "ratio", "snr", "mse"}


def test_the_tour_visits_every_lesson_once_in_the_pages_order():
    assert [stop["lesson"] for stop in check_stops(STOPS)] == [
        lesson.name for lesson in find_lessons()
    ]


def test_every_stop_but_the_quiz_sets_t_and_has_an_equation_with_numbers():
    for stop in STOPS[:-1]:
        assert 0 < stop["show"]["t"] < 1000
        assert stop["equation"]
        used = set(stop["numbers"].replace("}", "{").split("{")[1::2])
        assert used
        assert used <= NUMBERS


def test_a_stop_is_one_short_paragraph_and_one_thing_to_try():
    for stop in STOPS:
        assert "\n" not in stop["text"] + stop["try"]
        assert len(stop["text"].split()) <= 60
        assert len(stop["try"].split()) <= 30


@pytest.mark.parametrize(
    "change, sentence",
    [
        ({"lesson": "backwards"}, "there is no lesson 'backwards'"),
        ({"try": ""}, "try is empty"),
        ({"show": {"time": 3}}, "'time' means nothing here"),
        ({"equation": "x_t"}, "equation and numbers go together"),
        ({"equation": "x_t", "numbers": "{t}", "show": {}}, "numbers need a t in show"),
        ({"txet": "Look."}, "'txet' means nothing here"),
    ],
)
def test_what_is_wrong_with_a_stop_is_said(change, sentence):
    with pytest.raises(TableError, match="tour.toml, stop 2: ") as refused:
        check_stops([STOP, STOP | change])
    assert sentence in str(refused.value)


def test_what_is_missing_is_said():
    with pytest.raises(TableError, match="stop 1: text is missing"):
        check_stops([{"lesson": "reverse"}])
