"""Our noise maps and noiser on a bare page, answered at once with one stored prediction.

What is left of a slider's way to its picture when nothing is computed: transport and drawing.
"""

import sys

import gradio as gr

from explorer.components.noise_maps import NoiseMaps
from explorer.components.noiser import Noiser
from explorer.components.slider import Slider
from explorer.exhibits.exhibit import load_exhibit
from explorer.page.visit import FIRST_SEED, Choice, everything, schedules_message
from explorer.serving import CHECKPOINTS

exhibit = load_exhibit("emoji", CHECKPOINTS)
message = everything(
    exhibit, Choice.of(exhibit.first_picture), 500, FIRST_SEED
) | schedules_message([exhibit])


def echo(t: float) -> dict:
    return {"prediction": message["prediction"] | {"t": int(t)}}


with gr.Blocks() as demo:
    slider = Slider(0, exhibit.T, 500, step=1, elem_id="t-slider")
    noiser = Noiser(message, follows="#t-slider")
    NoiseMaps()
    slider.change(
        echo, slider, noiser, queue=False, trigger_mode="always_last", show_progress="hidden"
    )
demo.launch(
    server_name="127.0.0.1",
    server_port=int(sys.argv[1]),
    ssr_mode=False,
    quiet=True,
    run_history=False,
)
