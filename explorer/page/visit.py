"""What a visitor has chosen, and the messages that show it.

A `Choice` is the only thing kept per visitor between two requests (besides the last run).
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from explorer.components import signals
from explorer.exhibits.exhibit import Exhibit
from explorer.exhibits.predictions import compute_noise_prediction
from explorer.exhibits.scene import compute_forward_noising
from explorer.images.encoding import png_data_uri
from explorer.images.gallery import SEEN, Picture
from explorer.page.words import TEXT

FIRST_SEED = 9
MARKS: dict[str, str] = TEXT["rail"]["marks"]


@dataclass(frozen=True, eq=False)
class Choice:
    """The picked image, as the network sees it. `own`: uploaded or drawn by the visitor."""

    name: str
    kind: str | None
    mark: str
    pixels: np.ndarray  # (H, W, C) uint8
    own: bool = False

    @classmethod
    def of(cls, picture: Picture) -> "Choice":
        return cls(picture.name, picture.kind, picture.mark, picture.pixels)

    def __deepcopy__(self, memo: dict) -> "Choice":
        return self  # never changed, so all visitors may share it


def scene_key(exhibit: Exhibit, choice: Choice, seed: int) -> str:
    """A name for (denoiser, image, seed): predictions carry the name of what they are about."""
    digest = hashlib.sha256(choice.pixels.tobytes()).hexdigest()[:16]
    return f"{exhibit.name}-{digest}-{seed}"


def schedules_message(exhibits: Iterable[Exhibit]) -> dict[str, Any]:
    """All schedules that scenes may need: the browser keeps them."""
    alpha_bar = {exhibit.name: exhibit.schedule.alpha_bar.numpy() for exhibit in exhibits}
    return {"schedules": signals.schedules(alpha_bar)}


def scene_message(exhibit: Exhibit, choice: Choice, seed: int) -> dict[str, Any]:
    """The scene for the browser (see `components/signals.py`)."""
    forward = compute_forward_noising(exhibit.schedule, choice.pixels, seed)
    return signals.scene(
        x_0=forward.x_0,
        eps=forward.eps,
        network=exhibit.name,
        key=scene_key(exhibit, choice, seed),
        choices={
            "denoiser": exhibit.name,
            "seed": str(seed),  # JavaScript's numbers have too few digits
            "image": None if choice.own else choice.name,
            "own": "kept" if choice.own else None,  # in this browser, and in no address
        },
    )


def prediction_message(
    exhibit: Exhibit, choice: Choice, t: int, seed: int, told: bool
) -> dict[str, Any]:
    """The prediction at t for the browser."""
    key = scene_key(exhibit, choice, seed)
    if t == 0:
        return signals.prediction(key=key, t=0)
    kind = choice.kind if told else None
    result = compute_noise_prediction(exhibit, choice.pixels, t, seed, kind)
    return signals.prediction(
        key=key,
        t=t,
        eps_hat=result.eps_hat,
        x_0_hat=result.x_0_hat,
        figures={
            "mse": result.mse,
            "correlation": result.correlation,
            "ideal_mse": result.ideal_mse,
        },
    )


def everything(
    exhibit: Exhibit, choice: Choice, t: int, seed: int, told: bool = False
) -> dict[str, Any]:
    """Scene and prediction in one message, for a page that has neither, but the schedules."""
    return {
        "t": t,
        "scene": scene_message(exhibit, choice, seed),
        "prediction": prediction_message(exhibit, choice, t, seed, told),
    }


def card(choice: Choice, note: str = "") -> str:
    """The picked image and its name, as HTML; exactly the network's pixels, magnified."""
    more = f'<span class="note">{escape(note)}</span>' if note else ""
    colour = "seen" if choice.mark == SEEN else "never"
    name = escape(choice.name)
    return (
        f'<figure class="card"{" data-own" if choice.own else ""}>'
        f'<img src="{png_data_uri(choice.pixels)}" alt="{name}">'
        f'<figcaption><b>{name}</b><span class="mark {colour}">{escape(MARKS[colour])}</span>'
        f"{more}</figcaption></figure>"
    )
