"""The form of a metrics.json, as the lessons read it: checked once, when it is loaded.

Each part may be lacking; one that is there is whole. Knows nothing of what the figures mean.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from explorer.denoiser.forms import is_list, is_number, is_whole
from explorer.denoiser.reading import shown
from explorer.diffusion.samplers import SAMPLERS
from explorer.exhibits.findings import fault_in_findings

MOST_ENTRIES = 1000  # of a curve, and rows of a table
LARGEST = 1e12  # of a mean squared error
# What a table of quality against steps may tell of, and what each is at most.
MEASURES = {
    "named_rightly": 1.0,
    "sureness": 1.0,
    "grain": 10.0,
    "nearest_distance": 10.0,
}
COUNTS = {
    "seen": "num_seen",
    "held_out": "num_held_out",
    "ideal_seen": "num_ideal",
    "ideal_held_out": "num_ideal_held_out",
}


class MetricsError(ValueError):
    """The message says which figure is not of the form, as part of a sentence."""


def check_metrics(metrics: Mapping[str, Any], T: int) -> None:  # noqa: N803 - the papers' name
    """Raise MetricsError unless every part that lessons read is of the form that they read.

    Args:
        T: of the network's schedule.
    """
    parts: dict[str, Callable[[Any], None]] = {
        "eps_mse": lambda part: _check_errors(part, T),
        "sample_quality": _check_quality,
        "copies": _check_copies,
        "quality_by_steps": _check_steps,
    }
    for name, check in parts.items():
        if name in metrics:
            _need(isinstance(metrics[name], dict), name, metrics[name])
            check(metrics[name])
    fault = fault_in_findings(metrics.get("findings", {}))
    if fault is not None:
        raise MetricsError(f"findings' {fault} is not of the form that is known here")


def _need(holds: bool, what: str, value: Any) -> None:
    if not holds:
        raise MetricsError(f"{what} is {shown(value)}")


def _get(table: Any, *keys: str) -> Any:
    """A value deep inside, None if it is not there."""
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table


def _check_errors(part: dict[str, Any], T: int) -> None:  # noqa: N803
    times = part.get("t")
    if not is_list(times, lambda t: is_whole(t, 1, T)) or times != sorted(set(times)):
        raise MetricsError(f"eps_mse's t is {shown(times)}")
    _need(1 <= len(times) <= MOST_ENTRIES, "eps_mse's t", times)
    for name, counted_as in COUNTS.items():
        curve = part.get(name)
        if curve is None and name.startswith("ideal"):
            continue
        # A figure divides by the networks' errors; exact memory may make none.
        least = 0.0 if name.startswith("ideal") else 1e-300
        is_curve = is_list(curve, partial(is_number, low=least, high=LARGEST))
        _need(is_curve and len(curve) == len(times), f"eps_mse's {name}", curve)
        count = part.get(counted_as)
        _need(is_whole(count, 0, 10**9), f"eps_mse's {counted_as}", count)
        spread = _get(part, "standard_error", name)
        is_spread = is_list(spread, partial(is_number, low=0.0, high=LARGEST))
        fits = spread is None or (is_spread and len(spread) == len(times))
        _need(fits, f"eps_mse's standard error of {name}", spread)


def _check_quality(part: dict[str, Any]) -> None:
    share, count = part.get("judge_names_samples_rightly"), part.get("num_judged")
    _need(is_number(share, 0, 1), "sample_quality's judge_names_samples_rightly", share)
    _need(is_whole(count, 1, 10**9), "sample_quality's num_judged", count)
    if "judge_on_real_held_out" in part:  # the judge's own error; a variant has its base's judge
        count = part.get("num_real_held_out")
        _need(is_whole(count, 1, 10**9), "sample_quality's num_real_held_out", count)
        for name in ("judge_on_real_held_out", "judge_on_real_seen"):
            share = part.get(name)
            _need(is_number(share, 0, 1), f"sample_quality's {name}", share)


def _check_copies(part: dict[str, Any]) -> None:
    _need(is_whole(part.get("num_samples"), 1, 10**9), "copies' num_samples", part)
    _need(part.get("sampler") in list(SAMPLERS), "copies' sampler", part.get("sampler"))
    _need(is_whole(part.get("steps"), 1, 10**6), "copies' steps", part.get("steps"))
    _need(is_number(part.get("guidance"), 0, 1000), "copies' guidance", part.get("guidance"))
    places = (("samples", "0.05"), ("samples", "0.10"), ("held_out", "0.10"))
    for place in ((where, f"share_below_{limit}") for where, limit in places):
        share = _get(part, *place)
        _need(is_number(share, 0, 1), f"copies' {' '.join(place)}", share)


def _check_steps(part: dict[str, Any]) -> None:
    count, guidance = _get(part, "how", "num_samples"), _get(part, "how", "guidance")
    _need(is_whole(count, 1, 10**9), "quality_by_steps' num_samples", count)
    _need(is_number(guidance, -1000, 1000), "quality_by_steps' guidance", guidance)
    count, means = (_get(part, "held_out_images", key) for key in ("num", "mean"))
    _need(is_whole(count, 0, 10**9), "quality_by_steps' held_out_images", count)
    known = isinstance(means, dict) and means and means.keys() <= MEASURES.keys()
    highest = {name: MEASURES[name] for name in means} if known else {}
    _need(bool(highest) and _within(means, highest), "quality_by_steps' held_out_images", means)
    spread = _get(part, "held_out_images", "standard_error")
    if spread is not None:
        _need(_within(spread, highest), "quality_by_steps' held_out_images' spread", spread)
    rows = part.get("rows")
    are_rows = is_list(rows, lambda row: _is_row(row, highest))
    _need(are_rows and 1 <= len(rows) <= MOST_ENTRIES, "quality_by_steps' rows", rows)


def _within(figures: Any, highest: Mapping[str, float]) -> bool:
    return all(is_number(_get(figures, name), 0, most) for name, most in highest.items())


def _is_row(row: Any, highest: Mapping[str, float]) -> bool:
    return (
        _get(row, "sampler") in list(SAMPLERS)  # a list: what is asked for may be anything
        and all(is_whole(_get(row, key), 1, 10**6) for key in ("steps", "network_calls"))
        and all(_within(_get(row, key), highest) for key in ("mean", "standard_error"))
    )
