"""Named endpoints for programs: what the three panels compute, by name of picture and network.

client.predict("emoji", "pizza", 500, 7, api_name="/predict_noise")
"""

import base64
import binascii
from collections.abc import Iterator
from types import MethodType
from typing import Any

import gradio as gr

from explorer.experiments.exhibits import Exhibit
from explorer.experiments.forward_noising import compute_noisy_image
from explorer.experiments.noise_prediction import compute_noise_prediction
from explorer.experiments.reverse import ReverseChoices, compute_reverse
from explorer.images.encoding import png_data_uri, to_pixels
from explorer.images.uploads import PictureError, read_picture
from explorer.panels.shelf import Shelf


def add_api(shelf: Shelf) -> None:
    """Add the endpoints to the page being built."""
    for function in (add_noise, predict_noise, reverse):
        endpoint = MethodType(function, shelf)
        gr.api(endpoint, api_name=function.__name__, concurrency_limit=2, concurrency_id="reverse")


def add_noise(shelf: Shelf, denoiser: str, picture: str, t: int, seed: int) -> dict:
    """x_t and its two parts.

    Args:
        picture: a gallery picture's name, or an image file as a data URI.
        t: in 0..T.
    """
    exhibit = find_exhibit(shelf, denoiser)
    pixels = find_pixels(shelf, exhibit, picture)
    try:
        noisy = compute_noisy_image(exhibit.schedule, pixels, t, seed)
    except ValueError as error:
        raise gr.Error(str(error), print_exception=False) from error
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
    exhibit = find_exhibit(shelf, denoiser)
    pixels = find_pixels(shelf, exhibit, picture)
    try:
        result = compute_noise_prediction(exhibit, pixels, t, seed)
    except ValueError as error:
        raise gr.Error(str(error), print_exception=False) from error
    return {
        "t": result.t,
        "mse": result.mse,
        "correlation": result.correlation,
        "cosine": result.cosine,
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
    exhibit = find_exhibit(shelf, denoiser)
    if kind and kind not in exhibit.denoiser.conditions:
        kinds = ", ".join(exhibit.denoiser.conditions)
        raise gr.Error(f'kind must be one of {kinds}, or "".', print_exception=False)
    choices = ReverseChoices(sampler, num_steps, kind or None, guidance, eta, seed)
    try:
        for frame in compute_reverse(exhibit, choices):
            yield {
                "step": frame.step,
                "total": frame.total,
                "t": frame.t,
                "x_t": png_data_uri(frame.x_t),
                "x_0_hat": png_data_uri(frame.x_0_hat),
                "eps_hat": png_data_uri(frame.eps_hat),
            }
    except (ValueError, FloatingPointError) as error:
        raise gr.Error(str(error), print_exception=False) from error


def find_exhibit(shelf: Shelf, name: str) -> Exhibit:
    if name not in shelf.exhibits:
        raise gr.Error(
            f"denoiser must be one of {', '.join(shelf.exhibits)}.", print_exception=False
        )
    return shelf.exhibits[name]


def find_pixels(shelf: Shelf, exhibit: Exhibit, picture: str) -> Any:
    """(H, W, C) uint8 of a gallery picture, or of a data URI."""
    for gallery in (exhibit.gallery, shelf.pictures(exhibit)):
        if picture in gallery:
            return gallery[picture].pixels
    try:
        if not picture.startswith("data:"):
            raise PictureError(f"The gallery has no picture called {picture!r}.")
        content = base64.b64decode(picture.partition(",")[2], validate=True)
        return read_picture(content, exhibit.denoiser.shape)
    except (PictureError, binascii.Error) as error:
        raise gr.Error(str(error), print_exception=False) from error
