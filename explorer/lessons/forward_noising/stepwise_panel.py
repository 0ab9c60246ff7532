"""A fold of "Add noise": one pixel noised by many small steps, by one jump, and by the toy."""

import math

import gradio as gr

from explorer.components.follower import Follower
from explorer.lessons.forward_noising.compute import Settings, stepwise_of
from explorer.lessons.forward_noising.stepwise import NUM_PATHS, OWN, Stepwise
from explorer.lessons.forward_noising.stepwise_figure import ends_figure, paths_figure
from explorer.page.moment import Moment
from explorer.page.runs import Answers
from explorer.page.stage import Stage
from explorer.page.words import LATEX, SHARED, number, words_beside

WORDS = words_beside(__file__, "stepwise.toml")


def build_stepwise_fold(stage: Stage[Settings]) -> None:
    """Layout, then wiring."""
    with gr.Accordion(WORDS["title"], open=False, elem_id="stepwise-fold"):
        follower = Follower()
        hint = gr.Markdown()
        schedule = stage.control(
            "schedule", WORDS["schedule"], elem_id="stepwise-schedule",
            labels={OWN: WORDS["own"], **SHARED["schedules"]},
        )  # fmt: skip
        with gr.Row():
            ways = gr.Plot(show_label=False, elem_id="stepwise-ways", min_width=300)
            ends = gr.Plot(show_label=False, elem_id="stepwise-ends", min_width=300)
        found = gr.Markdown(latex_delimiters=LATEX, elem_id="stepwise-found")
    stage.follow(
        [follower.due, schedule.change],
        show_stepwise,
        {"hint": hint, "ways": ways, "ends": ends, "found": found},
    )


def show_stepwise(moment: Moment[Settings]) -> Answers:
    found = stepwise_of(moment)
    channel = "" if moment.exhibit.is_grey else f" {SHARED['green']}"
    return {
        "hint": WORDS["hint"].format(channel=channel, count=f"{NUM_PATHS:,}"),
        "ways": paths_figure(found),
        "ends": ends_figure(found),
        "found": found_text(found),
    }


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
