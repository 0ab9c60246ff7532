"""The pad: a sheet to draw a digit or a colour picture on, with mouse, pen or finger.

Knows nothing of networks: it hands over a large PNG; making it what a network sees is others' work.
"""

from typing import Any, Literal

import gradio as gr

from .files import read_parts

from gradio.events import Dependency

class Pad(gr.HTML):
    """A sheet of paper, brushes, Undo and Clear.

    `size`: side in pixels of the picture that will be made of the drawing (28, 64); the brushes
    and the PNG are measured by it. `ink`: "digit" is a white brush on black with the stroke of
    MNIST's digits; "colour" is a palette on white.

    Value, from the server: {"clear": True}, or {"mode": "digit" or "colour", "size": 28}, which
    also empties the sheet. It is taken once and then forgotten.

    Event `drawn`: after each stroke, Undo and Clear by the visitor; `png` is a PNG data URI (about
    300 pixels a side) and `empty` says that nothing is drawn.
    """

    def __init__(
        self,
        value: dict[str, Any] | None = None,
        *,
        size: int = 28,
        ink: Literal["digit", "colour"] = "digit",
        **settings: Any,
    ):
        super().__init__(
            value=value,
            size=size,
            ink=ink,
            apply_default_css=False,
            **read_parts("pad"),
            **settings,
        )

    def api_info(self) -> dict[str, Any]:
        return {"type": "object"}
    from typing import Callable, Literal, Sequence, Any, TYPE_CHECKING
    from gradio.blocks import Block
    if TYPE_CHECKING:
        from gradio.components import Timer
        from gradio.components.base import Component