"""The powers: how much of x_t is the image's own and how much is noise, live with t.

Knows nothing of schedules: it writes what scene.js has of the moment.
"""

from typing import Any

import gradio as gr

from .files import read_parts


class Powers(gr.HTML):
    """One sentence: t, the image's share, its power, SNR. It has no value."""

    def __init__(self, **settings: Any):
        super().__init__(apply_default_css=False, **read_parts("powers"), **settings)

    def api_info(self) -> dict[str, Any]:
        return {"type": "object"}
