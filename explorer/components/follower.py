"""The follower: tells Python when a lesson in sight has fallen behind the rail.

Lessons far down the page ask the server for nothing until somebody comes near them.
"""

from typing import Any, Literal

import gradio as gr
from gradio.events import EventListener

from .files import read_parts

Heeds = Literal["t", "scene", "network"]


class Follower(gr.HTML):
    """Nothing to see. It watches the place on the screen of the box that holds it: a lesson's
    column or, for what is asked only once a fold is open, the fold.

    Event `due`: the box is in sight (or nearly), and the scene (network, image, seed) has
    changed since the last `due`; with `heeds="t"` a new t is enough, with `heeds="network"` only
    another network counts. Listen with `trigger_mode="always_last"`, and only once: Gradio gets
    into an endless loop if two such listeners share an event.
    """

    due = EventListener("due").listener  # Gradio's own way to such events does not work in gr.on

    def __init__(self, value: dict[str, Any] | None = None, *, heeds: Heeds = "t", **settings: Any):
        super().__init__(
            value=value,
            heeds=heeds,
            elem_classes="follower",
            apply_default_css=False,
            **read_parts("follower"),
            **settings,
        )

    def api_info(self) -> dict[str, Any]:
        return {"type": "object"}
