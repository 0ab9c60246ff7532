"""The quiz: questions about every lesson, and a game of finding the broken run."""

import secrets
from collections.abc import Iterator
from functools import partial
from types import MethodType
from typing import Any

import gradio as gr

from explorer.components.quiz import Quiz
from explorer.exhibits.exhibit import Exhibit
from explorer.images.encoding import png_data_uri
from explorer.lessons.quiz.compute import NOISE_SCALE, Round, play_round
from explorer.lessons.quiz.pictures import PICTURES, make_pictures
from explorer.lessons.quiz.questions import fill, questions_for, read_questions
from explorer.page.listeners import QUICK, RUNS, carried
from explorer.page.rail import Rail
from explorer.page.shelf import Shelf
from explorer.page.words import lesson_titles, words_beside

WORDS = words_beside(__file__)


def build_quiz_panel(rail: Rail, shelf: Shelf) -> Quiz:
    """QuestionsError if the questions' file cannot be used."""
    exhibit = shelf.first
    texts = fill(WORDS["texts"], {"{half}": str(exhibit.T // 2), "{scale}": str(NOISE_SCALE)})
    truth = gr.State()
    with gr.Column(elem_id="lesson-quiz", elem_classes="lesson"):
        gr.Markdown(f"## {WORDS['title']}\n\n{WORDS['lesson']}")
        quiz = Quiz(
            {"questions": questions_for(exhibit, read_questions())},
            words=texts,
            titles=lesson_titles(),
            follows="#t-slider",
            elem_id="quiz",
        )
    # More than one set may be asked for while the first is made.
    quiz.look(MethodType(show_pictures, shelf), None, quiz, trigger_mode="multiple", **RUNS)
    quiz.deal(MethodType(deal_runs, shelf), rail.denoiser, [quiz, truth], **RUNS)
    quiz.reveal(reveal_truth, truth, quiz, **QUICK)
    return quiz


def show_pictures(shelf: Shelf, event: gr.EventData) -> dict[str, Any]:
    """A set of pictures of the page's first network; nothing if there is none of that name."""
    name = carried(event, "set")
    if not isinstance(name, str) or name not in PICTURES:
        return {}
    return {"pictures": {name: shelf.once("quiz", partial(pictures_of, shelf.first))[name]}}


def pictures_of(exhibit: Exhibit) -> dict[str, list[str]]:
    """The sets that the quiz asks about, as PNG data URIs."""
    return {
        name: [png_data_uri(one) for one in made] for name, made in make_pictures(exhibit).items()
    }


def deal_runs(shelf: Shelf, denoiser: str) -> Iterator[tuple[dict[str, Any], Any]]:
    """A new round's pictures for the browser; which one is broken stays here."""
    with shelf.line.join() as place:
        for ahead in place.wait():
            yield {"waiting": WORDS["waiting"].format(ahead=ahead)}, gr.skip()
        played = play_round(shelf.exhibit(denoiser), secrets.randbelow(2**31))
    yield {"runs": [png_data_uri(picture) for picture in played.pictures]}, played


def reveal_truth(played: Round | None) -> dict[str, Any]:
    if played is None:  # the server has been started anew since
        return {}
    mended = png_data_uri(played.mended)
    return {"truth": {"broken": played.broken, "way": played.way, "mended": mended}}
