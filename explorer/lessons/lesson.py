"""What a lesson declares. The list of lessons is made from the folders: each with a lesson.py.

LESSON = Lesson("break_it", 80, build, Settings)
"""

import importlib
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, Generic, TypeVar

from explorer.exhibits.exhibit import Exhibit
from explorer.page.moment import Moment
from explorer.page.settings import NoSettings

HERE = Path(__file__).parent
S = TypeVar("S")


def shows_all(exhibit: Exhibit) -> None:
    """For a lesson that can be shown with every exhibit."""


@dataclass(frozen=True)
class Lesson(Generic[S]):
    """One lesson.

    Attributes:
        name: of its folder, and of its address.
        order: its place on the page; they are counted from the smallest.
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
    """Every lesson below the folder, in the page's order."""
    return sorted(_declared(folder), key=lambda lesson: lesson.order)


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
