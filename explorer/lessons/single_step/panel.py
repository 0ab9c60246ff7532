"""Panel "One step by hand": x_0 + beta eps and back, with the true noise and the network's."""

from types import MethodType
from typing import Any

import gradio as gr

from explorer.components.follower import Follower
from explorer.components.picture_row import PictureRow
from explorer.components.slider import Slider
from explorer.exhibits.exhibit import Exhibit
from explorer.images.encoding import png_data_uri, to_pixels
from explorer.lessons.single_step.compute import SingleStep, compute_single_step
from explorer.page.listeners import NEWEST
from explorer.page.rail import Rail, read_rail
from explorer.page.shelf import Shelf
from explorer.page.visit import Choice
from explorer.page.words import LATEX, SHARED, say, words_beside

WORDS = words_beside(__file__)


def build_single_step_panel(rail: Rail, shelf: Shelf) -> None:
    """Layout, then wiring. t does not matter here: beta has its own slider, and finds its t."""
    with gr.Column(elem_id="lesson-single-step", elem_classes="lesson"):
        gr.Markdown(f"## {WORDS['title']}\n\n{WORDS['lesson']}")
        beta = Slider(0.05, 3, 0.5, step=0.05, label=WORDS["beta"], elem_id="beta", buttons=[])
        row = PictureRow(waiting(), elem_id="single-step-row")
        with gr.Accordion(WORDS["numbers"], open=False):
            numbers = gr.Markdown(latex_delimiters=LATEX, elem_id="single-step-numbers")
        with gr.Accordion(WORDS["code"], open=False):
            gr.Markdown(WORDS["code_hint"])
            code = gr.Markdown(elem_id="single-step-code")
        follower = Follower(heeds="scene")
    gr.on(
        [follower.due, beta.change],
        MethodType(show_single_step, shelf),
        [*rail.inputs, beta],
        [row, numbers, code],
        **NEWEST,
    )


def show_single_step(
    shelf: Shelf, denoiser: str, choice: Choice, t: Any, seed: Any, beta: float
) -> tuple[dict[str, Any], str, str]:
    exhibit, choice, _, seed = read_rail(shelf, denoiser, choice, t, seed)
    step = compute_single_step(exhibit, choice.pixels, beta, seed)
    return pictures(step), numbers_text(step, beta), code_text(exhibit, choice, seed, beta)


def pictures(step: SingleStep) -> dict[str, Any]:
    """For the picture row; what lies below black or above white is shown as black or white."""
    shown = (
        ("clean", step.x_0, ""),
        ("noisy", step.x_noisy, say(WORDS["noisy_note"], beta=step.beta, t=step.t)),
        ("again", step.x_0_again, say(WORDS["again_note"], rounding=step.rounding)),
        (
            "guess",
            step.x_0_hat,
            say(WORDS["guess_note"], typical=step.typical_error, largest=step.largest_error),
        ),
    )
    return {
        "pictures": [
            {"label": WORDS[name], "uri": png_data_uri(to_pixels(image)), "note": note}
            for name, image, note in shown
        ]
    }


def waiting() -> dict[str, Any]:
    """The row before anything is computed: places, so that the page does not jump later."""
    names = ("clean", "noisy", "again", "guess")
    return {"pictures": [{"label": WORDS[name], "uri": None} for name in names]}


def numbers_text(step: SingleStep, wanted: float) -> str:
    """The middle pixel's way there and back, and how the toy becomes what the network is shown."""
    channels, height, width = step.x_0.shape
    images = ("x_0", "eps", "x_noisy", "x_0_again", "eps_hat", "x_0_hat")
    pixel = {name: getattr(step, name)[channels // 2, height // 2, width // 2] for name in images}
    return say(
        WORDS["numbers_text"],
        **pixel,
        channel=f" {SHARED['green']}" if channels > 1 else "",
        wanted=wanted,
        beta=step.beta,
        t=step.t,
        rounding=step.rounding,
        signal_scale=step.signal_scale,
        noise_scale=step.noise_scale,
    )


def code_text(exhibit: Exhibit, choice: Choice, seed: int, wanted: float) -> str:
    """The same in Python, as Markdown; it runs as it stands, from the root of a clone."""
    image = choice.name if choice.name in exhibit.gallery else exhibit.first_picture.name
    return WORDS["code_text"].format(denoiser=exhibit.name, image=image, seed=seed, wanted=wanted)
