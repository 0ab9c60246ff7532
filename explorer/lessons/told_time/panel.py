"""Panel "It must know t": a second slider that lies to the network."""

import uuid
from collections.abc import Iterator
from types import MethodType
from typing import Any

import gradio as gr

from explorer.components.follower import Follower
from explorer.components.picture_row import PictureRow
from explorer.components.scrubber import Scrubber
from explorer.components.slider import Slider
from explorer.exhibits.exhibit import Exhibit
from explorer.exhibits.found import findings
from explorer.images.encoding import png_data_uri
from explorer.lessons.told_time.compute import (
    NUM_STEPS,
    Believer,
    Lie,
    ToldErrors,
    ToldFrame,
    ToldPredictions,
    check_believer,
    compute_told_run,
    compute_told_time,
    tell_by,
    valley_times,
)
from explorer.lessons.told_time.figure import valley_figure
from explorer.page.listeners import NEWEST, RUNS
from explorer.page.pictures import picture
from explorer.page.rail import Rail, clean_t, ends, read_moment
from explorer.page.sentences import sentences
from explorer.page.shelf import Shelf
from explorer.page.variants import build_variants_fold
from explorer.page.visit import Choice, scene_key
from explorer.page.words import LATEX, say, words_beside

WORDS = words_beside(__file__)
# A scene's name, and what was measured in it; kept while the visitor tries other lies.
Valley = tuple[str, ToldErrors]


def build_told_time_panel(rail: Rail, shelf: Shelf) -> None:
    """Layout, then wiring."""
    exhibit = shelf.first
    valley = gr.State(None, time_to_live=900)
    with gr.Column(elem_id="lesson-told-time", elem_classes="lesson"):
        gr.Markdown(f"## {WORDS['title']}\n\n{WORDS['lesson']}")
        follower, network_follower = Follower(), Follower(heeds="network")
        with gr.Column(elem_id="told-time"):
            told = Slider(
                1, exhibit.T, max(1, exhibit.T // 4), step=1, label=WORDS["told"],
                elem_id="told-slider", buttons=[],
            )  # fmt: skip
            tick = gr.HTML(true_tick(exhibit.T // 2, exhibit.T), elem_id="true-tick")
            gr.HTML(ends(exhibit), elem_id="told-ends")
        believer = gr.Radio(
            [(label, name) for name, label in WORDS["believers"].items()],
            value="both", label=WORDS["believer"], elem_id="told-believer",
        )  # fmt: skip
        pictures = PictureRow(columns=4, elem_id="told-pictures")
        with gr.Accordion(WORDS["valley"], open=False):
            valley_follower = Follower()
            gr.Markdown(WORDS["valley_hint"])
            figure = gr.Plot(show_label=False, elem_id="valley-figure")
        with gr.Accordion(WORDS["run"], open=False):
            gr.Markdown(WORDS["run_hint"])
            how = gr.Radio(
                [(label, lie) for lie, label in WORDS["lies"].items()],
                value="shifted", label=WORDS["how"], elem_id="told-how",
            )  # fmt: skip
            go = gr.Button(WORDS["go"], variant="primary", elem_id="told-run")
            scrubber = Scrubber(
                views=[WORDS["run_truth"], WORDS["run_lie"]], placeholder=WORDS["placeholder"],
                elem_id="told-scrubber",
            )  # fmt: skip
        with gr.Accordion(WORDS["reading"], open=False):
            reading_follower = Follower(heeds="network")
            reading = gr.Markdown(latex_delimiters=LATEX, elem_id="told-reading")
        build_variants_fold(rail, shelf, "blind")

    show = (
        MethodType(show_told, shelf),
        [*rail.inputs, told, believer, valley],
        [pictures, tick, figure],
    )
    gr.on([follower.due, told.change], *show, **NEWEST)
    measured = gr.on(
        [valley_follower.due, believer.change],
        MethodType(measure_valley, shelf), [*rail.inputs, believer], valley, **NEWEST,
    )  # fmt: skip
    measured.success(*show, **NEWEST)
    go.click(
        MethodType(run_told, shelf), [*rail.inputs, told, believer, how], scrubber,
        **RUNS,
    )  # fmt: skip
    reading_follower.due(MethodType(reading_text, shelf), rail.denoiser, reading, **NEWEST)
    network_follower.due(lambda: None, None, scrubber, **NEWEST)  # its run is the old network's


def show_told(
    shelf: Shelf, denoiser: str, choice: Choice, t: Any, seed: Any, told: Any,
    believer: Believer, valley: Valley | None,
) -> tuple[dict[str, Any], str, Any]:  # fmt: skip
    """The pictures, the mark at the true t, and the valley if it is this moment's."""
    exhibit, choice, t, seed = read_moment(shelf, denoiser, choice, t, seed)
    told = max(1, clean_t(told, exhibit))
    with sentences():
        result = compute_told_time(exhibit, choice.pixels, t, seed, [t, told], believer)
    figure = gr.skip()
    if valley and (valley[0], valley[1].t) == (valley_key(exhibit, choice, seed, believer), t):
        figure = valley_figure(valley[1], result.errors, exhibit.T)
    return {"pictures": row(result)}, true_tick(t, exhibit.T), figure


def measure_valley(
    shelf: Shelf, denoiser: str, choice: Choice, t: Any, seed: Any, believer: Believer
) -> Valley:
    """One call of the network with all the told times, whatever the visitor tells it."""
    exhibit, choice, t, seed = read_moment(shelf, denoiser, choice, t, seed)
    told = valley_times(exhibit.T, t)
    with sentences():
        result = compute_told_time(exhibit, choice.pixels, t, seed, told, believer)
    return valley_key(exhibit, choice, seed, believer), result.errors


def valley_key(exhibit: Exhibit, choice: Choice, seed: int, believer: Believer) -> str:
    return f"{scene_key(exhibit, choice, seed)} {believer}"


def run_told(
    shelf: Shelf,
    denoiser: str,
    choice: Choice,
    t: Any,
    seed: Any,
    told: Any,
    believer: Believer,
    how: Lie,
) -> Iterator[dict[str, Any]]:
    """Both runs for the scrubber, frame by frame."""
    exhibit, _, t, seed = read_moment(shelf, denoiser, choice, t, seed)
    told = max(1, clean_t(told, exhibit))
    run = {"run": uuid.uuid4().hex[:8], "total": NUM_STEPS + 1}
    with sentences():
        tell = tell_by(how, t, told, exhibit.T)
        frames = compute_told_run(exhibit, tell, seed, check_believer(believer))
    lie = WORDS["run_lies"][how].format(
        told=told, shift=shift(t, told), believer=WORDS["believers"][believer]
    )
    yield run | {"views": [WORDS["run_truth"], lie], "status": WORDS["starting"]}
    with shelf.line.join() as place:
        for ahead in place.wait():
            yield run | {"status": WORDS["waiting"].format(ahead=ahead)}
        for frame in frames:
            yield run | {
                "start": frame.step,
                "frames": [png_data_uri(frame.side_by_side)],
                "captions": [caption(frame)],
            }


def reading_text(shelf: Shelf, denoiser: str) -> str:
    """Where the told t goes, and what was measured of this network."""
    exhibit = shelf.exhibit(denoiser)
    lies = findings(exhibit, "lies")
    measured = say(WORDS["measured_text"], name=exhibit.name, **lies) if lies else ""
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
    errors, (truth, lie) = result.errors, result.x_0_hat
    t, told = errors.told
    notes = [
        say(WORDS["guess_note"], told=time, error=error)
        for time, error in zip(errors.told, errors.x_0_mse, strict=True)
    ]
    return [
        picture(result.x_t, WORDS["x_t"], WORDS["x_t_note"].format(t=t)),
        picture(truth, WORDS["truth"], notes[0]),
        picture(lie, WORDS["lie"], notes[1]),
        picture(
            lie - truth, WORDS["difference"], WORDS["difference_note"].format(shift=shift(t, told))
        ),
    ]


def true_tick(t: int, T: int) -> str:  # noqa: N803 - the papers' name
    """The true t, to stand under the slider at its place; its words on the side with room."""
    side = "right" if 2 * t < T else "left"
    place = (t - 1) / max(1, T - 1)
    return f'<span class="{side}" style="--place: {place:.4f}">{WORDS["true"].format(t=t)}</span>'
