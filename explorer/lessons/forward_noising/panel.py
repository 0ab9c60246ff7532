"""Panel 1, add noise: x_t live as t moves, drawn by the browser."""

from dataclasses import dataclass
from types import MethodType
from typing import Any

import gradio as gr

from explorer.components.follower import Follower
from explorer.components.noiser import Noiser
from explorer.exhibits.scene import (
    compute_forward_noising,
    compute_noisy_image,
    neighbours,
)
from explorer.lessons.forward_noising.figure import histogram_figure, schedule_figure
from explorer.lessons.forward_noising.stepwise_panel import build_stepwise_fold
from explorer.page.listeners import NEWEST, QUICK
from explorer.page.rail import Rail, read_rail
from explorer.page.shelf import Shelf
from explorer.page.visit import Choice
from explorer.page.words import say, words_beside

WORDS = words_beside(__file__)


@dataclass(frozen=True)
class ForwardNoisingPanel:
    noiser: Noiser


def build_forward_noising_panel(
    rail: Rail, shelf: Shelf, message: dict[str, Any]
) -> ForwardNoisingPanel:
    """`message`: the opening scene and prediction."""
    with gr.Column(elem_id="lesson-forward-noising", elem_classes="lesson"):
        gr.Markdown(f"## {WORDS['title']}\n\n{WORDS['lesson'].format(T=shelf.first.T)}")
        noiser = Noiser(message, follows="#t-slider")
        with gr.Accordion(WORDS["histogram"], open=False) as histogram_fold:
            gr.Markdown(WORDS["histogram_hint"])
            histogram = gr.Plot(show_label=False, elem_id="histogram-figure")
        with gr.Accordion(WORDS["schedule"], open=False):
            schedule_follower = Follower(heeds="network")
            gr.Markdown(WORDS["schedule_hint"])
            schedule = gr.Plot(show_label=False, elem_id="schedule-figure")
        build_stepwise_fold(rail, shelf)
    histogram_fold.expand(MethodType(draw_histogram, shelf), rail.inputs, histogram, **QUICK)
    schedule_follower.due(MethodType(draw_schedule, shelf), rail.inputs, schedule, **NEWEST)
    return ForwardNoisingPanel(noiser)


def draw_histogram(shelf: Shelf, denoiser: str, choice: Choice, t: Any, seed: Any) -> Any:
    exhibit, choice, t, seed = read_rail(shelf, denoiser, choice, t, seed)
    x_t = compute_noisy_image(exhibit.schedule, choice.pixels, t, seed).x_t
    return histogram_figure(x_t, say(WORDS["neighbours"], alike=neighbours(x_t)))


def draw_schedule(shelf: Shelf, denoiser: str, choice: Choice, t: Any, seed: Any) -> Any:
    exhibit, choice, t, seed = read_rail(shelf, denoiser, choice, t, seed)
    return schedule_figure(compute_forward_noising(exhibit.schedule, choice.pixels, seed), t)
