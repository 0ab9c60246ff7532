"""The slider: Gradio's own, but whatever its number box holds is cut to what the slider can show.

Gradio fails without a word on an emptied box, and while a number is being typed that is too large.
"""

import gradio as gr


class Slider(gr.Slider):
    """An emptied box means the lowest value: there the slider itself stands then."""

    is_template = True  # drawn by the browser part of gr.Slider

    def preprocess(self, payload: float | None) -> float:
        number = self.minimum if payload is None or payload != payload else payload  # NaN too
        return super().preprocess(min(max(number, self.minimum), self.maximum))
