"""Named endpoints for programs: what each lesson computes, under its public name.

    client.predict("emoji", "pizza", 500, 7, api_name="/noise_prediction")

Three are older, answer in their own way, and stay: /add_noise, /predict_noise and /reverse.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from inspect import Parameter, Signature, isgeneratorfunction, signature
from types import MethodType
from typing import Any, get_origin

from gradio.events import api

from explorer.exhibits.predictions import compute_noise_prediction
from explorer.exhibits.runs import ReverseChoices, compute_reverse, count_predictions
from explorer.exhibits.scene import compute_noisy_image
from explorer.images.encoding import png_data_uri, to_pixels
from explorer.lessons.lesson import Lesson
from explorer.page.asking import ask, check_kind, find_exhibit, find_pixels
from explorer.page.moment import Moment
from explorer.page.result import Result
from explorer.page.sentences import sentences
from explorer.page.settings import settings_of
from explorer.page.shelf import Shelf
from explorer.page.visit import FIRST_SEED

RAIL = {"denoiser": str, "picture": str, "t": int, "seed": int, "told": bool}
DEFAULTS = {"seed": FIRST_SEED, "told": False}


def add_api(shelf: Shelf, lessons: Iterable[Lesson[Any]]) -> None:
    """Add the endpoints to the page being built."""
    older = {function.__name__: MethodType(function, shelf) for function in OLDER}
    ours = {
        name: endpoint(shelf, lesson, name)
        for lesson in lessons
        for name in lesson.computes
        if name not in older
    }
    for name, function in {**older, **ours}.items():
        # At once: a run waits in a line of its own, and the page's calls behind none of them.
        api(function, api_name=name, concurrency_limit=None)


def endpoint(shelf: Shelf, lesson: Lesson[Any], name: str) -> Any:
    """A function of the rail and of the lesson's settings, typed as Gradio wants it."""
    names = arguments_of(lesson)

    def moment_of(values: tuple[Any, ...]) -> Moment[Any]:
        given = dict(zip([*RAIL, *names], values, strict=True))
        rail = {one: given.pop(one) for one in RAIL}
        settings = {names[one]: value for one, value in given.items()}
        return ask(shelf, lesson.settings, settings=settings, **rail)

    def answer(*values: Any) -> dict:
        with sentences():
            return sendable(lesson.computes[name](moment_of(values)))

    def run(*values: Any) -> Iterator[dict]:
        with sentences():
            results = lesson.computes[name](moment_of(values))
        with shelf.api_line.join() as place:
            for _ in place.wait():
                pass
            with sentences():  # whether it can be shown with this network is seen at the first step
                yield sendable(next(results))
            yield from map(sendable, results)

    function = run if is_run(lesson.computes[name]) else answer
    declared = settings_of(lesson.settings)
    kinds = RAIL | {one: declared[setting].kind for one, setting in names.items()}
    defaults = DEFAULTS | {one: declared[setting].default for one, setting in names.items()}
    function.__name__ = name
    function.__annotations__ = {**kinds, "return": dict}
    function.__signature__ = Signature(  # type: ignore[attr-defined]
        [
            Parameter(
                one, Parameter.POSITIONAL_OR_KEYWORD, annotation=kind,
                default=defaults.get(one, Parameter.empty),
            )
            for one, kind in kinds.items()
        ],
        return_annotation=dict,
    )  # fmt: skip
    return function


def is_run(compute: Callable[..., Any]) -> bool:
    """Does it give one result after another?"""
    return (
        isgeneratorfunction(compute) or get_origin(signature(compute).return_annotation) is Iterator
    )


def arguments_of(lesson: Lesson[Any]) -> Mapping[str, str]:
    """What an argument is called -> its setting. One called as a part of the rail says whose."""
    return {
        f"{lesson.name}_{name}" if name in RAIL else name: name
        for name in settings_of(lesson.settings)
    }


def sendable(result: Result) -> dict[str, Any]:
    pictures = {name: png_data_uri(pixels) for name, pixels in result.pictures.items()}
    return {"pictures": pictures, "numbers": dict(result.numbers)}


# ---- the older ones


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


OLDER = (add_noise, predict_noise, reverse)
