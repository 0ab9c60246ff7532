"""The keeper: a visitor's own picture and settings survive a reload, and the start of a new server.

The browser keeps them, in this tab only: on a shared computer nobody finds another's photo.
"""

from collections.abc import Sequence
from typing import Any

import gradio as gr
from gradio.events import EventListener

from .files import read_parts


class Keeper(gr.HTML):
    """Nothing to see. Followers ask nothing before it is done.

    It is served in the browser alone, by listeners whose `js` is one of those below: two set its
    value, two tell it that the page has opened, and that what was found has been given back.

    Event `found`: carries `picture` ({"name", "uri"}) and `settings` (name -> value), as they were
    kept or as anybody has written them into the browser's storage: trust neither.

    Args:
        names: of the settings, in the order of the values that listeners are given after the card.
    """

    OPENED, GIVEN_BACK = (
        f"() => {{ window.explorerKeeper = '{stage}';"
        " window.dispatchEvent(new Event('explorer:keeper')); return []; }"
        for stage in ("opened", "given back")
    )
    # The card is HTML, with data-own if its picture is the visitor's own.
    KEEP_PICTURE = "(card, ...values) => ({ card, values })"
    KEEP_SETTINGS = "(card, ...values) => ({ card, values, setting: true })"

    found = EventListener("found").listener

    def __init__(self, names: Sequence[str], **settings: Any):
        super().__init__(
            names=list(names),
            elem_classes="follower",
            apply_default_css=False,
            **read_parts("keeper"),
            **settings,
        )

    def api_info(self) -> dict[str, Any]:
        return {"type": "object"}
