"""Lesson "how many steps?": one seed, a ladder of runs, each with its price and its quality."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from types import MethodType
from typing import Any

import gradio as gr

from explorer.components.dropdown import Dropdown
from explorer.components.follower import Follower
from explorer.components.picture_row import PictureRow
from explorer.exhibits.exhibit import Exhibit
from explorer.exhibits.found import findings
from explorer.exhibits.runs import ReverseChoices, count_predictions
from explorer.images.encoding import png_data_uri, to_pixels
from explorer.lessons.ladder.compute import (
    RUNGS,
    Rung,
    climb,
    compute_jumps,
    enough_steps,
    foot_of_ladder,
    judge_on_real,
    quality_table,
)
from explorer.lessons.ladder.figure import FIGURES, quality_figure
from explorer.page.kinds import ANY, kind_choices
from explorer.page.listeners import NEWEST, QUICK, RUNS
from explorer.page.pieces import can_stop
from explorer.page.rail import Rail, read_rail
from explorer.page.shelf import Shelf
from explorer.page.visit import Choice
from explorer.page.words import SHARED, say, words_beside

WORDS = words_beside(__file__)
CHEAP, TOP, LONG = 8, 250, 1000  # steps: climbed at once, by the button, and on request
GUIDANCE = 2.0
SEND_EVERY = 0.1  # seconds


@dataclass
class Ladder:
    """A visitor's ladder: its rungs so far, what they are of, and who may write on it.

    `newest` is a token of the climb that was begun last; an older one ends when it sees another.
    """

    about: tuple[str, ReverseChoices] | None = None
    rungs: dict[int, Rung] = field(default_factory=dict)
    newest: object = None


@dataclass(frozen=True)
class LadderPanel:
    kind: Dropdown
    what: gr.Markdown


def build_ladder_panel(rail: Rail, shelf: Shelf) -> LadderPanel:
    """Layout, then wiring."""
    exhibit = shelf.first
    ladder = gr.State(Ladder(), time_to_live=900)
    with gr.Column(elem_id="lesson-ladder", elem_classes="lesson"):
        gr.Markdown(f"## {WORDS['title']}\n\n{WORDS['lesson']}")
        with gr.Row(elem_id="climb-row"):
            go = gr.Button(WORDS["climb"], variant="primary", elem_id="climb", min_width=200)
            stop = gr.Button(
                WORDS["stop"], elem_id="climb-stop", interactive=False, min_width=100
            )  # fmt: skip
            long = gr.Checkbox(
                False, label=WORDS["long"].format(steps=LONG), elem_id="climb-long", min_width=200
            )
        row = PictureRow(empty_row([rung_label(steps) for steps in RUNGS]), elem_id="ladder")
        gr.Markdown(WORDS["caption"], elem_classes="note")
        what = gr.Markdown(what_text(exhibit), elem_classes="note")
        follower = Follower(heeds="scene")
        with gr.Accordion(WORDS["table"], open=False):
            table_follower = Follower(heeds="network")
            how = gr.Markdown()
            with gr.Row(elem_id="quality-figures"):
                plots = [
                    gr.Plot(show_label=False, visible=False, elem_id=f"quality-{name}")
                    for name in FIGURES
                ]
        with gr.Accordion(WORDS["jumps"], open=False):
            gr.Markdown(WORDS["jumps_hint"].format(T=exhibit.T))
            jumps = PictureRow(empty_row([""] * 8), elem_id="jumps")
            unfolded = Follower(heeds="scene")
        with gr.Accordion(WORDS["settings"], open=False, elem_id="climb-settings"), gr.Row():
            kind = Dropdown(**kind_choices(exhibit), label=WORDS["kind"], elem_id="climb-kind")
            sampler = gr.Dropdown(
                [(label, name) for name, label in SHARED["samplers"].items()],
                value="ddim", label=WORDS["sampler"], elem_id="climb-sampler",
            )  # fmt: skip

    inputs = [ladder, *rail.inputs, kind, sampler]
    little = RUNS | dict(trigger_mode="always_last")
    follower.due(MethodType(climb_a_little, shelf), inputs, [row, stop], **little)
    gr.on(
        [kind.input, sampler.input],
        MethodType(climb_a_little, shelf),
        inputs,
        [row, stop],
        **little,
    )
    climbing = go.click(MethodType(climb_up, shelf), [*inputs, long], [row, stop], **RUNS)
    stop.click(stop_climbing, ladder, [row, stop], cancels=[climbing], **QUICK)
    climbing.failure(stop_climbing, ladder, [row, stop], **QUICK)
    unfolded.due(MethodType(show_jumps, shelf), rail.inputs, jumps, **NEWEST)
    table_follower.due(MethodType(draw_table, shelf), rail.denoiser, [how, *plots], **NEWEST)
    return LadderPanel(kind, what)


# ---- the ladder


def climb_a_little(
    shelf: Shelf, ladder: Ladder, denoiser: str, choice: Choice, t: Any, seed: Any,
    kind: str, sampler: str,
) -> Iterator[tuple[Any, Any]]:  # fmt: skip
    """The rungs that cost next to nothing, without being asked."""
    exhibit, _, _, seed = read_rail(shelf, denoiser, choice, t, seed)
    turn = begin(ladder, exhibit, ladder_choices(exhibit, kind, sampler, seed))
    yield show(ladder), can_stop(False)
    yield from climb_to(CHEAP, shelf, ladder, exhibit, turn)


def climb_up(
    shelf: Shelf, ladder: Ladder, denoiser: str, choice: Choice, t: Any, seed: Any,
    kind: str, sampler: str, long: bool,
) -> Iterator[tuple[Any, Any]]:  # fmt: skip
    """All rungs that are not there yet, from the cheap end."""
    exhibit, _, _, seed = read_rail(shelf, denoiser, choice, t, seed)
    turn = begin(ladder, exhibit, ladder_choices(exhibit, kind, sampler, seed))
    yield show(ladder), can_stop(True)
    with shelf.line.join() as place:
        for ahead in place.wait():
            if ladder.newest is not turn:
                break
            yield show(ladder, WORDS["in_line"].format(ahead=ahead)), gr.skip()
        yield from climb_to(LONG if long else TOP, shelf, ladder, exhibit, turn)


def ladder_choices(exhibit: Exhibit, kind: str, sampler: str, seed: int) -> ReverseChoices:
    """A kind of another network (it has just been changed) becomes this one's first."""
    known = kind == ANY or kind in exhibit.denoiser.conditions
    told = (None if kind == ANY else kind) if known else exhibit.first_kind
    return ReverseChoices(sampler=sampler, kind=told, guidance=GUIDANCE, seed=seed)


def begin(ladder: Ladder, exhibit: Exhibit, choices: ReverseChoices) -> object:
    """Start at the foot if it is to be another ladder -> the token of this climb."""
    if ladder.about != (exhibit.name, choices):
        ladder.about = (exhibit.name, choices)
        ladder.rungs = foot_of_ladder(exhibit, choices)
    ladder.newest = object()
    return ladder.newest


def climb_to(
    highest: int, shelf: Shelf, ladder: Ladder, exhibit: Exhibit, turn: object
) -> Iterator[tuple[Any, Any]]:
    """The row as it fills up, until it is done or another climb has begun."""
    assert ladder.about is not None  # noqa: S101 - whoever climbs has begun
    _, choices = ladder.about
    left = [rung for rung in ladder.rungs.values() if not rung.done and rung.num_steps <= highest]
    sent = time.monotonic()
    for start in left:
        todo = count_predictions(replace(choices, num_steps=start.num_steps))
        for rung in shelf.compute_long(todo, climb, exhibit, choices, start):
            if ladder.newest is not turn:
                return
            ladder.rungs[rung.num_steps] = rung
            if rung.done or time.monotonic() - sent > SEND_EVERY:
                yield show(ladder), gr.skip()
                sent = time.monotonic()
    if ladder.newest is turn:
        yield show(ladder), can_stop(False)


def stop_climbing(ladder: Ladder) -> tuple[Any, Any]:
    """Leave the ladder as it stands."""
    ladder.newest = None
    return show(ladder), can_stop(False)


def show(ladder: Ladder, in_line: str = "") -> dict[str, Any]:
    """The ladder, for the picture row; `in_line` is said of what is not climbed yet."""
    pictures = [
        {
            "uri": png_data_uri(rung.pixels),
            "label": rung_label(rung.num_steps),
            "note": rung_note(rung) if rung.step else f"{rung_note(rung)}\n{in_line}".rstrip(),
        }
        for rung in ladder.rungs.values()
    ]
    return {"pictures": pictures}


def rung_label(steps: int) -> str:
    return WORDS["rung_one" if steps == 1 else "rung_many"].format(steps=steps)


def rung_note(rung: Rung) -> str:
    """Its price and its quality, or how far it has come."""
    one = rung.network_calls == 1
    calls = WORDS["calls_one" if one else "calls_many"].format(calls=rung.network_calls)
    state = "done" if rung.done else "under_way" if rung.step else "waiting"
    note = say(WORDS[state], calls=calls, step=rung.step, seconds=rung.seconds)
    told = [line for name, line in WORDS["quality"].items() if name in rung.quality]
    return say("\n".join([note, *told]), **rung.quality)


def empty_row(labels: list[str]) -> dict[str, Any]:
    """Places that wait for their pictures, so that nothing moves when these come."""
    return {"pictures": [{"uri": None, "label": label, "note": ""} for label in labels]}


def what_text(exhibit: Exhibit) -> str:
    """What the figures below the pictures are."""
    words, own = WORDS["what"], judge_on_real(exhibit)
    there = {
        "judge": exhibit.judge is not None,
        "judge_on_real": own is not None,
        "distance": exhibit.ideal is not None,
        "grain": True,
    }
    return say("\n\n".join(words[name] for name, said in there.items() if said), **(own or {}))


# ---- the measured table, and single jumps


def draw_table(shelf: Shelf, denoiser: str) -> list[Any]:
    """How it was measured, and a figure for each measure that there is."""
    exhibit = shelf.exhibit(denoiser)
    table, long_runs = quality_table(exhibit), findings(exhibit, "samplers")
    if table is None:
        return [WORDS["table_none"], *[gr.Plot(visible=False)] * len(FIGURES)]
    what = [words for name, words in WORDS["table_what"].items() if name in table.held_out]
    parts = [" ".join([say(WORDS["table_how"], **table.how), *what])]
    if (enough := enough_steps(table)) is not None:
        parts.append(say(WORDS["table_enough"], **enough))
    if long_runs:
        parts.append(say(WORDS["table_long"], **long_runs))
    return [
        "\n\n".join(parts),
        *(
            gr.Plot(quality_figure(table, name), visible=True)
            if name in table.held_out
            else gr.Plot(visible=False)
            for name in FIGURES
        ),
    ]


def show_jumps(shelf: Shelf, denoiser: str, choice: Choice, t: Any, seed: Any) -> dict[str, Any]:
    """x_0_hat from one prediction at each of several t."""
    exhibit, choice, _, seed = read_rail(shelf, denoiser, choice, t, seed)
    pictures = [
        {
            "uri": png_data_uri(to_pixels(jump.x_0_hat)),
            "label": WORDS["jump_label"].format(t=jump.t),
            "note": say(
                WORDS["jump_note"],
                eps_error=jump.eps_error,
                amplification=jump.amplification,
                x_0_error=jump.x_0_error,
            ),
        }
        for jump in compute_jumps(exhibit, choice.pixels, seed)
    ]
    return {"pictures": pictures}
