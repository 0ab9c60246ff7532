"""The quiz's panel: what the browser is given, and what it is not told too early."""

import json

import pytest

from explorer.components.quiz import Quiz
from explorer.images.encoding import png_data_uri
from explorer.lessons.quiz.compute import NUM_RUNS, WAYS, play_round, result
from explorer.lessons.quiz.panel import WORDS, SetsOfPictures, deal_runs, reveal_truth
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
        assert SetsOfPictures(shelf).show(event(set=name)) == {
            "pictures": {name: [png_data_uri(picture) for picture in made[name]]}
        }
    assert asked == [shelf.first]


@pytest.mark.parametrize("name", ["no such", "", None, 7, ["error_maps"], {}])
def test_no_set_of_that_name_is_no_pictures(shelf, event, name):
    assert SetsOfPictures(shelf).show(event(set=name)) == {}
    assert SetsOfPictures(shelf).show(event()) == {}


@pytest.mark.parametrize("denoiser", ["tiny", "strokes"])
def test_a_round_shows_four_pictures_and_does_not_tell_which_is_broken(play, moment, denoiser):
    message, played = play(deal_runs(moment(denoiser=denoiser)))[-1].values()
    assert set(message) == {"runs"}
    assert len(message["runs"]) == NUM_RUNS
    assert all(uri.startswith("data:image/png;base64,") for uri in message["runs"])
    truth = reveal_truth(played)["truth"]
    assert (truth["broken"], truth["way"]) == (played.broken, played.way)
    assert truth["mended"] != message["runs"][played.broken]


def test_each_round_is_another(play, moment):
    first, second = (play(deal_runs(moment()))[-1]["truth"] for _ in range(2))
    assert any((a != b).any() for a, b in zip(first.pictures, second.pictures, strict=True))


def test_whoever_waits_in_the_line_is_told_so(moment):
    told = deal_runs(moment()).tell("waiting for a turn: 1 before you")
    assert told == {"quiz": {"waiting": "waiting for a turn: 1 before you"}}


def test_a_program_is_dealt_a_round_by_its_seed(moment, colour_exhibit):
    found, played = result(moment(seed=5)), play_round(colour_exhibit, 5)
    assert found.numbers == {"broken": played.broken + 1, "way": played.way}
    for shown, picture in zip(
        found.pictures.values(), [*played.pictures, played.mended], strict=True
    ):
        assert (shown == picture).all()


def test_a_round_that_the_server_has_forgotten_reveals_nothing():
    assert reveal_truth(None) == {}


def test_a_round_can_be_kept_for_a_visitor(colour_exhibit):
    assert play_round(colour_exhibit, 0).mended.dtype == "uint8"
