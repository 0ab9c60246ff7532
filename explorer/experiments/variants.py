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

from explorer.diffusion.samplers import sample
from explorer.experiments.exhibits import Exhibit
from explorer.experiments.why_noise import measured_errors
from explorer.images.encoding import to_pixels

# The fold's name -> what is different -> the checkpoint.
FOLDS = {
    "targets": {"eps": "digits-eps", "x_0": "digits-x0", "v": "digits-v"},
    "blind": {"told": "digits-eps", "blind": "digits-blind"},
}
DIGITS = (2, 3, 5, 8)  # few, so that nobody waits long
NUM_STEPS = 50


@dataclass(frozen=True)
class ComparedErrors:
    """Errors against t over images never seen, of networks measured alike.

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
    """The exhibit whose variants the fold compares, or None if they are not at hand."""
    wanted = set(FOLDS[fold].values())
    return next((one for one in exhibits.values() if wanted <= set(one.variants)), None)


def find_networks(family: Exhibit, fold: str) -> dict[str, Exhibit]:
    """What is different -> the network, loaded now if nobody has asked for it; broken ones lack."""
    found = {key: family.variants.get(name) for key, name in FOLDS[fold].items()}
    return {key: exhibit for key, exhibit in found.items() if exhibit is not None}


def compare_errors(networks: Mapping[str, Exhibit]) -> ComparedErrors:
    """Of those networks that were measured."""
    found = {key: measured_errors(exhibit) for key, exhibit in networks.items()}
    measured = {key: errors for key, errors in found.items() if errors is not None}
    eps = {key: errors.eps["held_out"] for key, errors in measured.items()}
    x_0 = {key: errors.x_0["held_out"] for key, errors in measured.items()}
    smallest = np.min(list(eps.values()), axis=0) if eps else 1.0
    ratio = {key: (np.array(curve) / smallest).tolist() for key, curve in eps.items()}
    times = next((errors.t for errors in measured.values()), [])
    return ComparedErrors(times, {"eps": eps, "x_0": x_0, "ratio": ratio})


def judged(network: Exhibit) -> Judged | None:
    """None if nobody judged its samples."""
    quality = network.metrics.get("sample_quality")
    if not quality:
        return None
    return Judged(quality["judge_names_samples_rightly"], quality["num_judged"])


def draw_strip(network: Exhibit, seed: int) -> np.ndarray:
    """A run of DDIM (eta 0, guidance 1) for each of DIGITS, the first with `seed`, the next + 1.

    Returns:
        (H, 4 W, C) uint8, the finished digits side by side.
    """
    *_, last = sample(
        network.patient_denoiser,
        num_steps=min(NUM_STEPS, network.T),
        seed=seed,
        condition=torch.tensor(DIGITS),
    )
    return np.concatenate(list(to_pixels(last.x_t.cpu().numpy())), axis=1)
