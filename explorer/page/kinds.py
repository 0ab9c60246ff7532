"""The menu of kinds that a network can be told."""

from typing import Any

from explorer.exhibits.exhibit import Exhibit
from explorer.page.words import SHARED

ANY = SHARED["any_kind"]


def kind_choices(exhibit: Exhibit) -> dict[str, Any]:
    return {"choices": [ANY, *exhibit.denoiser.conditions], "value": exhibit.first_kind}
