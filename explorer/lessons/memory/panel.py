"""Panel "Memory": the network beside exact memory, on an image seen and on one never seen."""

import uuid
from collections.abc import Iterator
from types import MethodType
from typing import Any

import gradio as gr
import numpy as np

from explorer.components.follower import Follower
from explorer.components.picture_row import PictureRow
from explorer.components.scrubber import Scrubber
from explorer.exhibits.exhibit import Exhibit
from explorer.exhibits.found import findings
from explorer.exhibits.predictions import error_curves
from explorer.images.encoding import png_data_uri
from explorer.images.gallery import SEEN
from explorer.lessons.memory.compute import (
    MemoryFrame,
    Recall,
    compute_memory_run,
    compute_recall,
    nearest_training_images,
)
from explorer.page.listeners import NEWEST, QUICK, RUNS
from explorer.page.rail import Rail, read_rail
from explorer.page.sentences import sentences
from explorer.page.shelf import Shelf
from explorer.page.visit import Choice
from explorer.page.words import LATEX, say, words_beside

WORDS = words_beside(__file__)
STEPS = 20  # of the run
FAVOURITE = "penguin"  # the image never seen that the lesson opens with, where there is such a one
VIEWS = [WORDS[name] for name in ("x_t", "network", "memory", "nearest")]


def build_memory_panel(rail: Rail, shelf: Shelf) -> None:
    """Layout, then wiring. The rail's t is the control."""
    with gr.Column(elem_id="lesson-memory", elem_classes="lesson"):
        gr.Markdown(f"## {WORDS['title']}\n\n{WORDS['lesson']}")
        seen = PictureRow(waiting("seen"), columns=5, elem_id="memory-seen")
        never_seen = PictureRow(waiting("never_seen"), columns=5, elem_id="memory-never-seen")
        missing = gr.Markdown(WORDS["no_images"], visible=False)
        with gr.Accordion(WORDS["draw"], open=False, elem_id="memory-fold") as draw_fold:
            gr.Markdown(WORDS["draw_hint"])
            draw = gr.Button(WORDS["draw_button"], variant="primary", elem_id="memory-draw")
            scrubber = Scrubber(
                views=VIEWS, placeholder=WORDS["placeholder"], elem_id="memory-scrubber"
            )
            found = PictureRow(elem_id="memory-found")
        with gr.Accordion(WORDS["measured"], open=False):
            measured = gr.Markdown(elem_id="memory-measured")
        with gr.Accordion(WORDS["how"], open=False):
            gr.Markdown(
                WORDS["how_text"].replace("{T}", str(shelf.first.T)), latex_delimiters=LATEX
            )
        follower, network_follower = Follower(), Follower(heeds="network")
    follower.due(
        MethodType(show_memory, shelf), rail.inputs,
        [seen, never_seen, missing, draw_fold, measured],
        **NEWEST,
    )  # fmt: skip
    gr.on(
        [draw_fold.expand, draw.click], MethodType(draw_and_search, shelf), rail.inputs,
        [scrubber, found], **RUNS,
    )  # fmt: skip
    network_follower.due(lambda: (None, None), None, [scrubber, found], **QUICK)


def show_memory(
    shelf: Shelf, denoiser: str, choice: Choice, t: Any, seed: Any
) -> tuple[dict[str, Any], dict[str, Any], Any, Any, str]:
    exhibit, choice, t, seed = read_rail(shelf, denoiser, choice, t, seed)
    t, pair = max(1, t), one_of_each(exhibit, choice)
    recalls = compute_recall(exhibit, [one.pixels for one in pair.values()], t, seed)
    rows = {
        sort: {"pictures": pictures(WORDS[sort], one.name, t, recall)}
        for (sort, one), recall in zip(pair.items(), recalls, strict=True)
    }
    empty: dict[str, Any] = {"pictures": []}
    return (
        rows.get("seen", empty),
        rows.get("never_seen", empty),
        gr.update(visible=exhibit.ideal is None),
        gr.update(visible="hidden" if exhibit.ideal is None else True),
        measured_text(exhibit),
    )


def one_of_each(exhibit: Exhibit, choice: Choice) -> dict[str, Choice]:
    """The visitor's image as "seen" or "never_seen", and beside it one of the other sort.

    Where no training images are at hand, the visitor's image is alone.
    """
    mine, other = ("seen", "never_seen") if choice.mark == SEEN else ("never_seen", "seen")
    pictures = {picture.name: picture for picture in exhibit.gallery.select(seen=other == "seen")}
    if exhibit.ideal is None or not pictures:
        return {mine: choice}
    favourite = exhibit.first_picture.name if other == "seen" else FAVOURITE
    return {mine: choice, other: Choice.of(pictures.get(favourite, next(iter(pictures.values()))))}


def pictures(sort: str, name: str, t: int, recall: Recall) -> list[dict[str, Any]]:
    """A row's pictures; without exact memory only the first three."""
    shown = [
        (sort, recall.x_0, WORDS["clean_note"].format(name=name)),
        (WORDS["x_t"], recall.x_t, WORDS["t_note"].format(t=t)),
        (WORDS["network"], recall.x_0_hat, say(WORDS["network_note"], error=recall.error)),
    ]
    if recall.memory is not None and recall.nearest is not None:
        memory, nearest = recall.memory, recall.nearest
        note = say(
            WORDS["memory_note"],
            error=recall.memory_error,
            weight=memory.weight,
            name=memory.favourite,
        )
        shown.append((WORDS["memory"], memory.x_0_hat, note))
        note = say(WORDS["nearest_note"], name=nearest.name, distance=nearest.distance)
        shown.append((WORDS["nearest"], nearest.pixels, note))
    return [picture(*one) for one in shown]


def picture(label: str, pixels: np.ndarray | None, note: str = "") -> dict[str, Any]:
    uri = None if pixels is None else png_data_uri(pixels)
    return {"label": label, "uri": uri, "note": note}


def waiting(sort: str) -> dict[str, Any]:
    """A row before anything is computed: places, so that the page does not jump later."""
    return {"pictures": [picture(label, None) for label in (WORDS[sort], *VIEWS)]}


def draw_and_search(
    shelf: Shelf, denoiser: str, choice: Choice, t: Any, seed: Any
) -> Iterator[tuple[Any, Any]]:
    """A run's frames for the scrubber, then the finished picture and its neighbours."""
    exhibit, choice, t, seed = read_rail(shelf, denoiser, choice, t, seed)
    run = {"run": uuid.uuid4().hex[:8], "total": STEPS + 1}
    with sentences():
        frames = compute_memory_run(exhibit, choice.kind, seed, STEPS)
    yield run | {"status": WORDS["starting"]}, gr.skip()
    with shelf.line.join() as place:
        for ahead in place.wait():
            yield run | {"status": WORDS["waiting"].format(ahead=ahead)}, gr.skip()
        for index, frame in enumerate(frames):
            yield run | piece(index, frame), gr.skip()
            if frame.t == 0:
                yield gr.skip(), neighbours(exhibit, frame.x_t, choice.kind, seed)


def piece(index: int, frame: MemoryFrame) -> dict[str, Any]:
    """One frame, for the scrubber."""
    return {
        "start": index,
        "frames": [png_data_uri(frame.side_by_side)],
        "captions": [f"t = {frame.t}"],
    }


def neighbours(exhibit: Exhibit, pixels: np.ndarray, kind: str | None, seed: int) -> dict[str, Any]:
    """The finished picture and the three training images nearest to it, for the row."""
    asked = kind if kind in exhibit.denoiser.conditions else WORDS["anything"]
    found = nearest_training_images(exhibit, pixels, 3)
    drawn = picture(WORDS["drawn"], pixels, WORDS["drawn_note"].format(seed=seed, kind=asked))
    labels = WORDS["neighbours"].values()
    near = [
        picture(label, one.pixels, say(WORDS["neighbour_note"], **vars(one)))
        for label, one in zip(labels, found, strict=False)  # a small set may hold fewer
    ]
    return {"pictures": [drawn, *near]}


def measured_text(exhibit: Exhibit) -> str:
    """What metrics.json says of seen and never seen images, and of copies."""
    curves = error_curves(exhibit)
    if curves is None or len(curves.curves) < 4:
        return WORDS["not_measured"]
    medians = {name: float(np.median(curve)) for name, curve in curves.curves.items()}
    counts = {f"num_{name}": count for name, count in curves.counts.items()}
    text = say(
        WORDS["measured_text"],
        count=len(curves.t),
        first=curves.t[0],
        last=curves.t[-1],
        **medians,
        **counts,
    )
    copies, trained = exhibit.metrics.get("copies"), findings(exhibit, "as_trained")
    parts = [text, trained_text(trained, exhibit.T) if trained else ""]
    return "\n\n".join([*filter(None, parts), copies_text(copies) if copies else ""]).rstrip()


def trained_text(trained: dict[str, Any], T: int) -> str:  # noqa: N803 - the papers' name
    """The errors on the pictures as they are, and as training showed them."""
    curves = {name: value for name, value in trained.items() if isinstance(value, list)}
    rows = [
        say(WORDS["trained_row"], **dict(zip(curves, row, strict=True)))
        for row in zip(*curves.values(), strict=True)
    ]
    return say(WORDS["trained_text"], num=trained["num"], rows="\n".join(rows), T=T)


def copies_text(copies: dict[str, Any]) -> str:
    return say(
        WORDS["copies_text"],
        num_samples=copies["num_samples"],
        sampler=copies["sampler"],
        copies=copies["samples"]["share_below_0.05"],
        near=copies["samples"]["share_below_0.10"],
        held_out=copies["held_out"]["share_below_0.10"],
    )
