"""A fold of "Why noise?" and of "It must know t": networks trained alike, but for one thing.

In the fold "raw" the visitor chooses how the runs are made, to find out what goes wrong in one.
"""

from collections.abc import Iterator
from types import MethodType
from typing import Any, NamedTuple

import gradio as gr
import numpy as np

from explorer.components.follower import Follower
from explorer.components.picture_row import PictureRow
from explorer.components.slider import Slider
from explorer.experiments.exhibits import Exhibit
from explorer.experiments.variants import (
    FOLDS,
    NUM_STEPS,
    PARTS,
    compare_errors,
    draw_strip,
    find_family,
    find_networks,
    judged,
    strip_kinds,
    strip_seeds,
)
from explorer.experiments.why_noise import compute_readings
from explorer.images.encoding import png_data_uri
from explorer.panels.listeners import NEWEST, RUNS
from explorer.panels.pictures import picture
from explorer.panels.rail import Rail, read_moment
from explorer.panels.shelf import Shelf
from explorer.panels.text import TEXT, number, say
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
        follower, network_follower = Follower(), Follower(heeds="network")
        gr.Markdown(words["hint"])
        row = PictureRow(columns=1 + len(FOLDS[name]), elem_id=f"{name}-row")
        gr.Markdown(words["row_hint"], elem_classes="note")
        choices = build_run_choices() if name == "raw" else []
        draw = gr.Button(words["draw"], variant="primary", elem_id=f"{name}-draw")
        strips = PictureRow(columns=1, elem_id=f"{name}-strips")
        with gr.Row(elem_id=f"{name}-figures"):
            eps, x_0 = (figure_of_errors(f"{name}-{reading}") for reading in ("eps", "x0"))
        ratio = figure_of_errors(f"{name}-ratio")
        gr.Markdown(words["found"])

    fold = Fold(shelf, name, family)
    follower.due(MethodType(show_variants, fold), rail.inputs, row, **NEWEST)
    network_follower.due(MethodType(draw_errors, fold), rail.inputs, [eps, x_0, ratio], **NEWEST)
    draw.click(
        MethodType(draw_as_chosen if choices else draw_variants, fold),
        [*rail.inputs, *choices], strips, **RUNS,
    )  # fmt: skip


def figure_of_errors(elem_id: str) -> gr.Plot:
    return gr.Plot(show_label=False, elem_id=elem_id, elem_classes="marks-t")


def build_run_choices() -> list[Any]:
    """The sampler, and how many steps the first network makes in the second one's place."""
    words = WORDS["raw"]
    with gr.Row(elem_id="raw-choices"):
        samplers = [(label, sampler) for sampler, label in words["samplers"].items()]
        sampler = gr.Radio(samplers, value="ddim", label=words["sampler"], elem_id="raw-sampler")
        helped = Slider(
            0, 10, 0, step=1, label=words["helped"].format(steps=NUM_STEPS),
            elem_id="raw-helped", buttons=[],
        )  # fmt: skip
    return [sampler, helped]


def show_variants(fold: Fold, denoiser: str, choice: Choice, t: Any, seed: Any) -> dict[str, Any]:
    """x_t and what each network makes of it, whatever network the rail shows."""
    shelf, name, family = fold
    family, choice, t, seed = read_moment(shelf, family.name, choice, t, seed)
    pictures = []
    for key, network in find_networks(family, name).items():
        readings = compute_readings(network, choice.pixels, t, seed)
        if not pictures:
            note = WORDS["x_t_note"].format(name=choice.name, t=t)
            pictures.append(picture(readings.x_t, WORDS["x_t"], note))
        errors = {reading: number(found.mse) for reading, found in readings.of.items()}
        label, note = WORDS["guess"].format(name=fold.names[key]), WORDS["error_note"]
        pictures.append(picture(readings.of["x_0"].guess, label, note.format(**errors)))
    return {"pictures": pictures}


def draw_errors(fold: Fold, denoiser: str, choice: Choice, t: Any, seed: Any) -> list[Any]:
    """The measured errors; the page moves the mark of t along."""
    shelf, name, family = fold
    family, _, t, _ = read_moment(shelf, family.name, choice, t, seed)
    errors = compare_errors(find_networks(family, name), PARTS[name])
    images = WORDS["images"][PARTS[name]]
    return [
        variants_figure(errors, reading, fold.names, title.format(images=images), family.T, t)
        for reading, title in WORDS["figure"].items()
    ]


def draw_variants(
    fold: Fold, denoiser: str, choice: Choice, t: Any, seed: Any
) -> Iterator[dict[str, Any]]:
    """A strip of pictures by each network from the same noise, each shown as soon as it is done."""
    yield from draw_as_chosen(fold, denoiser, choice, t, seed, "ddim", 0)


def draw_as_chosen(
    fold: Fold, denoiser: str, choice: Choice, t: Any, seed: Any, sampler: str, helped: int
) -> Iterator[dict[str, Any]]:
    """With this sampler; the first network makes the first `helped` steps of all."""
    shelf, name, family = fold
    family, _, _, seed = read_moment(shelf, family.name, choice, t, seed)
    networks = find_networks(family, name)
    helper = next(iter(networks.values()), None)
    _, height, width = family.denoiser.shape
    blank = png_data_uri(np.zeros((height, len(strip_kinds(family)) * width, 1), np.uint8))
    strips = [{"uri": blank, "label": fold.names[key], "note": ""} for key in networks]
    yield {"pictures": [strip | {"note": WORDS["starting"]} for strip in strips]}
    with shelf.line.join() as place:
        for ahead in place.wait():
            note = WORDS["waiting"].format(ahead=ahead)
            yield {"pictures": [strip | {"note": note} for strip in strips]}
        for index, network in enumerate(networks.values()):
            strip = draw_strip(network, seed, sampler, helper, helped)
            steps = 0 if network is helper else helped
            note = strip_note(network, seed, plain=sampler == "ddim" and steps == 0)
            if name == "raw":
                note += how_text(sampler, steps)
            strips[index] |= {"uri": png_data_uri(strip), "note": note}
            yield {"pictures": [strip.copy() for strip in strips]}


def strip_note(network: Exhibit, seed: int, plain: bool) -> str:
    """The seeds, and what the judge says of many such samples, if they are `plain`: DDIM's, and
    the network's own from the first step on.
    """
    seeds = strip_seeds(network, seed)
    note = WORDS["strip_note"].format(first=seeds[0], last=seeds[-1])
    verdict = judged(network)
    if verdict is None or not plain:
        return note
    return note + say(WORDS["judged"], share=verdict.share, count=verdict.count)


def how_text(sampler: str, helped: int) -> str:
    """The visitor's choices for a run, as they were when it was made."""
    words = WORDS["raw"]
    text = f"\n{words['samplers'][sampler].partition(':')[0]}"
    if helped == 0:
        return text
    return text + words["helped_one" if helped == 1 else "helped_many"].format(steps=helped)
