"""The seed box: a number box whose number may have more digits than JavaScript's numbers keep."""

from typing import Any

import gradio as gr
from gradio.events import EventListener

from .files import read_parts

LARGEST_SEED = 2**63 - 1


class SeedBox(gr.HTML):
    """A whole number in 0..2**63 - 1. Value: its decimal digits, as text.

    What is typed beside that is mended in sight when the box is left: cut to the range, fractions
    dropped; what is no number at all gives way to the last one.

    Event `seeded`: the box holds another seed, typed or sent by the server.
    """

    seeded = EventListener("seeded").listener

    def __init__(self, value: int | str | None = None, *, label: str = "", **settings: Any):
        super().__init__(
            value=None if value is None else str(value),
            label=label,
            apply_default_css=False,
            **read_parts("seed_box"),
            **settings,
        )

    def postprocess(self, value: int | str | None) -> str | None:
        return None if value is None else str(value)

    def api_info(self) -> dict[str, Any]:
        return {"type": "string"}
