"""Lesson "It must know t": a second slider that lies to the network."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from explorer.components.follower import Follower
from explorer.components.picture_row import PictureRow
from explorer.components.scrubber import Scrubber
from explorer.exhibits.exhibit import Exhibit
from explorer.exhibits.found import findings
from explorer.images.encoding import png_data_uri
from explorer.lessons.told_time.compute import (
    NUM_STEPS,
    Settings,
    ToldErrors,
    ToldFrame,
    ToldPredictions,
    measure_errors,
    predict_both,
    run_lied_to,
)
from explorer.lessons.told_time.figure import valley_figure
from explorer.page.moment import Moment
from explorer.page.pictures import shown
from explorer.page.rail import ends
from explorer.page.runs import Answers, Frame, Running
from explorer.page.stage import Stage
from explorer.page.variants_fold import build_variants_fold
from explorer.page.visit import scene_key
from explorer.page.words import LATEX, say, words_beside

WORDS = words_beside(__file__)
# A scene's name, and what was measured in it; kept while the visitor tries other lies.
Valley = tuple[str, ToldErrors]


def build(stage: Stage[Settings]) -> None:
    """Layout, then wiring."""
    exhibit = stage.exhibit
    valley = stage.state(lambda: None)
    gr.Markdown(f"## {WORDS['title']}\n\n{WORDS['lesson']}")
    follower = Follower()
    with gr.Column(elem_id="told-time"):
        told = stage.control(
            "told_t", WORDS["told"], **told_slider(exhibit, stage.opening),
            elem_id="told-slider", buttons=[],
        )  # fmt: skip
        tick = gr.HTML(true_tick(exhibit.T // 2, exhibit.T), elem_id="true-tick")
        gr.HTML(ends(exhibit), elem_id="told-ends")
    believer = stage.control(
        "believer", WORDS["believer"], labels=WORDS["believers"], elem_id="told-believer"
    )
    pictures = PictureRow(columns=4, elem_id="told-pictures")
    with gr.Accordion(WORDS["valley"], open=False):
        valley_follower = Follower()
        gr.Markdown(WORDS["valley_hint"])
        figure = gr.Plot(show_label=False, elem_id="valley-figure")
    with gr.Accordion(WORDS["run"], open=False):
        gr.Markdown(WORDS["run_hint"])
        stage.control("lie", WORDS["how"], labels=WORDS["lies"], elem_id="told-how")
        with gr.Row(elem_id="told-run-row"):
            go, stop = stage.run_buttons(WORDS["go"], "told-run")
        scrubber = Scrubber(
            views=[WORDS["run_truth"], WORDS["run_lie"]], placeholder=WORDS["placeholder"],
            elem_id="told-scrubber",
        )  # fmt: skip
    with gr.Accordion(WORDS["reading"], open=False):
        reading_follower = Follower(heeds="network")
        reading = gr.Markdown(latex_delimiters=LATEX, elem_id="told-reading")
    build_variants_fold(stage, "blind")

    stage.dress(lambda moment: {"told_t": told_slider(moment.exhibit, moment.settings)})
    outputs = {"pictures": pictures, "tick": tick, "figure": figure}
    stage.follow([follower.due, told.change], show_told, outputs, valley)
    measured = stage.follow([valley_follower.due, believer.change], measure_valley, valley)
    stage.follow(measured.success, show_told, outputs, valley)
    stage.stream(go.click, run_told, {"scrubber": scrubber}, stop=stop)
    stage.follow(reading_follower.due, reading_text, reading)
    # A run of another network's leaves with it.
    stage.on_exhibit(lambda exhibit: {"scrubber": None}, {"scrubber": scrubber})


def told_slider(exhibit: Exhibit, settings: Settings) -> dict[str, Any]:
    """It hangs on the network, which says how many times there are."""
    return {"minimum": 1, "maximum": exhibit.T, "value": settings.told_t}


def show_told(moment: Moment[Settings], valley: Valley | None) -> dict[str, Any]:
    """The pictures, the mark at the true t, and the valley if it is this moment's."""
    moment = moment.noisy()
    result, T = predict_both(moment), moment.exhibit.T  # noqa: N806 - the papers' name
    answers = {"pictures": {"pictures": row(result)}, "tick": true_tick(moment.t, T)}
    if valley and (valley[0], valley[1].t) == (valley_key(moment), moment.t):
        answers["figure"] = valley_figure(valley[1], result.errors, T)
    return answers


def measure_valley(moment: Moment[Settings]) -> Valley:
    """One call of the network with all the told times, whatever the visitor tells it."""
    return valley_key(moment), measure_errors(moment.noisy())


def valley_key(moment: Moment[Settings]) -> str:
    """It is the same while only the told t moves."""
    scene = scene_key(moment.exhibit, moment.picture, moment.seed)
    return f"{scene} {moment.settings.believer}"


def run_told(moment: Moment[Settings]) -> Running:
    """Both runs for the scrubber, frame by frame."""
    moment, settings = moment.noisy(), moment.settings
    lie = WORDS["run_lies"][settings.lie].format(
        told=settings.told_t,
        shift=shift(moment.t, settings.told_t),
        believer=WORDS["believers"][settings.believer],
    )
    views = {"views": [WORDS["run_truth"], lie]}
    return Running(run_pieces(run_lied_to(moment)), NUM_STEPS + 1, {"scrubber": views})


def run_pieces(frames: Iterator[ToldFrame]) -> Iterator[Answers]:
    for frame in frames:
        yield {"scrubber": Frame(png_data_uri(frame.side_by_side), caption(frame))}


def reading_text(moment: Moment[Settings]) -> str:
    """Where the told t goes, and what was measured of this network."""
    lies = findings(moment.exhibit, "lies")
    measured = say(WORDS["measured_text"], name=moment.exhibit.name, **lies) if lies else ""
    return WORDS["reading_hint"].replace("{measured}", measured)


def caption(frame: ToldFrame) -> str:
    words = WORDS["end" if frame.told is None else "caption"]
    return words.format(t=frame.t, told=frame.told)


def shift(t: int, told: int) -> str:
    """-250 in words."""
    words = WORDS["too_large"] if told > t else WORDS["too_small"] if told < t else WORDS["right"]
    return words.format(by=abs(told - t))


def row(result: ToldPredictions) -> list[dict[str, Any]]:
    """What was shown, the guess when told the truth, the guess when lied to, the difference."""
    errors = result.errors
    t, told = errors.told
    truth, lie = (
        say(WORDS["guess_note"], told=time, error=error)
        for time, error in zip(errors.told, errors.x_0_mse, strict=True)
    )
    notes = {
        "x_t": WORDS["x_t_note"].format(t=t),
        "truth": truth,
        "lie": lie,
        "difference": WORDS["difference_note"].format(shift=shift(t, told)),
    }
    return [shown(pixels, WORDS[name], notes[name]) for name, pixels in result.pictures.items()]


def true_tick(t: int, T: int) -> str:  # noqa: N803 - the papers' name
    """The true t, to stand under the slider at its place; its words on the side with room."""
    side = "right" if 2 * t < T else "left"
    place = (t - 1) / max(1, T - 1)
    return f'<span class="{side}" style="--place: {place:.4f}">{WORDS["true"].format(t=t)}</span>'
