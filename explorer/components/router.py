"""The router: has Gradio build a lesson's room at its first visit, and never take it away.

Which one is in sight, the browser alone knows: see rooms.js.
"""

import json
from collections.abc import Mapping
from typing import Any

import gradio as gr
from gradio.events import EventListener
from gradio.layouts import Column

from .files import read_parts

SILENT: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


class Router(gr.HTML):
    """Nothing to see. Event `go`: the room called by its value is in sight, and not built yet."""

    go = EventListener("go").listener  # as Follower.due

    def __init__(self, **settings: Any):
        super().__init__(
            elem_classes="follower", apply_default_css=False, **read_parts("router"), **settings
        )

    def api_info(self) -> dict[str, Any]:
        return {"type": "string"}

    def wire(self, rooms: Mapping[str, Column]) -> None:
        """No call of the server: a room, once visible, is left as it is.

        Args:
            rooms: the lesson's name -> a gr.Column with an elem_id, built with visible=False.
        """
        ids = {name: room.elem_id for name, room in rooms.items()}
        js = (
            f"(name) => Object.entries({json.dumps(ids)}).map(([one, id]) => ({{ __type__: "
            "'update', ...(one === name && !document.getElementById(id) && { visible: true }) }))"
        )
        self.go(None, self, list(rooms.values()), js=js, **SILENT)
