"""Networks trained alike, but for one thing: the same questions put to each of them.

What they learned to answer differs, what is asked of them does not: noise, from which the clean
image follows (see `why_noise`). So of two networks the better one at a t is the better one read
either way:

    mse(x_0) = sigma^2 mse(eps)
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch

from explorer.diffusion.samplers import sample, timesteps
from explorer.diffusion.seeds import SEED_LIMIT
from explorer.exhibits.exhibit import Exhibit
from explorer.exhibits.readings import measured_errors
from explorer.exhibits.relay import Relay
from explorer.images.encoding import to_pixels

# The fold's name -> what is different -> the checkpoint.
FOLDS = {
    "targets": {"eps": "digits", "x_0": "digits-x0", "v": "digits-v"},
    "blind": {"told": "digits", "blind": "digits-blind"},
    "raw": {"v": "emoji", "eps": "emoji-eps"},
}
PARTS = {"targets": "held_out", "blind": "held_out", "raw": "seen"}  # the images of its figures
# What is drawn of each kind: few, so that nobody waits long.
KINDS = ("2", "3", "5", "8", "cat-face", "face-smiling", "transport-ground", "animal-bird")
NUM_STEPS = 50


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


def find_family(exhibits: Mapping[str, Exhibit], fold: str) -> Exhibit | None:
    """The exhibit that the fold compares with its variants, or these with each other; None if any
    of them is not at hand.
    """
    wanted = set(FOLDS[fold].values())
    return next((one for one in exhibits.values() if wanted <= {one.name, *one.variants}), None)


def find_networks(family: Exhibit, fold: str) -> dict[str, Exhibit]:
    """What is different -> the network, loaded now if nobody has asked for it; broken ones lack."""
    found = {
        key: family if name == family.name else family.variants.get(name)
        for key, name in FOLDS[fold].items()
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


def judged(network: Exhibit) -> Judged | None:
    """None if nobody judged its samples."""
    quality = network.metrics.get("sample_quality")
    if not quality:
        return None
    return Judged(quality["judge_names_samples_rightly"], quality["num_judged"])


def strip_kinds(network: Exhibit) -> list[str]:
    """The kinds of a strip: those of KINDS that the network knows."""
    conditions = network.denoiser.conditions
    return [kind for kind in KINDS if kind in conditions] or conditions[:4]


def strip_seeds(network: Exhibit, seed: int) -> list[int]:
    """One for each of the strip's kinds: seed, seed + 1, ...; after the largest of all comes 0."""
    return [(seed + place) % SEED_LIMIT for place in range(len(strip_kinds(network)))]


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
    times = timesteps(network.T, min(NUM_STEPS, network.T))
    denoiser = network.patient_denoiser
    if helper is not None and helped_steps:
        denoiser = Relay(helper.patient_denoiser, denoiser, handover=times[helped_steps])
    conditions = network.denoiser.conditions
    kinds = torch.tensor([conditions.index(kind) for kind in strip_kinds(network)])
    *_, last = sample(
        denoiser,
        sampler=sampler,
        times=times,
        seed=strip_seeds(network, seed),
        condition=kinds,
    )
    return np.concatenate(list(to_pixels(last.x_t.cpu().numpy())), axis=1)
