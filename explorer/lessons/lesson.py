"""What a lesson declares. The list of lessons is made from the folders: each with a lesson.py.

LESSON = Lesson("break_it", 150, build, Settings, heeds=("seed", "network"))
"""

import importlib
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, Generic, Literal, TypeVar

from explorer.exhibits.exhibit import Exhibit
from explorer.page.moment import Moment
from explorer.page.settings import NoSettings

HERE = Path(__file__).parent
# The parts of the rail that a lesson can heed.
Part = Literal["picture", "t", "seed", "network", "told"]
MOST: tuple[Part, ...] = ("picture", "t", "seed", "network")
S = TypeVar("S")


def shows_all(exhibit: Exhibit) -> None:
    """For a lesson that can be shown with every exhibit."""


@dataclass(frozen=True)
class Lesson(Generic[S]):
    """One lesson.

    Attributes:
        name: of its folder, and of its address.
        order: its place among all; the story comes first.
        group: a chapter of the story, or a lab, which the map of labs leads to.
        heeds: the parts of the rail that change something in it; the others are out of sight.
        build: lays it out and wires it, on a `page.stage.Stage`.
        settings: a dataclass of what can be set in it (see `page.settings`).
        computes: its public names -> what each of them computes.
        needs: why it cannot be shown with an exhibit, in a sentence; None if it can.
        folder: where it is declared, with its words and its style; found, not given.
    """

    name: str
    order: float
    build: Callable[[Any], None]
    settings: type[S] = NoSettings  # type: ignore[assignment]
    computes: Mapping[str, Callable[[Moment[S]], Any]] = field(default_factory=dict)
    needs: Callable[[Exhibit], str | None] = shows_all
    group: Literal["story", "lab"] = "lab"
    heeds: Sequence[Part] = MOST
    folder: Path = HERE

    @property
    def elem_id(self) -> str:
        """Of its part of the page, for links."""
        return f"lesson-{self.name.replace('_', '-')}"

    @cached_property
    def words(self) -> dict[str, Any]:
        """What its words.toml says."""
        return tomllib.loads((self.folder / "words.toml").read_text(encoding="utf-8"))

    @property
    def style(self) -> str:
        """Its style.css, if it has one."""
        file = self.folder / "style.css"
        return file.read_text(encoding="utf-8") if file.exists() else ""


def find_lessons(folder: Path = HERE) -> list[Lesson[Any]]:
    """Every lesson below the folder, in the page's order: the story, then the labs."""
    return sorted(_declared(folder), key=lambda lesson: (lesson.group != "story", lesson.order))


def _declared(folder: Path) -> Iterator[Lesson[Any]]:
    for file in sorted(folder.glob("*/lesson.py")):
        yield replace(_import(file).LESSON, folder=file.parent)


def _import(file: Path) -> ModuleType:
    """One from elsewhere is a package of this name too, so that its files can import each other."""
    package = f"{__package__}.{file.parent.name}"
    if file.parents[1] != HERE:
        sys.modules[package] = made = ModuleType(package)
        made.__path__ = [str(file.parent)]
        sys.modules.pop(f"{package}.lesson", None)
    return importlib.import_module(f"{package}.lesson")
