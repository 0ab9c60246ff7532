"""A moment: what every handler is given, whoever asks: the page, a program or the command line."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import numpy as np

from explorer.exhibits.exhibit import Exhibit
from explorer.page.visit import Choice

S = TypeVar("S")
R = TypeVar("R")


def at_home(
    predictions: int, work: Callable[..., Iterator[Any]], exhibit: Exhibit, *choices: Any
) -> Iterator[Any]:
    """Work of about so many predictions; the place for whoever computes long work elsewhere."""
    return work(exhibit, *choices)


@dataclass(frozen=True, eq=False)
class Moment(Generic[S]):
    """All that is set, and all of it fits.

    Attributes:
        picture: what is noised, of the exhibit's shape.
        t: in 0..T.
        seed: of the noise.
        told: is the network told the picture's kind?
        settings: the lesson's own.
        compute_long: where long work is computed.
    """

    exhibit: Exhibit
    picture: Choice
    t: int
    seed: int
    settings: S
    told: bool = False
    compute_long: Callable[..., Iterator[Any]] = at_home

    @property
    def T(self) -> int:  # noqa: N802 - the papers' name
        return self.exhibit.T

    @property
    def pixels(self) -> np.ndarray:
        """(H, W, C) uint8."""
        return self.picture.pixels

    @property
    def kind(self) -> str | None:
        """What the network is told of the picture."""
        return self.picture.kind if self.told else None

    def with_settings(self, settings: R) -> "Moment[R]":
        """The same for another lesson."""
        return Moment(
            self.exhibit, self.picture, self.t, self.seed, settings, self.told, self.compute_long
        )

    def with_picture(self, picture: Choice) -> "Moment[S]":
        return replace(self, picture=picture)

    def noisy(self) -> "Moment[S]":
        """The same with t at least 1: at t = 0 there is no noise to predict."""
        return replace(self, t=max(1, self.t))
