"""The feed: what the server sends of the scene and its predictions, handed on to the whole page.

It stands outside of all lessons, for they come and go. Knows nothing of networks.
"""

from typing import Any

import gradio as gr
from gradio.events import EventListener

from .files import read_parts


class Feed(gr.HTML):
    """Nothing to see. All components that listen to scene.js hear of what it is given.

    Value, a dict with any of:

    - `t`: where the slider stands
    - `film`: of the network's ready run, or None; see `Film` in types.d.ts
    - `schedules` (before any scene), `scene`, `prediction`: see `signals`

    `follows` is a CSS selector of the slider whose movements it hands on by itself.

    Event `behind`: the slider has moved on since a scene was asked for, and its prediction is of
    another t.
    """

    behind = EventListener("behind").listener  # as Follower.due

    def __init__(self, value: dict[str, Any] | None = None, *, follows: str, **settings: Any):
        super().__init__(
            value=value,
            follows=follows,
            elem_classes="follower",
            apply_default_css=False,
            **read_parts("feed"),
            **settings,
        )

    def api_info(self) -> dict[str, Any]:
        return {"type": "object"}
