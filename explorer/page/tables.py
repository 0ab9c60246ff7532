"""Tables that a teacher may edit (the quiz's questions): what is wrong with one.

Knows nothing of what they are for.
"""

from typing import Any

TEXT = (str,)
SHOWN = {"t": (int, str), "denoiser": TEXT, "image": TEXT, "seed": (int,)}
NAMES = {str: "a text", int: "a number", float: "a number", list: "a list", dict: "a { table }"}


class TableError(ValueError):
    """A file cannot be used; the message is for the one who wrote it."""


def wrong_fields(
    table: dict[str, Any], needed: dict[str, Any], allowed: dict[str, tuple[type, ...]]
) -> str | None:
    for name in needed:
        if name not in table:
            return f"{name} is missing."
    for name, value in table.items():
        if name not in allowed:
            return f"{name!r} means nothing here; there are {', '.join(allowed)}."
        if not isinstance(value, allowed[name]) or isinstance(value, bool):
            kinds = " or ".join(dict.fromkeys(NAMES[kind] for kind in allowed[name]))
            return f"{name} must be {kinds}."
        if isinstance(value, str) and name != "unit" and not value.strip():
            return f"{name} is empty."
    return None
