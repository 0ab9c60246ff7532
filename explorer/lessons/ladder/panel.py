"""Lesson "how many steps?": one seed, a ladder of runs, each with its price and its quality."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from explorer.components.follower import Follower
from explorer.components.picture_row import PictureRow
from explorer.exhibits.exhibit import Exhibit
from explorer.exhibits.found import findings
from explorer.exhibits.runs import ReverseChoices
from explorer.images.encoding import png_data_uri
from explorer.lessons.ladder.compute import (
    CHEAP,
    LONG,
    NUM_JUMPS,
    RUNGS,
    Jump,
    QualityTable,
    Rung,
    Settings,
    climb_to,
    compute_jumps,
    enough_steps,
    foot_of_ladder,
    judge_on_real,
    ladder_choices,
    quality_table,
)
from explorer.lessons.ladder.figure import FIGURES, quality_figure
from explorer.page.kinds import kind_choices
from explorer.page.listeners import NEWEST_RUN
from explorer.page.moment import Moment
from explorer.page.runs import Answers, Live, Running
from explorer.page.stage import Stage
from explorer.page.words import SHARED, say, words_beside

WORDS = words_beside(__file__)
Rungs = dict[int, Rung]


@dataclass
class Ladder:
    """A visitor's ladder: what it is of (network, choices), and its rungs by number of steps."""

    about: tuple[str, ReverseChoices] | None = None
    rungs: Rungs = field(default_factory=dict)

    def begin(self, exhibit: Exhibit, choices: ReverseChoices) -> Rungs:
        """The rungs; at the foot, if it is to be another ladder."""
        if self.about != (exhibit.name, choices):
            self.about = (exhibit.name, choices)
            self.rungs = foot_of_ladder(exhibit, choices)
        return self.rungs


def build(stage: Stage[Settings]) -> None:
    """Layout, then wiring."""
    exhibit = stage.exhibit
    ladder, live = stage.state(Ladder), stage.state(Live)
    follower = Follower(heeds="scene")
    gr.Markdown(f"## {WORDS['title']}\n\n{WORDS['lesson']}")
    with gr.Row(elem_id="climb-row"):
        go, stop = stage.run_buttons(WORDS["climb"], "climb")
        stage.control(
            "long", WORDS["long"].format(steps=LONG), elem_id="climb-long", min_width=200
        )  # fmt: skip
    row = PictureRow(empty_row([rung_label(steps) for steps in RUNGS]), elem_id="ladder")
    gr.Markdown(WORDS["caption"], elem_classes="note")
    what = gr.Markdown(what_text(exhibit), elem_classes="note")
    with gr.Accordion(WORDS["table"], open=False):
        table_follower = Follower(heeds="network")
        how = gr.Markdown()
        with gr.Row(elem_id="quality-figures"):
            plots = {
                name: gr.Plot(show_label=False, visible=False, elem_id=f"quality-{name}")
                for name in FIGURES
            }
    with gr.Accordion(WORDS["jumps"], open=False):
        jumps_follower = Follower(heeds="scene")
        gr.Markdown(WORDS["jumps_hint"].format(T=exhibit.T))
        jumps = PictureRow(empty_row([""] * NUM_JUMPS), elem_id="jumps")
    with gr.Accordion(WORDS["settings"], open=False, elem_id="climb-settings"), gr.Row():
        kind = stage.control(
            "kind", WORDS["kind"], menu=True, elem_id="climb-kind", **kind_choices(exhibit)
        )
        sampler = stage.control(
            "sampler", WORDS["sampler"], menu=True, labels=SHARED["samplers"],
            elem_id="climb-sampler",
        )  # fmt: skip

    stage.dress(look)
    shown = {"row": row}
    little = [follower.due, kind.input, sampler.input]
    # Another network's little climb ends this one anyhow; and what has only just been asked for by
    # the page itself cannot be cancelled (it has no number yet).
    stage.stream(
        little, climb_a_little, shown, ladder, stop=stop, live=live, in_line=False,
        of_network=False, how=NEWEST_RUN,
    )  # fmt: skip
    stage.stream(go.click, climb_up, shown, ladder, stop=stop, live=live)
    stage.follow(jumps_follower.due, show_jumps, jumps)
    stage.follow(table_follower.due, show_table, {"how": how, **plots})
    stage.on_exhibit(lambda exhibit: {"what": what_text(exhibit)}, {"what": what})


def look(moment: Moment[Settings]) -> dict[str, dict[str, Any]]:
    """The kinds are the network's."""
    return {"kind": kind_choices(moment.exhibit) | {"value": moment.settings.kind}}


# ---- the ladder


def climb_a_little(moment: Moment[Settings], ladder: Ladder) -> Running:
    """The rungs that cost next to nothing, without being asked."""
    return climbing(CHEAP, moment, ladder)


def climb_up(moment: Moment[Settings], ladder: Ladder) -> Running:
    """All rungs that are not there yet."""
    return climbing(moment.settings.highest, moment, ladder)


def climbing(highest: int, moment: Moment[Settings], ladder: Ladder) -> Running:
    rungs = ladder.begin(moment.exhibit, ladder_choices(moment))
    return Running(
        climbing_pieces(highest, moment, rungs),
        opening={"row": rungs_row(rungs)},
        tell=lambda sentence: {"row": rungs_row(rungs, sentence)},
    )


def climbing_pieces(highest: int, moment: Moment[Settings], rungs: Rungs) -> Iterator[Answers]:
    """The row after each step of a rung; at the end it says nothing of a wait any more."""
    for _ in climb_to(highest, moment, rungs):
        yield {"row": rungs_row(rungs)}
    yield {"row": rungs_row(rungs)}


def rungs_row(rungs: Rungs, sentence: str = "") -> dict[str, Any]:
    """For the picture row; the sentence is said of what is not climbed yet."""
    pictures = [
        {
            "uri": rung.uri,
            "label": rung_label(rung.num_steps),
            "note": rung_note(rung) if rung.step else f"{rung_note(rung)}\n{sentence}".rstrip(),
        }
        for rung in rungs.values()
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


# ---- the measured table


def show_table(moment: Moment[Settings]) -> Answers:
    """How it was measured, and a figure for each measure that there is."""
    table = quality_table(moment.exhibit)
    if table is None:
        return {"how": WORDS["table_none"]} | dict.fromkeys(FIGURES, gr.Plot(visible=False))
    figures = {
        name: gr.Plot(quality_figure(table, name), visible=True)
        if name in table.held_out
        else gr.Plot(visible=False)
        for name in FIGURES
    }
    return {"how": table_text(moment.exhibit, table)} | figures


def table_text(exhibit: Exhibit, table: QualityTable) -> str:
    long_runs, enough = findings(exhibit, "samplers"), enough_steps(table)
    what = [words for name, words in WORDS["table_what"].items() if name in table.held_out]
    parts = [" ".join([say(WORDS["table_how"], **table.how), *what])]
    if enough is not None:
        parts.append(say(WORDS["table_enough"], **enough))
    if long_runs:
        parts.append(say(WORDS["table_long"], **long_runs))
    return "\n\n".join(parts)


# ---- single jumps


def show_jumps(moment: Moment[Settings]) -> dict[str, Any]:
    """x_0_hat from one prediction at each of several t."""
    jumps = compute_jumps(moment.exhibit, moment.pixels, moment.seed)
    return {"pictures": [jump_picture(jump) for jump in jumps]}


def jump_picture(jump: Jump) -> dict[str, Any]:
    note = say(
        WORDS["jump_note"],
        eps_error=jump.eps_error,
        amplification=jump.amplification,
        x_0_error=jump.x_0_error,
    )
    label = WORDS["jump_label"].format(t=jump.t)
    return {"uri": png_data_uri(jump.pixels), "label": label, "note": note}
