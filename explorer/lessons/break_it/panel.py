"""Lesson "break it": one mistake in the sampler, its run beside the right one."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import gradio as gr

from explorer.components.follower import Follower
from explorer.components.scrubber import Scrubber
from explorer.exhibits.broken_run import NUM_STEPS
from explorer.exhibits.runs import ReverseFrame
from explorer.images.encoding import png_data_uri
from explorer.lessons.break_it.compute import (
    BenchErrors,
    BenchFrame,
    Settings,
    compute_bench,
    mistakes,
)
from explorer.lessons.break_it.figure import difference_figure
from explorer.lessons.break_it.mistakes import describe, slider_settings
from explorer.page.listeners import NEWEST_RUN, QUICK
from explorer.page.moment import Moment
from explorer.page.runs import Answers, Frame, Running
from explorer.page.stage import Stage
from explorer.page.words import say, words_beside

WORDS = words_beside(__file__)
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


def build(stage: Stage[Settings]) -> None:
    """Layout, then wiring."""
    exhibit, opening = stage.exhibit, stage.opening
    words = describe(exhibit, opening.mistake, opening.strength)
    bench = stage.state(Bench)
    follower = Follower(heeds="scene")
    gr.Markdown(f"## {WORDS['title']}\n\n{WORDS['lesson']}")
    mistake = stage.control(
        "mistake", WORDS["mistake"], elem_id="mistake",
        labels={name: its["name"] for name, its in WORDS["mistakes"].items()},
    )  # fmt: skip
    strength = stage.control(
        "strength", **slider_settings(exhibit, opening.mistake), buttons=[],
        elem_id="mistake-strength",
    )  # fmt: skip
    says = gr.Markdown(words.says, elem_id="mistake-says")
    change = gr.HTML(words.change, elem_id="mistake-change")
    scrubber = Scrubber(views=VIEWS, placeholder=WORDS["placeholder"], elem_id="break-scrubber")
    verdict = gr.Markdown(WORDS["running"], elem_id="break-verdict")
    stop = stage.stop_button("break-stop")
    look = gr.Markdown(words.look, elem_id="mistake-look")
    runs = gr.Markdown(words.runs, elem_classes="note")
    with gr.Accordion(WORDS["growth"], open=False) as figure_fold:
        gr.Markdown(WORDS["growth_hint"])
        figure = gr.Plot(show_label=False, elem_id="difference-figure")
    with gr.Accordion(WORDS["loop"], open=False):
        gr.Markdown(WORDS["loop_hint"])
        loop = gr.HTML(words.loop, elem_id="mistake-loop")
    with gr.Accordion(WORDS["ends"], open=False):
        ends = gr.Markdown(words.ends, elem_id="schedules-ends")

    stage.dress(strength_slider)
    running = stage.stream(
        [follower.due, mistake.input, strength.input],
        run_bench,
        {
            "strength": strength, "scrubber": scrubber, "verdict": verdict, "says": says,
            "change": change, "look": look, "runs": runs, "loop": loop, "ends": ends,
        },
        bench, stop=stop, how=NEWEST_RUN, of_network=False,
    )  # fmt: skip
    figure_fold.expand(draw_difference, bench, figure, **QUICK)
    running.then(draw_difference, bench, figure, **QUICK)


def strength_slider(moment: Moment[Settings]) -> dict[str, dict[str, Any]]:
    """It hangs on the mistake and on the network."""
    slider = slider_settings(moment.exhibit, moment.settings.mistake)
    if moment.settings.strength is not None:
        slider["value"] = moment.settings.strength
    return {"strength": slider}


def run_bench(moment: Moment[Settings], bench: Bench) -> Running:
    """First what goes wrong, in words and code; then both runs, frame by frame."""
    exhibit, name, strength = moment.exhibit, moment.settings.mistake, moment.settings.strength
    mistake, shown = mistakes(exhibit.T)[name], {}
    if bench.mistake not in (None, name):
        slider = slider_settings(exhibit, name)
        strength, shown["strength"] = slider.get("value"), gr.update(**slider)
    right = bench.begin(name, (exhibit.name, moment.seed, mistake.eta))
    words = asdict(describe(exhibit, name, strength))
    frames = compute_bench(exhibit, mistake, strength, moment.seed, right)
    pieces = bench_pieces(bench.frames, frames)
    return Running(pieces, NUM_STEPS + 1, shown | words | {"verdict": WORDS["running"]})


def bench_pieces(mine: list[BenchFrame], frames: Iterator[BenchFrame]) -> Iterator[Answers]:
    """A frame each, kept in `mine`, and the verdict with the last of them."""
    for frame in frames:
        mine.append(frame)
        shown: dict[str, Any] = {"scrubber": Frame(png_data_uri(frame.stacked), caption(frame))}
        yield shown | ({"verdict": verdict_on(mine)} if frame.t == 0 else {})


def caption(frame: BenchFrame) -> str:
    if frame.t == frame.t_broken:
        return WORDS["caption"].format(t=frame.t)
    return WORDS["caption_both"].format(right=frame.t, broken=frame.t_broken)


def verdict_on(frames: list[BenchFrame]) -> str:
    if all(frame.error == frame.guess_error == 0 for frame in frames):
        return WORDS["same"]
    return say(WORDS["verdict"], error=frames[-1].error)


def draw_difference(bench: Bench) -> Any:
    return difference_figure(BenchErrors.of(bench.frames))
