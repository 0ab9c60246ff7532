"""Lesson "break it": one mistake in the sampler, its run beside the right one."""

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import MethodType
from typing import Any

import gradio as gr

from explorer.components.follower import Follower
from explorer.components.scrubber import Scrubber
from explorer.components.slider import Slider
from explorer.exhibits.runs import ReverseFrame
from explorer.lessons.break_it.compute import (
    NUM_STEPS,
    BenchErrors,
    BenchFrame,
    compute_bench,
    mistakes,
)
from explorer.lessons.break_it.figure import difference_figure
from explorer.lessons.break_it.mistakes import Description, describe, slider_settings
from explorer.page.listeners import QUICK, RUNS
from explorer.page.pieces import SEND_EVERY, piece
from explorer.page.rail import Rail, read_rail
from explorer.page.shelf import Shelf
from explorer.page.visit import Choice
from explorer.page.words import say, words_beside

WORDS = words_beside(__file__)
FIRST_MISTAKE = "noise_scale"
UNCHANGED = [gr.skip()] * 7  # slider, words and code, while frames arrive
VIEWS = [WORDS["right_view"], WORDS["broken_view"], WORDS["difference"]]


@dataclass
class Bench:
    """What is on a visitor's bench; filled in place as frames arrive.

    Before anything is, the page is right about which strength belongs to which mistake: it may have
    been opened as it was left.
    """

    mistake: str | None = None
    right_run: tuple[str, int, float] | None = None  # network, seed, eta
    frames: list[BenchFrame] = field(default_factory=list)

    def begin(self, mistake: str, right_run: tuple[str, int, float]) -> list[ReverseFrame]:
        """Clear the bench -> the frames of the right run, if the last one was the same."""
        whole = len(self.frames) == NUM_STEPS + 1
        known = [frame.right for frame in self.frames] if whole else []
        same = right_run == self.right_run
        self.mistake, self.right_run, self.frames = mistake, right_run, []
        return known if same else []


def build_break_it_panel(rail: Rail, shelf: Shelf) -> None:
    """Layout, then wiring."""
    exhibit = shelf.first
    opening = mistakes(exhibit.T)[FIRST_MISTAKE].opening
    words = describe(exhibit, FIRST_MISTAKE, opening)
    bench = gr.State(Bench(), time_to_live=900)
    with gr.Column(elem_id="lesson-break-it", elem_classes="lesson"):
        follower = Follower(heeds="scene")
        gr.Markdown(f"## {WORDS['title']}\n\n{WORDS['lesson']}")
        mistake = gr.Radio(
            [(its["name"], name) for name, its in WORDS["mistakes"].items()],
            value=FIRST_MISTAKE, label=WORDS["mistake"], elem_id="mistake",
        )  # fmt: skip
        strength = Slider(
            **slider_settings(exhibit, FIRST_MISTAKE), buttons=[], elem_id="mistake-strength"
        )
        says = gr.Markdown(words.says, elem_id="mistake-says")
        change = gr.HTML(words.change, elem_id="mistake-change")
        scrubber = Scrubber(views=VIEWS, placeholder=WORDS["placeholder"], elem_id="break-scrubber")
        verdict = gr.Markdown(WORDS["running"], elem_id="break-verdict")
        look = gr.Markdown(words.look, elem_id="mistake-look")
        runs = gr.Markdown(words.runs, elem_classes="note")
        with gr.Accordion(WORDS["figure"], open=False) as figure_fold:
            gr.Markdown(WORDS["figure_hint"])
            figure = gr.Plot(show_label=False, elem_id="difference-figure")
        with gr.Accordion(WORDS["loop"], open=False):
            gr.Markdown(WORDS["loop_hint"])
            loop = gr.HTML(words.loop, elem_id="mistake-loop")
        with gr.Accordion(WORDS["ends"], open=False):
            ends = gr.Markdown(words.ends, elem_id="schedules-ends")
    running = gr.on(
        [follower.due, mistake.input, strength.input],
        MethodType(run_bench, shelf),
        [bench, *rail.inputs, mistake, strength],
        [strength, says, change, look, runs, loop, ends, scrubber, verdict],
        trigger_mode="always_last",
        **RUNS,
    )
    figure_fold.expand(draw_difference, bench, figure, **QUICK)
    running.then(draw_difference, bench, figure, **QUICK)


def run_bench(
    shelf: Shelf, bench: Bench, denoiser: str, choice: Choice, t: Any, seed: Any,
    name: str, strength: float,
) -> Iterator[tuple[Any, ...]]:  # fmt: skip
    """First what goes wrong, in words and code; then both runs, frame by frame."""
    exhibit, _, _, seed = read_rail(shelf, denoiser, choice, t, seed)
    mistake, slider = mistakes(exhibit.T)[name], gr.skip()
    if bench.mistake not in (None, name):
        strength, slider = mistake.opening, gr.update(**slider_settings(exhibit, name))
    right = bench.begin(name, (exhibit.name, seed, mistake.eta))
    words = describe(exhibit, name, strength)
    opening = piece(uuid.uuid4().hex[:8], 0, [], NUM_STEPS + 1, WORDS["starting"])
    yield slider, *texts(words), opening, WORDS["running"]
    with shelf.line.join() as place:
        for ahead in place.wait():
            waiting = WORDS["waiting"].format(ahead=ahead)
            yield *UNCHANGED, opening | {"status": waiting}, gr.skip()
        yield from stream(
            bench, opening["run"], compute_bench(exhibit, mistake, strength, seed, right)
        )


def stream(bench: Bench, run: str, frames: Iterator[BenchFrame]) -> Iterator[tuple[Any, ...]]:
    """The frames in pieces, and the verdict with the last of them."""
    sent, first = time.monotonic(), 0
    for frame in frames:
        bench.frames.append(frame)
        step, done = frame.right.step, frame.t == 0
        if time.monotonic() - sent < SEND_EVERY and not done:
            continue
        status = "" if done else WORDS["status"].format(step=step, total=NUM_STEPS)
        fresh = bench.frames[first:]
        shown = piece(run, first, fresh, NUM_STEPS + 1, status, done)
        shown["captions"] = [caption(frame) for frame in fresh]
        yield *UNCHANGED, shown, verdict_on(bench.frames) if done else gr.skip()
        sent, first = time.monotonic(), len(bench.frames)


def texts(words: Description) -> tuple[str, ...]:
    return words.says, words.change, words.look, words.runs, words.loop, words.ends


def caption(frame: BenchFrame) -> str:
    if frame.t == frame.t_broken:
        return f"t = {frame.t}"
    return WORDS["caption_both"].format(right=frame.t, broken=frame.t_broken)


def verdict_on(frames: list[BenchFrame]) -> str:
    if all(frame.error == frame.guess_error == 0 for frame in frames):
        return WORDS["same"]
    return say(WORDS["verdict"], error=frames[-1].error)


def draw_difference(bench: Bench) -> Any:
    return difference_figure(BenchErrors.of(bench.frames))
