"""The quiz: questions about every lesson, and a game of finding the broken run."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from explorer.components.quiz import Quiz
from explorer.exhibits.exhibit import Exhibit
from explorer.images.encoding import png_data_uri
from explorer.lessons.quiz.compute import NOISE_SCALE, Round, play_round
from explorer.lessons.quiz.pictures import PICTURES, make_pictures
from explorer.lessons.quiz.questions import fill, questions_for, read_questions
from explorer.page.listeners import QUICK, RUNS, Options, carried
from explorer.page.moment import Moment
from explorer.page.runs import Answers, Running
from explorer.page.settings import NoSettings
from explorer.page.shelf import Shelf
from explorer.page.stage import Stage
from explorer.page.words import words_beside

WORDS = words_beside(__file__)
PICTURES_WANTED: Options = {**RUNS, "trigger_mode": "multiple"}  # more sets, while one is made


def build(stage: Stage[NoSettings]) -> None:
    """TableError if the questions' file cannot be used."""
    exhibit = stage.exhibit
    texts = fill(WORDS["texts"], {"{half}": str(exhibit.T // 2), "{scale}": str(NOISE_SCALE)})
    truth = gr.State()
    gr.Markdown(f"## {WORDS['title']}\n\n{WORDS['lesson']}")
    quiz = Quiz(
        {"questions": questions_for(exhibit, read_questions())},
        words=texts,
        titles=dict(stage.titles),
        follows="#t-slider",
        elem_id="quiz",
    )
    stop = stage.stop_button("quiz-stop")

    quiz.look(SetsOfPictures(stage.shelf).show, None, quiz, **PICTURES_WANTED)
    stage.stream(quiz.deal, deal_runs, {"quiz": quiz, "truth": truth}, stop=stop)
    quiz.reveal(reveal_truth, truth, quiz, **QUICK)
    stage.jumps.append(quiz.go)


@dataclass(frozen=True)
class SetsOfPictures:
    """Of the page's first network; made for the first visitor who asks."""

    shelf: Shelf

    def show(self, event: gr.EventData) -> dict[str, Any]:
        """A set; nothing if there is none of that name."""
        name = carried(event, "set")
        if not isinstance(name, str) or name not in PICTURES:
            return {}
        sets = self.shelf.once("quiz", partial(pictures_of, self.shelf.first))
        return {"pictures": {name: sets[name]}}


def pictures_of(exhibit: Exhibit) -> dict[str, list[str]]:
    """The sets that the quiz asks about, as PNG data URIs."""
    sets = make_pictures(exhibit)
    return {name: [png_data_uri(picture) for picture in made] for name, made in sets.items()}


def deal_runs(moment: Moment[NoSettings]) -> Running:
    """A new round's pictures for the browser; which one is broken stays here."""
    return Running(dealt(moment.exhibit), tell=lambda sentence: {"quiz": {"waiting": sentence}})


def dealt(exhibit: Exhibit) -> Iterator[Answers]:
    played = play_round(exhibit, secrets.randbelow(2**31))
    yield {"quiz": {"runs": [png_data_uri(one) for one in played.pictures]}, "truth": played}


def reveal_truth(played: Round | None) -> dict[str, Any]:
    if played is None:  # the server has been started anew since
        return {}
    mended = png_data_uri(played.mended)
    return {"truth": {"broken": played.broken, "way": played.way, "mended": mended}}
