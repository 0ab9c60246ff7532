"""Lesson "reverse": run the sampler, watch it, scrub through it, take it home."""

import base64
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from explorer.components.follower import Follower
from explorer.components.scrubber import Scrubber
from explorer.exhibits.found import findings
from explorer.exhibits.runs import ReverseFrame
from explorer.images.encoding import gif_bytes, png_data_uri, png_strip
from explorer.lessons.reverse.compute import (
    Settings,
    compute_detail_over_time,
    run_choices,
    run_frames,
)
from explorer.lessons.reverse.figure import detail_figure
from explorer.page.kinds import kind_choices
from explorer.page.listeners import HIDDEN, QUICK
from explorer.page.moment import Moment
from explorer.page.runs import Answers, Frame, Live, Running, piece
from explorer.page.shelf import FIRST_RUN, Shelf
from explorer.page.stage import Stage
from explorer.page.words import SHARED, say, words_beside

WORDS = words_beside(__file__)
STRIP_COLUMNS = 12


@dataclass
class Run(Live):
    """A visitor's newest run, with its frames' pictures to be measured and taken home.

    Attributes:
        name: of its files.
        steps: its frames as they are computed, of which `shown` are on the page.
    """

    name: str = ""
    steps: list[ReverseFrame] = field(default_factory=list)

    @property
    def shown(self) -> list[ReverseFrame]:
        return self.steps[: self.arrived + len(self.frames)]

    @property
    def is_whole(self) -> bool:
        return len(self.shown) > 1 and self.shown[-1].t == 0


def build(stage: Stage[Settings]) -> None:
    """Layout, then wiring."""
    exhibit = stage.exhibit
    run = stage.state(Run)
    gr.Markdown(f"## {WORDS['title']}\n\n{WORDS['lesson'].format(T=exhibit.T)}")
    with gr.Row(elem_id="run-row"):
        go = gr.Button(WORDS["run"], variant="primary", elem_id="run", min_width=200)
        stop = stage.stop_button("stop")
    with gr.Accordion(WORDS["settings"], open=False, elem_id="run-settings"):
        starts = {"noise": WORDS["start_noise"], "picture": WORDS["start_picture"]}
        start = stage.control("start", WORDS["start"], labels=starts, elem_id="start")
        with gr.Row():
            stage.control("kind", WORDS["kind"], menu=True, elem_id="kind", **kind_choices(exhibit))
            stage.control(
                "guidance", WORDS["guidance"], info=WORDS["guidance_hint"], elem_id="guidance"
            )
        with gr.Row():
            sampler = stage.control(
                "sampler", WORDS["sampler"], menu=True, labels=SHARED["samplers"],
                elem_id="sampler",
            )  # fmt: skip
            stage.control("steps", WORDS["steps"], elem_id="steps")
            eta = stage.control("eta", WORDS["eta"], info=WORDS["eta_hint"], elem_id="eta")
    first_run = Follower(heeds="network")
    scrubber = Scrubber(elem_id="scrubber")
    gr.Markdown(WORDS["one_run"], elem_classes="note")
    with gr.Row(elem_id="downloads"):
        gif = gr.Button(WORDS["gif"], size="sm", elem_id="gif")
        strip = gr.Button(WORDS["strip"], size="sm", elem_id="strip")
    with gr.Accordion(WORDS["detail"], open=False) as detail_fold:
        gr.Markdown(WORDS["detail_hint"])
        follower = Follower(heeds="network")
        found = gr.Markdown(elem_id="detail-found")
        detail = gr.Plot(show_label=False, elem_id="detail-figure")

    stage.dress(look)
    running = stage.stream(
        go.click, run_sampler, {"scrubber": scrubber}, run, stop=stop, live=run
    )  # fmt: skip
    running.then(draw_detail, run, detail, **QUICK)
    detail_fold.expand(draw_detail, run, detail, **QUICK)
    stage.follow(follower.due, tell_found, found)
    stage.follow(
        first_run.due,
        FirstRun(stage.shelf).show_first_run,
        {"run": run, "scrubber": scrubber, "detail": detail},
        run,
    )
    start.change(button_label, start, go, **QUICK)
    sampler.change(eta_for, sampler, eta, **QUICK)
    gif.click(download_gif, run, scrubber, **HIDDEN)
    strip.click(download_strip, run, scrubber, **HIDDEN)


# ---- what can be set


def look(moment: Moment[Settings]) -> dict[str, dict[str, Any]]:
    """The kinds are the network's; fresh noise is DDIM's."""
    kinds = kind_choices(moment.exhibit) | {"value": moment.settings.kind}
    return {"kind": kinds, "eta": {"interactive": moment.settings.sampler == "ddim"}}


def eta_for(sampler: str) -> Any:
    return gr.update(interactive=sampler == "ddim")


def button_label(start: str) -> str:
    return WORDS["run"] if start == "noise" else WORDS["run_picture"]


# ---- the run


def run_sampler(moment: Moment[Settings], run: Run) -> Running:
    """Frames for the scrubber as they are computed."""
    if moment.settings.start == "picture" and moment.t == 0:
        raise ValueError(WORDS["clean_already"])
    choices, frames = run_choices(moment), run_frames(moment)
    run.name, run.steps = f"{moment.exhibit.name}-{moment.seed}", []
    ends = [WORDS["at_t"].format(t=choices.t_start or moment.T), WORDS["to_clean"]]
    opening = {"scrubber": {"ends": ends, "rule": rule_of(choices.sampler, choices.eta)}}
    return Running(run_pieces(run.steps, frames), choices.num_steps + 1, opening)


def run_pieces(steps: list[ReverseFrame], frames: Iterator[ReverseFrame]) -> Iterator[Answers]:
    """Each frame, also into the run's `steps`: a newer run has other ones."""
    for frame in frames:
        steps.append(frame)
        yield {"scrubber": as_shown(frame, png_data_uri(frame.stacked))}


def as_shown(frame: ReverseFrame, uri: str) -> Frame:
    return Frame(uri, WORDS["at_t"].format(t=frame.t), frame.t)


def rule_of(sampler: str, eta: float) -> str:
    """How a step is taken, for the scrubber: see `RunPiece` in components/types.d.ts."""
    if sampler == "ddim" and eta == 0:
        return "ddim"
    return "fresh" if sampler in ("ddim", "ddpm") else "other"


@dataclass(frozen=True)
class FirstRun:
    """The finished run that the lesson opens with; sent when somebody comes there."""

    shelf: Shelf

    def show_first_run(self, moment: Moment[Settings], now: Run) -> Answers:
        """Of this network; nothing if the visitor has a run of it already."""
        exhibit = moment.exhibit
        if now.name.rpartition("-")[0] == exhibit.name:
            return {}
        first = self.shelf.first_run(exhibit)
        frames = [as_shown(*one) for one in zip(first.frames, first.pictures, strict=True)]
        name = f"{exhibit.name}-{FIRST_RUN.seed}"
        run = Run(uuid.uuid4().hex[:8], len(frames), name=name, steps=list(first.frames))
        shown = piece(run.id, 0, frames, len(frames), WORDS["first_run"], done=True)
        shown |= {"intro": True, "rule": rule_of(FIRST_RUN.sampler, FIRST_RUN.eta)}
        return {"run": run, "scrubber": shown, "detail": detail_figure(None)}


# ---- what is made of it


def draw_detail(run: Run) -> Any:
    return detail_figure(compute_detail_over_time(run.shown) if run.is_whole else None)


def tell_found(moment: Moment[Settings]) -> str:
    """When detail settles in many runs of this network; nothing if it was not measured."""
    settles = findings(moment.exhibit, "settles")
    return say(WORDS["detail_found"], name=moment.exhibit.name, **settles) if settles else ""


def download_gif(run: Run) -> dict[str, Any]:
    """The three views side by side, the last frame held for a while."""
    frames = [frame.side_by_side for frame in there(run)]
    pause = [80] * (len(frames) - 1) + [2000]
    return download(run, "gif", gif_bytes(frames, scale=4, duration=pause))


def download_strip(run: Run) -> dict[str, Any]:
    """Up to twelve moments of the run; a row each for x_t, x_0_hat and eps_hat."""
    frames = there(run)
    columns = min(STRIP_COLUMNS, len(frames))
    last = len(frames) - 1
    chosen = [frames[round(k * last / max(1, columns - 1))] for k in range(columns)]
    rows = [[getattr(frame, view) for frame in chosen] for view in ("x_t", "x_0_hat", "eps_hat")]
    return download(run, "png", png_strip(rows))


def there(run: Run) -> list[ReverseFrame]:
    """Its frames, of which there must be some."""
    if not run.shown:
        raise gr.Error(WORDS["run_first"], print_exception=False)
    return run.shown


def download(run: Run, ending: str, content: bytes) -> dict[str, Any]:
    """A file for the browser to save, by way of the scrubber."""
    uri = f"data:image/{ending};base64,{base64.b64encode(content).decode('ascii')}"
    file = {"name": f"denoising-{run.name}.{ending}", "uri": uri, "nonce": uuid.uuid4().hex}
    return {"run": run.id, "download": file}
