"""Networks trained alike, but for one thing: the same questions put to each of them.

What they learned to answer differs, what is asked of them does not: noise, from which the clean
image follows (see `why_noise`). So of two networks the better one at a t is the better one read
either way:

    mse(x_0) = sigma^2 mse(eps)
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch

from explorer.diffusion.samplers import sample, timesteps
from explorer.diffusion.seeds import SEED_LIMIT
from explorer.diffusion.walk import Step
from explorer.exhibits.exhibit import Exhibit
from explorer.exhibits.readings import Readings, compute_readings, measured_errors
from explorer.exhibits.relay import Relay
from explorer.images.encoding import to_pixels

# The fold's name -> what is different. Which checkpoints these are is said by one of them.
FOLDS = {"targets": ("eps", "x_0", "v"), "blind": ("told", "blind"), "raw": ("v", "eps")}
PARTS = {"targets": "held_out", "blind": "held_out", "raw": "seen"}  # the images of its figures
MOST_KINDS = 4  # of a strip where nothing is said: nobody waits long
NUM_STEPS = 50
SAMPLERS = ("ddim", "ddpm")
MOST_HELPED = 25  # steps


@dataclass(frozen=True)
class ComparedErrors:
    """Errors against t, of networks measured alike.

    t: (K,); of: "eps", "x_0" or "ratio" -> what is different -> (K,) mean squared errors as noise
    or as image, or how many times the smallest at that t (as noise and as image alike).
    """

    t: list[int]
    of: dict[str, dict[str, list[float]]]


@dataclass(frozen=True)
class Judged:
    """How many of a network's samples the judge names rightly, from its metrics.json."""

    share: float
    count: int


@dataclass(frozen=True, eq=False)
class Strip:
    """What one network drew: (H, 4 W, C) uint8, the finished pictures side by side.

    key: what is different about the network. helper: about the one that made its first steps.
    """

    key: str
    pixels: np.ndarray
    helper: str | None = None


def is_family(exhibit: Exhibit, fold: str) -> bool:
    """Does it have every network that the fold compares, itself or among its variants?"""
    compared = exhibit.presentation.compares.get(fold, {})
    there = {exhibit.name, *exhibit.variants}
    return set(compared) == set(FOLDS[fold]) and there.issuperset(compared.values())


def find_family(exhibits: Mapping[str, Exhibit], fold: str) -> Exhibit | None:
    """The exhibit that the fold compares with its variants, or these with each other; None if any
    of them is not at hand.
    """
    return next((one for one in exhibits.values() if is_family(one, fold)), None)


def find_networks(family: Exhibit, fold: str) -> dict[str, Exhibit]:
    """What is different -> the network, loaded now if nobody has asked for it; broken ones lack."""
    compared = family.presentation.compares.get(fold, {})
    names = {key: compared[key] for key in FOLDS[fold] if key in compared}
    found = {
        key: family if name == family.name else family.variants.get(name)
        for key, name in names.items()
    }
    return {key: exhibit for key, exhibit in found.items() if exhibit is not None}


def compare_errors(networks: Mapping[str, Exhibit], part: str = "held_out") -> ComparedErrors:
    """Of those networks that were measured, over images "seen" in training or "held_out".

    All at the times of the first one: who was measured at others has no place in the figure.
    """
    found = {key: measured_errors(exhibit) for key, exhibit in networks.items()}
    times = next((errors.t for errors in found.values() if errors is not None), [])
    measured = {key: one for key, one in found.items() if one is not None and one.t == times}
    eps = {key: errors.eps[part] for key, errors in measured.items()}
    x_0 = {key: errors.x_0[part] for key, errors in measured.items()}
    smallest = np.min(list(eps.values()), axis=0) if eps else 1.0
    ratio = {key: (np.array(curve) / smallest).tolist() for key, curve in eps.items()}
    return ComparedErrors(times, {"eps": eps, "x_0": x_0, "ratio": ratio})


def read_alike(
    networks: Mapping[str, Exhibit], pixels: np.ndarray, t: int, seed: int
) -> dict[str, Readings]:
    """What is different -> what that network answers to the same x_t (see `compute_readings`)."""
    return {key: compute_readings(one, pixels, t, seed) for key, one in networks.items()}


def judged(network: Exhibit) -> Judged | None:
    """None if nobody judged its samples."""
    quality = network.metrics.get("sample_quality")
    if not quality:
        return None
    return Judged(quality["judge_names_samples_rightly"], quality["num_judged"])


def strip_kinds(network: Exhibit) -> list[str]:
    """The kinds of a strip: those that were chosen for it, or the first few."""
    conditions = network.denoiser.conditions
    chosen = [kind for kind in network.presentation.strip_kinds if kind in conditions]
    return chosen or [*conditions[:MOST_KINDS]]


def strip_seeds(network: Exhibit, seed: int) -> list[int]:
    """One for each of the strip's kinds: seed, seed + 1, ...; after the largest of all comes 0."""
    return [(seed + place) % SEED_LIMIT for place in range(len(strip_kinds(network)))]


def draw_strips(
    networks: Mapping[str, Exhibit], seed: int, sampler: str = "ddim", helped: int = 0
) -> Iterator[Strip | None]:
    """By one network after another; each of two makes the first `helped` steps of the other's run.

    None after each step on the way, so that whoever asked can stop it. See `draw_strip`.
    """
    for key, network in networks.items():
        others = [other for other in networks if other != key]
        helper = others[0] if helped and len(others) == 1 else None
        helping = None if helper is None else networks[helper]
        for step in strip_steps(network, seed, sampler, helping, helped):
            yield Strip(key, side_by_side(step), helper) if step.t == 0 else None


def draw_strip(
    network: Exhibit,
    seed: int,
    sampler: str = "ddim",
    helper: Exhibit | None = None,
    helped_steps: int = 0,
) -> np.ndarray:
    """A run (guidance 1) for each of the strip's kinds, with the seeds of `strip_seeds`.

    Args:
        sampler: "ddim" (eta 0), or another of SAMPLERS.
        helper: a network that makes the first `helped_steps` of the steps instead.

    Returns:
        (H, 4 W, C) uint8, the finished pictures side by side.
    """
    *_, last = strip_steps(network, seed, sampler, helper, helped_steps)
    return side_by_side(last)


def strip_steps(
    network: Exhibit, seed: int, sampler: str, helper: Exhibit | None, helped_steps: int
) -> Iterator[Step]:
    """See `draw_strip`."""
    times = timesteps(network.T, min(NUM_STEPS, network.T))
    denoiser = network.patient_denoiser
    if helper is not None and helped_steps:
        handover = times[min(helped_steps, len(times) - 1)]
        denoiser = Relay(helper.patient_denoiser, denoiser, handover)
    conditions = network.denoiser.conditions
    kinds = torch.tensor([conditions.index(kind) for kind in strip_kinds(network)])
    return sample(
        denoiser,
        sampler=sampler,
        times=times,
        seed=strip_seeds(network, seed),
        condition=kinds,
    )


def side_by_side(step: Step) -> np.ndarray:
    return np.concatenate(list(to_pixels(step.x_t.cpu().numpy())), axis=1)
