"""The upload: Gradio's image component, but the file reaches us as it came.

Gradio would open and convert it first (alpha on black, 16 bits cut), and fail without a sentence on
a file that is no image. Reading it is others' work.
"""

import gradio as gr
from gradio.data_classes import ImageData


class Upload(gr.Image):
    """Upload, paste or webcam; handlers are given the path of the file, unread."""

    is_template = True  # drawn by the browser part of gr.Image

    def preprocess(self, payload: ImageData | None) -> str | None:
        if payload is None or payload.path is None:
            return super().preprocess(payload)
        return payload.path
