"""A page opened again as it was left.

Nearly all is in the address. A picture of the visitor's own is not: an address is sent around, and
stays in the browser's history. So the browser keeps it, in this tab alone, and gives it back.
What comes from a browser's storage is as strange as anything from outside.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gradio as gr
from gradio.components import Component

from explorer.components.keeper import Keeper
from explorer.exhibits.exhibit import Exhibit
from explorer.images.data_uri import read_data_uri
from explorer.images.gallery import NEVER_SEEN
from explorer.images.uploads import PictureError, read_again
from explorer.page.listeners import EVERY, SILENT, Options
from explorer.page.rail import Rail
from explorer.page.recipe import OWN_NAMES
from explorer.page.visit import Choice

EACH: Options = {**SILENT, "trigger_mode": "multiple"}


def wire_keeper(
    rail: Rail,
    controls: Mapping[str, Component],
    give_back: Callable[..., list[Any]],
    inputs: Sequence[Component],
    outputs: Sequence[Component],
    opened: Any,
) -> None:
    """What a hand changes goes into the address, and the visitor's own picture into this tab.

    Args:
        controls: by their names in an address.
        give_back: what brings the picture back.
        opened: the event after which the page shows what its address says.
    """
    known = {"told": rail.told, **controls}
    keeper = Keeper({name: getattr(control, "value", None) for name, control in known.items()})
    # (A kind changes with the network, too: that is nobody's setting.)
    by_hand = [one.input if isinstance(one, gr.Dropdown) else one.change for one in known.values()]
    for changes, js in (
        ([rail.card.change], Keeper.KEEP_PICTURE),
        (by_hand, Keeper.KEEP_SETTINGS),
    ):
        gr.on(changes, None, [rail.card, *known.values()], keeper, js=js, **EACH)
    found = keeper.found(give_back, list(inputs), list(outputs), **EVERY)
    for ended in (found.success, found.failure):
        ended(None, None, None, js=Keeper.GIVEN_BACK, **SILENT)
    for ended in (opened.success, opened.failure):
        ended(None, None, None, js=Keeper.OPENED, **SILENT)


def own_picture_again(exhibit: Exhibit, picture: Any) -> Choice | None:
    """The very pixels, if they are of the network's size."""
    try:
        name, uri = picture["name"], picture["uri"]
        pixels = read_again(read_data_uri(uri), exhibit.denoiser.shape)
    except (KeyError, TypeError, PictureError):
        return None
    return Choice(name, None, NEVER_SEEN, pixels, own=True) if name in OWN_NAMES else None
