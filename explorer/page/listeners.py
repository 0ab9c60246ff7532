"""How an event calls Python: the options that all of our listeners share, and what it tells.

None shows Gradio's own progress; a panel tells its own. Nor is any component told of a call's state
(`show_progress_on`): for that Gradio's page copies the values of all the components that calls have
changed so far, at every message of every call.
"""

from typing import Any

import gradio as gr

HIDDEN: dict[str, Any] = dict(show_progress="hidden", show_progress_on=[], api_visibility="private")
QUICK = HIDDEN | dict(queue=False)  # at once; no line to stand in
NEWEST = QUICK | dict(trigger_mode="always_last")  # of many changes the last, when one is done
RUNS = HIDDEN | dict(concurrency_limit=None)  # our own line says whose turn it is


def carried(event: gr.EventData, name: str) -> Any:
    """What came with the event under this name; None if nothing did."""
    try:
        return getattr(event, name, None)
    except TypeError:  # what came is no table: somebody calls us without our page
        return None
