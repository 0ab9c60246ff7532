"""A page opened again as it was left: what the browser kept, as far as it still fits.

Kept are the visitor's own picture and all settings that the address does not carry. What comes from
a browser's storage is as strange as anything from outside: what does not fit is passed over.
"""

from collections.abc import Callable, Iterable
from types import MethodType
from typing import Any, NamedTuple

import gradio as gr
from gradio.blocks import Block

from explorer.components.keeper import Keeper
from explorer.exhibits.exhibit import Exhibit
from explorer.images.data_uri import read_data_uri
from explorer.images.gallery import NEVER_SEEN
from explorer.images.uploads import PictureError, read_again
from explorer.page.kinds import kind_choices
from explorer.page.listeners import QUICK, carried
from explorer.page.rail import WORDS, Rail
from explorer.page.shelf import Shelf
from explorer.page.visit import Choice

IN_THE_ADDRESS = ("denoiser", "t-slider")
SILENT: dict[str, Any] = dict(show_progress="hidden", api_visibility="private")
OWN_NAMES = (WORDS["your_upload"], WORDS["your_drawing"])


# What each control is built with now that these settings stand, by its elem_id.
Hanging = Callable[[Exhibit, dict[str, Any]], dict[str, dict[str, Any]]]


class Kept(NamedTuple):
    """What its handler knows."""

    shelf: Shelf
    controls: list[Any]
    hanging: Hanging


def controls_of(blocks: Iterable[Block]) -> list[Any]:
    """Every setting of every lesson."""
    kinds = (gr.Checkbox, gr.Dropdown, gr.Radio, gr.Slider)
    return [
        one for one in blocks if isinstance(one, kinds) and one.elem_id not in IN_THE_ADDRESS
    ]  # fmt: skip


def wire_keeper(rail: Rail, shelf: Shelf, controls: list[Any], hanging: Hanging) -> Any:
    """Keep what changes -> the event after which there may be a new image."""
    keeper = Keeper([control.elem_id for control in controls])
    # (A kind changes with the network, too: that is nobody's setting.)
    by_hand = [one.input if isinstance(one, gr.Dropdown) else one.change for one in controls]
    for changes, js in (
        ([rail.card.change], Keeper.KEEP_PICTURE),
        (by_hand, Keeper.KEEP_SETTINGS),
    ):
        gr.on(
            changes, None, [rail.card, *controls], keeper, js=js,
            trigger_mode="multiple", **SILENT,
        )  # fmt: skip
    kept = Kept(shelf, controls, hanging)
    found = keeper.found(
        MethodType(give_back, kept), rail.denoiser, [rail.choice, *controls],
        trigger_mode="multiple", **QUICK,
    )  # fmt: skip
    for ended in (found.success, found.failure):
        ended(None, None, None, js=Keeper.GIVEN_BACK, **SILENT)
    return found


def tell_opened(opened: Any, shown: Any) -> None:
    """Once the page shows its scene, or cannot: two scenes under way might overtake each other."""
    for ended in (opened.failure, shown.success, shown.failure):
        ended(None, None, None, js=Keeper.OPENED, **SILENT)


def give_back(kept: Kept, denoiser: str, event: gr.EventData) -> list[Any]:
    """The picture, and each of the controls' values."""
    exhibit = kept.shelf.exhibit(denoiser)
    return [
        own_picture_again(exhibit, carried(event, "picture")),
        *settings_again(exhibit, kept, carried(event, "settings")),
    ]


def own_picture_again(exhibit: Exhibit, picture: Any) -> Any:
    """The very pixels, if they are of the network's size."""
    try:
        name, uri = picture["name"], picture["uri"]
        pixels = read_again(read_data_uri(uri), exhibit.denoiser.shape)
    except (KeyError, TypeError, PictureError):
        return gr.skip()
    if name not in OWN_NAMES:
        return gr.skip()
    return Choice(name, None, NEVER_SEEN, pixels, own=True)


def settings_again(exhibit: Exhibit, kept: Kept, settings: Any) -> list[Any]:
    """For each control its value, if it can show it, and what hangs on the network or on others."""
    settings = dict(settings) if isinstance(settings, dict) else {}
    fitting = {
        one.elem_id: settings[one.elem_id]
        for one in kept.controls
        if one.elem_id in settings and fits(one, settings[one.elem_id])
    }
    now = dict.fromkeys(("kind", "climb-kind"), kind_choices(exhibit))
    now |= kept.hanging(exhibit, fitting)
    return [
        update_of(control, settings.get(control.elem_id), now.get(control.elem_id, {}))
        if control.elem_id in settings or control.elem_id in kept.hanging(exhibit, fitting)
        else gr.skip()
        for control in kept.controls
    ]


def update_of(control: Any, value: Any, now: dict[str, Any]) -> Any:
    if fits(control, value, now):
        return gr.update(**now | {"value": value})
    return gr.update(**now) if now else gr.skip()


def fits(control: Any, value: Any, now: dict[str, Any] | None = None) -> bool:
    """Can the control show it? `now`: what is other than it was built with."""
    its = vars(control) | (now or {})
    if isinstance(control, gr.Checkbox):
        return isinstance(value, bool)
    if isinstance(control, gr.Slider):
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and its["minimum"] <= value <= its["maximum"]
    choices = [one if isinstance(one, str) else one[1] for one in its["choices"]]
    return isinstance(value, str) and value in choices
