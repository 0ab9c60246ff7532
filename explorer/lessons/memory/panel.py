"""Lesson "Memory": the network beside exact memory, on an image seen and on one never seen."""

from collections.abc import Iterator
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
from explorer.lessons.memory.compute import (
    NUM_NEIGHBOURS,
    SORTS,
    STEPS,
    MemoryFrame,
    Recall,
    draw,
    nearest_training_images,
    recall_both,
)
from explorer.page.moment import Moment
from explorer.page.pictures import shown
from explorer.page.runs import Answers, Frame, Running
from explorer.page.settings import NoSettings
from explorer.page.stage import Stage
from explorer.page.words import LATEX, SHARED, say, words_beside

WORDS = words_beside(__file__)
VIEWS = [WORDS[name] for name in ("x_t", "network", "memory", "nearest")]


def build(stage: Stage[NoSettings]) -> None:
    """Layout, then wiring. The rail's t is the control."""
    opening = hang(stage.exhibit)
    gr.Markdown(f"## {WORDS['title']}\n\n{WORDS['lesson']}")
    follower = Follower()
    rows = {
        sort: PictureRow(waiting(sort), columns=5, elem_id=f"memory-{sort.replace('_', '-')}")
        for sort in SORTS
    }
    missing = gr.Markdown(WORDS["no_images"], visible=opening["missing"]["visible"])
    with gr.Accordion(
        WORDS["draw"], open=False, elem_id="memory-fold", visible=opening["fold"]["visible"]
    ) as fold:
        gr.Markdown(WORDS["draw_hint"])
        with gr.Row(elem_id="memory-draw-row"):
            go, stop = stage.run_buttons(WORDS["draw_button"], "memory-draw")
        scrubber = Scrubber(
            views=VIEWS, placeholder=WORDS["placeholder"], elem_id="memory-scrubber"
        )
        found = PictureRow(elem_id="memory-found")
    with gr.Accordion(WORDS["measured"], open=False):
        measured_follower = Follower(heeds="network")
        measured = gr.Markdown(elem_id="memory-measured")
    with gr.Accordion(WORDS["how"], open=False):
        how = gr.Markdown(opening["how"], latex_delimiters=LATEX)

    stage.follow(follower.due, show_memory, rows)
    stage.follow(measured_follower.due, show_measured, measured)
    drawing = {"scrubber": scrubber, "found": found}
    stage.stream([fold.expand, go.click], draw_and_search, drawing, stop=stop)
    parts: dict[str, Any] = {"missing": missing, "fold": fold, "how": how} | drawing
    stage.on_exhibit(hang, parts)


def hang(exhibit: Exhibit) -> dict[str, Any]:
    """What hangs on the network: is there anything to compare with? An old drawing leaves."""
    alone = exhibit.ideal is None
    return {
        "missing": gr.update(visible=alone),
        "fold": gr.update(visible="hidden" if alone else True),
        "how": WORDS["how_text"].replace("{T}", str(exhibit.T)),
        "scrubber": None,
        "found": None,
    }


def show_memory(moment: Moment[NoSettings]) -> dict[str, Any]:
    """A row for each sort of image; none where there is no image of it."""
    rows: dict[str, Any] = {sort: {"pictures": []} for sort in SORTS}
    for sort, (choice, recall) in recall_both(moment).items():
        rows[sort] = {"pictures": pictures(sort, choice.name, moment.noisy().t, recall)}
    return rows


def pictures(sort: str, name: str, t: int, recall: Recall) -> list[dict[str, Any]]:
    """A row's pictures; without exact memory only the first three."""
    told = {
        "x_0": (WORDS[sort], WORDS["clean_note"].format(name=name)),
        "x_t": (WORDS["x_t"], WORDS["t_note"].format(t=t)),
        "x_0_hat": (WORDS["network"], say(WORDS["network_note"], error=recall.error)),
    }
    if recall.memory is not None and recall.nearest is not None:
        memory, nearest = recall.memory, recall.nearest
        figures = {"error": recall.memory_error, "weight": memory.weight, "name": memory.favourite}
        told["memory"] = WORDS["memory"], say(WORDS["memory_note"], **figures)
        note = say(WORDS["nearest_note"], name=nearest.name, distance=nearest.distance)
        told["nearest"] = WORDS["nearest"], note
    return [shown(pixels, *told[name]) for name, pixels in recall.views.items()]


def waiting(sort: str) -> dict[str, Any]:
    """A row before anything is computed: places, so that the page does not jump later."""
    return {"pictures": [shown(None, label) for label in (WORDS[sort], *VIEWS)]}


def draw_and_search(moment: Moment[NoSettings]) -> Running:
    """A run's frames for the scrubber, then the finished picture and its neighbours."""
    pieces = drawing_pieces(moment, draw(moment))
    return Running(pieces, STEPS + 1, {"found": None})


def drawing_pieces(
    moment: Moment[NoSettings], frames: Iterator[MemoryFrame]
) -> Iterator[Answers]:  # fmt: skip
    for frame in frames:
        yield {
            "scrubber": Frame(png_data_uri(frame.side_by_side), WORDS["t_note"].format(t=frame.t))
        }
        if frame.t == 0:
            yield {"found": neighbours(moment, frame.x_t)}


def neighbours(moment: Moment[NoSettings], pixels: np.ndarray) -> dict[str, Any]:
    """The finished picture and the training images nearest to it, for the row."""
    exhibit, kind = moment.exhibit, moment.picture.kind
    asked = kind if kind in exhibit.denoiser.conditions else WORDS["anything"]
    near = nearest_training_images(exhibit, pixels, NUM_NEIGHBOURS)
    drawn = shown(pixels, WORDS["drawn"], WORDS["drawn_note"].format(seed=moment.seed, kind=asked))
    labels = WORDS["neighbours"].values()
    found = [
        shown(one.pixels, label, say(WORDS["neighbour_note"], **vars(one)))
        for label, one in zip(labels, near, strict=False)  # a small set may hold fewer
    ]
    return {"pictures": [drawn, *found]}


def show_measured(moment: Moment[NoSettings]) -> str:
    return measured_text(moment.exhibit)


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
        sampler=SHARED["samplers"][copies["sampler"]],
        steps=copies["steps"],
        guidance=copies["guidance"],
        copies=copies["samples"]["share_below_0.05"],
        near=copies["samples"]["share_below_0.10"],
        held_out=copies["held_out"]["share_below_0.10"],
    )
