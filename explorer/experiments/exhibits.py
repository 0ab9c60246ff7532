"""An exhibit: one trained denoiser with all that is needed to show it.

Its pictures, the ideal denoiser over the pictures it was trained on (where these ship), and what
was measured of it. Read-only and shared by all visitors.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from explorer.denoiser.checkpoints import (
    CheckpointError,
    list_checkpoints,
    load_denoiser,
    read_json,
)
from explorer.denoiser.denoiser import Denoiser, PredictsEps
from explorer.denoiser.ideal import IdealDenoiser
from explorer.denoiser.judge import Judge, load_judge
from explorer.diffusion.schedules import NoiseSchedule
from explorer.images.digits import drawn_digits
from explorer.images.encoding import to_model_space
from explorer.images.gallery import Gallery, GalleryError, Picture, load_gallery

log = logging.getLogger(__name__)
# What the page opens with, where there is such a thing.
FAVOURITE_PICTURES = ("grinning cat with smiling eyes", "3, hand 1")
FAVOURITE_KINDS = ("face-smiling", "3")


@dataclass(frozen=True, eq=False)
class Exhibit:
    """A denoiser and its pictures.

    `ideal` is over the gallery's pictures that training saw, in their order; it is None where the
    training images do not ship with the checkpoint. `metrics` is the content of metrics.json, and
    may be empty; `judge` is None where none ships.
    """

    name: str
    denoiser: PredictsEps
    ideal: IdealDenoiser | None
    gallery: Gallery
    metrics: dict[str, Any]
    patient: PredictsEps | None = None
    judge: Judge | None = None

    @property
    def patient_denoiser(self) -> PredictsEps:
        """The same denoiser for long runs: on a shared machine, single predictions go first."""
        return self.patient or self.denoiser

    @property
    def schedule(self) -> NoiseSchedule:
        return self.denoiser.schedule

    @property
    def T(self) -> int:  # noqa: N802 - the papers' name
        return self.schedule.T

    @property
    def is_grey(self) -> bool:
        """Digits: drawn with white ink on black."""
        return self.denoiser.shape[0] == 1

    @property
    def first_picture(self) -> Picture:
        """What the page opens with."""
        for name in FAVOURITE_PICTURES:
            if name in self.gallery:
                return self.gallery[name]
        return next(iter(self.gallery))

    @property
    def first_kind(self) -> str | None:
        """What the first run is asked to draw; None if the network knows no kinds."""
        conditions = self.denoiser.conditions
        known = [kind for kind in FAVOURITE_KINDS if kind in conditions] + conditions
        return known[0] if known else None

    def condition(self, kind: str | None) -> torch.Tensor | None:
        """(1,) int64 for a kind that the network was told of in training, else None."""
        if kind not in self.denoiser.conditions:
            return None
        return torch.tensor([self.denoiser.conditions.index(kind)])


def share_with_nobody(denoiser: Denoiser) -> tuple[Denoiser, Denoiser]:
    """For tests and scripts: the denoiser itself, twice."""
    return denoiser, denoiser


def load_exhibit(
    name: str,
    folder: Path,
    device: str | torch.device = "cpu",
    share: Callable[[Denoiser], tuple[Denoiser, Denoiser]] = share_with_nobody,
) -> Exhibit:
    """Load the checkpoint `name` of `folder`.

    Args:
        share: the app's way to let visitors take turns: gives the denoiser for short work and
            the patient one.

    Raises:
        CheckpointError, GalleryError: with one sentence that says what is wrong.
    """
    denoiser = load_denoiser(name, device, folder)
    path = folder / name
    metrics = read_json(path / "metrics.json") if (path / "metrics.json").is_file() else {}
    if (path / "images.npz").is_file():
        gallery = load_gallery(path / "images.npz")
        seen = np.stack([to_model_space(picture.pixels) for picture in gallery.select(seen=True)])
        ideal = IdealDenoiser(torch.from_numpy(seen).to(device), denoiser.schedule)
    elif denoiser.shape == (1, 28, 28):
        gallery, ideal = drawn_digits(), None
    else:
        raise GalleryError(f"The checkpoint {name!r} has no images.npz: there is nothing to show.")
    if gallery.shape != denoiser.shape:
        raise GalleryError(f"The pictures of {name!r} are not of the network's size.")
    judged = (path / "judge.safetensors").is_file()
    judge = load_judge(path / "judge.safetensors") if judged else None
    quick, patient = share(denoiser)
    return Exhibit(name, quick, ideal, gallery, metrics, patient, judge)


def load_exhibits(
    folder: Path,
    device: str | torch.device = "cpu",
    share: Callable[[Denoiser], tuple[Denoiser, Denoiser]] = share_with_nobody,
) -> dict[str, Exhibit]:
    """Every checkpoint that loads, "emoji" first; the others are logged and left out.

    Left out in silence: variants ("variant_of" in config.json), which were trained to be compared
    with another checkpoint and are no networks to choose.

    Raises:
        CheckpointError: if none loads.
    """
    exhibits: dict[str, Exhibit] = {}
    for name in sorted(list_checkpoints(folder), key=lambda name: (name != "emoji", name)):
        try:
            if "variant_of" not in read_json(folder / name / "config.json"):
                exhibits[name] = load_exhibit(name, folder, device, share)
        except (CheckpointError, GalleryError) as error:
            log.warning("%s is left out: %s", name, error)
    if not exhibits:
        raise CheckpointError(f"There is no usable checkpoint in {folder}.")
    return exhibits
