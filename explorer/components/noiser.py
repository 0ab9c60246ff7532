"""The noiser: x_0 + eps = x_t, drawn in the browser for every t without asking the server.

Knows nothing of networks: the predicted noise beside it comes as a message, by the feed.
"""

from typing import Any

import gradio as gr

from .files import read_parts


class Noiser(gr.HTML):
    """Clean image, true noise, noisy image, predicted noise; live with t.

    `follows` is a CSS selector of the slider that a click on one of its times moves.
    """

    def __init__(self, *, follows: str, **settings: Any):
        super().__init__(
            follows=follows, apply_default_css=False, **read_parts("noiser"), **settings
        )

    def api_info(self) -> dict[str, Any]:
        return {"type": "object"}
