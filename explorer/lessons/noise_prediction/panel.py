"""Lesson "Predict the noise": true noise, predicted noise and their difference."""

import gradio as gr

from explorer.components.follower import Follower
from explorer.components.noise_maps import NoiseMaps
from explorer.exhibits.exhibit import Exhibit
from explorer.exhibits.predictions import error_curves
from explorer.lessons.noise_prediction.compute import prediction_of
from explorer.lessons.noise_prediction.figure import error_figure
from explorer.page.moment import Moment
from explorer.page.runs import Answers
from explorer.page.settings import NoSettings
from explorer.page.stage import Stage
from explorer.page.trained import prediction, trained_text
from explorer.page.words import words_beside

WORDS = words_beside(__file__)


def build(stage: Stage[NoSettings]) -> None:
    """Layout, then wiring."""
    T = stage.exhibit.T  # noqa: N806 - the papers' name
    gr.Markdown(f"## {WORDS['title']}\n\n{WORDS['lesson']}")
    NoiseMaps()
    with gr.Accordion(WORDS["error"], open=False):
        error_follower = Follower(heeds="network")
        gr.Markdown(WORDS["error_hint"].format(T=T))
        error = gr.Plot(show_label=False, elem_id="error-figure")
    with gr.Accordion(WORDS["jump"], open=False):
        gr.Markdown(WORDS["jump_hint"].format(T=T))
    with gr.Accordion(WORDS["output"], open=False):
        output = gr.Markdown(output_text(stage.exhibit))

    stage.follow(error_follower.due, draw_error, error)
    stage.on_exhibit(show_output, {"output": output})


def show_output(exhibit: Exhibit) -> Answers:
    return {"output": output_text(exhibit)}


def output_text(exhibit: Exhibit) -> str:
    """What the network's raw output means, and what it was marked on in training."""
    output = WORDS[f"output_{prediction(exhibit)}"].format(T=exhibit.T)
    return f"{output}\n\n{trained_text(exhibit)}"


def draw_error(moment: Moment[NoSettings]) -> object:
    found, exhibit = prediction_of(moment), moment.exhibit
    return error_figure(error_curves(exhibit), exhibit.T, found.t, found.mse, found.ideal_mse)
