"""What is said in the folds of networks trained alike; every figure is from the networks' files."""

import math
from collections.abc import Mapping
from typing import Any

from explorer.exhibits.exhibit import Exhibit
from explorer.exhibits.found import at_end, findings, found
from explorer.exhibits.readings import Readings
from explorer.exhibits.variants import FOLDS, judged, strip_seeds
from explorer.page.variants import HowDrawn
from explorer.page.words import TEXT, number, say

WORDS = TEXT["variants"]


def names_of(fold: str) -> dict[str, str]:
    """What is different -> the network's name on the page."""
    return WORDS[fold]["names"]


def error_note(readings: Readings) -> str:
    errors = {reading: number(one.mse) for reading, one in readings.of.items()}
    return WORDS["error_note"].format(**errors)


def curve_names(fold: str, networks: Mapping[str, Exhibit], reading: str) -> dict[str, str]:
    """Of the image's error, with what it is at T, where no curve reaches."""
    if reading != "x_0":
        return names_of(fold)
    names = dict(names_of(fold))
    for key, network in networks.items():
        if network.T in (findings(network, "near_end") or {}).get("t", []):
            names[key] = say(
                WORDS["curve_end"], name=names[key], T=network.T, error=at_end(network, "x_0")
            )
    return names


def found_text(fold: str, networks: Mapping[str, Exhibit], digits: Exhibit | None) -> str:
    """The fold's findings. digits: what emoji are compared with, if it is here."""
    words, figures = WORDS[fold], found(fold, networks)
    if figures is None:
        return WORDS["not_measured"]
    if "relay" in figures:
        rows = [relay_row(fold, row, figures["relay_steps"]) for row in figures["relay"]]
        columns = words["head"].count("|") - 1
        figures["table"] = "\n".join([words["head"], "|" + ":--|" * columns, *rows])
    if fold == "raw":
        text = digits_text(digits, networks["v"])
        figures["digits"] = f"{text}\n\n" if text else ""
    return say(words["found"], **figures)


def relay_row(fold: str, row: dict[str, Any], total: int) -> str:
    words, names = WORDS[fold], dict(names_of(fold))
    other = next(key for key in reversed(names) if key != row["first"])
    names["mean"] = words.get("mean_guess", "")
    first, then = names[row["first"]], names[other]
    if row["steps"] == total:
        how = WORDS["fresh" if row["sampler"] == "ddpm" else "all_steps"]
        first, then = how.format(name=first), "–"
    else:
        first = WORDS["first_steps"].format(name=first, steps=row["steps"], total=total)
    unmeasured = dict.fromkeys(("right", "noisy", "white", "distance"), math.nan)
    return say(words["row"], **unmeasured | row | {"first": first, "then": then})


def digits_text(digits: Exhibit | None, emoji: Exhibit) -> str:
    """Why the same start harms an emoji and no digit; nothing if the digits are not here."""
    if digits is None:
        return ""
    end, bands = findings(digits, "near_end"), findings(digits, "drowned")
    own = findings(emoji, "drowned")
    if not (end and bands and own):
        return ""
    return say(
        WORDS["raw"]["found_digits"],
        T=digits.T,
        end_digits=at_end(digits, "x_0"),
        beyond_digits=at_end(digits, "beyond"),
        emoji_coarse=own["coarse shapes"],
        digits_coarse=bands["coarse shapes"],
    )


def strip_note(
    fold: str, network: Exhibit, seed: int, how: HowDrawn, helper: str | None
) -> str:  # fmt: skip
    """The seeds; what the judge says of many such samples, if they are plain: DDIM's, and the
    network's own from the first step on; and how the runs were made, where that can be chosen.
    """
    seeds = strip_seeds(network, seed)
    note = WORDS["strip_note"].format(first=seeds[0], last=seeds[-1])
    verdict = judged(network)
    if verdict is not None and how.sampler == "ddim" and helper is None:
        note += say(WORDS["judged"], share=verdict.share, count=verdict.count)
    return note + how_text(fold, how, helper) if len(FOLDS[fold]) == 2 else note


def how_text(fold: str, how: HowDrawn, helper: str | None) -> str:
    """The visitor's choices for a run, as they were when it was made."""
    text = f"\n{WORDS['samplers'][how.sampler].partition(':')[0]}"
    if helper is None:
        return text
    words = WORDS["helped_one" if how.helped == 1 else "helped_many"]
    return text + words.format(steps=how.helped, other=names_of(fold)[helper])
