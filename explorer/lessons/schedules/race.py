"""Samplers and their times: runs that can be compared, step by step.

Each starts from the seed's noise, and is told the same kind. Knows nothing of schedules' names.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from explorer.diffusion.samplers import sample, steps_for, timesteps
from explorer.diffusion.schedules import NoiseSchedule
from explorer.diffusion.spacing import log_snr_times, quadratic_times
from explorer.exhibits.exhibit import Exhibit
from explorer.exhibits.wrapped import Wrapped
from explorer.images.encoding import png_data_uri, to_pixels

if TYPE_CHECKING:
    from torch import Tensor

GREY_LEVELS = 127.5  # of 255, in one unit of model space
LONG_RUN_STEPS = 250
RACERS = ("ddim", "dpmpp_2m", "heun", "ddpm")
MOST_TIMES, LONGEST = 49, 1000  # of one's own; of the text that holds them


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

    @cached_property
    def pixels(self) -> np.ndarray:
        """(H, W, C) uint8 of x_0_hat."""
        return to_pixels(self.x_0_hat)

    @cached_property
    def uri(self) -> str:
        """The same as a PNG, made once: all runs are shown after each step of one."""
        return png_data_uri(self.pixels)


class CountsCalls(Wrapped):
    """A predictor that counts how often it is asked."""

    calls = 0

    def predict_eps(
        self,
        x_t: "Tensor",
        t: "Tensor",
        condition: "Tensor | None" = None,
        guidance: float = 1.0,
    ) -> "Tensor":
        """As the wrapped predictor's."""
        self.calls += 1
        return super().predict_eps(x_t, t, condition, guidance)


def sampler_plans(T: int, calls: int) -> list[Plan]:  # noqa: N803 - the papers' name
    """Each sampler with as many even steps as `calls` network calls allow; calls in 1..T.

    Heun asks twice a step, but once in the last: with an even number, one call is left over.
    """
    return [Plan(name, name, timesteps(T, steps_for(name, calls))) for name in RACERS]


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


def distances(so_far: Mapping[str, RunSoFar]) -> dict[str, float]:
    """Of each run that has ended from the long one, by name; of none before that one has ended.

    DDPM, which is after a sample of its own, is left out.
    """
    ended = {name: run.x_0_hat for name, run in so_far.items() if run.done}
    if "long" not in ended:
        return {}
    return {
        name: distance(x_0, ended["long"])
        for name, x_0 in ended.items()
        if name not in ("long", "ddpm")
    }
