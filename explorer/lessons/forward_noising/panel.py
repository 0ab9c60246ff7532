"""Lesson "Add noise": x_t live as t moves, drawn by the browser."""

import gradio as gr

from explorer.components.follower import Follower
from explorer.components.noiser import Noiser
from explorer.components.powers import Powers
from explorer.exhibits.scene import neighbours
from explorer.lessons.forward_noising.compute import Settings, forward_of, noisy_of
from explorer.lessons.forward_noising.figure import histogram_figure, schedule_figure
from explorer.lessons.forward_noising.stepwise_panel import build_stepwise_fold
from explorer.page.listeners import QUICK
from explorer.page.moment import Moment
from explorer.page.stage import Stage
from explorer.page.words import say, words_beside

WORDS = words_beside(__file__)


def build(stage: Stage[Settings]) -> None:
    """Layout, then wiring."""
    gr.Markdown(f"## {WORDS['title']}\n\n{WORDS['lesson'].format(T=stage.exhibit.T)}")
    Noiser(follows="#t-slider", elem_id="noiser")
    with gr.Accordion(WORDS["histogram"], open=False) as histogram_fold:
        gr.Markdown(WORDS["histogram_hint"])
        histogram = gr.Plot(show_label=False, elem_id="histogram-figure")
    with gr.Accordion(WORDS["schedule"], open=False):
        schedule_follower = Follower(heeds="network")
        gr.Markdown(WORDS["schedule_hint"])
        Powers()
        schedule = gr.Plot(show_label=False, elem_id="schedule-figure")
    build_stepwise_fold(stage)

    stage.follow(histogram_fold.expand, draw_histogram, histogram, how=QUICK)
    stage.follow(schedule_follower.due, draw_schedule, schedule)


def draw_histogram(moment: Moment[Settings]) -> object:
    x_t = noisy_of(moment).x_t
    return histogram_figure(x_t, say(WORDS["neighbours"], alike=neighbours(x_t)))


def draw_schedule(moment: Moment[Settings]) -> object:
    return schedule_figure(forward_of(moment), moment.t)
