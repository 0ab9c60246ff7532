"""The scrubber: all frames of one denoising run, walked through in the browser without a request.

Knows nothing of samplers or tensors: it is given PNG pictures and plain words.
"""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from .files import read_parts, read_words

WORDS = read_words()["scrubber"]
VIEWS: list[str] = WORDS["views"]
PLACEHOLDER: str = WORDS["placeholder"]


class Scrubber(gr.HTML):
    """Frames arrive in small pieces while a run is computed; each value adds to what came before.

    Value, always a dict (None empties the component):

    - `run`: an id; a new one forgets the old run (whose late pieces are then ignored)
    - `start`, `frames`: the index of this piece's first frame, and its PNG data URIs. One PNG holds
      all views, side by side or one below the other (noise then packs smaller)
    - `captions`: one short text a frame, such as "t = 980"
    - `total`: the number of frames of the whole run
    - `done`: True on the last piece, also when the run was stopped early
    - `status`: a text while the run is computed ("step 12 of 50, about 3 s left")
    - `views`: a label a view, if other than those given here; `x_t`, `x_0_hat`, `eps_hat` ... in
      it are shown as mathematical symbols
    - `ends`: two labels of the timeline's ends, if other than those of words.toml

    - `download`: instead of frames, a file {"name", "uri"} for the browser to save

    Event `scrub`: the visitor came to rest on frame `k` (once, when a drag, key or Play ends).
    """

    def __init__(
        self,
        value: dict[str, Any] | None = None,
        *,
        views: Sequence[str] = VIEWS,
        placeholder: str = PLACEHOLDER,
        **settings: Any,
    ):
        super().__init__(
            value=value,
            views=list(views),
            placeholder=placeholder,
            apply_default_css=False,
            **read_parts("scrubber"),
            **settings,
        )

    def api_info(self) -> dict[str, Any]:
        return {"type": "object"}
