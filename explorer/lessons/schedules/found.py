"""What was found of samplers and of the places of their steps, from the networks' files."""

from collections.abc import Sequence
from typing import Any

from explorer.diffusion.samplers import timesteps
from explorer.exhibits.exhibit import Exhibit
from explorer.exhibits.found import findings
from explorer.page.shelf import Shelf
from explorer.page.words import number, say, words_beside

WORDS = words_beside(__file__)


def samplers_found(shelf: Shelf) -> str:
    """A row for each network and sampler."""
    measured = all_findings(shelf, "samplers")
    if not measured:
        return WORDS["not_measured"]
    rows = [
        [WORDS["row_samplers"].format(network=name, sampler=WORDS["runs"][sampler]), *part[sampler]]
        for name, part in measured.items()
        for sampler in ("ddim", "dpmpp_2m", "heun")
    ]
    first = next(iter(measured.values()))
    head = WORDS["samplers_head"].format(**first)
    return say(WORDS["samplers_found"], **first | {"table": table(head, rows)})


def spacing_found(shelf: Shelf) -> str:
    """A row for each network and number of steps."""
    measured = all_findings(shelf, "spacing")
    if not measured:
        return WORDS["not_measured"]
    rows: list[list[Any]] = []
    for name, part in measured.items():
        for place, steps in enumerate(part["steps"]):
            calls = len(part["placed_times"][place]) - 1
            placed = say(WORDS["placed"], distance=part["placed"][place], calls=calls)
            evenly = [part[spacing][place] for spacing in ("even", "quadratic", "log_snr")]
            title = WORDS["row_steps"].format(network=name, steps=steps)
            rows.append([title, *evenly, placed])
    first = next(iter(measured.values()))
    told = {key: ", ".join(map(str, first[key][0])) for key in ("log_snr_times", "placed_times")}
    return say(
        WORDS["spacing_found"], **first | told | {"table": table(WORDS["spacing_head"], rows)}
    )


def all_findings(shelf: Shelf, part: str) -> dict[str, Any]:
    """By network, of those of which it was measured."""
    found = {name: findings(exhibit, part) for name, exhibit in shelf.exhibits.items()}
    return {name: one for name, one in found.items() if one}


def table(head: str, rows: Sequence[Sequence[Any]]) -> str:
    """Markdown: a name and numbers in each row."""
    lines = [
        "| " + " | ".join(cell if isinstance(cell, str) else number(cell) for cell in row) + " |"
        for row in rows
    ]
    columns = head.count("|") - 2
    return "\n".join([head, "|:--|" + "--:|" * columns, *lines])


def own_example(exhibit: Exhibit) -> str:
    """Times to begin with: those that were found to be well placed, or every quarter."""
    spacing = findings(exhibit, "spacing")
    times = spacing["placed_times"][0] if spacing else timesteps(exhibit.T, 4)
    return ", ".join(map(str, times[1:-1]))
