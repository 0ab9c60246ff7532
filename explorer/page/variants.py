"""Networks trained alike, but for one thing: what is set in such a fold, and what it shows.

Of "Why noise?" and of "It must know t". Where two networks are compared, the visitor chooses how
the runs are made, to find out what goes wrong in one. Knows nothing of Gradio.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from explorer.exhibits.exhibit import Exhibit
from explorer.exhibits.readings import Readings
from explorer.exhibits.variants import (
    MOST_HELPED,
    SAMPLERS,
    draw_strips,
    find_networks,
    is_family,
    read_alike,
    strip_kinds,
    strip_seeds,
)
from explorer.images.encoding import to_pixels
from explorer.page.moment import Moment
from explorer.page.result import Result
from explorer.page.settings import one_of, whole
from explorer.page.visit import Choice
from explorer.page.words import TEXT

S = TypeVar("S")


def sampler_setting() -> Any:
    """For a lesson's settings, as `<fold>_sampler`: how each step is made."""
    return one_of(SAMPLERS[0], SAMPLERS)


def helped_setting() -> Any:
    """As `<fold>_helped`: so many steps each of two networks makes first in the other's run."""
    return whole(0, 0, MOST_HELPED)


@dataclass(frozen=True)
class HowDrawn:
    """How the runs of a fold are made."""

    sampler: str = SAMPLERS[0]
    helped: int = 0

    @classmethod
    def of(cls, settings: Any, fold: str) -> "HowDrawn":
        """By a lesson's settings; where nothing can be set, as it always is."""
        plain = cls()
        return cls(
            getattr(settings, f"{fold}_sampler", plain.sampler),
            getattr(settings, f"{fold}_helped", plain.helped),
        )


@dataclass(frozen=True, eq=False)
class Compared:
    """One x_t, and what each of the networks makes of it."""

    x_t: np.ndarray  # (H, W, C) uint8
    readings: Mapping[str, Readings]

    @property
    def guesses(self) -> dict[str, np.ndarray]:
        """What is different -> x_0_hat, (H, W, C) uint8."""
        return {key: to_pixels(one.of["x_0"].guess) for key, one in self.readings.items()}


def moment_of(moment: Moment[S], family: Exhibit) -> Moment[S]:
    """The same moment with the fold's own network; its first picture where yours does not fit."""
    fits = moment.pixels.shape == family.first_picture.pixels.shape
    picture = moment.picture if fits else Choice.of(family.first_picture)
    return replace(moment, exhibit=family, picture=picture, t=min(max(1, moment.t), family.T))


def compare(moment: Moment[Any], fold: str) -> Compared | None:
    """None if none of the networks can be loaded."""
    networks = find_networks(moment.exhibit, fold)
    readings = read_alike(networks, moment.pixels, moment.t, moment.seed)
    first = next(iter(readings.values()), None)
    return None if first is None else Compared(to_pixels(first.x_t), readings)


# ---- for programs: a ValueError, in a sentence, if the networks belong to another one


def compute_variants(moment: Moment[Any], fold: str) -> Result:
    """x_t ("x_t"), each network's guess of the clean image, and how wrong it is."""
    moment = checked(moment.noisy(), fold)
    compared = compare(moment, fold)
    if compared is None:
        return Result()
    errors = {
        key: {reading: found.mse for reading, found in one.of.items()}
        for key, one in compared.readings.items()
    }
    return Result({"x_t": compared.x_t} | compared.guesses, {"t": moment.t, "mse": errors})


def compute_strips(moment: Moment[Any], fold: str) -> Iterator[Result]:
    """What each network draws from the same noise, side by side: a result each."""
    moment, how = checked(moment, fold), HowDrawn.of(moment.settings, fold)
    networks = find_networks(moment.exhibit, fold)
    numbers = {"seeds": strip_seeds(moment.exhibit, moment.seed)}
    numbers |= {"kinds": strip_kinds(moment.exhibit), "sampler": how.sampler}
    return (
        Result(
            {strip.key: strip.pixels},
            numbers | {"helper": strip.helper, "helped": how.helped if strip.helper else 0},
        )
        for strip in draw_strips(networks, moment.seed, how.sampler, how.helped)
        if strip is not None
    )


def checked(moment: Moment[S], fold: str) -> Moment[S]:
    if not is_family(moment.exhibit, fold):
        raise ValueError(TEXT["variants"]["strangers"].format(name=moment.exhibit.name))
    return moment
