"""Lesson "Why noise?": one prediction read three ways, and what each target's loss weighs."""

from typing import Any

import gradio as gr

from explorer.components.follower import Follower
from explorer.components.picture_row import PictureRow
from explorer.exhibits.readings import Reading, Readings, compute_loss_weights, measured_errors
from explorer.lessons.why_noise.compute import (
    RANGES,
    Settings,
    error_pictures,
    error_ranges,
    read,
    reading_pictures,
)
from explorer.lessons.why_noise.figure import measured_figure, weight_figure
from explorer.page.moment import Moment
from explorer.page.pictures import shown
from explorer.page.stage import Stage
from explorer.page.variants_fold import build_variants_fold
from explorer.page.words import LATEX, number, words_beside

WORDS = words_beside(__file__)


def build(stage: Stage[Settings]) -> None:
    """Layout, then wiring."""
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
    build_variants_fold(stage, "targets")
    build_variants_fold(stage, "raw")
    with gr.Accordion(WORDS["best"], open=False):
        gr.Markdown(WORDS["best_hint"])

    stage.follow(follower.due, show_readings, readings)
    stage.follow(error_follower.due, show_errors, {"errors": errors, "formula": formula})
    stage.follow(weight_follower.due, draw_weights, weights)
    stage.follow(measured_follower.due, draw_measured, measured)


def show_readings(moment: Moment[Settings]) -> dict[str, Any]:
    """The truth above, the network's answer below."""
    result, of = read(moment), {}
    for name, reading in result.of.items():
        of[name] = WORDS["truth"][name], WORDS["truth_note"][name].format(**scales(result))
        of[f"{name}_hat"] = WORDS["guess"][name], error_note(reading)
    pictures = [
        shown(pixels, *of[name], white=RANGES[name.removesuffix("_hat")])
        for name, pixels in reading_pictures(result).items()
    ]
    return {"pictures": pictures}


def show_errors(moment: Moment[Settings]) -> dict[str, Any]:
    """What is wrong with each reading; the formula."""
    result = read(moment)
    ranges = error_ranges(result)
    pictures = [
        shown(pixels, WORDS["error"][name], pixel_note(result.of[name]), ranges[name])
        for name, pixels in error_pictures(result).items()
    ]
    return {"errors": {"pictures": pictures}, "formula": formula_text(moment.noisy().t, result)}


def draw_weights(moment: Moment[Settings]) -> Any:
    exhibit, t = moment.exhibit, moment.noisy().t
    return weight_figure(compute_loss_weights(exhibit, t), exhibit.T, t)


def draw_measured(moment: Moment[Settings]) -> Any:
    """The page moves the mark of t along."""
    exhibit = moment.exhibit
    return measured_figure(measured_errors(exhibit), exhibit.T, moment.noisy().t)


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
