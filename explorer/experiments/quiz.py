"""The quiz: the numbers that answers are measured by, and a round of "which run was broken?".

Knows nothing of the questions' wording.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from explorer.denoiser.denoiser import PredictsEps
from explorer.diffusion.checks import check_integer
from explorer.diffusion.predictions import eps_from_x_0, x_0_from_eps
from explorer.diffusion.samplers import sample
from explorer.diffusion.seeds import check_seed
from explorer.experiments.exhibits import Exhibit
from explorer.images.encoding import to_pixels

NUM_RUNS = 4
NUM_STEPS = 15
# What can be drawn well in so few steps, so that only the broken run looks broken.
EASY_KINDS = ("face-smiling", "face-affection", "face-tongue", "face-sleepy", "face-concerned")
NOISE_SCALE = 0.9  # of the predicted noise, where it should be 1
WAYS = ("one_step", "constant_t", "noise_scale", "data_range")  # how a run is broken


# ---- what can be asked of a network's numbers; each raises ValueError if it has none at this t


def half_power_t(exhibit: Exhibit) -> float:
    """The t whose alpha_bar is nearest to 1/2: image and noise are equally strong."""
    return float((exhibit.schedule.alpha_bar - 0.5).abs().argmin())


def signal_percent(exhibit: Exhibit, t: int) -> float:
    """How much of x_t's power is still the image's: 100 alpha_bar[t]."""
    return 100 * float(exhibit.schedule.alpha_bar[_check_t(exhibit, t)])


def amplification(exhibit: Exhibit, t: int) -> float:
    """By how much an error of eps_hat is multiplied in x_0_hat: sigma[t]."""
    return float(exhibit.schedule.sigma[_check_t(exhibit, t)])


def error_percent(exhibit: Exhibit, t: int) -> float:
    """100 MSE of eps_hat on pictures never seen in training, as measured at t (metrics.json)."""
    measured = exhibit.metrics.get("eps_mse", {"t": []})
    if t not in measured["t"]:
        raise ValueError(f"No error was measured of the network {exhibit.name!r} at t = {t}.")
    return 100 * measured["held_out"][measured["t"].index(t)]


MEASURES: dict[str, Callable[..., float]] = {
    "half_power_t": half_power_t,
    "signal_percent": signal_percent,
    "amplification": amplification,
    "error_percent": error_percent,
}


def _check_t(exhibit: Exhibit, t: int) -> int:
    return check_integer("t", t, 0, exhibit.T)


# ---- which of these runs was broken?


@dataclass(frozen=True, eq=False)
class Round:
    """Four finished runs (H, W, C) uint8, of which one was broken.

    mended: what the broken one would have been.
    """

    pictures: list[np.ndarray]
    broken: int
    way: str
    mended: np.ndarray


def play_round(exhibit: Exhibit, seed: int) -> Round:
    """Four fresh DDIM runs, in one batch; the seed decides on everything.

    A fifth starts from the broken one's noise and is not broken.
    """
    random = np.random.default_rng(check_seed(seed))
    row, way = int(random.integers(NUM_RUNS)), WAYS[random.integers(len(WAYS))]
    seeds = random.integers(2**31, size=NUM_RUNS).tolist()
    condition = None
    if known := exhibit.denoiser.conditions:
        easy = [known.index(kind) for kind in EASY_KINDS if kind in known]
        kinds = random.choice(easy or len(known), size=NUM_RUNS)
        condition = torch.from_numpy(np.append(kinds, kinds[row]))
    steps = sample(
        BrokenRow(exhibit.patient_denoiser, row, way),
        num_steps=min(NUM_STEPS, exhibit.T),
        seed=[*seeds, seeds[row]],
        condition=condition,
    )
    first, *_, last = steps
    images = last.x_t.clone()
    if way == "one_step":  # a run of one step ends at its first guess
        images[row] = first.x_0_hat[row]
    pictures = [to_pixels(image.cpu().numpy()) for image in images]
    return Round(pictures[:NUM_RUNS], row, way, mended=pictures[NUM_RUNS])


class BrokenRow:
    """A denoiser that is used wrongly for one image of the batch, and rightly for the others.

    ("one_step" is no matter of the denoiser: see `play_round`.)
    """

    def __init__(self, denoiser: PredictsEps, row: int, way: str):
        self._denoiser, self._row, self._way = denoiser, row, way
        self.schedule, self.shape = denoiser.schedule, denoiser.shape
        self.conditions = denoiser.conditions

    def predict_eps(
        self, x_t: Tensor, t: Tensor, condition: Tensor | None = None, guidance: float = 1.0
    ) -> Tensor:
        """As the wrapped denoiser's, but for that row."""
        row, told = self._row, t.clone()
        if self._way == "constant_t":
            told[row] = self.schedule.T // 2
        eps_hat = self._denoiser.predict_eps(x_t, told, condition, guidance).clone()
        if self._way == "noise_scale":
            eps_hat[row] *= NOISE_SCALE
        if self._way == "data_range":
            one = slice(row, row + 1)
            x_0_hat = x_0_from_eps(self.schedule, x_t[one], t[one], eps_hat[one]).clamp(0, 1)
            eps_hat[one] = eps_from_x_0(self.schedule, x_t[one], t[one], x_0_hat)
        return eps_hat
