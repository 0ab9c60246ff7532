"""Lesson "Memory": the network beside exact memory of its training images.

Exact memory is the ideal denoiser (denoiser/ideal.py). Distances are root mean squared
differences between pictures as they are shown, brightness running from 0 (black) to 1 (white).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from explorer.diffusion.checks import check_integer
from explorer.diffusion.forward import diffuse
from explorer.diffusion.noise import noise_from_seed
from explorer.diffusion.predictions import x_0_from_eps
from explorer.diffusion.samplers import sample
from explorer.exhibits.exhibit import Exhibit
from explorer.images.encoding import to_model_space, to_pixels
from explorer.images.gallery import SEEN
from explorer.page.moment import Moment
from explorer.page.result import Result
from explorer.page.settings import NoSettings
from explorer.page.visit import Choice
from explorer.page.words import words_beside

WORDS = words_beside(__file__)
STEPS = 20  # of the run
NUM_NEIGHBOURS = 3  # of the finished picture
SORTS = ("seen", "never_seen")


@dataclass(frozen=True, eq=False)
class Neighbour:
    """A training image, (H, W, C) uint8, and how far it is from the picture in question."""

    name: str
    pixels: np.ndarray
    distance: float


@dataclass(frozen=True, eq=False)
class ExactMemory:
    """The ideal denoiser's x_0_hat, (H, W, C) uint8, and the training image it relies on most."""

    x_0_hat: np.ndarray
    favourite: str
    weight: float  # of the favourite, 0..1


@dataclass(frozen=True, eq=False)
class Recall:
    """What network and memory make of one noisy image; pictures (H, W, C) uint8.

    error, memory_error: distance of their guesses from x_0.
    memory, memory_error, nearest (to the network's guess): None where the training images are not
    at hand.
    """

    x_0: np.ndarray
    x_t: np.ndarray
    x_0_hat: np.ndarray
    error: float
    memory: ExactMemory | None
    memory_error: float | None
    nearest: Neighbour | None

    @property
    def views(self) -> dict[str, np.ndarray]:
        """Without exact memory only the first three."""
        views = {"x_0": self.x_0, "x_t": self.x_t, "x_0_hat": self.x_0_hat}
        if self.memory is not None and self.nearest is not None:
            views |= {"memory": self.memory.x_0_hat, "nearest": self.nearest.pixels}
        return views


@dataclass(frozen=True, eq=False)
class MemoryFrame:
    """One step of a run; pictures (H, W, C) uint8. `nearest` is nearest to x_0_hat.

    At t = 0 nothing is predicted: memory's last guess stays in sight.
    """

    t: int
    x_t: np.ndarray
    x_0_hat: np.ndarray
    memory: ExactMemory
    nearest: Neighbour

    @property
    def views(self) -> dict[str, np.ndarray]:
        """x_t, x_0_hat, memory's x_0_hat, nearest."""
        return {
            "x_t": self.x_t, "x_0_hat": self.x_0_hat, "memory": self.memory.x_0_hat,
            "nearest": self.nearest.pixels,
        }  # fmt: skip

    @property
    def side_by_side(self) -> np.ndarray:
        """(H, 4 W, C) uint8."""
        return np.concatenate(list(self.views.values()), axis=1)


def compute_recall(
    exhibit: Exhibit, pictures: Sequence[np.ndarray], t: int, seed: int
) -> list[Recall]:
    """Network and memory, asked about each picture under the same noise; neither is told its kind.

    Args:
        pictures: (H, W, C) uint8 each, clean images.
        t: in 1..T (at t = 0 there is nothing to guess).
        seed: of the noise.
    """
    t = check_integer("t", t, 1, exhibit.T)
    x_0 = torch.from_numpy(to_model_space(np.stack(pictures)))
    eps = noise_from_seed((1, *exhibit.denoiser.shape), seed).expand_as(x_0)
    x_t = diffuse(exhibit.schedule, x_0, t, eps)
    eps_hat = exhibit.denoiser.predict_eps(x_t, torch.full((len(x_t),), t))
    x_0_hat = x_0_from_eps(exhibit.schedule, x_t, t, eps_hat)
    return [_recall(exhibit, *images, t) for images in zip(x_0, x_t, x_0_hat, strict=True)]


def run_with_memory(
    exhibit: Exhibit, kind: str | None, seed: int, num_steps: int = STEPS
) -> Iterator[MemoryFrame]:
    """A DDIM run from noise (eta 0, no guidance), with memory's guess and the nearest image.

    Args:
        kind: what the network is asked to draw; None or an unknown one leaves it open. Memory is
            not told.

    Raises:
        ValueError: at the call, if the training images are not at hand.
    """
    if exhibit.ideal is None:
        raise ValueError(WORDS["nothing_to_compare"])
    steps = sample(
        exhibit.patient_denoiser,
        num_steps=num_steps,
        seed=seed,
        condition=exhibit.condition(kind),
    )

    def frames() -> Iterator[MemoryFrame]:
        memory = None
        for step in steps:
            x_t, guess = step.x_t[0].cpu(), _pixels(step.x_0_hat[0].cpu())
            memory = exact_memory(exhibit, x_t, step.t) if step.t > 0 else memory
            nearest = _nearest(exhibit, guess)
            assert memory is not None and nearest is not None  # noqa: S101 - it has one
            yield MemoryFrame(step.t, _pixels(x_t), guess, memory, nearest)

    return frames()


def exact_memory(exhibit: Exhibit, x_t: Tensor, t: int) -> ExactMemory | None:
    """What the ideal denoiser answers to x_t (C, H, W); None if there is none."""
    if exhibit.ideal is None:
        return None
    weights = exhibit.ideal.weights(x_t[None], torch.tensor([t]))
    weight, index = (found.item() for found in weights[0].max(0))
    name = exhibit.gallery.select(seen=True)[int(index)].name
    return ExactMemory(_pixels(exhibit.ideal.mix(weights)[0].cpu()), name, weight)


def nearest_training_images(exhibit: Exhibit, pixels: np.ndarray, count: int) -> list[Neighbour]:
    """The training images nearest to a picture (H, W, C) uint8; none where they are not at hand."""
    if exhibit.ideal is None:
        return []
    x = torch.from_numpy(to_model_space(pixels))[None]
    distances, indices = exhibit.ideal.nearest(x, count)
    seen = exhibit.gallery.select(seen=True)
    return [
        Neighbour(seen[index].name, seen[index].pixels, distance / 2)  # [-1, 1] is two units wide
        for distance, index in zip(distances[0].tolist(), indices[0].tolist(), strict=True)
    ]


# ---- of a moment, for the page and for programs


def one_of_each(exhibit: Exhibit, choice: Choice) -> dict[str, Choice]:
    """The visitor's image as "seen" or "never_seen", and beside it one of the other sort.

    Where no training images are at hand, the visitor's image is alone.
    """
    mine, other = SORTS if choice.mark == SEEN else reversed(SORTS)
    pictures = {picture.name: picture for picture in exhibit.gallery.select(seen=other == "seen")}
    if exhibit.ideal is None or not pictures:
        return {mine: choice}
    favourite = exhibit.first_picture.name if other == "seen" else exhibit.presentation.never_seen
    return {
        mine: choice,
        other: Choice.of(pictures.get(favourite or "", next(iter(pictures.values())))),
    }


def recall_both(moment: Moment[NoSettings]) -> dict[str, tuple[Choice, Recall]]:
    """ "seen" and "never_seen", or one of them -> the image, and what is made of it."""
    moment = moment.noisy()
    pair = one_of_each(moment.exhibit, moment.picture)
    pictures = [one.pixels for one in pair.values()]
    recalls = compute_recall(moment.exhibit, pictures, moment.t, moment.seed)
    return {
        sort: (one, recall) for (sort, one), recall in zip(pair.items(), recalls, strict=True)
    }  # fmt: skip


def draw(moment: Moment[NoSettings]) -> Iterator[MemoryFrame]:
    """A run that is asked for the image's kind. ValueError if there is nothing to compare with."""
    return run_with_memory(moment.exhibit, moment.picture.kind, moment.seed)


def compute_memory(moment: Moment[NoSettings]) -> Result:
    """An image that was seen in training and one that never was: what the network and exact memory
    guess from the same noise ("seen_x_0_hat", "seen_memory", ...), and the training image nearest
    to the network's guess. Distances are shares of black against white.
    """
    both = recall_both(moment)
    pictures = {
        f"{sort}_{name}": pixels
        for sort, (_, recall) in both.items()
        for name, pixels in recall.views.items()
    }
    figures = {sort: {"name": one.name} | _figures(recall) for sort, (one, recall) in both.items()}
    return Result(pictures, {"t": moment.noisy().t} | figures)


def compute_memory_run(moment: Moment[NoSettings]) -> Iterator[Result]:
    """A drawing step by step, with the training image nearest to its guess; with the finished one
    come the three nearest to it ("neighbour_1" ...).
    """
    for frame in draw(moment):
        yield _result(moment.exhibit, frame)


def _result(exhibit: Exhibit, frame: MemoryFrame) -> Result:
    pictures, numbers = frame.views, {"t": frame.t} | _told(frame.memory, frame.nearest)
    if frame.t == 0:
        near = nearest_training_images(exhibit, frame.x_t, NUM_NEIGHBOURS)
        pictures |= {f"neighbour_{place}": one.pixels for place, one in enumerate(near, start=1)}
        numbers["neighbours"] = [{"name": one.name, "distance": one.distance} for one in near]
    return Result(pictures, numbers)


def _figures(recall: Recall) -> dict[str, Any]:
    told = {"error": recall.error, "memory_error": recall.memory_error}
    return told | _told(recall.memory, recall.nearest)


def _told(memory: ExactMemory | None, nearest: Neighbour | None) -> dict[str, Any]:
    """Which training images are meant; nothing where there are none at hand."""
    if memory is None or nearest is None:
        return {}
    return {
        "favourite": memory.favourite, "weight": memory.weight,
        "nearest": nearest.name, "distance": nearest.distance,
    }  # fmt: skip


def _recall(exhibit: Exhibit, x_0: Tensor, x_t: Tensor, x_0_hat: Tensor, t: int) -> Recall:
    clean, guess = _pixels(x_0), _pixels(x_0_hat)
    memory = exact_memory(exhibit, x_t, t)
    return Recall(
        x_0=clean,
        x_t=_pixels(x_t),
        x_0_hat=guess,
        error=_distance(guess, clean),
        memory=memory,
        memory_error=None if memory is None else _distance(memory.x_0_hat, clean),
        nearest=_nearest(exhibit, guess),
    )


def _nearest(exhibit: Exhibit, pixels: np.ndarray) -> Neighbour | None:
    return next(iter(nearest_training_images(exhibit, pixels, 1)), None)


def _distance(one: np.ndarray, other: np.ndarray) -> float:
    """Of two pictures in uint8."""
    return float(np.sqrt(np.square((one.astype(float) - other) / 255).mean()))


def _pixels(x: Tensor) -> np.ndarray:
    return to_pixels(x.numpy())
