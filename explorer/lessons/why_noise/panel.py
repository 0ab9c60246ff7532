"""Panel "Why noise?": one prediction read three ways, and what each target's loss weighs."""

from types import MethodType
from typing import Any

import gradio as gr

from explorer.components.follower import Follower
from explorer.components.picture_row import PictureRow
from explorer.exhibits.readings import (
    Reading,
    Readings,
    compute_loss_weights,
    compute_readings,
    measured_errors,
)
from explorer.exhibits.runs import EPS_RANGE
from explorer.lessons.why_noise.figure import measured_figure, weight_figure
from explorer.page.listeners import NEWEST
from explorer.page.pictures import picture
from explorer.page.rail import Rail, read_moment
from explorer.page.shelf import Shelf
from explorer.page.variants import build_variants_fold
from explorer.page.visit import Choice
from explorer.page.words import LATEX, number, words_beside

WORDS = words_beside(__file__)
RANGES = {"eps": EPS_RANGE, "x_0": 1.0, "v": EPS_RANGE}  # drawn from minus to plus this


def build_why_noise_panel(rail: Rail, shelf: Shelf) -> None:
    """Layout, then wiring."""
    with gr.Column(elem_id="lesson-why-noise", elem_classes="lesson"):
        gr.Markdown(f"## {WORDS['title']}\n\n{WORDS['lesson']}")
        follower = Follower()
        readings = PictureRow(columns=3, elem_id="why-readings")
        gr.Markdown(WORDS["scale"], elem_classes="note")
        with gr.Accordion(WORDS["one"], open=False):
            error_follower = Follower()
            gr.Markdown(WORDS["one_hint"])
            errors = PictureRow(columns=3, elem_id="why-errors")
            formula = gr.Markdown(latex_delimiters=LATEX, elem_id="why-formula")
        with gr.Accordion(WORDS["weight"], open=False):
            weight_follower = Follower()
            gr.Markdown(WORDS["weight_hint"])
            weights = gr.Plot(show_label=False, elem_id="weight-figure")
        with gr.Accordion(WORDS["measured"], open=False):
            measured_follower = Follower(heeds="network")
            gr.Markdown(WORDS["measured_hint"])
            measured = gr.Plot(show_label=False, elem_id="measured-figure")
        build_variants_fold(rail, shelf, "targets")
        build_variants_fold(rail, shelf, "raw")
        with gr.Accordion(WORDS["best"], open=False):
            gr.Markdown(WORDS["best_hint"])

    for source, handler, shown in (
        (follower, show_readings, readings),
        (error_follower, show_errors, [errors, formula]),
        (weight_follower, draw_weights, weights),
        (measured_follower, draw_measured, measured),
    ):
        source.due(MethodType(handler, shelf), rail.inputs, shown, **NEWEST)


def show_readings(shelf: Shelf, denoiser: str, choice: Choice, t: Any, seed: Any) -> dict[str, Any]:
    """The truth above, the network's answer below."""
    exhibit, choice, t, seed = read_moment(shelf, denoiser, choice, t, seed)
    result = compute_readings(exhibit, choice.pixels, t, seed)
    truths = [
        picture(
            reading.truth / RANGES[name],
            WORDS["truth"][name],
            WORDS["truth_note"][name].format(**scales(result)),
        )
        for name, reading in result.of.items()
    ]
    guesses = [
        picture(reading.guess / RANGES[name], WORDS["guess"][name], error_note(reading))
        for name, reading in result.of.items()
    ]
    return {"pictures": truths + guesses}


def show_errors(
    shelf: Shelf, denoiser: str, choice: Choice, t: Any, seed: Any
) -> tuple[dict[str, Any], str]:
    """What is wrong with each reading, on scales that make their patterns alike; the formula."""
    exhibit, choice, t, seed = read_moment(shelf, denoiser, choice, t, seed)
    result = compute_readings(exhibit, choice.pixels, t, seed)
    size = result.of["eps"].mse ** 0.5 or 1
    pictures = [
        picture(
            reading.error / (EPS_RANGE * size * abs(reading.factor)),
            WORDS["error"][name],
            pixel_note(reading),
        )
        for name, reading in result.of.items()
    ]
    return {"pictures": pictures}, formula_text(t, result)


def draw_weights(shelf: Shelf, denoiser: str, choice: Choice, t: Any, seed: Any) -> Any:
    exhibit, _, t, _ = read_moment(shelf, denoiser, choice, t, seed)
    return weight_figure(compute_loss_weights(exhibit, t), exhibit.T, t)


def draw_measured(shelf: Shelf, denoiser: str, choice: Choice, t: Any, seed: Any) -> Any:
    """The page moves the mark of t along."""
    exhibit, _, t, _ = read_moment(shelf, denoiser, choice, t, seed)
    return measured_figure(measured_errors(exhibit), exhibit.T, t)


def scales(result: Readings) -> dict[str, str]:
    return {"signal": number(result.signal_scale), "noise": number(result.noise_scale)}


def error_note(reading: Reading) -> str:
    """The error, and how many times the noise's it is."""
    factor = number(reading.factor**2)
    return WORDS["error_note"].format(error=number(reading.mse), factor=factor)


def pixel_note(reading: Reading) -> str:
    return WORDS["pixel_note"].format(factor=number(reading.factor))


def formula_text(t: int, result: Readings) -> str:
    """The closed form with this moment's numbers."""
    errors = {name: number(reading.mse) for name, reading in result.of.items()}
    return WORDS["formula"].format(t=t, **scales(result), **errors)
