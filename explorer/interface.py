"""The page: a table of contents, and what follows when the rail changes."""

from types import MethodType
from typing import Any

import gradio as gr

from explorer.api import add_api
from explorer.components.noiser import Noiser
from explorer.lessons.break_it.mistakes import slider_of
from explorer.lessons.break_it.panel import build_break_it_panel
from explorer.lessons.forward_noising.panel import build_forward_noising_panel
from explorer.lessons.ladder.panel import build_ladder_panel, what_text
from explorer.lessons.memory.panel import build_memory_panel
from explorer.lessons.noise_prediction.panel import build_noise_prediction_panel, output_text
from explorer.lessons.quiz.panel import build_quiz_panel
from explorer.lessons.reverse.figure import detail_figure
from explorer.lessons.reverse.panel import build_reverse_panel, kind_choices, show_first_run
from explorer.lessons.schedules.panel import build_schedules_panel
from explorer.lessons.single_step.panel import build_single_step_panel
from explorer.lessons.told_time.panel import build_told_time_panel
from explorer.lessons.why_noise.panel import build_why_noise_panel
from explorer.page.kept import controls_of, tell_opened, wire_keeper
from explorer.page.listeners import NEWEST, QUICK, carried
from explorer.page.rail import Rail, build_rail, clean_seed, clean_t, read_rail, wire_rail
from explorer.page.sentences import Page
from explorer.page.shelf import Shelf
from explorer.page.tour import build_tour
from explorer.page.visit import (
    FIRST_SEED,
    Choice,
    card,
    everything,
    prediction_message,
    schedules_message,
)
from explorer.page.words import TEXT, lesson_titles


def build_interface(shelf: Shelf) -> Page:
    """The whole page, opened on the first exhibit with t in the middle."""
    exhibit = shelf.first
    opening = everything(exhibit, Choice.of(exhibit.first_picture), exhibit.T // 2, FIRST_SEED)
    opening |= schedules_message(shelf.exhibits.values())
    title = TEXT["page"]["title"]
    with Page(shelf, title=title, delete_cache=(600, 3600), fill_width=True) as demo:
        with gr.Column(elem_id="top"):
            gr.Markdown(f"# {title}\n\n{TEXT['page']['lead']}", elem_id="masthead")
            tour = build_tour(shelf)
        gr.HTML(navigation(), elem_id="lessons")
        with gr.Row(elem_id="columns"):
            rail = build_rail(shelf)
            with gr.Column(elem_id="article", min_width=0):
                forward = build_forward_noising_panel(rail, shelf, opening)
                prediction = build_noise_prediction_panel(rail, shelf)
                build_single_step_panel(rail, shelf)
                reverse = build_reverse_panel(rail, shelf)
                ladder = build_ladder_panel(rail, shelf)
                build_told_time_panel(rail, shelf)
                build_why_noise_panel(rail, shelf)
                build_break_it_panel(rail, shelf)
                build_schedules_panel(rail, shelf)
                build_memory_panel(rail, shelf)
                quiz = build_quiz_panel(rail, shelf)
        new_image = wire_rail(rail, shelf)
        denoiser_parts = [
            rail.choice, rail.picker, rail.pad, rail.mnist, rail.mnist_hint,
            reverse.kind, ladder.kind, prediction.output, ladder.what, reverse.detail,
            reverse.run, reverse.scrubber,
        ]  # fmt: skip
        new_image.append(
            rail.denoiser.input(
                MethodType(change_denoiser, shelf),
                rail.denoiser,
                denoiser_parts,
                trigger_mode="always_last",
                **QUICK,
            )  # fmt: skip
        )
        opened = demo.load(
            MethodType(open_address, shelf), None,
            [rail.denoiser, rail.t, rail.seed, *denoiser_parts], **QUICK,
        )  # fmt: skip
        new_image.append(wire_keeper(rail, shelf, controls_of(demo.blocks.values()), slider_of))
        new_image += [
            jump(
                MethodType(go_to, shelf), rail.denoiser,
                [rail.denoiser, rail.seed, *denoiser_parts],
                trigger_mode="multiple", **QUICK,
            )
            for jump in (quiz.go, tour.go)
        ]  # fmt: skip
        shown = wire_views(rail, shelf, prediction.told, forward.noiser, [*new_image, opened])
        tell_opened(opened, shown)
        add_api(shelf)
    return demo


def navigation() -> str:
    """Links in the lesson's order, always in sight."""
    first, links = " aria-current=true", ""
    for name, title in lesson_titles().items():
        links += f'<a href="#lesson-{name.replace("_", "-")}"{first}>{title}</a>'
        first = ""
    toggle = '<button id="rail-toggle" type="button" aria-expanded="false">Image …</button>'
    return f'<nav aria-label="Lessons">{links}{toggle}</nav>'


def wire_views(
    rail: Rail, shelf: Shelf, told: gr.Checkbox, noiser: Noiser, new_image: list[Any]
) -> Any:
    """Another image or seed: a new scene. Another t: a new prediction, the newest value only.

    The noiser hands what it is sent on to all of the page, in the browser. Returns the event that
    follows the last of `new_image`.
    """
    inputs = [*rail.inputs, told]
    scene = MethodType(show_scene, shelf), inputs, [noiser, rail.card]
    shown = [event.success(*scene, **NEWEST) for event in new_image]
    rail.seed.seeded(*scene, **NEWEST)
    moved = [rail.t.change, told.change]
    gr.on(moved, MethodType(show_prediction, shelf), inputs, noiser, **NEWEST)
    return shown[-1]


def show_scene(
    shelf: Shelf, denoiser: str, choice: Choice, t: Any, seed: Any, told: bool
) -> tuple[dict[str, Any], str]:
    moment = read_rail(shelf, denoiser, choice, t, seed)
    return everything(*moment, told), card(moment.choice)


def show_prediction(
    shelf: Shelf, denoiser: str, choice: Choice, t: Any, seed: Any, told: bool
) -> dict[str, Any]:
    return {"prediction": prediction_message(*read_rail(shelf, denoiser, choice, t, seed), told)}


def change_denoiser(shelf: Shelf, denoiser: str, image: str | None = None) -> list[Any]:
    """Everything that depends on the network, for `denoiser_parts`."""
    exhibit = shelf.exhibit(denoiser)
    choice = Choice.of(shelf.picture(exhibit, image))
    run, first_run = show_first_run(shelf, exhibit.name)
    mode = "digit" if exhibit.is_grey else "colour"
    return [
        choice,
        shelf.picker_value(exhibit, choice.name),
        {"mode": mode, "size": exhibit.denoiser.shape[1]},
        gr.update(visible=exhibit.is_grey and shelf.mnist is None),
        gr.update(visible=exhibit.is_grey and shelf.mnist is None),
        gr.update(**kind_choices(exhibit)),
        gr.update(**kind_choices(exhibit)),
        output_text(exhibit),
        what_text(exhibit),
        detail_figure(None),
        run,
        first_run,
    ]


def open_address(shelf: Shelf, request: gr.Request) -> list[Any]:
    """The choices that the address carries; whatever it says amiss is passed over."""
    wanted = request.query_params
    exhibit = shelf.exhibit(wanted.get("denoiser"))
    parts = change_denoiser(shelf, exhibit.name, wanted.get("image"))
    if exhibit is shelf.first and "image" not in wanted:  # the page was built so already
        # (A skipped pad would lose its settings: Gradio takes the skip itself for new ones.)
        parts[:-2] = [part if part is parts[2] else gr.skip() for part in parts[:-2]]
    # What it leaves open stays as it is: the visitor may have moved on already.
    return [
        exhibit.name if "denoiser" in wanted else gr.skip(),
        clean_t(wanted["t"], exhibit) if "t" in wanted else gr.skip(),
        clean_seed(wanted["seed"]) if "seed" in wanted else gr.skip(),
        *parts,
    ]


def go_to(shelf: Shelf, denoiser: str, event: gr.EventData) -> list[Any]:
    """What a jump from the quiz or the tour asks for: any of denoiser, image, seed."""
    wanted = {name: carried(event, name) for name in ("denoiser", "image", "seed")}
    wanted = {name: value for name, value in wanted.items() if value is not None}
    exhibit = shelf.exhibit(wanted.get("denoiser", denoiser))
    parts = change_denoiser(shelf, exhibit.name, wanted.get("image"))
    if exhibit.name == denoiser:  # the network stays, and so does all that hangs on it
        kept = 2 if "image" in wanted else 0
        parts = [p if k < kept or p is parts[2] else gr.skip() for k, p in enumerate(parts)]
    seed = clean_seed(wanted["seed"]) if "seed" in wanted else gr.skip()
    return [exhibit.name, seed, *parts]
