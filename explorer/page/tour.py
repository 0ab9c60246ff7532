"""The guided tour: a path through the lessons in their order, at the visitor's own pace."""

from collections.abc import Collection, Mapping
from typing import Any

from explorer.components.tour import Tour
from explorer.page.shelf import Shelf
from explorer.page.tables import SHOWN, TableError, wrong_fields
from explorer.page.trained import trained_text
from explorer.page.words import LESSONS, TEXT

WORDS = TEXT["tour"]
NEEDED = {"lesson": (str,), "text": (str,), "try": (str,), "show": (dict,)}
MAY_HAVE = {"equation": (str,), "numbers": (str,)}


def build_tour(shelf: Shelf, titles: Mapping[str, str]) -> Tour:
    """`titles`: of the lessons, by their names."""
    trained = {name: trained_text(exhibit) for name, exhibit in shelf.exhibits.items()}
    return Tour(
        {"stops": check_stops(WORDS["stop"]), "trained": trained},
        words=WORDS["texts"],
        titles=dict(titles),
        follows="#t-slider",
    )


def check_stops(
    stops: list[dict[str, Any]], lessons: Collection[str] = LESSONS
) -> list[dict[str, Any]]:
    """The stops themselves; TableError, with a sentence, for the first fault."""
    for number, stop in enumerate(stops, start=1):
        fault = wrong_fields(stop, NEEDED, NEEDED | MAY_HAVE)
        fault = fault or wrong_fields(stop["show"], {}, SHOWN)
        if not fault and stop["lesson"] not in lessons:
            fault = f"there is no lesson {stop['lesson']!r}; there are {', '.join(lessons)}."
        if not fault and ("equation" in stop) != ("numbers" in stop):
            fault = "equation and numbers go together."
        if not fault and "numbers" in stop and "t" not in stop["show"]:
            fault = "numbers need a t in show."
        if fault:
            raise TableError(f"tour.toml, stop {number}: {fault}")
    return stops
