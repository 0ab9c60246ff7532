"""What was found of the networks, as named figures: every number that a sentence of theirs quotes.

All of them are read from the metrics.json of the networks in question, or follow from those by
arithmetic that is written here. Knows nothing of the sentences.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from explorer.exhibits.exhibit import Exhibit
from explorer.exhibits.variants import compare_errors, judged

Figures = dict[str, Any]
Networks = Mapping[str, Exhibit]


@dataclass(frozen=True)
class Runaway:
    """The noise that is really in x_t, over what the schedule says, along runs.

    t: (K,); of: "told", "blind" or "blind_noisy" -> (K,) means; counts: over how many runs.
    """

    t: list[int]
    of: dict[str, list[float]]
    counts: dict[str, int]


def found(fold: str, networks: Networks) -> Figures | None:
    """The figures of the fold's sentences; None if anything of it was not measured, or too little
    for them to be reckoned (the files may be a stranger's).
    """
    try:
        return FOUND[fold](networks)
    except (KeyError, ValueError, IndexError, ZeroDivisionError):
        return None


def findings(exhibit: Exhibit, part: str) -> Figures | None:
    """What `scripts/findings` wrote of this network, None if it did not."""
    return exhibit.metrics.get("findings", {}).get(part)


def of_targets(networks: Networks) -> Figures:
    """Networks "eps", "x_0" and "v", trained alike but for that."""
    errors = compare_errors(networks)
    eps, x_0, v = (np.array(errors.of["eps"][key]) for key in ("eps", "x_0", "v"))
    best = np.minimum(np.minimum(eps, x_0), v)
    spread = np.maximum(np.maximum(eps, x_0), v) / best
    figures: Figures = {
        **_times(errors.t, even=int(spread.argmin())),
        "image_first": float(x_0[0] / eps[0]),
        "image_second": float(x_0[1] / eps[1] - 1),
        "noise_last": float(eps[-1] / max(x_0[-1], v[-1]) - 1),
        "v_worst": float((v / best).max() - 1),
    }
    for key, network in networks.items():
        figures[f"noise_{key}"] = float(np.mean(errors.of["eps"][key]))
        figures[f"image_{key}"] = float(np.mean(errors.of["x_0"][key]))
        figures[f"end_{key}"] = at_end(network, "x_0")
        figures |= _judged(network, key)
    return figures


def of_blind(networks: Networks) -> Figures:
    """Networks "told" and "blind"."""
    errors = compare_errors(networks)
    ratio = np.array(errors.of["eps"]["blind"]) / errors.of["eps"]["told"]
    relay, runs = needed(networks["blind"], "relay"), runaway(networks)
    if runs is None:
        raise KeyError("runaway")
    return {
        **_times(errors.t),
        **_judged(networks["told"], "told"), **_judged(networks["blind"], "blind"),
        "clean": float(ratio[0] - 1), "middle": float(ratio[len(ratio) // 2] - 1),
        "last": float(ratio[-1]),
        "relay": relay["rows"], "relay_num": relay["num"], "relay_steps": relay["steps"],
        "noisy_above": relay["noisy_above"], "runs": runs,
        **{f"{key}_{t}": runs.of[key][runs.t.index(t)] for key in runs.of for t in (400, 200)},
    }  # fmt: skip


def of_raw(networks: Networks) -> Figures:
    """Networks "v" and "eps", with the errors of those images that both have seen."""
    errors, unseen = compare_errors(networks, "seen"), compare_errors(networks)
    v, eps = (np.array(errors.of["eps"][key]) for key in ("v", "eps"))
    better = [t for t, is_so in zip(errors.t, eps < v, strict=True) if is_so]
    worse = [t for t, is_so in zip(errors.t, eps > v, strict=True) if is_so]
    schedule, relay = networks["v"].schedule, needed(networks["eps"], "relay")
    return {
        **_times(errors.t), "T": schedule.T,
        "mean_gain": float(1 - eps.mean() / v.mean()), "most_gain": float(1 - (eps / v).min()),
        "better_until": max(better), "worse_from": min(worse), "last": float(eps[-1] / v[-1]),
        "power_last": schedule.sigma[errors.t[-1]].item() ** 2,
        "power_end": schedule.sigma[-1].item() ** 2,
        "unseen_v": float(np.mean(unseen.of["eps"]["v"])),
        "unseen_eps": float(np.mean(unseen.of["eps"]["eps"])),
        "end_noise_eps": at_end(networks["eps"], "eps"), "end_eps": at_end(networks["eps"], "x_0"),
        "end_v": at_end(networks["v"], "x_0"),
        "end_num": needed(networks["eps"], "near_end")["num"],
        "relay": relay["rows"], "relay_num": relay["num"], "relay_steps": relay["steps"],
    }  # fmt: skip


FOUND: dict[str, Callable[[Networks], Figures]] = {
    "targets": of_targets, "blind": of_blind, "raw": of_raw,
}  # fmt: skip


def runaway(networks: Networks) -> Runaway | None:
    """Of the network without t and the one that is told."""
    measured = findings(networks["blind"], "runaway") if "blind" in networks else None
    if measured is None:
        return None
    names = [name for name in ("told", "blind", "blind_noisy") if name in measured]
    counts = {name: measured[f"num_{name}"] for name in names}
    return Runaway(measured["t"], {name: measured[name] for name in names}, counts)


def needed(exhibit: Exhibit, part: str) -> Figures:
    """As `findings`; KeyError if it is not there."""
    return exhibit.metrics["findings"][part]


def at_end(network: Exhibit, what: str) -> float:
    """An error at T itself, where a run begins. KeyError or ValueError if it was not measured."""
    measured = needed(network, "near_end")
    return measured[what][measured["t"].index(network.T)]


def _times(t: list[int], **more: int) -> Figures:
    """The measured times that a sentence names."""
    named = {"first": 0, "second": 1, "final": -1} | more
    return {f"t_{name}": t[place] for name, place in named.items()}


def _judged(network: Exhibit, key: str) -> Figures:
    verdict = judged(network)
    if verdict is None:
        raise KeyError(network.name)
    share, count = verdict.share, verdict.count
    chance = math.sqrt(share * (1 - share) / count)
    return {f"right_{key}": share, "judged": count, f"chance_{key}": chance}
