"""Schedules and samplers: equal t against equal SNR; a race of samplers; where the steps lie."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from types import MethodType
from typing import Any

import gradio as gr

from explorer.components.follower import Follower
from explorer.components.picture_row import PictureRow
from explorer.components.slider import Slider
from explorer.exhibits.exhibit import Exhibit
from explorer.exhibits.found import findings
from explorer.lessons.schedules.compute import (
    BENT,
    LONG_RUN_STEPS,
    Plan,
    RunSoFar,
    ScheduleComparison,
    compute_run,
    compute_schedules,
    distance,
    long_plan,
    sampler_plans,
    schedule_curve,
    schedule_curves,
    spacing_plans,
    timesteps,
)
from explorer.lessons.schedules.figure import curves_figures, spacing_figures
from explorer.page.listeners import NEWEST, QUICK, RUNS
from explorer.page.pictures import picture
from explorer.page.pieces import can_stop
from explorer.page.rail import Rail, read_rail
from explorer.page.shelf import Shelf
from explorer.page.visit import Choice
from explorer.page.words import SHARED, number, say, words_beside

WORDS = words_beside(__file__)
SEND_EVERY = 0.15  # seconds
# An SNR at T above the first leaves a trace of the image that can be seen; above the second, one
# that is fainter than a grey level.
TRACE, FAINT_TRACE = 0.001, 1e-6


@dataclass
class LongRun:
    """A visitor's latest long run, which the short ones are measured against; filled in place."""

    key: tuple[str, str | None, int] | None = None  # network, kind, seed
    end: RunSoFar | None = None


@dataclass(frozen=True)
class RunsParts:
    """The components of a fold in which runs stand side by side."""

    count: Slider
    go: gr.Button
    stop: gr.Button
    about: gr.Markdown
    row: PictureRow


def build_schedules_panel(rail: Rail, shelf: Shelf) -> None:
    """Layout, then wiring."""
    with gr.Column(elem_id="lesson-schedules", elem_classes="lesson"):
        follower = Follower()
        gr.Markdown(f"## {WORDS['title']}\n\n{WORDS['lesson']}")
        name = gr.Radio(
            [(label, name) for name, label in SHARED["schedules"].items()],
            value="linear", label=WORDS["schedule"], elem_id="schedule-choice",
        )  # fmt: skip
        gamma = Slider(
            0.3, 3, 2, step=0.1, label=WORDS["gamma"], info=WORDS["gamma_hint"],
            visible=False, elem_id="schedule-gamma",
        )  # fmt: skip
        row = PictureRow(columns=4, elem_id="schedule-row")
        end = gr.Markdown(elem_id="schedule-end", elem_classes="note")
        with gr.Row():
            share = gr.Plot(show_label=False, elem_id="schedules-share-figure", min_width=300)
            ratio = gr.Plot(show_label=False, elem_id="schedules-snr-figure", min_width=300)
        with gr.Accordion(WORDS["meaning"], open=False):
            gr.Markdown(WORDS["meaning_hint"])
        with gr.Accordion(WORDS["samplers"], open=False):
            gr.Markdown(WORDS["samplers_hint"])
            race = build_runs(
                "race",
                Slider(4, 50, 20, step=2, label=WORDS["calls"], elem_id="race-count"),
                columns=5,
            )
            gr.Markdown(WORDS["samplers_note"].format(steps=LONG_RUN_STEPS))
            gr.Markdown(samplers_found(shelf), elem_id="samplers-found")
        with gr.Accordion(WORDS["spacing"], open=False) as spacing_fold:
            gr.Markdown(WORDS["spacing_hint"])
            space = build_runs(
                "space",
                Slider(4, 50, 10, step=1, label=WORDS["steps"], elem_id="space-count"),
                columns=5,
            )
            own = gr.Textbox(
                "", label=WORDS["own"], info=WORDS["own_hint"].format(T=shelf.first.T),
                placeholder=own_example(shelf.first), max_length=200, elem_id="space-own",
            )  # fmt: skip
            with gr.Row():
                over_t = gr.Plot(show_label=False, elem_id="spacing-t-figure", min_width=300)
                over_snr = gr.Plot(show_label=False, elem_id="spacing-snr-figure", min_width=300)
            gr.Markdown(spacing_found(shelf), elem_id="spacing-found")
        long_run = gr.State(LongRun(), time_to_live=900)

    gr.on(
        [follower.due, name.input, gamma.change],
        MethodType(compare_schedules, shelf),
        [*rail.inputs, name, gamma],
        [row, end, share, ratio],
        **NEWEST,
    )
    name.change(show_bend, name, gamma, **NEWEST)
    gr.on(
        [spacing_fold.expand, space.count.change, own.change, space.go.click],
        MethodType(draw_spacing, shelf),
        [rail.denoiser, space.count, own],
        [over_t, over_snr],
        **NEWEST,
    )
    wire_runs(race, MethodType(race_samplers, shelf), [long_run, *rail.inputs])
    wire_runs(space, MethodType(race_spacings, shelf), [long_run, *rail.inputs], own)


def build_runs(name: str, count: Slider, columns: int) -> RunsParts:
    with gr.Row(elem_id=f"{name}-buttons"):
        go = gr.Button(WORDS[name], variant="primary", elem_id=name, min_width=200)
        stop = gr.Button(WORDS["stop"], elem_id=f"{name}-stop", interactive=False, min_width=100)
    about = gr.Markdown(elem_id=f"{name}-about", elem_classes="note")
    return RunsParts(count, go, stop, about, PictureRow(columns=columns, elem_id=f"{name}-row"))


def wire_runs(parts: RunsParts, handler: Any, inputs: list[Any], *more: Any) -> None:
    """Go starts the handler with the inputs, the count and what there is more; Stop ends it."""
    running = parts.go.click(
        handler,
        [*inputs, parts.count, *more],
        [parts.row, parts.about, parts.stop],
        **RUNS,
    )
    over = partial(can_stop, False), None, parts.stop
    parts.stop.click(*over, cancels=[running], **QUICK)
    running.failure(*over, **QUICK)


# ---- schedules


def compare_schedules(
    shelf: Shelf, denoiser: str, choice: Choice, t: Any, seed: Any, name: str, gamma: float
) -> tuple[Any, ...]:
    exhibit, choice, t, seed = read_rail(shelf, denoiser, choice, t, seed)
    found = compute_schedules(exhibit, choice.pixels, t, seed, name, gamma)
    own, curves = schedule_curve(exhibit.schedule), schedule_curves(exhibit, gamma)
    figures = curves_figures(curves, own, name, found)
    return comparison_row(found, name), end_text(found, exhibit.T), *figures


def show_bend(name: str) -> Any:
    return gr.update(visible=name == BENT)


def comparison_row(found: ScheduleComparison, name: str) -> dict[str, Any]:
    """The three mixtures, and the network's guess."""
    schedule, t, told = SHARED["schedules"][name], found.chosen.t, found.same_snr.t
    snr, snr_same_t, snr_same = (
        WORDS["snr"].format(snr=number(mixture.snr)) if t else WORDS["no_noise"]
        for mixture in (found.chosen, found.same_t, found.same_snr)
    )  # fmt: skip
    away = say(WORDS["difference"], difference=found.difference)
    guess, error = found.chosen.x_t, WORDS["nothing"]
    if found.x_0_hat is not None:
        guess = found.x_0_hat
        error = say(WORDS["error"], mse=found.mse, t=t, mse_same_t=found.mse_same_t)
    return {
        "pictures": [
            picture(found.chosen.x_t, WORDS["chosen"].format(schedule=schedule, t=t), snr),
            picture(found.same_t.x_t, WORDS["same_t"].format(t=t), snr_same_t),
            picture(
                found.same_snr.x_t, WORDS["same_snr"].format(t=told), f"{snr_same}\n{away}"
            ),
            picture(guess, WORDS["guess"].format(t=told), error),
        ]
    }  # fmt: skip


def end_text(found: ScheduleComparison, T: int) -> str:  # noqa: N803 - the papers' name
    """Does the schedule reach pure noise?"""
    snr, own = number(found.end_snr), number(found.own_end_snr)
    text = WORDS["end"].format(T=T, snr=snr, own=own)
    if found.end_snr > TRACE:
        return f"{text} {WORDS['end_too_soon']}"
    return f"{text} {WORDS['end_faint']}" if found.end_snr > FAINT_TRACE else text


# ---- runs


def race_samplers(
    shelf: Shelf, long_run: LongRun, denoiser: str, choice: Choice, t: Any, seed: Any, calls: float
) -> Iterator[tuple[Any, Any, Any]]:
    """Every sampler with as many network calls, then the long run."""
    exhibit, choice, _, seed = read_rail(shelf, denoiser, choice, t, seed)
    plans = sampler_plans(exhibit.T, min(int(calls), exhibit.T))
    yield from show_runs(shelf, exhibit, plans, choice.kind, seed, long_run)


def race_spacings(
    shelf: Shelf,
    long_run: LongRun,
    denoiser: str,
    choice: Choice,
    t: Any,
    seed: Any,
    steps: float,
    own: str | None,
) -> Iterator[tuple[Any, Any, Any]]:
    """DDIM at differently spaced times, then the long run."""
    exhibit, choice, _, seed = read_rail(shelf, denoiser, choice, t, seed)
    plans = spacing_plans(exhibit.schedule, min(int(steps), exhibit.T), own)
    yield from show_runs(shelf, exhibit, plans, choice.kind, seed, long_run)


def show_runs(
    shelf: Shelf,
    exhibit: Exhibit,
    plans: list[Plan],
    kind: str | None,
    seed: int,
    long_run: LongRun,
) -> Iterator[tuple[Any, Any, Any]]:
    """The runs' pictures as they come, one run after another; a known long run is not repeated."""
    kind = kind if kind in exhibit.denoiser.conditions else None
    key = (exhibit.name, kind, seed)
    plans = [*plans, long_plan(exhibit.T)]
    so_far: dict[str, RunSoFar] = {}
    if long_run.key == key and long_run.end is not None:
        so_far["long"] = long_run.end
    about = WORDS["about" if kind else "about_any"].format(
        network=exhibit.name, kind=kind, seed=seed
    )
    yield runs_row(plans, so_far), about, gr.update(interactive=True)
    with shelf.line.join() as place:
        for ahead in place.wait():
            yield gr.skip(), WORDS["waiting"].format(about=about, ahead=ahead), gr.skip()
        yield gr.skip(), about, gr.skip()
        sent = time.monotonic()
        for plan in plans:
            if plan.name in so_far:
                continue
            for now in shelf.compute_long(len(plan.times), compute_run, exhibit, plan, seed, kind):
                so_far[plan.name] = now
                if now.done or time.monotonic() - sent > SEND_EVERY:
                    yield runs_row(plans, so_far), gr.skip(), gr.skip()
                    sent = time.monotonic()
    long_run.key, long_run.end = key, so_far["long"]
    yield gr.skip(), gr.skip(), gr.update(interactive=False)


def runs_row(plans: list[Plan], so_far: dict[str, RunSoFar]) -> dict[str, Any]:
    """What each run has come to; its distance from the long run once both are done."""
    end = so_far.get("long")
    pictures = []
    for plan in plans:
        label, now = WORDS["runs"][plan.name], so_far.get(plan.name)
        if now is None:
            pictures.append({"uri": None, "label": label, "note": ""})
            continue
        notes = [WORDS["running" if not now.done else "finished"].format(
            calls=now.calls, steps=plan.num_steps
        )]  # fmt: skip
        if plan.sampler == "ddpm":
            notes.append(WORDS["own_goal"])
        elif plan.name != "long" and now.done and end is not None and end.done:
            notes.append(say(WORDS["away"], distance=distance(now.x_0_hat, end.x_0_hat)))
        pictures.append(picture(now.x_0_hat, label, "\n".join(notes)))
    return {"pictures": pictures}


def draw_spacing(shelf: Shelf, denoiser: str, steps: float, own: str | None) -> tuple[Any, Any]:
    """The times, as ticks."""
    exhibit = shelf.exhibit(denoiser)
    plans = spacing_plans(exhibit.schedule, min(int(steps), exhibit.T), own)
    return spacing_figures(plans, exhibit.schedule.snr.numpy())


# ---- what was found, from the networks' files


def samplers_found(shelf: Shelf) -> str:
    """A row for each network and sampler."""
    measured = all_findings(shelf, "samplers")
    if not measured:
        return WORDS["not_measured"]
    rows = [
        [WORDS["row_samplers"].format(network=name, sampler=WORDS["runs"][sampler]), *part[sampler]]
        for name, part in measured.items()
        for sampler in ("ddim", "dpmpp_2m", "heun")
    ]
    first = next(iter(measured.values()))
    head = WORDS["samplers_head"].format(**first)
    return say(WORDS["samplers_found"], **first | {"table": table(head, rows)})


def spacing_found(shelf: Shelf) -> str:
    """A row for each network and number of steps."""
    measured = all_findings(shelf, "spacing")
    if not measured:
        return WORDS["not_measured"]
    rows: list[list[Any]] = []
    for name, part in measured.items():
        for place, steps in enumerate(part["steps"]):
            calls = len(part["placed_times"][place]) - 1
            placed = say(WORDS["placed"], distance=part["placed"][place], calls=calls)
            evenly = [part[spacing][place] for spacing in ("even", "quadratic", "log_snr")]
            title = WORDS["row_steps"].format(network=name, steps=steps)
            rows.append([title, *evenly, placed])
    first = next(iter(measured.values()))
    told = {key: ", ".join(map(str, first[key][0])) for key in ("log_snr_times", "placed_times")}
    return say(
        WORDS["spacing_found"], **first | told | {"table": table(WORDS["spacing_head"], rows)}
    )


def all_findings(shelf: Shelf, part: str) -> dict[str, Any]:
    """By network, of those of which it was measured."""
    found = {name: findings(exhibit, part) for name, exhibit in shelf.exhibits.items()}
    return {name: one for name, one in found.items() if one}


def table(head: str, rows: Sequence[Sequence[Any]]) -> str:
    """Markdown: a name and numbers in each row."""
    lines = [
        "| " + " | ".join(cell if isinstance(cell, str) else number(cell) for cell in row) + " |"
        for row in rows
    ]
    columns = head.count("|") - 2
    return "\n".join([head, "|:--|" + "--:|" * columns, *lines])


def own_example(exhibit: Exhibit) -> str:
    """Times to begin with: those that were found to be well placed, or every quarter."""
    spacing = findings(exhibit, "spacing")
    times = spacing["placed_times"][0] if spacing else timesteps(exhibit.T, 4)
    return ", ".join(map(str, times[1:-1]))
