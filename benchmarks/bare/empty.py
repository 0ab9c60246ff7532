"""An empty Gradio page that imports torch: the least that any app like ours takes to start."""

import sys

import gradio as gr
import torch  # noqa: F401

with gr.Blocks() as demo:
    gr.Markdown("nothing")
demo.launch(server_name="127.0.0.1", server_port=int(sys.argv[1]), ssr_mode=False, quiet=True)
