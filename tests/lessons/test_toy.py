"""A lesson is a folder, and nothing else: one that is added is everywhere."""

import json

import numpy as np
import pytest
from PIL import Image

from explorer import cli
from explorer.interface import build_interface
from explorer.lessons.lesson import find_lessons

FILES = {
    "words.toml": 'name = "Toy"\nshift = "How far"\n',
    "style.css": "#toy-row { max-width: 100px; }\n",
    "compute.py": """
from dataclasses import dataclass

import numpy as np

from explorer.page.result import Result
from explorer.page.settings import whole


@dataclass(frozen=True)
class Settings:
    shift: int = whole(1, 0, 5)


def result(moment):
    return Result({"shifted": np.roll(moment.pixels, moment.settings.shift, 1)}, {"t": moment.t})
""",
    "panel.py": """
import gradio as gr

from explorer.page.words import words_beside

WORDS = words_beside(__file__)


def build(stage):
    gr.Markdown("## Toy")
    shift = stage.control("shift", WORDS["shift"], elem_id="toy-shift")
    shown = gr.Markdown(elem_id="toy-shown")
    stage.follow(shift.change, show_toy, {"shown": shown})


def show_toy(moment):
    return {"shown": f"{moment.exhibit.name}: {moment.settings.shift}"}
""",
    "lesson.py": """
from explorer.lessons.lesson import Lesson
from explorer.lessons.toy.compute import Settings, result
from explorer.lessons.toy.panel import build

LESSON = Lesson("toy", 45, build, Settings, {"toy": result})
""",
}


@pytest.fixture(scope="module")
def lessons(tmp_path_factory):
    """Ours and the toy."""
    folder = tmp_path_factory.mktemp("lessons")
    (folder / "toy").mkdir()
    for name, content in FILES.items():
        (folder / "toy" / name).write_text(content)
    return sorted([*find_lessons(), *find_lessons(folder)], key=lambda lesson: lesson.order)


def test_it_is_found_with_its_words_and_its_style(lessons):
    [toy] = [lesson for lesson in lessons if lesson.name == "toy"]
    assert (toy.words["name"], toy.elem_id) == ("Toy", "lesson-toy")
    assert "#toy-row" in toy.style
    assert [lesson.name for lesson in find_lessons()] == [
        "forward_noising", "noise_prediction", "reverse", "quiz",
        "single_step", "ladder", "told_time", "why_noise", "break_it", "schedules", "memory",
    ]  # fmt: skip


def test_it_is_on_the_page_in_the_address_and_in_the_api(lessons, shelf, request_for, choice_of):
    page = build_interface(shelf, lessons)
    blocks = {block.elem_id: block for block in page.blocks.values()}
    assert {"lesson-toy", "toy-shift", "toy-shown"} <= blocks.keys()
    functions = {fn.name: fn for fn in page.fns.values()}
    frame = functions["open_address"].fn.__self__
    rail = ["tiny", choice_of("old dog"), 13, 5, False]
    opens = [*rail, *(control.value for control in frame.controls.values())]
    answers = frame.open_address(request_for(**{"toy.shift": "3"}), *opens)
    assert answers[frame.places.index(blocks["toy-shift"])]["value"] == 3
    assert functions["show_toy"].fn(*rail, 2) == "tiny: 2"
    assert functions["toy"].fn("tiny", "old dog", 13, 5, False, 2)["numbers"] == {"t": 13}


def test_it_is_a_command(lessons, shelf, tmp_path, monkeypatch, choice_of):
    monkeypatch.setattr(cli, "load_exhibits", lambda *_: shelf.exhibits)
    command = ["run", "toy", "--model", "tiny", "--picture", "old dog", "--t", "13"]
    assert cli.main([*command, "--shift", "2", "--out", str(tmp_path)], lessons) == 0
    written = np.asarray(Image.open(tmp_path / "shifted.png"))
    np.testing.assert_array_equal(written, np.roll(choice_of("old dog").pixels, 2, 1))
    assert json.loads((tmp_path / "numbers.json").read_text()) == {"toy": {"t": 13}}
