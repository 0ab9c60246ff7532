"""What an exhibit is put together from: a network that answers, its pictures, judge and figures.

Knows nothing of exhibits: each is read from a checkpoint's folder, and checked there and then.
"""

import logging
from pathlib import Path
from typing import Any

import numpy as np
import torch

from explorer.denoiser.denoiser import Denoiser
from explorer.denoiser.ideal import IdealDenoiser
from explorer.denoiser.judge import Judge, load_judge
from explorer.denoiser.reading import CheckpointError, read_json, shown
from explorer.diffusion.noise import noise_from_seed
from explorer.exhibits.measured import MetricsError, check_metrics
from explorer.exhibits.presentation import shows_digits
from explorer.images.digits import drawn_digits
from explorer.images.encoding import to_model_space
from explorer.images.gallery import Gallery, GalleryError, load_gallery

log = logging.getLogger(__name__)
DRAWN = (1, 28, 28)  # the shape of the digits that we draw
FEWEST_STEPS = 25  # of the lessons' longest run of a length that nobody chooses


def ask_once(denoiser: Denoiser) -> None:
    """Whatever form a file has, only a network that answers can be shown: CheckpointError if not.

    Asked at T/2, of all that it can be told: nothing, and its last condition.
    """
    name, T = denoiser.name, denoiser.schedule.T  # noqa: N806 - the papers' name
    if T < FEWEST_STEPS:
        raise CheckpointError(f"{name}: T is {T}, and lessons draw in {FEWEST_STEPS} steps.")
    x_t = noise_from_seed((1, *denoiser.shape), 0)
    last = torch.tensor([len(denoiser.conditions) - 1]) if denoiser.conditions else None
    t = torch.tensor([T // 2])
    try:
        eps_hat = denoiser.predict_eps(x_t, t, last, guidance=2.0)
    except Exception as error:  # whatever a foreign network can run into
        raise CheckpointError(
            f"{name}: its network was asked once, and failed ({type(error).__name__})."
        ) from error
    if eps_hat.shape != x_t.shape:
        raise CheckpointError(f"{name}: its network answers with another shape.")
    if not bool(eps_hat.isfinite().all()):
        raise CheckpointError(f"{name}: its network answers with NaN or infinity.")


def load_pictures(path: Path, denoiser: Denoiser) -> tuple[Gallery, IdealDenoiser | None]:
    """Those that ship with a checkpoint, and the ideal denoiser over what training saw of them.

    Raises:
        GalleryError: there are none, or they are damaged or of another size.
    """
    file = path / "images.npz"
    if file.exists():
        gallery = load_gallery(file)
    elif shows_digits(denoiser.shape, denoiser.conditions) and denoiser.shape == DRAWN:
        return drawn_digits(), None
    else:
        raise GalleryError(
            f"The checkpoint {path.name!r} has no images.npz: there is nothing to show."
        )
    if gallery.shape != denoiser.shape:
        raise GalleryError(f"The pictures of {path.name!r} are not of the network's size.")
    seen = [to_model_space(picture.pixels) for picture in gallery.select(seen=True)]
    if not seen:
        return gallery, None
    x_0 = torch.from_numpy(np.stack(seen)).to(denoiser.device)
    return gallery, IdealDenoiser(x_0, denoiser.schedule)


def read_judge(path: Path, denoiser: Denoiser) -> Judge | None:
    """The judge beside a checkpoint; None if there is none of use, with a word in the log."""
    file = path / "judge.safetensors"
    if not file.exists():
        return None
    try:
        if not denoiser.conditions:
            raise CheckpointError(f"{shown(file)} names kinds, and this network is told none.")
        return load_judge(file, denoiser.shape, len(denoiser.conditions))
    except CheckpointError as error:
        log.warning("%s: its judge is left out: %s", path.name, error)
        return None


def read_metrics(path: Path, T: int) -> dict[str, Any]:  # noqa: N803 - the papers' name
    """What was measured of the checkpoint in this folder; empty if nothing was, or if it is not of
    the form that lessons read, with a word in the log.
    """
    file = path / "metrics.json"
    if not file.exists():
        return {}
    try:
        metrics = read_json(file)
        check_metrics(metrics, T)
        return metrics
    except CheckpointError as error:
        log.warning("%s: its metrics.json is left out: %s", path.name, error)
    except MetricsError as error:
        log.warning(
            "%s: its metrics.json is not of our form, and is left out: %s.", path.name, error
        )
    return {}
