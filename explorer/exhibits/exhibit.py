"""An exhibit: one trained denoiser with all that is needed to show it.

Its pictures, the ideal denoiser over the pictures it was trained on (where these ship), and what
was measured of it. Read-only and shared by all visitors.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

import torch

from explorer.denoiser.checkpoints import (
    CheckpointError,
    list_checkpoints,
    load_denoiser,
)
from explorer.denoiser.denoiser import Denoiser
from explorer.denoiser.forms import is_name
from explorer.denoiser.ideal import IdealDenoiser
from explorer.denoiser.judge import Judge
from explorer.denoiser.reading import read_json, shown
from explorer.diffusion.predictor import Predictor
from explorer.diffusion.schedules import NoiseSchedule
from explorer.exhibits.codec import Codec, Pixels
from explorer.exhibits.parts import ask_once, load_pictures, read_judge, read_metrics
from explorer.exhibits.presentation import Presentation, read_presentation
from explorer.images.gallery import Gallery, GalleryError, Picture

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Exhibit:
    """A denoiser and its pictures.

    `ideal` is over the gallery's pictures that training saw, in their order; it is None where the
    training images do not ship with the checkpoint. `metrics` is the content of metrics.json, and
    may be empty; `judge` is None where none ships; `variants` are to be compared.
    """

    name: str
    denoiser: Predictor
    ideal: IdealDenoiser | None
    gallery: Gallery
    metrics: dict[str, Any]
    patient: Predictor | None = None
    judge: Judge | None = None
    variants: Mapping[str, "Exhibit"] = field(default_factory=dict)
    presentation: Presentation = Presentation()

    @property
    def patient_denoiser(self) -> Predictor:
        """The same denoiser for long runs: on a shared machine, single predictions go first."""
        return self.patient or self.denoiser

    @property
    def codec(self) -> Codec:
        """How a picture becomes x_0."""
        return Pixels(self.denoiser.shape)

    @property
    def schedule(self) -> NoiseSchedule:
        return self.denoiser.schedule

    @property
    def T(self) -> int:  # noqa: N802 - the papers' name
        return self.schedule.T

    @property
    def is_grey(self) -> bool:
        """Pictures of one channel."""
        return self.denoiser.shape[0] == 1

    @property
    def has_digits(self) -> bool:
        """Drawings and uploads become digits as MNIST's are: white ink on black."""
        return self.presentation.ink == "digit"

    @property
    def first_picture(self) -> Picture:
        """What the page opens with."""
        name = self.presentation.opens_with
        if name is not None and name in self.gallery:
            return self.gallery[name]
        return next(iter(self.gallery))

    @property
    def first_kind(self) -> str | None:
        """What the first run is asked to draw; None if the network knows no kinds."""
        known, wanted = self.denoiser.conditions, self.presentation.first_kind
        return wanted if wanted in known else next(iter(known), None)

    def condition(self, kind: str | None) -> torch.Tensor | None:
        """(1,) int64 for a kind that the network was told of in training, else None."""
        if kind not in self.denoiser.conditions:
            return None
        return torch.tensor([self.denoiser.conditions.index(kind)])


class Variants(Mapping[str, Exhibit]):
    """Exhibits that are loaded when first asked for, once for all visitors.

    One that does not load is logged, and is no longer among them.

    Args:
        names: of those that there are; to look through them loads nothing.
    """

    def __init__(self, names: Iterable[str], load: Callable[[str], Exhibit]):
        self._exhibits: dict[str, Exhibit | None] = dict.fromkeys(names)
        self._load = load
        self._loading = Lock()

    def __getitem__(self, name: str) -> Exhibit:
        with self._loading:
            exhibit = self._exhibits[name]
            if exhibit is None:
                try:
                    exhibit = self._exhibits[name] = self._load(name)
                except Exception as error:
                    leave_out(name, error)
                    del self._exhibits[name]
                    raise KeyError(name) from error
            return exhibit

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._exhibits))

    def __len__(self) -> int:
        return len(self._exhibits)


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
    ask_once(denoiser)
    gallery, ideal = load_pictures(folder / name, denoiser)
    quick, patient = share(denoiser)
    return Exhibit(
        name,
        quick,
        ideal,
        gallery,
        read_metrics(folder / name, denoiser.schedule.T),
        patient,
        read_judge(folder / name, denoiser),
        presentation=read_presentation(read_json(folder / name / "config.json")),
    )


def load_variant(
    name: str,
    base: Exhibit,
    folder: Path,
    device: str | torch.device = "cpu",
    share: Callable[[Denoiser], tuple[Denoiser, Denoiser]] = share_with_nobody,
) -> Exhibit:
    """As `load_exhibit`, with the pictures, the ideal denoiser and the judge of `base`."""
    denoiser = load_denoiser(name, device, folder)
    kinds, alpha_bar = base.denoiser.conditions, base.schedule.alpha_bar
    if (denoiser.shape, denoiser.conditions) != (base.denoiser.shape, kinds):
        raise CheckpointError(f"{name} is no variant of {base.name}: its pictures or kinds differ.")
    if not torch.equal(denoiser.schedule.alpha_bar, alpha_bar):
        raise CheckpointError(f"{name} is no variant of {base.name}: its schedule differs.")
    ask_once(denoiser)
    quick, patient = share(denoiser)
    metrics = read_metrics(folder / name, base.T)
    return replace(base, name=name, denoiser=quick, patient=patient, metrics=metrics)


def leave_out(name: str, error: Exception) -> None:
    """Log it: what a file can be guilty of in a sentence, anything else with its traceback."""
    known = isinstance(error, CheckpointError | GalleryError)
    reason = error if known else f"loading it failed ({type(error).__name__})."
    log.warning("%s is left out: %s", shown(name), reason, exc_info=None if known else error)


def load_exhibits(
    folder: Path,
    device: str | torch.device = "cpu",
    share: Callable[[Denoiser], tuple[Denoiser, Denoiser]] = share_with_nobody,
) -> dict[str, Exhibit]:
    """Every checkpoint that loads, in the order that they say; the others are logged and left out.

    Variants ("variant_of" in config.json) were trained to be compared with another checkpoint, and
    are no networks to choose: they are among that one's `variants`.

    Raises:
        CheckpointError: if none loads.
    """
    exhibits: dict[str, Exhibit] = {}
    variants: dict[str, list[str]] = defaultdict(list)
    for name in list_checkpoints(folder):
        try:
            base = find_base(folder / name)
            if base is None:
                exhibits[name] = load_exhibit(name, folder, device, share)
            else:
                variants[base].append(name)
        except Exception as error:  # one bad neighbour must not keep the others from opening
            leave_out(name, error)
    if not exhibits:
        raise CheckpointError(f"There is no usable checkpoint in {folder}.")
    for base in variants.keys() - exhibits.keys():
        for name in variants[base]:
            leave_out(name, CheckpointError(f"it is a variant of {base}, which is not here."))
    how = {"folder": folder, "device": device, "share": share}
    return {
        name: replace(
            exhibit, variants=Variants(variants[name], partial(load_variant, base=exhibit, **how))
        )
        for name, exhibit in sorted(exhibits.items(), key=lambda one: one[1].presentation.order)
    }


def find_base(path: Path) -> str | None:
    """What the checkpoint in this folder is a variant of, None if of none."""
    if not is_name(path.name):
        raise CheckpointError("its folder's name cannot be shown.")
    base = read_json(path / "config.json").get("variant_of")
    if base is not None and not is_name(base):
        raise CheckpointError(f"it is a variant of {shown(base)}, which is no name.")
    return base
