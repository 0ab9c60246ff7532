"""A fold of "Why noise?" and of "It must know t": networks trained alike, but for one thing.

Where two are compared, the visitor chooses how the runs are made, to find out what goes wrong in
one.
"""

import math
from collections.abc import Iterator, Mapping
from types import MethodType
from typing import Any, NamedTuple

import gradio as gr
import numpy as np

from explorer.components.follower import Follower
from explorer.components.picture_row import PictureRow
from explorer.components.slider import Slider
from explorer.exhibits.exhibit import Exhibit
from explorer.exhibits.found import at_end, findings, found, runaway
from explorer.exhibits.readings import compute_readings
from explorer.exhibits.variants import (
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
from explorer.images.encoding import png_data_uri
from explorer.page.listeners import NEWEST, RUNS
from explorer.page.pictures import picture
from explorer.page.rail import Rail, read_moment
from explorer.page.shelf import Shelf
from explorer.page.variants_figure import runaway_figure, variants_figure
from explorer.page.visit import Choice
from explorer.page.words import TEXT, number, say

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
        choices = build_run_choices(name) if len(FOLDS[name]) == 2 else []
        draw = gr.Button(words["draw"], variant="primary", elem_id=f"{name}-draw")
        strips = PictureRow(columns=1, elem_id=f"{name}-strips")
        with gr.Row(elem_id=f"{name}-figures"):
            eps, x_0 = (figure_of_errors(f"{name}-{reading}") for reading in ("eps", "x0"))
        ratio = figure_of_errors(f"{name}-ratio")
        told: list[Any] = [gr.Markdown(elem_id=f"{name}-found")]
        if name == "blind":
            told.append(gr.Plot(show_label=False, elem_id="runaway"))

    fold = Fold(shelf, name, family)
    follower.due(MethodType(show_variants, fold), rail.inputs, row, **NEWEST)
    network_follower.due(
        MethodType(draw_errors, fold), rail.inputs, [eps, x_0, ratio, *told], **NEWEST
    )
    draw.click(
        MethodType(draw_as_chosen if choices else draw_variants, fold),
        [*rail.inputs, *choices], strips, **RUNS,
    )  # fmt: skip


def figure_of_errors(elem_id: str) -> gr.Plot:
    return gr.Plot(show_label=False, elem_id=elem_id)


def build_run_choices(name: str) -> list[Any]:
    """The sampler, and how many steps each of two networks makes in the other one's place."""
    with gr.Row(elem_id=f"{name}-choices"):
        samplers = [(label, sampler) for sampler, label in WORDS["samplers"].items()]
        sampler = gr.Radio(
            samplers, value="ddim", label=WORDS["sampler"], elem_id=f"{name}-sampler"
        )
        helped = Slider(
            0, 25, 0, step=1, label=WORDS["helped"].format(steps=NUM_STEPS),
            elem_id=f"{name}-helped", buttons=[],
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
    """The measured errors, whose mark of t the page moves along; what was found; the runaway."""
    shelf, name, family = fold
    family, _, t, _ = read_moment(shelf, family.name, choice, t, seed)
    networks = find_networks(family, name)
    errors = compare_errors(networks, PARTS[name])
    images = WORDS["images"][PARTS[name]]
    shown: list[Any] = [
        variants_figure(
            errors, reading, curve_names(fold, networks, reading), title.format(images=images),
            family.T, t,
        )
        for reading, title in WORDS["figure"].items()
    ]  # fmt: skip
    shown.append(found_text(fold, networks))
    if name == "blind":
        shown.append(runaway_figure(runaway(networks), WORDS["runaway"], family.T))
    return shown


def curve_names(fold: Fold, networks: Mapping[str, Exhibit], reading: str) -> dict[str, str]:
    """Of the image's error, with what it is at T, where no curve reaches."""
    if reading != "x_0":
        return fold.names
    names = dict(fold.names)
    for key, network in networks.items():
        if network.T in (findings(network, "near_end") or {}).get("t", []):
            names[key] = say(
                WORDS["curve_end"], name=names[key], T=network.T, error=at_end(network, "x_0")
            )
    return names


def found_text(fold: Fold, networks: Mapping[str, Exhibit]) -> str:
    """The fold's findings, every figure of them taken from the networks' files."""
    words, figures = WORDS[fold.name], found(fold.name, networks)
    if figures is None:
        return WORDS["not_measured"]
    if "relay" in figures:
        rows = [relay_row(fold, row, figures["relay_steps"]) for row in figures["relay"]]
        columns = words["head"].count("|") - 1
        figures["table"] = "\n".join([words["head"], "|" + ":--|" * columns, *rows])
    if fold.name == "raw":
        text = digits_text(fold)
        figures["digits"] = f"{text}\n\n" if text else ""
    return say(words["found"], **figures)


def relay_row(fold: Fold, row: dict[str, Any], total: int) -> str:
    words, names = WORDS[fold.name], dict(fold.names)
    other = next(key for key in reversed(names) if key != row["first"])
    names["mean"] = words.get("mean_guess", "")
    first, then = names[row["first"]], names[other]
    if row["steps"] == total:
        how = WORDS["fresh" if row["sampler"] == "ddpm" else "all_steps"]
        first, then = how.format(name=first), "–"
    else:
        first = WORDS["first_steps"].format(name=first, steps=row["steps"], total=total)
    unmeasured = dict.fromkeys(("right", "noisy", "white", "distance"), math.nan)
    return say(words["row"], **unmeasured | row | {"first": first, "then": then})


def digits_text(fold: Fold) -> str:
    """Why the same start harms an emoji and no digit; nothing if the digits are not here."""
    digits, emoji = fold.shelf.exhibits.get("digits"), fold.family
    if digits is None:
        return ""
    end, bands = findings(digits, "near_end"), findings(digits, "drowned")
    own = findings(emoji, "drowned")
    if not (end and bands and own):
        return ""
    return say(
        WORDS["raw"]["found_digits"],
        T=digits.T,
        end_digits=at_end(digits, "x_0"),
        beyond_digits=at_end(digits, "beyond"),
        emoji_coarse=own["coarse shapes"],
        digits_coarse=bands["coarse shapes"],
    )


def draw_variants(
    fold: Fold, denoiser: str, choice: Choice, t: Any, seed: Any
) -> Iterator[dict[str, Any]]:
    """A strip of pictures by each network from the same noise, each shown as soon as it is done."""
    yield from draw_as_chosen(fold, denoiser, choice, t, seed, "ddim", 0)


def draw_as_chosen(
    fold: Fold, denoiser: str, choice: Choice, t: Any, seed: Any, sampler: str, helped: int
) -> Iterator[dict[str, Any]]:
    """With this sampler; each of two networks makes the first `helped` steps of the other's run."""
    shelf, name, family = fold
    family, _, _, seed = read_moment(shelf, family.name, choice, t, seed)
    networks = find_networks(family, name)
    _, height, width = family.denoiser.shape
    blank = png_data_uri(np.zeros((height, len(strip_kinds(family)) * width, 1), np.uint8))
    strips = [{"uri": blank, "label": fold.names[key], "note": ""} for key in networks]
    yield {"pictures": [strip | {"note": WORDS["starting"]} for strip in strips]}
    with shelf.line.join() as place:
        for ahead in place.wait():
            note = WORDS["waiting"].format(ahead=ahead)
            yield {"pictures": [strip | {"note": note} for strip in strips]}
        for index, (key, network) in enumerate(networks.items()):
            others = [other for other in networks if other != key]
            helper = others[0] if helped and len(others) == 1 else None
            strip = draw_strip(network, seed, sampler, networks.get(helper or ""), helped)
            alone = sampler == "ddim" and helper is None
            note = strip_note(network, seed, plain=alone)
            if len(FOLDS[name]) == 2:
                note += how_text(sampler, helped if helper else 0, fold.names.get(helper or ""))
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


def how_text(sampler: str, helped: int, other: str | None) -> str:
    """The visitor's choices for a run, as they were when it was made."""
    text = f"\n{WORDS['samplers'][sampler].partition(':')[0]}"
    if helped == 0:
        return text
    words = WORDS["helped_one" if helped == 1 else "helped_many"]
    return text + words.format(steps=helped, other=other)
