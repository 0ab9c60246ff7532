"""A fold of "Why noise?" and of "It must know t": networks trained alike, but for one thing.

A live row, a strip of pictures by each network, the measured errors, and what was found.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import gradio as gr
import numpy as np
from gradio.components import Component

from explorer.components.follower import Follower
from explorer.components.picture_row import PictureRow
from explorer.exhibits.exhibit import Exhibit
from explorer.exhibits.found import runaway
from explorer.exhibits.variants import (
    FOLDS,
    NUM_STEPS,
    PARTS,
    Strip,
    compare_errors,
    draw_strips,
    find_family,
    find_networks,
    strip_kinds,
)
from explorer.page.moment import Moment
from explorer.page.pictures import shown
from explorer.page.runs import Answers, Running
from explorer.page.stage import Stage
from explorer.page.variants import HowDrawn, compare, moment_of
from explorer.page.variants_figure import runaway_figure, variants_figure
from explorer.page.variants_words import (
    WORDS,
    curve_names,
    error_note,
    found_text,
    names_of,
    strip_note,
)
from explorer.page.words import TEXT


@dataclass(frozen=True, eq=False)
class Fold:
    """What its handlers know, whatever network the rail shows.

    Attributes:
        name: which of FOLDS it is.
        family: the exhibit whose variants are compared.
        digits: the network of that name, which emoji are compared with; None if it is not here.
    """

    name: str
    family: Exhibit
    digits: Exhibit | None = None

    def show_variants(self, moment: Moment[Any]) -> dict[str, Any]:
        """x_t and what each network makes of it."""
        moment, names = moment_of(moment, self.family), names_of(self.name)
        compared = compare(moment, self.name)
        if compared is None:
            return {"pictures": []}
        note = WORDS["x_t_note"].format(name=moment.picture.name, t=moment.t)
        pictures = [shown(compared.x_t, WORDS["x_t"], note)]
        for key, pixels in compared.guesses.items():
            label = WORDS["guess"].format(name=names[key])
            pictures.append(shown(pixels, label, error_note(compared.readings[key])))
        return {"pictures": pictures}

    def draw_errors(self, moment: Moment[Any]) -> dict[str, Any]:
        """The measured errors, whose mark of t the page moves along; what was found; a runaway."""
        t, networks = moment_of(moment, self.family).t, find_networks(self.family, self.name)
        errors, images = compare_errors(networks, PARTS[self.name]), WORDS["images"]
        answers: dict[str, Any] = {
            reading: variants_figure(
                errors, reading, curve_names(self.name, networks, reading),
                title.format(images=images[PARTS[self.name]]), self.family.T, t,
            )
            for reading, title in WORDS["figure"]["titles"].items()
        }  # fmt: skip
        answers["found"] = found_text(self.name, networks, self.digits)
        if self.name == "blind":
            answers["runaway"] = runaway_figure(runaway(networks), WORDS["runaway"], self.family.T)
        return answers

    def draw_variants(self, moment: Moment[Any]) -> Running:
        """A strip of pictures by each network from the same noise, each as soon as it is done."""
        how = HowDrawn.of(moment.settings, self.name)
        networks = find_networks(self.family, self.name)
        strips = Strips(self.name, networks, moment.seed, how)
        return Running(
            strips.pieces(draw_strips(networks, moment.seed, how.sampler, how.helped)),
            opening=strips.row(TEXT["line"]["starting"]),
            tell=strips.row,
        )


@dataclass(eq=False)
class Strips:
    """The row of strips while they are drawn, one after another."""

    fold: str
    networks: Mapping[str, Exhibit]
    seed: int
    how: HowDrawn
    drawn: dict[str, Strip] = field(default_factory=dict)

    def row(self, sentence: str = "") -> Answers:
        """What is drawn; the others are black yet, with the sentence below them."""
        pictures = [
            self.picture(network, self.drawn[key])
            if key in self.drawn
            else shown(blank(network), names_of(self.fold)[key], sentence)
            for key, network in self.networks.items()
        ]
        return {"strips": {"pictures": pictures}}

    def picture(self, network: Exhibit, strip: Strip) -> dict[str, Any]:
        note = strip_note(self.fold, network, self.seed, self.how, strip.helper)
        return shown(strip.pixels, names_of(self.fold)[strip.key], note)

    def pieces(self, strips: Iterator[Strip | None]) -> Iterator[Answers]:
        """The row anew with each strip; nothing after other steps, where a run may be stopped."""
        for strip in strips:
            if strip is None:
                yield {}
            else:
                self.drawn[strip.key] = strip
                yield self.row(TEXT["line"]["starting"])


def build_variants_fold(stage: Stage[Any], name: str) -> None:
    """Layout, then wiring. A fold of two networks has two settings (see `page.variants`)."""
    words, exhibits = WORDS[name], stage.shelf.exhibits
    family = find_family(exhibits, name)
    with gr.Accordion(words["title"], open=False, elem_id=f"{name}-fold"):
        if family is None:
            gr.Markdown(WORDS["none"])
            return
        follower, network_follower = Follower(), Follower(heeds="network")
        gr.Markdown(words["hint"])
        row = PictureRow(
            columns=1 + len(FOLDS[name]), elem_id=f"{name}-row", elem_classes="variants-row"
        )
        gr.Markdown(words["row_hint"], elem_classes="note")
        if len(FOLDS[name]) == 2:
            build_run_choices(stage, name)
        with gr.Row(elem_classes="variants-buttons"):
            draw, stop = stage.run_buttons(words["draw"], f"{name}-draw")
        strips = PictureRow(columns=1, elem_id=f"{name}-strips", elem_classes="variants-strips")
        with gr.Row(elem_classes="variants-figures"):
            outputs: dict[str, Component] = {
                "eps": figure_of_errors(f"{name}-eps"), "x_0": figure_of_errors(f"{name}-x0")
            }  # fmt: skip
        outputs["ratio"] = figure_of_errors(f"{name}-ratio")
        outputs["found"] = gr.Markdown(elem_id=f"{name}-found")
        if name == "blind":
            outputs["runaway"] = gr.Plot(show_label=False, elem_id="runaway")

    fold = Fold(name, family, exhibits.get("digits"))
    stage.follow(follower.due, fold.show_variants, row)
    stage.follow(network_follower.due, fold.draw_errors, outputs)
    stage.stream(
        draw.click, fold.draw_variants, {"strips": strips}, stop=stop, of_network=False
    )  # fmt: skip


def build_run_choices(stage: Stage[Any], name: str) -> None:
    """The sampler, and how many steps each of two networks makes in the other one's place."""
    with gr.Row(elem_classes="variants-choices"):
        stage.control(
            f"{name}_sampler", WORDS["sampler"], labels=WORDS["samplers"],
            elem_id=f"{name}-sampler",
        )  # fmt: skip
        stage.control(
            f"{name}_helped", WORDS["helped"].format(steps=NUM_STEPS),
            elem_id=f"{name}-helped", buttons=[],
        )  # fmt: skip


def figure_of_errors(elem_id: str) -> gr.Plot:
    return gr.Plot(show_label=False, elem_id=elem_id)


def blank(network: Exhibit) -> np.ndarray:
    """(H, 4 W, 1), as large as a strip."""
    _, height, width = network.denoiser.shape
    return np.zeros((height, len(strip_kinds(network)) * width, 1), np.uint8)
