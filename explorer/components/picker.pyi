"""The picker: hundreds of small pictures, searched and picked in the browser.

Knows nothing of where pictures come from: it is given one sprite sheet and a list of names.
"""

from typing import Any

import gradio as gr

from .files import read_parts

from gradio.events import Dependency

class Picker(gr.HTML):
    """A search box, a choice of kind, and a grid of pictures to click.

    Value, a dict:

    - `sheet`: URL (best) or data URI of one picture that holds all, row by row in the list's order,
      `columns` in a row, each `cell` pixels a side
    - `pictures`: a list of {"name", "kind", "seen"}; it replaces the last list
    - `selected`: the name of the marked picture; a value with this key alone moves the mark

    Event `pick`: the visitor chose the picture called `name`.
    """

    def __init__(self, value: dict[str, Any] | None = None, **settings: Any):
        super().__init__(
            value=value,
            apply_default_css=False,
            **read_parts("picker"),
            **settings,
        )

    def api_info(self) -> dict[str, Any]:
        return {"type": "object"}
    from typing import Callable, Literal, Sequence, Any, TYPE_CHECKING
    from gradio.blocks import Block
    if TYPE_CHECKING:
        from gradio.components import Timer
        from gradio.components.base import Component