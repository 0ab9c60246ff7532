"""The noiser: x_0 + eps = x_t, drawn in the browser for every t without asking the server.

Knows nothing of networks: the predicted noise beside it comes as a message.
"""

from typing import Any

import gradio as gr
from gradio.events import EventListener

from .files import read_parts


class Noiser(gr.HTML):
    """The opening picture: clean image, true noise, noisy image, predicted noise; live with t.

    Value, a dict with any of:

    - `t`: where the slider stands
    - `schedules` (before any scene), `scene`, `prediction`: see `signals`. They are for all
      components that listen to scene.js

    `follows` is a CSS selector of the slider whose movements it follows by itself.

    Event `behind`: the slider has moved on since a scene was asked for, and its prediction is of
    another t.
    """

    behind = EventListener("behind").listener  # as Follower.due

    def __init__(self, value: dict[str, Any] | None = None, *, follows: str, **settings: Any):
        super().__init__(
            value=value,
            follows=follows,
            apply_default_css=False,
            **read_parts("noiser"),
            **settings,
        )

    def api_info(self) -> dict[str, Any]:
        return {"type": "object"}
