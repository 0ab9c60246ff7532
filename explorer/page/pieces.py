"""A run under way, as its scrubber is sent it: a few frames at a time."""

from typing import Any

import gradio as gr

from explorer.exhibits.runs import ReverseFrame
from explorer.images.encoding import png_data_uri

SEND_EVERY = 0.1  # seconds: frames that are done sooner travel together


def piece(
    run_id: str, first: int, frames: list[ReverseFrame], total: int, status: str, done: bool = False
) -> dict[str, Any]:
    """A few frames, for the scrubber."""
    return {
        "run": run_id,
        "start": first,
        "total": total,
        "frames": [png_data_uri(frame.stacked) for frame in frames],
        "captions": [f"t = {frame.t}" for frame in frames],
        "status": status,
        "done": done,
    }


def can_stop(running: bool) -> Any:
    return gr.update(interactive=running)
