"""Panel "One step by hand": x_0 + beta eps and back, with the true noise and the network's."""

from typing import Any

import gradio as gr

from explorer.components.follower import Follower
from explorer.components.picture_row import PictureRow
from explorer.images.encoding import png_data_uri
from explorer.lessons.single_step.compute import Settings, SingleStep, compute_of, shown
from explorer.page.moment import Moment
from explorer.page.runs import Answers
from explorer.page.stage import Stage
from explorer.page.words import LATEX, SHARED, say, words_beside

WORDS = words_beside(__file__)


def build(stage: Stage[Settings]) -> None:
    """Layout, then wiring. t does not matter here: beta has its own slider, and finds its t."""
    gr.Markdown(f"## {WORDS['title']}\n\n{WORDS['lesson']}")
    beta = stage.control("beta", WORDS["beta"], elem_id="beta", buttons=[])
    row = PictureRow(waiting(), elem_id="single-step-row")
    with gr.Accordion(WORDS["numbers"], open=False):
        numbers = gr.Markdown(latex_delimiters=LATEX, elem_id="single-step-numbers")
    with gr.Accordion(WORDS["code"], open=False):
        gr.Markdown(WORDS["code_hint"])
        code = gr.Markdown(elem_id="single-step-code")
    follower = Follower(heeds="scene")

    stage.follow(
        [follower.due, beta.change],
        show_single_step,
        {"row": row, "numbers": numbers, "code": code},
    )


def show_single_step(moment: Moment[Settings]) -> Answers:
    step = compute_of(moment)
    return {"row": row_of(step), "numbers": numbers_text(step, moment), "code": code_text(moment)}


def row_of(step: SingleStep) -> dict[str, Any]:
    """For the picture row."""
    notes = {
        "noisy": say(WORDS["noisy_note"], beta=step.beta, t=step.t),
        "again": say(WORDS["again_note"], rounding=step.rounding),
        "guess": say(
            WORDS["guess_note"], typical=step.typical_error, largest=step.largest_error
        ),
    }  # fmt: skip
    return {
        "pictures": [
            {"label": WORDS[name], "uri": png_data_uri(pixels), "note": notes.get(name, "")}
            for name, pixels in shown(step).items()
        ]
    }


def waiting() -> dict[str, Any]:
    """The row before anything is computed: places, so that the page does not jump later."""
    names = ("clean", "noisy", "again", "guess")
    return {"pictures": [{"label": WORDS[name], "uri": None} for name in names]}


def numbers_text(step: SingleStep, moment: Moment[Settings]) -> str:
    """The middle pixel's way there and back, and how the toy becomes what the network is shown."""
    channels, height, width = step.x_0.shape
    images = ("x_0", "eps", "x_noisy", "x_0_again", "eps_hat", "x_0_hat")
    pixel = {name: getattr(step, name)[channels // 2, height // 2, width // 2] for name in images}
    return say(
        WORDS["numbers_text"],
        **pixel,
        channel=f" {SHARED['green']}" if channels > 1 else "",
        wanted=moment.settings.beta,
        beta=step.beta,
        t=step.t,
        rounding=step.rounding,
        signal_scale=step.signal_scale,
        noise_scale=step.noise_scale,
    )


def code_text(moment: Moment[Settings]) -> str:
    """The same in Python, as Markdown; it runs as it stands, from the root of a clone."""
    exhibit, choice = moment.exhibit, moment.picture
    image = choice.name if choice.name in exhibit.gallery else exhibit.first_picture.name
    return WORDS["code_text"].format(
        denoiser=exhibit.name, image=image, seed=moment.seed, wanted=moment.settings.beta
    )
