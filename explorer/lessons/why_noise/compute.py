"""Lesson "Why noise?": one prediction read three ways, as pictures (see `exhibits.readings`)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from explorer.exhibits.readings import Readings, compute_loss_weights, compute_readings
from explorer.exhibits.runs import EPS_RANGE
from explorer.images.encoding import to_pixels
from explorer.page.moment import Moment
from explorer.page.result import Result
from explorer.page.variants import (
    compute_strips,
    compute_variants,
    helped_setting,
    sampler_setting,
)

RANGES = {"eps": EPS_RANGE, "x_0": 1.0, "v": EPS_RANGE}  # drawn from minus to plus this


@dataclass(frozen=True)
class Settings:
    """Of the fold "raw": how its runs are made."""

    raw_sampler: str = sampler_setting()
    raw_helped: int = helped_setting()


def read(moment: Moment[Settings]) -> Readings:
    """This moment's prediction; at t = 0, where there is none, that of t = 1."""
    moment = moment.noisy()
    return compute_readings(moment.exhibit, moment.pixels, moment.t, moment.seed)


def reading_pictures(readings: Readings) -> dict[str, np.ndarray]:
    """The truths, then the guesses: (H, W, C) uint8 each, called "eps", ..., "eps_hat", ..."""
    truths = {name: to_pixels(one.truth / RANGES[name]) for name, one in readings.of.items()}
    guesses = {
        f"{name}_hat": to_pixels(one.guess / RANGES[name]) for name, one in readings.of.items()
    }
    return truths | guesses


def error_pictures(readings: Readings) -> dict[str, np.ndarray]:
    """What is wrong with each reading, on scales that make their patterns alike."""
    ranges = error_ranges(readings)
    return {name: to_pixels(one.error / ranges[name]) for name, one in readings.of.items()}


def error_ranges(readings: Readings) -> dict[str, float]:
    """What of each error is drawn white, and its negative black."""
    size = readings.of["eps"].mse ** 0.5 or 1
    return {name: EPS_RANGE * size * abs(one.factor) for name, one in readings.of.items()}


def compute_why_noise(moment: Moment[Settings]) -> Result:
    """Noise, clean image and v, the true ones and what the network's answer says of each; the mean
    squared errors. Noise and v are drawn from -3 to 3.
    """
    readings = read(moment)
    return Result(reading_pictures(readings), _numbers(moment, readings))


def compute_why_noise_errors(moment: Moment[Settings]) -> Result:
    """What is wrong with each reading; `factor`: so many times what is wrong with the noise."""
    readings = read(moment)
    factors = {name: one.factor for name, one in readings.of.items()}
    return Result(error_pictures(readings), _numbers(moment, readings) | {"factor": factors})


def compute_why_noise_weights(moment: Moment[Settings]) -> Result:
    """How much each loss minds an error in the clean image, against t."""
    weights = compute_loss_weights(moment.exhibit, moment.noisy().t)
    return Result(numbers={"t": weights.t, "weight": weights.of})


def compute_why_noise_targets(moment: Moment[Settings]) -> Result:
    """Three networks, trained on noise, image and v: what each makes of x_t.

    Needs the network "digits".
    """
    return compute_variants(moment, "targets")


def compute_why_noise_targets_strips(moment: Moment[Settings]) -> Iterator[Result]:
    """What those three draw from the same noise."""
    yield from compute_strips(moment, "targets")


def compute_why_noise_raw(moment: Moment[Settings]) -> Result:
    """Two networks, trained on v and on noise: what each makes of x_t.

    Needs the network "emoji".
    """
    return compute_variants(moment, "raw")


def compute_why_noise_raw_strips(moment: Moment[Settings]) -> Iterator[Result]:
    """What those two draw from the same noise, each helped by the other as the settings say."""
    yield from compute_strips(moment, "raw")


def _numbers(moment: Moment[Settings], readings: Readings) -> dict:
    errors = {name: one.mse for name, one in readings.of.items()}
    return {"t": moment.noisy().t, "mse": errors}
