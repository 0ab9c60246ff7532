"""Named endpoints for programs: what the three panels compute, by name of picture and network.

client.predict("emoji", "pizza", 500, 7, api_name="/predict_noise")
"""

from collections.abc import Iterator
from types import MethodType
from typing import Any

import gradio as gr
import numpy as np

from explorer.exhibits.exhibit import Exhibit
from explorer.exhibits.predictions import compute_noise_prediction
from explorer.exhibits.runs import ReverseChoices, compute_reverse, count_predictions
from explorer.exhibits.scene import compute_noisy_image
from explorer.images.data_uri import read_data_uri
from explorer.images.encoding import png_data_uri, to_pixels
from explorer.images.uploads import read_picture
from explorer.page.sentences import sentences
from explorer.page.shelf import Shelf


def add_api(shelf: Shelf) -> None:
    """Add the endpoints to the page being built."""
    for function in (add_noise, predict_noise, reverse):
        endpoint = MethodType(function, shelf)
        # At once: a run waits in a line of its own, and the page's calls behind none of them.
        gr.api(endpoint, api_name=function.__name__, concurrency_limit=None)


def add_noise(shelf: Shelf, denoiser: str, picture: str, t: int, seed: int) -> dict:
    """x_t and its two parts.

    Args:
        picture: a gallery picture's name, or an image file as a data URI.
        t: in 0..T.
    """
    with sentences():
        exhibit = find_exhibit(shelf, denoiser)
        pixels = find_pixels(shelf, exhibit, picture)
        noisy = compute_noisy_image(exhibit.schedule, pixels, t, seed)
    return {
        "t": noisy.t,
        "signal_scale": noisy.signal_scale,
        "noise_scale": noisy.noise_scale,
        "x_t": png_data_uri(to_pixels(noisy.x_t)),
        "signal_part": png_data_uri(to_pixels(noisy.signal_part)),
        "noise_part": png_data_uri(to_pixels(noisy.noise_part)),
    }


def predict_noise(shelf: Shelf, denoiser: str, picture: str, t: int, seed: int) -> dict:
    """How well the network predicts the noise at t in 1..T; noise pictures run from -3 to 3."""
    with sentences():
        exhibit = find_exhibit(shelf, denoiser)
        pixels = find_pixels(shelf, exhibit, picture)
        result = compute_noise_prediction(exhibit, pixels, t, seed)
    return {
        "t": result.t,
        "mse": result.mse,
        "correlation": result.correlation,
        "ideal_mse": result.ideal_mse,
        "eps": png_data_uri(to_pixels(result.eps / 3)),
        "eps_hat": png_data_uri(to_pixels(result.eps_hat / 3)),
        "x_0_hat": png_data_uri(to_pixels(result.x_0_hat)),
    }


def reverse(
    shelf: Shelf,
    denoiser: str,
    kind: str,
    sampler: str,
    num_steps: int,
    guidance: float,
    eta: float,
    seed: int,
) -> Iterator[dict]:
    """A run from pure noise, a frame at a time; kind "" lets the network choose."""
    with sentences():
        exhibit = find_exhibit(shelf, denoiser)
        kind_or_none = check_kind(exhibit, kind)
        choices = ReverseChoices(sampler, num_steps, kind_or_none, guidance, eta, seed)
        choices = choices.checked(exhibit.T)
        frames = shelf.compute_long(count_predictions(choices), compute_reverse, exhibit, choices)
    with shelf.api_line.join() as place:
        for _ in place.wait():
            pass
        for frame in frames:
            yield {
                "step": frame.step,
                "total": frame.total,
                "t": frame.t,
                "x_t": png_data_uri(frame.x_t),
                "x_0_hat": png_data_uri(frame.x_0_hat),
                "eps_hat": png_data_uri(frame.eps_hat),
            }


# ---- what a caller names: a ValueError if there is none of that name, or it is no name at all


def find_exhibit(shelf: Shelf, name: Any) -> Exhibit:
    if name not in [*shelf.exhibits]:  # a list may be asked for anything, a dict only for names
        raise ValueError(f"denoiser must be one of {', '.join(shelf.exhibits)}.")
    return shelf.exhibits[name]


def check_kind(exhibit: Exhibit, kind: Any) -> str | None:
    kinds = exhibit.denoiser.conditions
    if kind not in ["", None, *kinds]:
        raise ValueError(f'kind must be one of {", ".join(kinds)}, or "", not {kind!r}.')
    return kind or None


def find_pixels(shelf: Shelf, exhibit: Exhibit, picture: Any) -> np.ndarray:
    """(H, W, C) uint8 of a gallery picture, or of a data URI."""
    if not isinstance(picture, str):
        raise ValueError(f"picture must be a name or a data URI, not {picture!r}.")
    for gallery in (exhibit.gallery, shelf.pictures(exhibit)):
        if picture in gallery:
            return gallery[picture].pixels
    if not picture.startswith("data:"):
        raise ValueError(f"The gallery has no picture called {picture!r}.")
    return read_picture(read_data_uri(picture), exhibit.denoiser.shape)
