"""Panel 2, predict the noise: true noise, predicted noise and their difference."""

from dataclasses import dataclass
from types import MethodType
from typing import Any

import gradio as gr

from explorer.components.follower import Follower
from explorer.components.noise_maps import NoiseMaps
from explorer.exhibits.exhibit import Exhibit
from explorer.exhibits.predictions import compute_noise_prediction, error_curves
from explorer.lessons.noise_prediction.figure import error_figure
from explorer.page.listeners import NEWEST
from explorer.page.rail import Rail, read_rail
from explorer.page.shelf import Shelf
from explorer.page.trained import prediction, trained_text
from explorer.page.visit import Choice
from explorer.page.words import words_beside

WORDS = words_beside(__file__)


@dataclass(frozen=True)
class NoisePredictionPanel:
    told: gr.Checkbox
    output: gr.Markdown


def build_noise_prediction_panel(rail: Rail, shelf: Shelf) -> NoisePredictionPanel:
    """Layout, then wiring."""
    T = shelf.first.T  # noqa: N806 - the papers' name
    with gr.Column(elem_id="lesson-noise-prediction", elem_classes="lesson"):
        gr.Markdown(f"## {WORDS['title']}\n\n{WORDS['lesson']}")
        NoiseMaps()
        with gr.Accordion(WORDS["error"], open=False):
            error_follower = Follower(heeds="network")
            gr.Markdown(WORDS["error_hint"].format(T=T))
            error = gr.Plot(show_label=False, elem_id="error-figure")
        with gr.Accordion(WORDS["jump"], open=False):
            gr.Markdown(WORDS["jump_hint"].format(T=T))
        with gr.Accordion(WORDS["output"], open=False):
            output = gr.Markdown(output_text(shelf.first))
            told = gr.Checkbox(False, label=WORDS["told"], elem_id="told")
    error_follower.due(
        MethodType(draw_error, shelf),
        [*rail.inputs, told],
        error,
        **NEWEST,
    )
    return NoisePredictionPanel(told, output)


def output_text(exhibit: Exhibit) -> str:
    """What the network's raw output means, and what it was marked on in training."""
    output = WORDS[f"output_{prediction(exhibit)}"].format(T=exhibit.T)
    return f"{output}\n\n{trained_text(exhibit)}"


def draw_error(shelf: Shelf, denoiser: str, choice: Choice, t: Any, seed: Any, told: bool) -> Any:
    exhibit, choice, t, seed = read_rail(shelf, denoiser, choice, t, seed)
    t, kind = max(1, t), choice.kind if told else None
    result = compute_noise_prediction(exhibit, choice.pixels, t, seed, kind)
    return error_figure(error_curves(exhibit), exhibit.T, t, result.mse, result.ideal_mse)
