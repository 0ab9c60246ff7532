"""How a checkpoint wants to be shown: what its config.json says under "presentation".

All that belongs to a data set stands there, and nothing of it in code: which picture the page opens
with, which kinds are drawn well, whether a drawing is a digit. Whatever is missing or of no use is
as if nothing had been said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from explorer.denoiser.forms import is_list, is_name, is_whole

Ink = Literal["colour", "digit"]
DIGITS = tuple("0123456789")
LAST = 1000  # in the order of networks
# For a network of digits of which nothing is said: it is shown with those that we draw.
OUR_DIGITS: dict[str, Any] = {"ink": "digit", "opens_with": "3, hand 1", "first_kind": "3"}


@dataclass(frozen=True)
class Presentation:
    """See the module.

    Attributes:
        order: the place among the networks; the smallest is what the page opens with.
        opens_with: the picture that the page opens with.
        never_seen: the picture, not seen in training, that stands beside one that was.
        first_kind: what the first run is asked to draw.
        easy_kinds: what is drawn well in few steps.
        strip_kinds: what a strip of samples shows.
        ink: what a drawing and an upload are: pictures, or white digits on black as MNIST's.
        compares: a fold's name -> what is different -> the checkpoint, this one or a variant.
    """

    order: int = LAST
    opens_with: str | None = None
    never_seen: str | None = None
    first_kind: str | None = None
    easy_kinds: tuple[str, ...] = ()
    strip_kinds: tuple[str, ...] = ()
    ink: Ink = "colour"
    compares: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read_presentation(config: Mapping[str, Any]) -> Presentation:
    """Of a checkpoint's config."""
    said = config.get("presentation")
    said = said if isinstance(said, dict) else {}
    fits: dict[str, Any] = {
        "order": lambda value: is_whole(value, 0, LAST),
        **dict.fromkeys(("opens_with", "never_seen", "first_kind"), is_name),
        **dict.fromkeys(("easy_kinds", "strip_kinds"), lambda value: is_list(value, is_name)),
        "ink": lambda value: value in ("colour", "digit"),
        "compares": _is_comparison,
    }
    known = {name: said[name] for name in fits if name in said and fits[name](said[name])}
    if not said and shows_digits(config.get("shape"), config.get("conditions")):
        known = OUR_DIGITS
    for name in known.keys() & {"easy_kinds", "strip_kinds"}:
        known[name] = tuple(known[name])
    return Presentation(**known)


def shows_digits(shape: Any, conditions: Any) -> bool:
    """Grey pictures, and the ten digits as kinds."""
    grey = isinstance(shape, Sequence) and len(shape) == 3 and shape[0] == 1
    return grey and isinstance(conditions, Sequence) and tuple(conditions) == DIGITS


def _is_comparison(value: Any) -> bool:
    return isinstance(value, dict) and all(
        is_name(fold) and isinstance(of, dict) and all(map(is_name, [*of, *of.values()]))
        for fold, of in value.items()
    )
