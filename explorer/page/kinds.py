"""The menu of kinds that a network can be told.

In settings a kind is its name; "" is any, and one that the network does not know is its first.
"""

from typing import Any

from explorer.exhibits.exhibit import Exhibit
from explorer.page.words import SHARED


def kind_choices(exhibit: Exhibit) -> dict[str, Any]:
    """For the menu: what it offers, and what it opens with."""
    kinds = [(kind, kind) for kind in exhibit.denoiser.conditions]
    return {"choices": [(SHARED["any_kind"], ""), *kinds], "value": known_kind(exhibit, None)}


def known_kind(exhibit: Exhibit, kind: str | None) -> str:
    """The kind, if it can be told; else the network's first one, "" if it knows none."""
    if kind is None or kind not in ("", *exhibit.denoiser.conditions):
        return exhibit.first_kind or ""
    return kind
