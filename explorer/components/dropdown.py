"""The dropdown: Gradio's own, but it hands on what the browser shows, whatever is on offer by now.

Gradio refuses a value that is no longer among the choices. That is so for a moment whenever another
network brings choices of its own: what is asked in that moment is answered rather than lost.
"""

import gradio as gr


class Dropdown(gr.Dropdown):
    """For one choice. Whoever reads the value must expect one that was on offer before."""

    is_template = True  # drawn by the browser part of gr.Dropdown

    def preprocess(self, payload: str | None) -> str | None:
        return payload
