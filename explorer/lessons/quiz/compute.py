"""The quiz: the numbers that answers are measured by, and a round of "which run was broken?".

Knows nothing of the questions' wording.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from explorer.diffusion.checks import check_integer
from explorer.diffusion.predictions import eps_from_x_0, x_0_from_eps
from explorer.diffusion.predictor import Predictor
from explorer.diffusion.samplers import sample
from explorer.diffusion.seeds import check_seed
from explorer.exhibits.exhibit import Exhibit
from explorer.exhibits.predictions import compute_noise_prediction
from explorer.exhibits.scene import power_share
from explorer.exhibits.wrapped import Wrapped
from explorer.images.encoding import to_pixels
from explorer.page.moment import Moment
from explorer.page.result import Result
from explorer.page.settings import NoSettings

PIXEL_SEED = 5
FAR = 0.15  # apart: answers that rounding does not bring together
NUM_RUNS = 4
NUM_STEPS = 15
NOISE_SCALE = 0.9  # of the predicted noise, where it should be 1
WAYS = ("one_step", "constant_t", "noise_scale", "data_range")  # how a run is broken


# ---- what can be asked of a network's numbers; each raises ValueError if it has none at this t


def half_power_t(exhibit: Exhibit) -> float:
    """The t at which the exhibit's first picture and the noise are equally strong in x_t."""
    share = power_share(exhibit.schedule, exhibit.first_picture.pixels)
    return float((share - 0.5).abs().argmin())


def signal_percent(exhibit: Exhibit, t: int) -> float:
    """How much of x_t's power is still that of the exhibit's first picture."""
    share = power_share(exhibit.schedule, exhibit.first_picture.pixels)
    return 100 * float(share[_check_t(exhibit, t)])


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


# ---- numbers to reckon with: what is given, what follows, and what follows by mistake


def guess_a_pixel(exhibit: Exhibit, t: int) -> dict[str, float]:
    """x_0_hat of one pixel, by the network's prediction on the first picture.

    Raises:
        ValueError: if t is not in 1..T, or no pixel tells the mistakes from the truth.
    """
    found = compute_noise_prediction(
        exhibit, exhibit.first_picture.pixels, t, PIXEL_SEED, compare_ideal=False
    )
    signal, noise = (
        float(scale[t]) for scale in (exhibit.schedule.signal_scale, exhibit.schedule.noise_scale)
    )
    for x_t, eps_hat in zip(found.x_t.flat, found.eps_hat.flat, strict=True):
        x_t, eps_hat = float(x_t), float(eps_hat)
        answers = {
            "x_0_hat": (x_t - noise * eps_hat) / signal,
            "not_divided": x_t - noise * eps_hat,
            "swapped": (x_t - signal * eps_hat) / noise,
            "added": (x_t + noise * eps_hat) / signal,
        }
        apart = np.diff(sorted(answers.values())).min()
        if apart > FAR and abs(eps_hat) > FAR and abs(answers["x_0_hat"]) <= 1:
            given = {"x_t": x_t, "eps_hat": eps_hat, "signal_scale": signal, "noise_scale": noise}
            return given | answers
    raise ValueError(f"The network {exhibit.name!r} has no pixel to ask about at t = {t}.")


def step_a_pixel(exhibit: Exhibit, t: int, t_next: int) -> dict[str, float]:
    """The same pixel at t_next, by a step of DDIM. Raises ValueError as `guess_a_pixel`."""
    schedule, pixel = exhibit.schedule, guess_a_pixel(exhibit, t)
    t_next = check_integer("t_next", t_next, 0, t - 1)
    signal, noise = float(schedule.signal_scale[t_next]), float(schedule.noise_scale[t_next])
    x_0_hat, eps_hat = pixel["x_0_hat"], pixel["eps_hat"]
    answers = {
        "x_next": signal * x_0_hat + noise * eps_hat,
        "noise_left_out": signal * x_0_hat,
        "swapped_next": noise * x_0_hat + signal * eps_hat,
        "taken_away": signal * x_0_hat - noise * eps_hat,
    }
    return pixel | {"signal_next": signal, "noise_next": noise} | answers


def amplified(exhibit: Exhibit, t: int) -> dict[str, float]:
    """What an error of 0.1 in eps_hat becomes in x_0_hat. Raises ValueError as `amplification`."""
    error, sigma = 0.1, amplification(exhibit, t)
    signal, noise = (
        float(scale[t]) for scale in (exhibit.schedule.signal_scale, exhibit.schedule.noise_scale)
    )
    return {
        "signal_scale": signal, "noise_scale": noise, "error": error,
        "in_x_0_hat": error * sigma, "shrunk": error * signal, "twice": error * sigma / signal,
    }  # fmt: skip


NUMBERS: dict[str, Callable[..., dict[str, float]]] = {
    "guess_a_pixel": guess_a_pixel,
    "step_a_pixel": step_a_pixel,
    "amplified": amplified,
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
        # What is drawn well in so few steps: only the broken run looks broken.
        wanted = exhibit.presentation.easy_kinds
        easy = [known.index(kind) for kind in wanted if kind in known]
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


def result(moment: Moment[NoSettings]) -> Result:
    """A round dealt by the moment's seed, and which one is broken."""
    played = play_round(moment.exhibit, moment.seed)
    pictures = {f"run_{k + 1}": picture for k, picture in enumerate(played.pictures)}
    return Result(
        pictures | {"mended": played.mended}, {"broken": played.broken + 1, "way": played.way}
    )


class BrokenRow(Wrapped):
    """A denoiser that is used wrongly for one image of the batch, and rightly for the others.

    ("one_step" is no matter of the denoiser: see `play_round`.)
    """

    def __init__(self, denoiser: Predictor, row: int, way: str):
        super().__init__(denoiser)
        self._row, self._way = row, way

    def predict_eps(
        self, x_t: Tensor, t: Tensor, condition: Tensor | None = None, guidance: float = 1.0
    ) -> Tensor:
        """As the wrapped denoiser's, but for that row."""
        row, told = self._row, t.clone()
        if self._way == "constant_t":
            told[row] = self.schedule.T // 2
        eps_hat = self.inner.predict_eps(x_t, told, condition, guidance).clone()
        if self._way == "noise_scale":
            eps_hat[row] *= NOISE_SCALE
        if self._way == "data_range":
            one = slice(row, row + 1)
            x_0_hat = x_0_from_eps(self.schedule, x_t[one], t[one], eps_hat[one]).clamp(0, 1)
            eps_hat[one] = eps_from_x_0(self.schedule, x_t[one], t[one], x_0_hat)
        return eps_hat
