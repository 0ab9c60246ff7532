"""The picture row: small images side by side, each with a label and a note, magnified hard.

Knows nothing of tensors: it is given PNG pictures and plain words.
"""

from typing import Any

import gradio as gr

from .files import read_parts


class PictureRow(gr.HTML):
    """Pictures are drawn over the ones before, so that nothing flickers while a slider moves.

    Value, a dict:

    - `pictures`: a list of {"uri", "label", "note", "range"}. `uri` is a PNG data URI, or None for
      a place that is still waiting; `label` stands above the picture, `note` (figures, say) below
      it. `x_t`, `x_0_hat`, `eps_hat` ... in a label are shown as mathematical symbols. `range`, if
      it is not 1: what stands for white, its negative for black; pointing at a pixel tells values.

    `columns`: how many stand side by side on a desktop screen.
    """

    def __init__(self, value: dict[str, Any] | None = None, *, columns: int = 4, **settings: Any):
        super().__init__(
            value=value,
            columns=columns,
            apply_default_css=False,
            **read_parts("picture_row"),
            **settings,
        )

    def api_info(self) -> dict[str, Any]:
        return {"type": "object"}
