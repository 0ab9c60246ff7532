"""What a value may be, declared beside its field, and the sentence for one that is not.

    ema: Annotated[float, number(0, 1, but_not=1)]     read_table(TrainingConfig, table, "training")

It knows nothing of files, nor of which fields there are.
"""

import dataclasses
import re
import reprlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, get_type_hints

from explorer.training.errors import TrainingError

T = TypeVar("T")


@dataclass(frozen=True)
class Allowed:
    """`words` say what is allowed: "it has to be <words>"."""

    words: str
    accepts: Callable[[Any], bool]

    def __call__(self, value: Any, place: str) -> Any:
        """The value as its field holds it; `place` is the value's name in the file."""
        if not self.accepts(value):
            raise TrainingError(f"{place} is {shown(value)}, but it has to be {self.words}.")
        return tuple(value) if isinstance(value, list) else value


def whole(low: int, high: int, multiple_of: int = 1) -> Allowed:
    kind = "a whole number" if multiple_of == 1 else f"a multiple of {multiple_of}"

    def accepts(value: Any) -> bool:
        return type(value) is int and low <= value <= high and value % multiple_of == 0

    return Allowed(f"{kind} from {low} to {high}", accepts)


def number(low: float, high: float, but_not: float | None = None) -> Allowed:
    """Ends are finite, so that NaN and infinity never pass."""
    besides = "" if but_not is None else f", but not {but_not}"

    def accepts(value: Any) -> bool:
        return type(value) in (int, float) and low <= value <= high and value != but_not

    return Allowed(f"a number from {low} to {high}{besides}", accepts)


def one_of(*choices: str) -> Allowed:
    return Allowed(f"one of {', '.join(choices)}", lambda value: value in choices)


def several(each: Allowed, fewest: int, most: int) -> Allowed:
    count = str(most) if fewest == most else f"{fewest} to {most}"

    def accepts(value: Any) -> bool:
        right_length = isinstance(value, list) and fewest <= len(value) <= most
        return right_length and all(map(each.accepts, value))

    return Allowed(f"a list of {count}, each of them {each.words}", accepts)


def range_within(low: float, high: float) -> Allowed:
    pair = several(number(low, high), 2, 2)
    return Allowed(
        f"two numbers from {low} to {high}, the lower one first",
        lambda value: pair.accepts(value) and value[0] <= value[1],
    )


FLAG = Allowed("true or false", lambda value: isinstance(value, bool))
# It becomes a folder's name: no separator, no "..", nothing that a file system takes amiss.
NAME = Allowed(
    "1 to 64 letters, digits, '.', '_' or '-', the first a letter or a digit",
    lambda value: (
        isinstance(value, str)
        and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", value) is not None
    ),
)


def read_table(cls: type[T], table: Any, place: str = "", **given: Any) -> T:
    """A TOML table as the dataclass `cls`, whose fields are annotated with what they may be.

    Args:
        place: the table's name in the file; empty for the whole file.
        given: fields that do not come from the table.

    Raises:
        TrainingError: a key is unknown or missing, or a value is not allowed; says which.
    """
    title, within = (place, f"{place}.") if place else ("a config", "")
    if not isinstance(table, dict):
        raise TrainingError(f"{place} is {shown(table)}, but it has to be a table.")
    fields = [field for field in dataclasses.fields(cls) if field.name not in given]  # type: ignore[arg-type]
    refuse_unknown(table, [field.name for field in fields], title)
    for field in fields:
        optional = {field.default, field.default_factory} != {dataclasses.MISSING}
        if not optional and field.name not in table:
            raise TrainingError(f"{within}{field.name} is missing.")
    hints = get_type_hints(cls, include_extras=True)
    values = {key: _read(hints[key], value, within + key) for key, value in table.items()}
    return cls(**given, **values)


def refuse_unknown(table: dict[str, Any], known: list[str], title: str) -> None:
    unknown = [shown(key) for key in table if key not in known]
    if unknown:
        raise TrainingError(f"{title} has no {', '.join(unknown)} (it has {', '.join(known)}).")


def _read(hint: Any, value: Any, place: str) -> Any:
    if dataclasses.is_dataclass(hint):
        return read_table(hint, value, place)  # type: ignore[arg-type]
    check = hint.__metadata__[0]
    return check(value, place)


def shown(value: Any) -> str:
    """The value on one line, not too long."""
    short = reprlib.Repr()
    short.maxstring = short.maxother = 60
    return short.repr(value)
