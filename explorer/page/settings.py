"""What a visitor can set in a lesson, declared once: its default, its range, its choices.

The control on the page, the check, the address, the API and the command line all come from there.

    @dataclass(frozen=True)
    class Settings:
        sampler: str = one_of("ddim", SAMPLERS)
        steps: int = whole(50, 1, 250)
        told: bool = flag(False)

Knows nothing of Gradio.
"""

import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from explorer.exhibits.exhibit import Exhibit
from explorer.page.words import TEXT

WORDS = TEXT["asking"]
S = TypeVar("S")


@dataclass(frozen=True)
class Setting:
    """One thing that can be set.

    Attributes:
        kind: bool, int, float or str.
        default: None where the network, or another setting, says it (see `read_settings`).
        low, high, step: of a number.
        choices: of a text; None takes any text of up to `longest` characters.
    """

    kind: type
    default: Any
    low: float = -math.inf
    high: float = math.inf
    step: float = 1
    choices: tuple[str, ...] | None = None
    longest: int = 200

    def read(self, value: Any) -> Any:
        """The value as far as it can be used, from words as well ("true", "0.5"); else the default.

        What is too large or too small is cut to what fits.
        """
        if self.kind is bool:
            known = {True: True, False: False, "true": True, "false": False}
            return known.get(value, self.default) if isinstance(value, bool | str) else self.default
        if self.kind is str:
            return value if isinstance(value, str) and self._knows(value) else self.default
        try:
            number = min(max(float(value), self.low), self.high)
        except (TypeError, ValueError, OverflowError):
            return self.default
        if not math.isfinite(number):  # NaN, or without an end
            return self.default
        return round(number) if self.kind is int else float(number)

    def check(self, name: str, value: Any) -> Any:
        """The value, if it fits as it is. ValueError, with a sentence, if it does not."""
        if value is None and self.default is None:
            return None
        of_kind = isinstance(value, bool) == (self.kind is bool)
        if not of_kind or self.read(value) != value or isinstance(value, str) != (self.kind is str):
            words = {"name": name, "what": self.described(), "value": f"{value!r:.60}"}
            raise ValueError(WORDS["unfit"].format(**words))
        return self.read(value)

    def described(self) -> str:
        """What fits, in words."""
        if self.kind is bool:
            return WORDS["flag"]
        if self.kind is str:
            if self.choices is not None:
                return WORDS["choice"].format(choices=", ".join(self.choices))
            return WORDS["text"].format(longest=self.longest)
        noun = WORDS["whole" if self.kind is int else "number"]
        if math.isinf(self.high):
            return noun
        return WORDS["between"].format(number=noun, low=f"{self.low:g}", high=f"{self.high:g}")

    def _knows(self, value: str) -> bool:
        known = self.choices is None or value in self.choices
        return known and len(value) <= self.longest


def whole(
    default: int | None, low: float = -math.inf, high: float = math.inf, step: int = 1
) -> Any:
    """A whole number."""
    return _field(Setting(int, default, low, high, step))


def number(default: float | None, low: float = -math.inf, high: float = math.inf, step=0.1) -> Any:
    return _field(Setting(float, default, low, high, step))


def one_of(default: str, choices: Iterable[str]) -> Any:
    return _field(Setting(str, default, choices=tuple(choices)))


def text(default: str | None = "", longest: int = 200) -> Any:
    """Any text; with None, one that only the network knows, such as a kind."""
    return _field(Setting(str, default, longest=longest))


def flag(default: bool) -> Any:
    return _field(Setting(bool, default))


def _field(setting: Setting) -> Any:
    return field(default=setting.default, metadata={"setting": setting})


@dataclass(frozen=True)
class NoSettings:
    """Of a lesson in which nothing can be set."""


def settings_of(declared: type) -> dict[str, Setting]:
    """Name -> setting, of a settings dataclass, in its order."""
    return {one.name: one.metadata["setting"] for one in dataclasses.fields(declared)}


def read_settings(declared: type[S], values: Mapping[str, Any], exhibit: Exhibit) -> S:
    """An object of that class: of each value what can be used, the default for the others.

    A class with a method `mended(exhibit)` has the last word: only there it is known which kinds
    the network has, say, or how many times.
    """
    known = settings_of(declared)
    read = declared(**{name: known[name].read(values[name]) for name in known if name in values})
    mended: Callable[[Exhibit], S] | None = getattr(read, "mended", None)
    return read if mended is None else mended(exhibit)


def differing(settings: Any, exhibit: Exhibit) -> dict[str, Any]:
    """Of a settings object those that must be said, for `read_settings` to give it again."""
    needed = {one.name: getattr(settings, one.name) for one in dataclasses.fields(settings)}
    for name in list(needed):
        without = {other: value for other, value in needed.items() if other != name}
        if read_settings(type(settings), without, exhibit) == settings:
            needed = without
    return needed
