"""A fold of "Add noise": one pixel noised by many small steps, by one jump, and by the toy."""

import math
from types import MethodType
from typing import Any

import gradio as gr

from explorer.components.follower import Follower
from explorer.lessons.forward_noising.stepwise import (
    NUM_PATHS,
    OWN,
    SCHEDULES,
    Stepwise,
    compute_stepwise,
    middle_pixel,
    schedule_called,
)
from explorer.lessons.forward_noising.stepwise_figure import ends_figure, paths_figure
from explorer.page.listeners import NEWEST
from explorer.page.rail import Rail, read_moment
from explorer.page.shelf import Shelf
from explorer.page.visit import Choice
from explorer.page.words import LATEX, SHARED, number, words_beside

WORDS = words_beside(__file__, "stepwise.toml")


def build_stepwise_fold(rail: Rail, shelf: Shelf) -> None:
    """Layout, then wiring."""
    labels = SHARED["schedules"]
    with gr.Accordion(WORDS["title"], open=False, elem_id="stepwise-fold"):
        follower = Follower()
        hint = gr.Markdown()
        schedule = gr.Radio(
            [(WORDS["own"], OWN), *((labels[name], name) for name in SCHEDULES)],
            value=OWN, label=WORDS["schedule"], elem_id="stepwise-schedule",
        )  # fmt: skip
        with gr.Row():
            ways = gr.Plot(show_label=False, elem_id="stepwise-ways", min_width=300)
            ends = gr.Plot(show_label=False, elem_id="stepwise-ends", min_width=300)
        found = gr.Markdown(latex_delimiters=LATEX, elem_id="stepwise-found")
    gr.on(
        [follower.due, schedule.change],
        MethodType(show_stepwise, shelf),
        [*rail.inputs, schedule],
        [hint, ways, ends, found],
        **NEWEST,
    )


def show_stepwise(
    shelf: Shelf, denoiser: str, choice: Choice, t: Any, seed: Any, schedule: str
) -> tuple[str, Any, Any, str]:
    """At t = 0 nothing has happened yet: then it is shown at 1."""
    exhibit, choice, t, seed = read_moment(shelf, denoiser, choice, t, seed)
    used = schedule_called(schedule, exhibit)
    found = compute_stepwise(used, middle_pixel(choice.pixels), t, seed)
    channel = "" if exhibit.is_grey else f" {SHARED['green']}"
    hint = WORDS["hint"].format(channel=channel, count=f"{NUM_PATHS:,}")
    return hint, paths_figure(found), ends_figure(found), found_text(found)


def found_text(found: Stepwise) -> str:
    """Both ways' means and standard deviations, and the formula's and the toy's."""
    numbers = {
        "steps_mean": found.by_steps.mean(),
        "steps_std": found.by_steps.std(),
        "jump_mean": found.by_jump.mean(),
        "jump_std": found.by_jump.std(),
        "x_0": found.x_0,
        "mean": found.mean,
        "signal_scale": found.signal_scale,
        "noise_scale": found.noise_scale,
        "toy_std": found.toy_std,
        "beta": found.beta,
        "root_beta": math.sqrt(found.beta),
        "sigma": found.sigma,
    }
    return WORDS["found"].format(
        t=found.t, **{name: number(float(value)) for name, value in numbers.items()}
    )
