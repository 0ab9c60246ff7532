"""The quiz's panel: what the browser is given, and what it is not told too early."""

import json

import pytest

from explorer.components.quiz import Quiz
from explorer.images.encoding import png_data_uri
from explorer.lessons.quiz.compute import NUM_RUNS, WAYS, play_round
from explorer.lessons.quiz.panel import WORDS, deal_runs, reveal_truth, show_pictures
from explorer.lessons.quiz.pictures import PICTURES, make_pictures
from explorer.page.words import LESSONS


@pytest.fixture
def quiz(page) -> Quiz:
    [found] = [block for block in page.blocks.values() if isinstance(block, Quiz)]
    return found


def test_the_page_comes_with_its_questions(quiz):
    assert len(quiz.value["questions"]) >= 10
    json.dumps(quiz.value)


def test_every_way_of_breaking_a_run_has_its_words_and_its_lesson():
    ways = WORDS["texts"]["ways"]
    assert tuple(ways) == WAYS
    assert {way["lesson"] for way in ways.values()} <= set(LESSONS)


def test_pictures_come_when_they_are_asked_for_and_are_made_once(shelf, event, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "explorer.lessons.quiz.panel.make_pictures",
        lambda one: asked.append(one) or make_pictures(one),
    )
    made = make_pictures(shelf.first)
    for name in PICTURES:
        assert show_pictures(shelf, event(set=name)) == {
            "pictures": {name: [png_data_uri(picture) for picture in made[name]]}
        }
    assert asked == [shelf.first]


@pytest.mark.parametrize("name", ["no such", "", None, 7, ["error_maps"], {}])
def test_no_set_of_that_name_is_no_pictures(shelf, event, name):
    assert show_pictures(shelf, event(set=name)) == {}
    assert show_pictures(shelf, event()) == {}


@pytest.mark.parametrize("denoiser", ["tiny", "strokes"])
def test_a_round_shows_four_pictures_and_does_not_tell_which_is_broken(shelf, denoiser):
    [(message, played)] = deal_runs(shelf, denoiser)
    assert set(message) == {"runs"}
    assert len(message["runs"]) == NUM_RUNS
    assert all(uri.startswith("data:image/png;base64,") for uri in message["runs"])
    truth = reveal_truth(played)["truth"]
    assert (truth["broken"], truth["way"]) == (played.broken, played.way)
    assert truth["mended"] != message["runs"][played.broken]


def test_each_round_is_another(shelf):
    [(_, first)], [(_, second)] = deal_runs(shelf, "tiny"), deal_runs(shelf, "tiny")
    assert any((a != b).any() for a, b in zip(first.pictures, second.pictures, strict=True))


def test_whoever_waits_in_the_line_is_told_so(shelf):
    with shelf.line.join(), shelf.line.join():
        dealing = deal_runs(shelf, "tiny")
        message, _ = next(dealing)
        assert message == {"waiting": "Waiting for a turn: 1 before you"}
        dealing.close()
    assert shelf.line.places == []


def test_a_round_that_the_server_has_forgotten_reveals_nothing():
    assert reveal_truth(None) == {}


def test_a_round_can_be_kept_for_a_visitor(colour_exhibit):
    assert play_round(colour_exhibit, 0).mended.dtype == "uint8"
