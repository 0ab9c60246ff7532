"""Lesson "schedules": what a schedule changes; and for programs, the race of samplers and times.

Two mixtures of one image and one noise are the same picture where their SNR is the same, whatever
schedule made them. So a network can be used with any schedule, if it is told the t of its own
schedule that has this SNR.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch

from explorer.diffusion.checks import check_integer, shown
from explorer.diffusion.forward import diffuse
from explorer.diffusion.noise import noise_from_seed
from explorer.diffusion.predictions import x_0_from_eps
from explorer.diffusion.schedules import SCHEDULES, NoiseSchedule, cosine
from explorer.exhibits.exhibit import Exhibit
from explorer.images.encoding import to_model_space, to_pixels
from explorer.lessons.schedules.race import (
    GREY_LEVELS,
    Plan,
    RunSoFar,
    compute_run,
    distances,
    long_plan,
    sampler_plans,
    spacing_plans,
)
from explorer.page.moment import Moment
from explorer.page.result import Result
from explorer.page.settings import number, one_of, text, whole

BENT = "bent"  # the cosine schedule with time bent by gamma
CHOICES = (*SCHEDULES, BENT)
CURVE_POINTS = 125


@dataclass(frozen=True)
class Settings:
    """What is compared.

    Attributes:
        gamma: for "bent".
        calls: of the network, for each sampler.
        steps: of DDIM, for each spacing of its times.
        own: a text that holds times of one's own, see `race.read_times`.
    """

    schedule: str = one_of("linear", CHOICES)
    gamma: float = number(2.0, 0.3, 3)
    calls: int = whole(20, 4, 50, step=2)
    steps: int = whole(10, 4, 50)
    own: str = text("", longest=200)

    def mended(self, exhibit: Exhibit) -> "Settings":
        """With no more steps than there are times."""
        return replace(self, calls=min(self.calls, exhibit.T), steps=min(self.steps, exhibit.T))


# ---- schedules


@dataclass(frozen=True, eq=False)
class Mixture:
    """A noisy image x_t, (C, H, W) float32, at t of some schedule; snr is infinite at t = 0."""

    t: int
    snr: float
    x_t: np.ndarray

    @property
    def pixels(self) -> np.ndarray:
        """(H, W, C) uint8."""
        return to_pixels(self.x_t)


@dataclass(frozen=True, eq=False)
class ScheduleComparison:
    """One image and one noise, mixed by a chosen schedule and by the network's own.

    same_t, same_snr: by the network's own schedule; their SNR is its own too, so that of same_snr
        is the nearest there is, not exactly the same.
    difference: mean |chosen.x_t - same_snr.x_t|, in grey levels of 255.
    x_0_hat: (C, H, W) float32, the network's guess for chosen.x_t, told same_snr.t.
    mse, mse_same_t: mean (eps_hat - eps)^2 for chosen.x_t, told same_snr.t and told same_t.t.
        All three are None at t = 0, where there is no noise to predict.
    end_snr, own_end_snr: at T, of the chosen schedule and of the network's own.
    """

    chosen: Mixture
    same_t: Mixture
    same_snr: Mixture
    difference: float
    x_0_hat: np.ndarray | None
    mse: float | None
    mse_same_t: float | None
    end_snr: float
    own_end_snr: float

    @property
    def guess(self) -> np.ndarray:
        """(H, W, C) uint8 of x_0_hat; at t = 0 of the image itself."""
        return self.chosen.pixels if self.x_0_hat is None else to_pixels(self.x_0_hat)


@dataclass(frozen=True, eq=False)
class ScheduleCurve:
    """alpha_bar and log10 SNR, (K,) each, at times t (K,) from 1 to T."""

    t: np.ndarray
    alpha_bar: np.ndarray
    log_snr: np.ndarray


def make_schedule(name: str, T: int, gamma: float = 1.0) -> NoiseSchedule:  # noqa: N803
    """One of CHOICES; gamma is for "bent". ValueError for any other name."""
    if name not in CHOICES:
        raise ValueError(f"The schedule must be one of {', '.join(CHOICES)}, not {shown(name)}.")
    return cosine(T, gamma=gamma) if name == BENT else SCHEDULES[name](T)


def equal_snr_t(schedule: NoiseSchedule, other: NoiseSchedule, t: int) -> int:
    """The t of `other` whose sigma, and so SNR, is nearest to that of `schedule` at t.

    0 only for t = 0: there alone is no noise.
    """
    return 0 if t == 0 else max(1, other.nearest_t(schedule.sigma[t].item()))


def compare_schedules(
    exhibit: Exhibit, pixels: np.ndarray, t: int, seed: int, name: str, gamma: float = 1.0
) -> ScheduleComparison:
    """Mix the image with the seed's noise at t by the schedule called `name`, and compare.

    Args:
        pixels: (H, W, C) uint8, the clean image.
        t: in 0..T.
    """
    own, schedule = exhibit.schedule, make_schedule(name, exhibit.T, gamma)
    t = check_integer("t", t, 0, exhibit.T)
    x_0 = torch.from_numpy(to_model_space(pixels))[None]
    eps = noise_from_seed(tuple(x_0.shape), seed)

    def mix(schedule: NoiseSchedule, t: int) -> Mixture:
        x_t = diffuse(schedule, x_0, t, eps)[0].numpy()
        return Mixture(t, schedule.snr[t].item(), x_t)

    chosen, same_t = mix(schedule, t), mix(own, t)
    same_snr = mix(own, equal_snr_t(schedule, own, t))
    difference = float(np.abs(chosen.x_t - same_snr.x_t).mean()) * GREY_LEVELS
    x_0_hat = mse = mse_same_t = None
    if t > 0:
        x_t = torch.from_numpy(chosen.x_t)[None]
        told = torch.tensor([same_snr.t, t])
        eps_hat = exhibit.denoiser.predict_eps(x_t.repeat(2, 1, 1, 1), told)  # one call for both
        mse, mse_same_t = (eps_hat - eps).double().square().mean(dim=(1, 2, 3)).tolist()
        x_0_hat = x_0_from_eps(schedule, x_t, t, eps_hat[:1])[0].numpy()
    return ScheduleComparison(
        chosen=chosen,
        same_t=same_t,
        same_snr=same_snr,
        difference=difference,
        x_0_hat=x_0_hat,
        mse=mse,
        mse_same_t=mse_same_t,
        end_snr=schedule.snr[-1].item(),
        own_end_snr=own.snr[-1].item(),
    )


def schedule_curve(schedule: NoiseSchedule) -> ScheduleCurve:
    """Thinned for a figure."""
    t = np.unique(np.linspace(1, schedule.T, CURVE_POINTS).round().astype(int))
    alpha_bar, snr = schedule.alpha_bar.numpy()[t], schedule.snr.numpy()[t]
    return ScheduleCurve(t, alpha_bar, np.log10(snr))


def schedule_curves(exhibit: Exhibit, gamma: float) -> dict[str, ScheduleCurve]:
    """The curve of each of CHOICES."""
    return {name: schedule_curve(make_schedule(name, exhibit.T, gamma)) for name in CHOICES}


# ---- what a program is given


def compute_schedules(moment: Moment[Settings]) -> Result:
    """The image by the chosen schedule, by the network's own at the same t and at the same SNR, and
    the network's guess from the first. An SNR without end, at t = 0, is None.
    """
    found = comparison_at(moment)
    mixtures = {"chosen": found.chosen, "same_t": found.same_t, "same_snr": found.same_snr}
    return Result(
        {name: one.pixels for name, one in mixtures.items()} | {"guess": found.guess},
        {
            "t": {name: one.t for name, one in mixtures.items()},
            "snr": {name: one.snr if one.t else None for name, one in mixtures.items()},
            "difference": found.difference,
            "mse": found.mse,
            "mse_same_t": found.mse_same_t,
            "end_snr": found.end_snr,
            "own_end_snr": found.own_end_snr,
        },
    )


def comparison_at(moment: Moment[Settings]) -> ScheduleComparison:
    settings = moment.settings
    return compare_schedules(
        moment.exhibit, moment.pixels, moment.t, moment.seed, settings.schedule, settings.gamma
    )


def compute_schedules_curves(moment: Moment[Settings]) -> Result:
    """Of every schedule, and of the network's "own": t, alpha_bar and log_snr (base 10)."""
    curves = schedule_curves(moment.exhibit, moment.settings.gamma)
    curves["own"] = schedule_curve(moment.exhibit.schedule)
    return Result(
        numbers={
            name: {which: values.tolist() for which, values in vars(curve).items()}
            for name, curve in curves.items()
        }
    )


def compute_schedules_race(moment: Moment[Settings]) -> Iterator[Result]:
    """Every sampler with as many network calls, then the long run."""
    return race_results(moment, race_plans(moment))


def compute_schedules_spacing(moment: Moment[Settings]) -> Iterator[Result]:
    """DDIM at differently spaced times, then the long run."""
    return race_results(moment, space_plans(moment))


def compute_schedules_times(moment: Moment[Settings]) -> Result:
    """The times of each spacing."""
    return Result(numbers={plan.name: plan.times for plan in spacings(moment)})


def race_plans(moment: Moment[Settings]) -> list[Plan]:
    return [*sampler_plans(moment.T, moment.settings.calls), long_plan(moment.T)]


def space_plans(moment: Moment[Settings]) -> list[Plan]:
    return [*spacings(moment), long_plan(moment.T)]


def spacings(moment: Moment[Settings]) -> list[Plan]:
    settings = moment.settings
    return spacing_plans(moment.exhibit.schedule, settings.steps, settings.own)


def told_kind(moment: Moment[Settings]) -> str | None:
    """What the runs are told to draw: the picture's kind, if the network knows it."""
    kind = moment.picture.kind
    return kind if kind in moment.exhibit.denoiser.conditions else None


def run_all(
    moment: Moment[Settings], plans: list[Plan], so_far: dict[str, RunSoFar]
) -> Iterator[RunSoFar]:
    """One run after another, step by step; not those that are known.

    so_far: by the plans' names; filled in place.
    """
    for plan in plans:
        if plan.name in so_far:
            continue
        choices = (plan, moment.seed, told_kind(moment))
        for now in moment.compute_long(len(plan.times), compute_run, moment.exhibit, *choices):
            so_far[plan.name] = now
            yield now


def race_results(moment: Moment[Settings], plans: list[Plan]) -> Iterator[Result]:
    """All runs that have come to their end, whenever another one has."""
    so_far: dict[str, RunSoFar] = {}
    for now in run_all(moment, plans, so_far):
        if now.done:
            away = distances(so_far)
            numbers = {
                plan.name: {
                    "steps": plan.num_steps,
                    "calls": so_far[plan.name].calls,
                    "distance": away.get(plan.name),
                }
                for plan in plans
                if plan.name in so_far
            }
            yield Result({name: run.pixels for name, run in so_far.items()}, numbers)
