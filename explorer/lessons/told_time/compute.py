"""Lesson "It must know t": another t is told than the true one, and somebody believes it.

t goes into two places: the network, and the formula that makes an image of its answer.

    network believes:  x_0_hat = (x_t - noise_scale[t]    eps_hat(x_t, told)) / signal_scale[t]
    formula believes:  x_0_hat = (x_t - noise_scale[told] eps_hat(x_t, t))    / signal_scale[told]
    both believe:      x_0_hat = (x_t - noise_scale[told] eps_hat(x_t, told)) / signal_scale[told]
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import torch
from torch import Tensor

from explorer.diffusion.checks import check_integer, shown
from explorer.diffusion.forward import diffuse
from explorer.diffusion.noise import noise_from_seed
from explorer.diffusion.predictions import x_0_from_eps
from explorer.diffusion.predictor import Predictor
from explorer.diffusion.samplers import sample
from explorer.exhibits.exhibit import Exhibit
from explorer.exhibits.wrapped import Wrapped
from explorer.images.encoding import to_pixels
from explorer.page.moment import Moment
from explorer.page.result import Result
from explorer.page.settings import one_of, whole
from explorer.page.variants import (
    compute_strips,
    compute_variants,
    helped_setting,
    sampler_setting,
)

Lie = Literal["constant", "shifted", "reversed"]
Believer = Literal["network", "formula", "both"]
LIES: tuple[Lie, ...] = get_args(Lie)
BELIEVERS: tuple[Believer, ...] = get_args(Believer)
VALLEY_POINTS = 17
NUM_STEPS, GUIDANCE = 25, 2.0  # of a whole run


@dataclass(frozen=True)
class Settings:
    """What is told, who believes it, and how a whole run is lied to; the last two are the fold's.

    told_t: in 1..T; a quarter of T to begin with.
    """

    told_t: int = whole(None, 1)
    believer: Believer = one_of("both", BELIEVERS)
    lie: Lie = one_of("shifted", LIES)
    blind_sampler: str = sampler_setting()
    blind_helped: int = helped_setting()

    def mended(self, exhibit: Exhibit) -> "Settings":
        """With a told t of this network."""
        told_t = exhibit.T // 4 if self.told_t is None else self.told_t
        return replace(self, told_t=min(max(1, told_t), exhibit.T))


class ToldTime(Wrapped):
    """A denoiser that is lied to about t; otherwise the one it wraps.

    The network's answer is eps_hat: where the raw output F is v, eps_hat = noise_scale x_t +
    signal_scale F goes by the t that the network is told. A sampler steps by the true t, and knows
    nothing of the lie. So that it goes by the x_0_hat of those who believe it, `predict_eps` gives
    the noise that x_0_hat implies at the true t:

        (x_t - signal_scale[t] x_0_hat) / noise_scale[t],

    which for tell(t) = t is the wrapped denoiser's own answer, bit for bit.

    Args:
        tell: (B,) int64 true times -> (B,) int64 told ones, in 1..T.
        believer: who goes by them.
    """

    def __init__(
        self,
        denoiser: Predictor,
        tell: Callable[[Tensor], Tensor],
        believer: Believer = "both",
    ):
        super().__init__(denoiser)
        self.tell = tell
        self.believer: Believer = check_believer(believer)

    def predict_eps(
        self, x_t: Tensor, t: Tensor, condition: Tensor | None = None, guidance: float = 1.0
    ) -> Tensor:
        """As the wrapped denoiser's; t is the true one."""
        network_t, formula_t = believed(self.believer, t, self.tell(t))
        eps_hat = self.inner.predict_eps(x_t, network_t, condition, guidance)
        signal_scale, noise_scale = self.schedule.signal_scale, self.schedule.noise_scale
        # The two formulas in one, as shares of x_t and eps_hat that are 0 and 1 at the true t.
        here, there = t.cpu(), formula_t.cpu()
        ratio = signal_scale[here] / signal_scale[there]
        of_x_t = (1 - ratio) / noise_scale[here]
        of_eps_hat = ratio * noise_scale[there] / noise_scale[here]
        shape = (-1, 1, 1, 1)  # to multiply images
        return of_x_t.to(x_t).view(shape) * x_t + of_eps_hat.to(x_t).view(shape) * eps_hat


@dataclass(frozen=True)
class ToldErrors:
    """How wrong the network is at one moment, against the t that it is told.

    told: (N,); eps_mse: (N,) mean (eps_hat - eps)^2, the network's own answer; x_0_mse: (N,) mean
    (x_0_hat - x_0)^2 of the pictures as they are drawn.
    """

    t: int
    told: list[int]
    eps_mse: list[float]
    x_0_mse: list[float]


@dataclass(frozen=True, eq=False)
class ToldPredictions:
    """One x_t, and the clean images that are guessed from it.

    x_t: (C, H, W); x_0_hat: (N, C, H, W), one for each told t, clipped to [-1, 1].
    """

    x_t: np.ndarray
    x_0_hat: np.ndarray
    errors: ToldErrors

    @property
    def pictures(self) -> dict[str, np.ndarray]:
        """Of two told times, the true one and the lie: what was shown, both guesses, and what the
        lie changes; (H, W, C) uint8.
        """
        truth, lie = self.x_0_hat
        views = {"x_t": self.x_t, "truth": truth, "lie": lie, "difference": lie - truth}
        return {name: to_pixels(x) for name, x in views.items()}


@dataclass(frozen=True, eq=False)
class ToldFrame:
    """One step of two runs that start from the same noise, x_0_hat of each as (H, W, C) uint8.

    At t = 0 nothing is predicted: the images are then the finished ones, and told is None.
    """

    step: int
    t: int
    told: int | None
    truth: np.ndarray
    lie: np.ndarray

    @property
    def side_by_side(self) -> np.ndarray:
        """(H, 2 W, C) uint8."""
        return np.concatenate([self.truth, self.lie], axis=1)


def check_believer(believer: str) -> Believer:
    """ValueError for a name that is none of Believer."""
    for one in BELIEVERS:
        if one == believer:
            return one
    raise ValueError(f"believer must be one of {', '.join(BELIEVERS)}, not {shown(believer)}.")


def believed(believer: Believer, t: Tensor, told: Tensor) -> tuple[Tensor, Tensor]:
    """The t that the network goes by, and the one that the formula goes by."""
    return t if believer == "formula" else told, t if believer == "network" else told


def predict_told(
    exhibit: Exhibit,
    pixels: np.ndarray,
    t: int,
    seed: int,
    told: Sequence[int],
    believer: Believer = "both",
) -> ToldPredictions:
    """Show the network x_t once for each told t, all in one call.

    Args:
        pixels: (H, W, C) uint8, the clean image.
        t: the true time, in 1..T.
        seed: of the noise.
        told: N times in 1..T.
        believer: who goes by them; the other one keeps the true t.

    Raises:
        ValueError: with a sentence, if a time is out of range or there is no such believer.
    """
    schedule = exhibit.schedule
    t = check_integer("t", t, 1, schedule.T)
    told = [check_integer("each told t", time, 1, schedule.T) for time in told]
    x_0 = exhibit.codec.encode(pixels)
    eps = noise_from_seed(tuple(x_0.shape), seed)
    x_t = diffuse(schedule, x_0, t, eps)
    rows, times = x_t.repeat(len(told), 1, 1, 1), torch.tensor(told)
    network_t, formula_t = believed(check_believer(believer), torch.full_like(times, t), times)
    eps_hat = exhibit.denoiser.predict_eps(rows, network_t)
    x_0_hat = x_0_from_eps(schedule, rows, formula_t, eps_hat).clamp(-1, 1)
    errors = ToldErrors(t, told, _mse(eps_hat, eps), _mse(x_0_hat, x_0))
    return ToldPredictions(x_t[0].numpy(), x_0_hat.numpy(), errors)


def valley_times(T: int, t: int) -> list[int]:  # noqa: N803 - the papers' name
    """Told times from 1 to T, evenly spaced, and the true t among them."""
    return sorted({t, *np.linspace(1, T, VALLEY_POINTS).round().astype(int).tolist()})


def tell_by(lie: Lie, t: int, told: int, T: int) -> Callable[[Tensor], Tensor]:  # noqa: N803
    """What to tell the network in a run, at every time: see `ToldTime`.

    "constant": always told. "shifted": always wrong by told - t, but within 1..T. "reversed":
    T + 1 - t, as if time ran the other way.
    """
    t, told = check_integer("t", t, 1, T), check_integer("told", told, 1, T)
    if lie == "constant":
        return lambda times: torch.full_like(times, told)
    if lie == "shifted":
        return lambda times: (times + told - t).clamp(1, T)
    if lie == "reversed":
        return lambda times: T + 1 - times
    raise ValueError(f"lie must be constant, shifted or reversed, not {lie!r}.")


def run_both(
    exhibit: Exhibit,
    tell: Callable[[Tensor], Tensor],
    seed: int,
    believer: Believer = "both",
) -> Iterator[ToldFrame]:
    """Two DDIM runs from one noise, side by side: one goes by the true times, in the other the
    believer goes by tell(times).
    """
    condition = exhibit.condition(exhibit.first_kind)

    def tell_one(times: Tensor) -> Tensor:
        return torch.cat([times[:1], tell(times[1:])])

    steps = sample(
        ToldTime(exhibit.patient_denoiser, tell_one, believer),
        num_steps=NUM_STEPS,
        seed=[seed, seed],
        condition=None if condition is None else condition.repeat(2),
        guidance=1.0 if condition is None else GUIDANCE,
    )
    for index, step in enumerate(steps):
        truth, lie = to_pixels(step.x_0_hat.cpu().numpy())
        told = int(tell(torch.tensor([step.t]))) if step.t > 0 else None
        yield ToldFrame(index, step.t, told, truth, lie)


# ---- of a moment, for the page and for programs


def predict_both(moment: Moment[Settings]) -> ToldPredictions:
    """Told the truth, and told the visitor's t."""
    told = [moment.t, moment.settings.told_t]
    return predict_told(
        moment.exhibit, moment.pixels, moment.t, moment.seed, told, moment.settings.believer
    )


def measure_errors(moment: Moment[Settings]) -> ToldErrors:
    """With all the valley's times, whatever the visitor tells."""
    told = valley_times(moment.exhibit.T, moment.t)
    return predict_told(
        moment.exhibit, moment.pixels, moment.t, moment.seed, told, moment.settings.believer
    ).errors


def run_lied_to(moment: Moment[Settings]) -> Iterator[ToldFrame]:
    exhibit, settings = moment.exhibit, moment.settings
    tell = tell_by(settings.lie, moment.t, moment.settings.told_t, exhibit.T)
    return run_both(exhibit, tell, moment.seed, settings.believer)


def compute_told_time(moment: Moment[Settings]) -> Result:
    """What the network is shown, its guess when told the truth and when told `told_t`, and what the
    lie changes (grey is nothing); the mean squared error of both guesses.
    """
    result = predict_both(moment.noisy())
    errors = result.errors
    told = {"told": errors.told, "x_0_mse": errors.x_0_mse, "eps_mse": errors.eps_mse}
    return Result(result.pictures, {"t": errors.t} | told)


def compute_told_time_valley(moment: Moment[Settings]) -> Result:
    """Mean squared errors of the noise and of the clean image against what is told."""
    errors = measure_errors(moment.noisy())
    curves = {"told": errors.told, "eps_mse": errors.eps_mse, "x_0_mse": errors.x_0_mse}
    return Result(numbers={"t": errors.t} | curves)


def compute_told_time_run(moment: Moment[Settings]) -> Iterator[Result]:
    """Two runs from one noise, told the truth and lied to: the clean image that each guesses."""
    for frame in run_lied_to(moment.noisy()):
        yield Result(
            {"truth": frame.truth, "lie": frame.lie}, {"t": frame.t, "told": frame.told}
        )  # fmt: skip


def compute_told_time_blind(moment: Moment[Any]) -> Result:
    """A network that was told t in training, and one that never was: what each makes of x_t.

    Needs the network "digits".
    """
    return compute_variants(moment, "blind")


def compute_told_time_blind_strips(moment: Moment[Any]) -> Iterator[Result]:
    """What those two draw from the same noise."""
    yield from compute_strips(moment, "blind")


def _mse(found: Tensor, true: Tensor) -> list[float]:
    """(N, C, H, W) against (1, C, H, W) -> N means."""
    return (found - true).double().square().flatten(1).mean(1).tolist()
