"""Panel 3, reverse: run the sampler, watch it, scrub through it, take it home."""

import base64
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from types import MethodType
from typing import Any

import gradio as gr

from explorer.components.follower import Follower
from explorer.components.scrubber import Scrubber
from explorer.components.slider import Slider
from explorer.exhibits.found import findings
from explorer.exhibits.runs import ReverseChoices, ReverseFrame, compute_reverse, count_predictions
from explorer.images.encoding import gif_bytes, png_strip
from explorer.lessons.reverse.compute import compute_detail_over_time
from explorer.lessons.reverse.figure import detail_figure
from explorer.page.kinds import ANY, kind_choices
from explorer.page.listeners import HIDDEN, NEWEST, QUICK, RUNS
from explorer.page.pieces import SEND_EVERY, can_stop, piece
from explorer.page.rail import Rail, read_rail
from explorer.page.sentences import sentences
from explorer.page.shelf import Shelf
from explorer.page.visit import Choice
from explorer.page.words import SHARED, say, words_beside

WORDS = words_beside(__file__)
STRIP_COLUMNS = 12


@dataclass
class Run:
    """A visitor's latest run; filled in place as frames arrive, so that Stop keeps them.

    `arrived`: so many of the frames are in the browser for certain.
    """

    id: str = ""
    frames: list[ReverseFrame] = field(default_factory=list)
    arrived: int = 0
    stopped: bool = False


@dataclass(frozen=True)
class ReversePanel:
    run: gr.State
    scrubber: Scrubber
    kind: gr.Dropdown
    detail: gr.Plot


def build_reverse_panel(rail: Rail, shelf: Shelf) -> ReversePanel:
    """Layout, then wiring."""
    exhibit = shelf.first
    run = gr.State(Run(), time_to_live=900)
    with gr.Column(elem_id="lesson-reverse", elem_classes="lesson"):
        gr.Markdown(f"## {WORDS['title']}\n\n{WORDS['lesson'].format(T=exhibit.T)}")
        with gr.Row(elem_id="run-row"):
            go = gr.Button(WORDS["run"], variant="primary", elem_id="run", min_width=200)
            stop = gr.Button(WORDS["stop"], elem_id="stop", interactive=False, min_width=100)
        with gr.Accordion(WORDS["settings"], open=False, elem_id="run-settings"):
            start = gr.Radio(
                [(WORDS["start_noise"], "noise"), (WORDS["start_picture"], "picture")],
                value="noise", label=WORDS["start"], elem_id="start",
            )  # fmt: skip
            with gr.Row():
                kind = gr.Dropdown(**kind_choices(exhibit), label=WORDS["kind"], elem_id="kind")
                guidance = Slider(
                    0, 8, 2, step=0.5, label=WORDS["guidance"], info=WORDS["guidance_hint"],
                    elem_id="guidance",
                )  # fmt: skip
            with gr.Row():
                sampler = gr.Dropdown(
                    [(label, name) for name, label in SHARED["samplers"].items()],
                    value="ddim", label=WORDS["sampler"], elem_id="sampler",
                )  # fmt: skip
                steps = Slider(1, 250, 50, step=1, label=WORDS["steps"], elem_id="steps")
                eta = Slider(
                    0, 1, 0, step=0.1, label=WORDS["eta"], info=WORDS["eta_hint"], elem_id="eta"
                )
        scrubber = Scrubber(elem_id="scrubber")
        gr.Markdown(WORDS["one_run"], elem_classes="note")
        with gr.Row(elem_id="downloads"):
            gif = gr.Button(WORDS["gif"], size="sm", elem_id="gif")
            strip = gr.Button(WORDS["strip"], size="sm", elem_id="strip")
        with gr.Accordion(WORDS["detail"], open=False) as detail_fold:
            gr.Markdown(WORDS["detail_hint"])
            detail_follower = Follower(heeds="network")
            detail_found = gr.Markdown(elem_id="detail-found")
            detail = gr.Plot(show_label=False, elem_id="detail-figure")

    running = go.click(
        MethodType(run_sampler, shelf),
        [run, *rail.inputs]
        + [start, kind, guidance, sampler, steps, eta],
        [scrubber, stop],
        **RUNS,
    )  # fmt: skip
    stop.click(stopped, run, [scrubber, stop], cancels=[running], **QUICK)
    running.failure(stopped, run, [scrubber, stop], **QUICK)  # what was drawn until then stays
    sampler.change(lambda name: gr.update(interactive=name == "ddim"), sampler, eta, **QUICK)
    start.change(button_label, start, go, **QUICK)
    gif.click(download_gif, run, scrubber, **HIDDEN)
    strip.click(download_strip, run, scrubber, **HIDDEN)
    detail_fold.expand(draw_detail, run, detail, **QUICK)
    detail_follower.due(MethodType(detail_text, shelf), rail.denoiser, detail_found, **NEWEST)
    running.then(draw_detail, run, detail, **QUICK)
    rail.denoiser.input(partial(can_stop, False), None, stop, cancels=[running], **QUICK)
    return ReversePanel(run, scrubber, kind, detail)


def detail_text(shelf: Shelf, denoiser: str) -> str:
    """When detail settles in many runs of this network; nothing if it was not measured."""
    exhibit = shelf.exhibit(denoiser)
    settles = findings(exhibit, "settles")
    return say(WORDS["detail_found"], name=exhibit.name, **settles) if settles else ""


def button_label(start: str) -> str:
    return WORDS["run"] if start == "noise" else WORDS["run_picture"]


def run_sampler(
    shelf: Shelf, run: Run, denoiser: str, choice: Choice, t: Any, seed: Any,
    start: str, kind: str, guidance: float, sampler: str, steps: int, eta: float,
) -> Iterator[tuple[Any, Any]]:  # fmt: skip
    """Frames for the scrubber as they are computed, a few at a time."""
    exhibit, choice, t, seed = read_rail(shelf, denoiser, choice, t, seed)
    t_start = max(1, t) if start == "picture" else None
    run_id = run.id = uuid.uuid4().hex[:8]
    run.frames, run.arrived, run.stopped = [], 0, False
    with sentences():
        choices = ReverseChoices(
            sampler=sampler,
            num_steps=min(int(steps), t_start or exhibit.T),
            kind=None if kind == ANY else kind,
            guidance=guidance,
            eta=eta,
            seed=seed,
            t_start=t_start,
        ).checked(exhibit.T)
        frames = shelf.compute_long(
            count_predictions(choices), compute_reverse, exhibit, choices, choice.pixels
        )
    opening = piece(run_id, 0, [], choices.num_steps + 1, WORDS["starting"])
    opening["ends"] = [f"t = {t_start or exhibit.T}", "clean, t = 0"]
    yield opening, can_stop(True)
    with shelf.line.join() as place:
        for ahead in place.wait():
            yield opening | {"status": WORDS["waiting"].format(ahead=ahead)}, gr.skip()
        yield from stream(run, run_id, frames, choices.num_steps)


def stream(
    run: Run, run_id: str, frames: Iterator[ReverseFrame], num_steps: int
) -> Iterator[tuple[dict[str, Any], Any]]:
    """The frames in pieces, with the step and the time left."""
    begun = sent = time.monotonic()
    waiting: list[ReverseFrame] = []
    for frame in frames:
        if run.stopped or run.id != run_id:  # the visitor has stopped it, or begun another
            return
        run.frames.append(frame)
        waiting.append(frame)
        now, done = time.monotonic(), frame.t == 0
        if now - sent < SEND_EVERY and not done:
            continue
        left = (now - begun) / max(1, frame.step + 1) * (frame.total - frame.step)
        status = WORDS["status"].format(step=frame.step, total=frame.total, left=left)
        first = len(run.frames) - len(waiting)
        total = len(run.frames) if done else num_steps + 1
        yield (
            piece(run_id, first, waiting, total, "" if done else status, done),
            can_stop(False) if done else gr.skip(),
        )
        waiting, sent, run.arrived = [], now, first


def stopped(run: Run) -> tuple[Any, Any]:
    """Close the run where it stands; its frames stay, and those not yet sent come now."""
    run.stopped = True
    first, frames = run.arrived, list(run.frames[run.arrived :])
    total = first + len(frames)
    return piece(run.id, first, frames, total, WORDS["stopped"], done=True), can_stop(False)


def show_first_run(shelf: Shelf, denoiser: str) -> tuple[Run, dict[str, Any]]:
    """The finished run that the page opens with."""
    exhibit = shelf.exhibit(denoiser)
    first = shelf.first_run(exhibit)
    frames = first.frames
    run = Run(uuid.uuid4().hex[:8], list(frames))
    shown = piece(run.id, 0, [], len(frames), WORDS["first_run"], done=True)
    captions = [f"t = {frame.t}" for frame in frames]
    return run, shown | {"frames": first.pictures, "captions": captions}


def draw_detail(run: Run) -> Any:
    whole = len(run.frames) > 1 and run.frames[-1].t == 0
    return detail_figure(compute_detail_over_time(run.frames) if whole else None)


def download_gif(run: Run) -> dict[str, Any]:
    """The three views side by side, the last frame held for a while."""
    if not run.frames:
        raise gr.Error(WORDS["run_first"], print_exception=False)
    frames = [frame.side_by_side for frame in run.frames]
    pause = [80] * (len(frames) - 1) + [2000]
    return download(run, "gif", gif_bytes(frames, scale=4, duration=pause))


def download_strip(run: Run) -> dict[str, Any]:
    """Up to twelve moments of the run; a row each for x_t, x_0_hat and eps_hat."""
    if not run.frames:
        raise gr.Error(WORDS["run_first"], print_exception=False)
    last = len(run.frames) - 1
    columns = min(STRIP_COLUMNS, len(run.frames))
    chosen = [run.frames[round(k * last / max(1, columns - 1))] for k in range(columns)]
    rows = [[getattr(frame, view) for frame in chosen] for view in ("x_t", "x_0_hat", "eps_hat")]
    return download(run, "png", png_strip(rows))


def download(run: Run, ending: str, content: bytes) -> dict[str, Any]:
    """A file for the browser to save, by way of the scrubber."""
    kind = f"image/{ending}"
    return {
        "run": run.id,
        "download": {
            "name": f"denoising-{run.id}.{ending}",
            "uri": f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}",
            "nonce": uuid.uuid4().hex,
        },
    }
