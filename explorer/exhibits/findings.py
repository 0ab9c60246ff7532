"""The form of "findings" in a metrics.json: what `scripts/findings` measures.

Each part may be lacking; one that is there is whole. Knows nothing of what the figures mean.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from explorer.denoiser.forms import is_list, is_name, is_number, is_whole

MOST_ROWS = 1000
LARGEST = 1e12

Check = Callable[[Any], bool]
is_figure: Check = partial(is_number, low=0.0, high=LARGEST)
is_count: Check = partial(is_whole, low=0, high=10**9)


def lists(check: Check, length: int | None = None) -> Check:
    """A list of so many; of any length if none is given."""

    def fits(value: Any) -> bool:
        if not is_list(value, check) or not 0 < len(value) <= MOST_ROWS:
            return False
        return length is None or len(value) == length

    return fits


def table(form: Mapping[str, Any]) -> Check:
    """A table with all of these entries, and perhaps others: numbers, or lists of them."""
    checks = {key: table(one) if isinstance(one, Mapping) else one for key, one in form.items()}

    def fits(value: Any) -> bool:
        there = isinstance(value, dict) and checks.keys() <= value.keys()
        return there and all(check(value[key]) for key, check in checks.items())

    return fits


def columns(form: Mapping[str, Check], names: tuple[str, ...]) -> Check:
    """A table whose entries `names` are lists of numbers, all equally long."""

    def fits(value: Any) -> bool:
        if not table(dict(form) | dict.fromkeys(names, lists(is_figure)))(value):
            return False
        return len({len(value[name]) for name in names}) == 1

    return fits


def relay_row(value: Any) -> bool:
    """Who makes how many first steps, and what came of it."""
    told = {"first": is_name, "steps": is_count, "sampler": is_name}
    if not table(told)(value):
        return False
    return all(is_figure(figure) for name, figure in value.items() if name not in told)


HOW = {"num": is_count, "seeds": lists(is_count, 2)}
BAND = lists(is_count, 2)
BANDS = {"coarse shapes": BAND, "parts": BAND, "fine detail": BAND, "in_order": is_count}
LIE = {"more": is_figure, "less": is_figure}
TIMES = lists(lists(is_count), 2)
FORMS: dict[str, Check] = {
    "near_end": columns({"num": is_count}, ("t", "eps", "x_0", "clipped", "beyond")),
    "samplers": table(
        HOW | {"calls": lists(is_count, 3)}
        | dict.fromkeys(("ddim", "dpmpp_2m", "heun"), lists(is_figure, 3))
    ),
    "spacing": table(
        HOW | {"steps": lists(is_count, 2), "placed_times": TIMES, "log_snr_times": TIMES}
        | dict.fromkeys(("even", "quadratic", "log_snr", "placed"), lists(is_figure, 2))
    ),
    "settles": table({"num": is_count, "steps": is_count, "ddim": BANDS, "ddpm": BANDS}),
    "lies": table(
        {"num": is_count, "steps": is_count, "by": is_count, "guidance": is_figure}
        | {"right": is_figure, "network": LIE, "formula": LIE, "both": LIE}
    ),
    "drowned": table({"num": is_count} | dict.fromkeys(
        ("coarse shapes", "parts", "fine detail"), is_count
    )),
    "as_trained": columns({"num": is_count}, (
        "t", "network_plain", "network_copies", "memory_plain", "memory_copies",
        "beats_untold", "beats_told",
    )),
    "relay": table({"num": is_count, "steps": is_count, "rows": lists(relay_row)}),
    "runaway": columns({"num_told": is_count, "num_blind": is_count}, ("t", "told", "blind")),
}  # fmt: skip


def fault_in_findings(findings: Any) -> str | None:
    """The name of the first part that is not of its form; None if all are."""
    if not isinstance(findings, dict):
        return "findings"
    there = (name for name in FORMS if name in findings)
    return next((name for name in there if not FORMS[name](findings[name])), None)
