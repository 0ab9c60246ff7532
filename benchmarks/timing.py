"""Timing by turns: all candidates in every round, so that a noisy machine is noisy for all."""

import time
from collections.abc import Callable
from statistics import median, quantiles


def by_turns(
    candidates: dict[str, Callable[[], object]], rounds: int, warm_up: int = 3, streak: int = 1
) -> dict[str, float]:
    """Median seconds of each candidate, called in turn `rounds` times after `warm_up` more.

    With a `streak`, a turn is so many calls, of which the first half is not counted: threads of the
    candidate before may still be awake, looking for work.
    """
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for index in range(warm_up + rounds):
        for name, call in candidates.items():
            for again in range(streak):
                begun = time.perf_counter()
                call()
                if index >= warm_up and again >= streak // 2:
                    times[name].append(time.perf_counter() - begun)
    return {name: median(seconds) for name, seconds in times.items()}


def after_a_rest(call: Callable[[], object], rest: float = 0.25, times: int = 30) -> float:
    """Median seconds of a call that comes after `rest` seconds in which nothing was done."""
    seconds = []
    for _ in range(times):
        time.sleep(rest)
        begun = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - begun)
    return median(seconds)


def spread(milliseconds: list[float]) -> dict[str, float]:
    """Median, 95th percentile and worst of a list of times."""
    return {
        "median": round(median(milliseconds), 1),
        "p95": round(quantiles(milliseconds, n=20, method="inclusive")[-1], 1),
        "worst": round(max(milliseconds), 1),
    }
