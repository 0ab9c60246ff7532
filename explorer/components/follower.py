"""The follower: tells Python when a lesson in sight has fallen behind the rail.

Lessons far down the page ask the server for nothing until somebody comes near them.
"""

from typing import Any

import gradio as gr
from gradio.events import EventListener

from .files import read_parts


class Follower(gr.HTML):
    """Nothing to see. It watches the place on the screen of the box that holds it: a lesson's
    column or, for what is asked only once a fold is open, the fold.

    Event `due`: the box is in sight (or nearly), and the scene (network, image, seed) has
    changed since the last `due`; so has t, if `with_t`. Listen with `trigger_mode="always_last"`.
    """

    due = EventListener("due").listener  # Gradio's own way to such events does not work in gr.on

    def __init__(
        self, value: dict[str, Any] | None = None, *, with_t: bool = True, **settings: Any
    ):
        super().__init__(
            value=value,
            with_t=with_t,
            elem_classes="follower",
            apply_default_css=False,
            **read_parts("follower"),
            **settings,
        )

    def api_info(self) -> dict[str, Any]:
        return {"type": "object"}
