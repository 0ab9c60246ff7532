"""Lesson "Add noise": x_t and its two parts, at any t; and what the pixels and the schedule do."""

from dataclasses import dataclass

import numpy as np

from explorer.exhibits.scene import (
    ForwardNoising,
    NoisyImage,
    compute_forward_noising,
    compute_noisy_image,
    neighbours,
)
from explorer.images.encoding import to_pixels
from explorer.lessons.forward_noising.stepwise import (
    OWN,
    SCHEDULES,
    Stepwise,
    compute_stepwise,
    middle_pixel,
    schedule_called,
)
from explorer.page.moment import Moment
from explorer.page.result import Result
from explorer.page.settings import one_of


@dataclass(frozen=True)
class Settings:
    """The schedule by which one pixel is noised."""

    schedule: str = one_of(OWN, (OWN, *SCHEDULES))


def forward_of(moment: Moment[Settings]) -> ForwardNoising:
    return compute_forward_noising(moment.exhibit.schedule, moment.pixels, moment.seed)


def noisy_of(moment: Moment[Settings]) -> NoisyImage:
    return compute_noisy_image(moment.exhibit.schedule, moment.pixels, moment.t, moment.seed)


def stepwise_of(moment: Moment[Settings]) -> Stepwise:
    """At t = 0 nothing has happened yet: then it is shown at 1."""
    schedule = schedule_called(moment.settings.schedule, moment.exhibit)
    return compute_stepwise(schedule, middle_pixel(moment.pixels), moment.noisy().t, moment.seed)


def result(moment: Moment[Settings]) -> Result:
    """x_t and its parts."""
    noisy = noisy_of(moment)
    names = ("x_t", "signal_part", "noise_part")
    return Result(
        {"x_0": moment.pixels} | {name: to_pixels(getattr(noisy, name)) for name in names},
        {
            "t": noisy.t,
            "signal_scale": noisy.signal_scale,
            "noise_scale": noisy.noise_scale,
            "snr": noisy.snr if np.isfinite(noisy.snr) else None,
            "neighbours": neighbours(noisy.x_t),
        },
    )


def stepwise_result(moment: Moment[Settings]) -> Result:
    """One pixel by many small steps, and by one jump."""
    found = stepwise_of(moment)
    return Result(
        numbers={
            "t": found.t,
            "x_0": found.x_0,
            "mean": found.mean,
            "noise_scale": found.noise_scale,
            "by_steps": {"mean": found.by_steps.mean(), "std": found.by_steps.std()},
            "by_jump": {"mean": found.by_jump.mean(), "std": found.by_jump.std()},
            "toy_std": found.toy_std,
        }
    )
