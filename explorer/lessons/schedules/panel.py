"""Lesson "schedules": equal t against equal SNR; a race of samplers; where the steps lie."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from explorer.components.follower import Follower
from explorer.components.picture_row import PictureRow
from explorer.exhibits.exhibit import Exhibit
from explorer.images.encoding import png_data_uri
from explorer.lessons.schedules.compute import (
    BENT,
    ScheduleComparison,
    Settings,
    comparison_at,
    race_plans,
    run_all,
    schedule_curve,
    schedule_curves,
    space_plans,
    spacings,
    told_kind,
)
from explorer.lessons.schedules.figure import curves_figures, spacing_figures
from explorer.lessons.schedules.found import own_example, samplers_found, spacing_found
from explorer.lessons.schedules.race import LONG_RUN_STEPS, Plan, RunSoFar, distances
from explorer.page.listeners import NEWEST
from explorer.page.moment import Moment
from explorer.page.runs import Answers, Running
from explorer.page.stage import Stage
from explorer.page.words import SHARED, number, say, words_beside

WORDS = words_beside(__file__)
COLUMNS = 5  # runs side by side
# An SNR at T above the first leaves a trace of the image that can be seen; above the second, one
# that is fainter than a grey level.
TRACE, FAINT_TRACE = 0.001, 1e-6


@dataclass
class LongRun:
    """A visitor's latest long run, which the short ones are measured against; filled in place."""

    of: tuple[str, str | None, int] | None = None  # network, kind, seed
    end: RunSoFar | None = None

    def known(self, of: tuple[str, str | None, int]) -> dict[str, RunSoFar]:
        """The run, if it is of these."""
        return {"long": self.end} if self.of == of and self.end is not None else {}


def build(stage: Stage[Settings]) -> None:
    """Layout, then wiring."""
    long_run = stage.state(LongRun)
    follower = Follower()
    gr.Markdown(f"## {WORDS['title']}\n\n{WORDS['lesson']}")
    schedule = stage.control(
        "schedule", WORDS["schedule"], labels=SHARED["schedules"], elem_id="schedule-choice"
    )
    gamma = stage.control(
        "gamma", WORDS["gamma"], info=WORDS["gamma_hint"], visible=False, elem_id="schedule-gamma"
    )
    row = PictureRow(columns=4, elem_id="schedule-row")
    end = gr.Markdown(elem_id="schedule-end", elem_classes="note")
    with gr.Row():
        share = gr.Plot(show_label=False, elem_id="schedules-share-figure", min_width=300)
        ratio = gr.Plot(show_label=False, elem_id="schedules-snr-figure", min_width=300)
    with gr.Accordion(WORDS["meaning"], open=False):
        gr.Markdown(WORDS["meaning_hint"])
    with gr.Accordion(WORDS["samplers"], open=False):
        build_race(stage, long_run)
    with gr.Accordion(WORDS["spacing"], open=False):
        build_spacing(stage, long_run)

    stage.dress(look)
    schedule.change(show_bend, schedule, gamma, **NEWEST)
    stage.follow(
        [follower.due, schedule.input, gamma.change],
        show_schedules,
        {"row": row, "end": end, "share": share, "ratio": ratio},
    )


def build_race(stage: Stage[Settings], long_run: gr.State) -> None:
    """The fold of the samplers: layout, then wiring."""
    gr.Markdown(WORDS["samplers_hint"])
    stage.control("calls", WORDS["calls"], elem_id="race-count")
    with gr.Row(elem_id="race-buttons"):
        go, stop = stage.run_buttons(WORDS["race"], "race")
    about = gr.Markdown(elem_id="race-about", elem_classes="note")
    row = PictureRow(columns=COLUMNS, elem_id="race-row")
    gr.Markdown(WORDS["samplers_note"].format(steps=LONG_RUN_STEPS))
    gr.Markdown(samplers_found(stage.shelf), elem_id="samplers-found")

    stage.stream(go.click, race_samplers, {"row": row, "about": about}, long_run, stop=stop)


def build_spacing(stage: Stage[Settings], long_run: gr.State) -> None:
    """The fold of the steps' times: layout, then wiring."""
    follower = Follower(heeds="network")
    gr.Markdown(WORDS["spacing_hint"])
    steps = stage.control("steps", WORDS["steps"], elem_id="space-count")
    with gr.Row(elem_id="space-buttons"):
        go, stop = stage.run_buttons(WORDS["space"], "space")
    about = gr.Markdown(elem_id="space-about", elem_classes="note")
    row = PictureRow(columns=COLUMNS, elem_id="space-row")
    own = stage.control("own", WORDS["own"], elem_id="space-own", **own_look(stage.exhibit))
    with gr.Row():
        over_t = gr.Plot(show_label=False, elem_id="spacing-t-figure", min_width=300)
        over_snr = gr.Plot(show_label=False, elem_id="spacing-snr-figure", min_width=300)
    gr.Markdown(spacing_found(stage.shelf), elem_id="spacing-found")

    stage.stream(go.click, race_spacings, {"row": row, "about": about}, long_run, stop=stop)
    stage.follow(
        [follower.due, steps.change, own.change, go.click],
        draw_spacing,
        {"over_t": over_t, "over_snr": over_snr},
    )


# ---- what can be set


def look(moment: Moment[Settings]) -> dict[str, dict[str, Any]]:
    """The bend is a schedule's; times lie below the network's T."""
    bends = moment.settings.schedule == BENT
    return {"gamma": {"visible": bends}, "own": own_look(moment.exhibit)}


def own_look(exhibit: Exhibit) -> dict[str, Any]:
    return {"info": WORDS["own_hint"].format(T=exhibit.T), "placeholder": own_example(exhibit)}


def show_bend(schedule: str) -> Any:
    return gr.update(visible=schedule == BENT)


# ---- schedules


def show_schedules(moment: Moment[Settings]) -> Answers:
    exhibit, settings = moment.exhibit, moment.settings
    found, own = comparison_at(moment), schedule_curve(exhibit.schedule)
    curves = schedule_curves(exhibit, settings.gamma)
    share, ratio = curves_figures(curves, own, settings.schedule, found)
    row, end = comparison_row(found, settings.schedule), end_text(found, exhibit.T)
    return {"row": row, "end": end, "share": share, "ratio": ratio}


def comparison_row(found: ScheduleComparison, name: str) -> dict[str, Any]:
    """The three mixtures, and the network's guess."""
    schedule, t, told = SHARED["schedules"][name], found.chosen.t, found.same_snr.t
    snr, snr_same_t, snr_same = (
        WORDS["snr"].format(snr=number(mixture.snr)) if t else WORDS["no_noise"]
        for mixture in (found.chosen, found.same_t, found.same_snr)
    )  # fmt: skip
    away = say(WORDS["difference"], difference=found.difference)
    error = WORDS["nothing"]
    if found.mse is not None:
        error = say(WORDS["error"], mse=found.mse, t=t, mse_same_t=found.mse_same_t)
    shown = [
        (found.chosen.pixels, WORDS["chosen"].format(schedule=schedule, t=t), snr),
        (found.same_t.pixels, WORDS["same_t"].format(t=t), snr_same_t),
        (found.same_snr.pixels, WORDS["same_snr"].format(t=told), f"{snr_same}\n{away}"),
        (found.guess, WORDS["guess"].format(t=told), error),
    ]
    return {
        "pictures": [
            {"uri": png_data_uri(pixels), "label": label, "note": note}
            for pixels, label, note in shown
        ]
    }


def end_text(found: ScheduleComparison, T: int) -> str:  # noqa: N803 - the papers' name
    """Does the schedule reach pure noise?"""
    snr, own = number(found.end_snr), number(found.own_end_snr)
    text = WORDS["end"].format(T=T, snr=snr, own=own)
    if found.end_snr > TRACE:
        return f"{text} {WORDS['end_too_soon']}"
    return f"{text} {WORDS['end_faint']}" if found.end_snr > FAINT_TRACE else text


# ---- runs


def race_samplers(moment: Moment[Settings], long_run: LongRun) -> Running:
    """Every sampler with as many network calls, then the long run."""
    return racing(moment, race_plans(moment), long_run)


def race_spacings(moment: Moment[Settings], long_run: LongRun) -> Running:
    """DDIM at differently spaced times, then the long run."""
    return racing(moment, space_plans(moment), long_run)


def racing(moment: Moment[Settings], plans: list[Plan], long_run: LongRun) -> Running:
    """One run after another; a known long run is not repeated."""
    so_far = long_run.known(long_run_of(moment))
    opening = {"row": runs_row(plans, so_far), "about": about_text(moment)}
    return Running(
        racing_pieces(moment, plans, so_far, long_run),
        opening=opening,
        tell=lambda sentence: {"about": about_text(moment, sentence)},
    )


def racing_pieces(
    moment: Moment[Settings], plans: list[Plan], so_far: dict[str, RunSoFar], long_run: LongRun
) -> Iterator[Answers]:
    """The pictures as they come; the line has no more to say with the first of them."""
    yield {"about": about_text(moment)}
    for _ in run_all(moment, plans, so_far):
        yield {"row": runs_row(plans, so_far)}
    long_run.of, long_run.end = long_run_of(moment), so_far["long"]


def long_run_of(moment: Moment[Settings]) -> tuple[str, str | None, int]:
    """What it hangs on."""
    return moment.exhibit.name, told_kind(moment), moment.seed


def about_text(moment: Moment[Settings], sentence: str = "") -> str:
    """What the pictures are of."""
    network, kind, seed = long_run_of(moment)
    words = WORDS["about" if kind else "about_any"]
    about = words.format(network=network, kind=kind, seed=seed)
    return WORDS["about_run"].format(about=about, sentence=sentence) if sentence else about


def runs_row(plans: list[Plan], so_far: dict[str, RunSoFar]) -> dict[str, Any]:
    """What each run has come to; its distance from the long run once both are done."""
    away, pictures = distances(so_far), []
    for plan in plans:
        now, label = so_far.get(plan.name), WORDS["runs"][plan.name]
        note = run_note(plan, now, away) if now else ""
        pictures.append({"uri": now.uri if now else None, "label": label, "note": note})
    return {"pictures": pictures}


def run_note(plan: Plan, now: RunSoFar, away: dict[str, float]) -> str:
    words = WORDS["finished" if now.done else "running"]
    notes = [words.format(calls=now.calls, steps=plan.num_steps)]
    if plan.sampler == "ddpm":
        notes.append(WORDS["own_goal"])
    if plan.name in away:
        notes.append(say(WORDS["away"], distance=away[plan.name]))
    return "\n".join(notes)


def draw_spacing(moment: Moment[Settings]) -> Answers:
    """The times, as ticks."""
    over_t, over_snr = spacing_figures(spacings(moment), moment.exhibit.schedule.snr.numpy())
    return {"over_t": over_t, "over_snr": over_snr}
