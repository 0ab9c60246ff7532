"""The follower: tells Python when a lesson in sight has fallen behind the rail.

Lessons far down the page ask the server for nothing until somebody comes near them.
"""

from typing import Any

import gradio as gr

from .files import read_parts


class Follower(gr.HTML):
    """Nothing to see. Lives in a column of class `lesson`, whose place on the screen it watches.

    Event `due`: the lesson is in sight (or nearly), and the scene (network, image, seed) has
    changed since the last `due`; so has t, if `with_t`. Listen with `trigger_mode="always_last"`.
    """

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
