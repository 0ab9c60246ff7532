"""The command line: a lesson's pictures and figures as files, and a link as a recipe.

python -m explorer run break_it --model emoji --t 400 --mistake few_steps --out shown
python -m explorer run break_it --recipe "https://.../?denoiser=emoji&t=400" --out shown
python -m explorer recipe "https://.../?denoiser=emoji&t=400"
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from explorer.denoiser.engine import CORES
from explorer.denoiser.turns import Turns, share
from explorer.exhibits.exhibit import load_exhibits
from explorer.images.encoding import png_bytes
from explorer.lessons.lesson import Lesson, find_lessons
from explorer.page.asking import ask
from explorer.page.recipe import Recipe
from explorer.page.result import Result
from explorer.page.settings import Setting, differing, settings_of
from explorer.page.shelf import Shelf

RAIL = {
    "model": "a network's name",
    "picture": "a picture of its gallery",
    "t": "the time, from 0 to T",
    "seed": "of the noise",
    "told": "is the network told what kind of picture it is? (true or false)",
}
ABOUT = "A lesson's pictures and figures as files, and a link as a recipe."
CHECKPOINTS = Path(__file__).parents[1] / "checkpoints"


def main(arguments: Sequence[str] | None = None, known: Sequence[Lesson[Any]] | None = None) -> int:
    """0 if it was done; 2, and a sentence, if something that was asked for does not fit.

    Args:
        known: the lessons; all that there are, if None.
    """
    lessons = {lesson.name: lesson for lesson in (find_lessons() if known is None else known)}
    asked = parser(lessons).parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory() as folder:
            turns = Turns(CORES)
            exhibits = load_exhibits(
                asked.checkpoints, asked.device, partial(share, turns=turns, prepared=True)
            )  # fmt: skip
            shelf = Shelf(exhibits, Path(folder))
            asked.do(asked, shelf, lessons)
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def parser(lessons: Mapping[str, Lesson[Any]]) -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m explorer", description=ABOUT)
    commands = made.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="write what a lesson shows: pictures, numbers.json")
    each = run.add_subparsers(required=True, metavar="LESSON", dest="lesson")
    for lesson in lessons.values():
        one = each.add_parser(lesson.name, help=lesson.words["name"])
        one.add_argument("--out", type=Path, required=True, metavar="DIR")
        one.add_argument("--recipe", metavar="FILE", help="a recipe's JSON, or a link of the page")
        for name, words in RAIL.items():
            one.add_argument(f"--{name}", help=words)
        for name, setting in settings_of(lesson.settings).items():
            one.add_argument(flag_of(name), dest=f"set:{name}", help=setting.described())
        add_common(one, run_lesson)
    recipe = commands.add_parser("recipe", help="print what a link says, as JSON")
    recipe.add_argument("link")
    add_common(recipe, print_recipe)
    return made


def flag_of(name: str) -> str:
    """One that is called as a part of the rail says that it is the lesson's."""
    return f"--{name.replace('_', '-')}" if name not in RAIL else f"--lesson-{name}"


def add_common(parser: argparse.ArgumentParser, do: Any) -> None:
    parser.add_argument("--checkpoints", type=Path, default=CHECKPOINTS, metavar="DIR")
    parser.add_argument("--device", default="cpu", help="cpu (default) or cuda")
    parser.set_defaults(do=do)


def print_recipe(
    asked: argparse.Namespace, shelf: Shelf, lessons: Mapping[str, Lesson[Any]]
) -> None:
    recipe = known_settings(Recipe.read(asked.link, shelf), shelf, lessons)
    print(json.dumps(recipe.to_json(), indent=2, ensure_ascii=False))


def known_settings(recipe: Recipe, shelf: Shelf, lessons: Mapping[str, Lesson[Any]]) -> Recipe:
    """Of the settings those that there are, mended, and only what has to be said."""
    exhibit = shelf.exhibit(recipe.model)
    read = {
        name: differing(recipe.moment(shelf, name, lessons[name].settings).settings, exhibit)
        for name in recipe.settings
        if name in lessons
    }
    lesson = recipe.lesson if recipe.lesson in lessons else None
    return replace(recipe, lesson=lesson, settings={name: one for name, one in read.items() if one})


def run_lesson(asked: argparse.Namespace, shelf: Shelf, lessons: Mapping[str, Lesson[Any]]) -> None:
    """The recipe, what the flags say instead of it, and all that the lesson computes of that."""
    lesson = lessons[asked.lesson]
    recipe = Recipe.read(source_of(asked.recipe), shelf)
    said = {name: getattr(asked, name) for name in RAIL if getattr(asked, name) is not None}
    if "model" in said and "picture" not in said and recipe.model != said["model"]:
        recipe = Recipe.read({**recipe.to_json(), **said, "picture": None}, shelf)
    moment = recipe.moment(shelf, lesson.name, lesson.settings)
    known = settings_of(lesson.settings)
    given = {name: getattr(asked, f"set:{name}") for name in known}
    flags = {name: typed(known[name], value) for name, value in given.items() if value is not None}
    own = recipe.own if "picture" not in said else None
    moment = ask(
        shelf,
        lesson.settings,
        said.get("model", recipe.model),
        said.get("picture", own or recipe.picture),
        typed(Setting(int, 0), said.get("t", str(recipe.t))),
        typed(Setting(int, 0), said.get("seed", str(recipe.seed))),
        typed(Setting(bool, False), said.get("told", str(recipe.told).lower())),
        {**differing(moment.settings, moment.exhibit), **flags},
    )
    asked.out.mkdir(parents=True, exist_ok=True)
    numbers: dict[str, Any] = {}
    for name, compute in lesson.computes.items():
        prefix = "" if name == lesson.name else f"{name}-"
        try:
            numbers[name] = write(asked.out, prefix, compute(moment))
        except ValueError as error:  # a part of the lesson that this network is not made for
            if not prefix:
                raise
            numbers[name] = {"not_shown": str(error)}
    text = json.dumps(numbers, indent=2, ensure_ascii=False, default=plain)
    (asked.out / "numbers.json").write_text(f"{text}\n", encoding="utf-8")


def source_of(recipe: str | None) -> str:
    """A file's content, or the link itself."""
    if recipe is None:
        return ""
    file = Path(recipe)
    if "?" not in recipe and not recipe.lstrip().startswith("{"):
        return file.read_text(encoding="utf-8")
    return recipe


def typed(setting: Setting, text: str) -> Any:
    """A flag's text as a value, for `Setting.check` to judge."""
    if setting.kind is bool:
        return {"true": True, "false": False}.get(text.lower(), text)
    if setting.kind is str:
        return text
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return text


def write(folder: Path, prefix: str, shown: Result | Iterator[Result]) -> Any:
    """The pictures as files -> the numbers. Of a run, files' names tell the step."""
    if isinstance(shown, Result):
        for name, pixels in shown.pictures.items():
            (folder / f"{prefix}{name}.png").write_bytes(png_bytes(pixels))
        return dict(shown.numbers)
    return [write(folder, f"{prefix}{step:03d}-", one) for step, one in enumerate(shown)]


def plain(value: Any) -> Any:
    """NumPy's numbers, for JSON."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} is nothing for JSON.")
