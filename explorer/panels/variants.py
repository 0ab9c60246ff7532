"""A fold of "Why noise?" and of "It must know t": networks trained alike, but for one thing."""

from collections.abc import Iterator
from types import MethodType
from typing import Any, NamedTuple

import gradio as gr
import numpy as np

from explorer.components.follower import Follower
from explorer.components.picture_row import PictureRow
from explorer.experiments.exhibits import Exhibit
from explorer.experiments.variants import (
    DIGITS,
    FOLDS,
    compare_errors,
    draw_strip,
    find_family,
    find_networks,
    judged,
)
from explorer.experiments.why_noise import compute_readings
from explorer.images.encoding import png_data_uri
from explorer.panels.pictures import picture
from explorer.panels.rail import Rail, read_moment
from explorer.panels.shelf import Shelf
from explorer.panels.text import TEXT, number
from explorer.panels.visit import Choice
from explorer.plots.variants import variants_figure

WORDS = TEXT["variants"]


class Fold(NamedTuple):
    """What its handlers know: which of FOLDS it is, and the exhibit whose variants are compared."""

    shelf: Shelf
    name: str
    family: Exhibit

    @property
    def names(self) -> dict[str, str]:
        """What is different -> the network's name on the page."""
        return WORDS[self.name]["names"]


def build_variants_fold(rail: Rail, shelf: Shelf, name: str) -> None:
    """Layout, then wiring."""
    words, family = WORDS[name], find_family(shelf.exhibits, name)
    with gr.Accordion(words["title"], open=False, elem_id=f"{name}-fold"):
        if family is None:
            gr.Markdown(WORDS["none"])
            return
        follower = Follower()
        gr.Markdown(words["hint"])
        row = PictureRow(columns=1 + len(FOLDS[name]), elem_id=f"{name}-row")
        gr.Markdown(WORDS["row_hint"], elem_classes="note")
        with gr.Row(elem_id=f"{name}-figures"):
            figures = [
                gr.Plot(show_label=False, elem_id=f"{name}-{reading}") for reading in ("eps", "x0")
            ]
        figures.append(gr.Plot(show_label=False, elem_id=f"{name}-ratio"))
        gr.Markdown(words["found"])
        draw = gr.Button(words["draw"], variant="primary", elem_id=f"{name}-draw")
        strips = PictureRow(columns=1, elem_id=f"{name}-strips")

    fold = Fold(shelf, name, family)
    hidden: dict[str, Any] = dict(show_progress="hidden", api_visibility="private")
    follower.due(
        MethodType(show_variants, fold), rail.inputs, [row, *figures],
        trigger_mode="always_last", queue=False, **hidden,
    )  # fmt: skip
    draw.click(
        MethodType(draw_variants, fold), rail.inputs, strips, concurrency_limit=None, **hidden
    )


def show_variants(
    fold: Fold, denoiser: str, choice: Choice, t: Any, seed: Any
) -> tuple[dict[str, Any], Any, Any, Any]:
    """x_t and what each network makes of it; the figures. Whatever network the rail shows."""
    shelf, name, family = fold
    family, choice, t, seed = read_moment(shelf, family.name, choice, t, seed)
    networks = find_networks(family, name)
    pictures = []
    for key, network in networks.items():
        readings = compute_readings(network, choice.pixels, t, seed)
        if not pictures:
            note = WORDS["x_t_note"].format(name=choice.name, t=t)
            pictures.append(picture(readings.x_t, WORDS["x_t"], note))
        errors = {reading: number(found.mse) for reading, found in readings.of.items()}
        label, note = WORDS["guess"].format(name=fold.names[key]), WORDS["error_note"]
        pictures.append(picture(readings.of["x_0"].guess, label, note.format(**errors)))
    errors = compare_errors(networks)
    figures = (
        variants_figure(errors, reading, fold.names, title, family.T, t)
        for reading, title in WORDS["figure"].items()
    )
    return {"pictures": pictures}, *figures


def draw_variants(
    fold: Fold, denoiser: str, choice: Choice, t: Any, seed: Any
) -> Iterator[dict[str, Any]]:
    """A strip of digits by each network from the same noise, each shown as soon as it is done."""
    shelf, name, family = fold
    family, _, _, seed = read_moment(shelf, family.name, choice, t, seed)
    networks = find_networks(family, name)
    _, height, width = family.denoiser.shape
    blank = png_data_uri(np.zeros((height, len(DIGITS) * width, 1), np.uint8))
    strips = [{"uri": blank, "label": fold.names[key], "note": ""} for key in networks]
    try:
        yield {"pictures": [strip | {"note": WORDS["starting"]} for strip in strips]}
        with shelf.line.join() as place:
            for ahead in place.wait():
                note = WORDS["waiting"].format(ahead=ahead)
                yield {"pictures": [strip | {"note": note} for strip in strips]}
            for index, network in enumerate(networks.values()):
                uri, note = png_data_uri(draw_strip(network, seed)), strip_note(network, seed)
                strips[index] |= {"uri": uri, "note": note}
                yield {"pictures": [strip.copy() for strip in strips]}
    except (ValueError, FloatingPointError) as error:
        raise gr.Error(str(error), print_exception=False) from error


def strip_note(network: Exhibit, seed: int) -> str:
    """The seeds, and what the judge says of many such samples."""
    note = WORDS["strip_note"].format(first=seed, last=seed + len(DIGITS) - 1)
    verdict = judged(network)
    if verdict is None:
        return note
    return note + WORDS["judged"].format(share=100 * verdict.share, count=verdict.count)
