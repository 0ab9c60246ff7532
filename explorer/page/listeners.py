"""How an event calls Python: the options that all of our listeners share, and what it tells.

None shows Gradio's own progress; a panel tells its own. Nor is any component told of a call's state
(`show_progress_on`): for that Gradio's page copies the values of all the components that calls have
changed so far, at every message of every call.
"""

from typing import Any, Literal, TypedDict

import gradio as gr


class Options(TypedDict, total=False):
    """Of gr.on and of every event of a component, those that we use."""

    show_progress: Literal["full", "minimal", "hidden"]
    show_progress_on: Any  # Gradio says a component or None; an empty list means none at all
    api_visibility: Literal["public", "private", "undocumented"]
    queue: bool
    trigger_mode: Literal["once", "multiple", "always_last"]
    concurrency_limit: int | None


SILENT: Options = {"show_progress": "hidden", "api_visibility": "private"}  # for JavaScript alone
HIDDEN: Options = {**SILENT, "show_progress_on": []}
QUICK: Options = {**HIDDEN, "queue": False}  # at once; no line to stand in
NEWEST: Options = {**QUICK, "trigger_mode": "always_last"}  # of many changes the last, in the end
EVERY: Options = {**QUICK, "trigger_mode": "multiple"}  # each of many, and none waits for another
RUNS: Options = {**HIDDEN, "concurrency_limit": None}  # our own line says whose turn it is
NEWEST_RUN: Options = {**RUNS, "trigger_mode": "always_last"}


def carried(event: gr.EventData, name: str) -> Any:
    """What came with the event under this name; None if nothing did."""
    try:
        return getattr(event, name, None)
    except TypeError:  # what came is no table: somebody calls us without our page
        return None
