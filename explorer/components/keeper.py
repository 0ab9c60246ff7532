"""The keeper: a visitor's settings are in the address, and their own picture survives a reload.

The browser keeps the picture, in this tab only: on a shared computer nobody finds another's photo,
and no address that is sent around carries it.
"""

from collections.abc import Mapping
from typing import Any

import gradio as gr
from gradio.events import EventListener

from .files import read_parts


class Keeper(gr.HTML):
    """Nothing to see. Followers ask nothing before it is done.

    It is served in the browser alone, by listeners whose `js` is one of those below: two set its
    value, two tell it that the page has opened, and that what was found has been given back.

    Event `found`: carries `picture` ({"name", "uri"}), as it was kept or as anybody has written it
    into the browser's storage: do not trust it.

    Args:
        opens: the settings by their names in an address, as the page opens; in the order of the
            values that listeners are given after the card.
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

    def __init__(self, opens: Mapping[str, Any], **settings: Any):
        super().__init__(
            opens=dict(opens),
            elem_classes="follower",
            apply_default_css=False,
            **read_parts("keeper"),
            **settings,
        )

    def api_info(self) -> dict[str, Any]:
        return {"type": "object"}
