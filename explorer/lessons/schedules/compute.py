"""Schedules and samplers: what a schedule changes, and what a sampler and its times do.

Two mixtures of one image and one noise are the same picture where their SNR is the same, whatever
schedule made them. So a network can be used with any schedule, if it is told the t of its own
schedule that has this SNR.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from explorer.denoiser.denoiser import PredictsEps
from explorer.diffusion.checks import check_integer, shown
from explorer.diffusion.forward import diffuse
from explorer.diffusion.noise import noise_from_seed
from explorer.diffusion.predictions import x_0_from_eps
from explorer.diffusion.samplers import sample, timesteps
from explorer.diffusion.schedules import SCHEDULES, NoiseSchedule, cosine
from explorer.diffusion.spacing import log_snr_times, quadratic_times
from explorer.exhibits.exhibit import Exhibit
from explorer.images.encoding import to_model_space

BENT = "bent"  # the cosine schedule with time bent by gamma
CHOICES = (*SCHEDULES, BENT)
GREY_LEVELS = 127.5  # of 255, in one unit of model space
CURVE_POINTS = 125
LONG_RUN_STEPS = 250
MOST_TIMES, LONGEST = 49, 1000  # of one's own; of the text that holds them


# ---- schedules


@dataclass(frozen=True, eq=False)
class Mixture:
    """A noisy image x_t, (C, H, W) float32, at t of some schedule; snr is infinite at t = 0."""

    t: int
    snr: float
    x_t: np.ndarray


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


def compute_schedules(
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


# ---- samplers and their times


@dataclass(frozen=True)
class Plan:
    """A run to make: the sampler, and the times that it visits, from T to 0."""

    name: str
    sampler: str
    times: list[int]

    @property
    def num_steps(self) -> int:
        return len(self.times) - 1


@dataclass(frozen=True, eq=False)
class RunSoFar:
    """A run after some of its steps: x_0_hat (C, H, W) float32, at the end the image itself.

    calls: how often the network has been asked.
    """

    step: int
    calls: int
    x_0_hat: np.ndarray
    done: bool


class CountsCalls:
    """A denoiser that counts how often it is asked."""

    def __init__(self, denoiser: PredictsEps):
        self.denoiser = denoiser
        self.schedule = denoiser.schedule
        self.shape = denoiser.shape
        self.conditions = denoiser.conditions
        self.calls = 0

    def predict_eps(
        self,
        x_t: torch.Tensor,
        t: torch.Tensor,
        condition: torch.Tensor | None = None,
        guidance: float = 1.0,
    ) -> torch.Tensor:
        self.calls += 1
        return self.denoiser.predict_eps(x_t, t, condition, guidance)


def sampler_plans(T: int, calls: int) -> list[Plan]:  # noqa: N803 - the papers' name
    """Each sampler with as many even steps as `calls` network calls allow; calls in 1..T.

    Heun asks twice a step, but once in the last: with an even number, one call is left over.
    """
    steps = {"ddim": calls, "dpmpp_2m": calls, "heun": (calls + 1) // 2, "ddpm": calls}
    return [Plan(name, name, timesteps(T, count)) for name, count in steps.items()]


def spacing_plans(schedule: NoiseSchedule, num_steps: int, own: str | None = None) -> list[Plan]:
    """DDIM at differently spaced times; num_steps in 1..T.

    own: times of one's own, as `read_times` takes them; none, and they are left out.
    """
    plans = [
        Plan("even", "ddim", timesteps(schedule.T, num_steps)),
        Plan("quadratic", "ddim", quadratic_times(schedule.T, num_steps)),
        Plan("log_snr", "ddim", log_snr_times(schedule, num_steps)),
    ]
    times = read_times(own or "", schedule.T)
    return [*plans, Plan("own", "ddim", times)] if times else plans


def read_times(text: str, T: int) -> list[int]:  # noqa: N803 - the papers' name
    """The whole numbers in 1..T-1 that a text holds, at most MOST_TIMES of them, in a run's order
    with T before and 0 after them; [] if there are none.
    """
    found = {int(digits) for digits in re.findall(r"(?<![\w.])\d{1,9}(?!\w|\.\d)", text[:LONGEST])}
    inside = sorted((t for t in found if 0 < t < T), reverse=True)[:MOST_TIMES]
    return [T, *inside, 0] if inside else []


def long_plan(T: int) -> Plan:  # noqa: N803 - the papers' name
    """The run that the others are measured against."""
    return Plan("long", "ddim", timesteps(T, min(T, LONG_RUN_STEPS)))


def compute_run(exhibit: Exhibit, plan: Plan, seed: int, kind: str | None) -> Iterator[RunSoFar]:
    """Run the plan from the seed's noise, step by step.

    kind: what the network is told to draw; None or an unknown one tells it nothing. There is no
    guidance, so each call is one look of the network at one image.
    """
    counting = CountsCalls(exhibit.patient_denoiser)
    steps = sample(
        counting,
        sampler=plan.sampler,
        times=plan.times,
        seed=seed,
        condition=exhibit.condition(kind),
    )
    for index, step in enumerate(steps):
        yield RunSoFar(index, counting.calls, step.x_0_hat[0].cpu().numpy(), step.t == 0)


def distance(x_0: np.ndarray, other: np.ndarray) -> float:
    """Root mean square difference of two images as shown, in grey levels of 255."""
    difference = np.clip(x_0, -1, 1).astype(np.float64) - np.clip(other, -1, 1)
    return float(np.sqrt((difference**2).mean())) * GREY_LEVELS
