"""The page: its frame, then a room for each lesson; and how a recipe is shown on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from explorer.api import add_api
from explorer.components.router import Router
from explorer.contents import LABS, LABS_ID, handout, map_of_labs, navigation, onward, titles_of
from explorer.exhibits.exhibit import Exhibit
from explorer.lessons.lesson import Lesson, find_lessons
from explorer.page.kept import own_picture_again, wire_keeper
from explorer.page.listeners import EVERY, NEWEST, QUICK, carried
from explorer.page.moment import Moment
from explorer.page.rail import Rail, build_rail, pad_settings, read_rail, scene_of, wire_rail
from explorer.page.recipe import Recipe, canonical
from explorer.page.sentences import Page
from explorer.page.shelf import Shelf
from explorer.page.stage import Stage, unchanged
from explorer.page.visit import card
from explorer.page.words import TEXT

WORDS = TEXT["page"]


def build_interface(shelf: Shelf, lessons: Sequence[Lesson[Any]] | None = None) -> Page:
    """The whole page, opened on the first exhibit with t in the middle.

    Args:
        lessons: in their order; all that there are, if None.
    """
    lessons = find_lessons() if lessons is None else lessons
    titles = titles_of(lessons)
    stages: dict[str, Stage[Any]] = {}
    rooms: dict[str, gr.Column] = {}
    with Page(shelf, title=WORDS["title"], delete_cache=(600, 3600), fill_width=True) as demo:
        gr.HTML(navigation(lessons), elem_id="lessons")
        with gr.Row(elem_id="columns"):
            rail = build_rail(shelf)
            with gr.Column(elem_id="article", min_width=0):
                for lesson in lessons:
                    stages[lesson.name] = stage = Stage(rail, shelf, lesson.settings, titles)
                    with room(lesson.elem_id) as rooms[lesson.name]:
                        lesson.build(stage)
                        gr.HTML(handout(lesson) + onward(lesson, lessons), elem_classes="foot")
                with room(LABS_ID) as rooms[LABS]:
                    gr.HTML(map_of_labs(lessons), elem_classes="prose")
        router = Router()
        router.wire(rooms)
        wire_rail(rail, shelf)
        wire_frame(Frame(rail, shelf, stages), demo)
        add_api(shelf, lessons)
    return demo


def room(elem_id: str) -> gr.Column:
    """The browser has it built when somebody comes there; see components/rooms.js."""
    return gr.Column(elem_id=elem_id, elem_classes=["lesson", "room"], visible=False)


@dataclass(frozen=True)
class Frame:
    """What hangs on all that is set; answers for every part of the page at once."""

    rail: Rail
    shelf: Shelf
    stages: Mapping[str, Stage[Any]]

    @property
    def controls(self) -> dict[str, Component]:
        """Every setting of every lesson, by its name in an address."""
        return {
            f"{lesson}.{name}": control
            for lesson, stage in self.stages.items()
            for name, control in stage.controls.items()
        }

    @property
    def inputs(self) -> list[Component]:
        return [*self.rail.inputs, *self.controls.values()]

    @property
    def outputs(self) -> dict[str, Component]:
        rail = self.rail
        own = {
            "denoiser": rail.denoiser, "t": rail.t, "seed": rail.seed, "told": rail.told,
            "choice": rail.choice, "picker": rail.picker, "pad": rail.pad, "mnist": rail.mnist,
            "mnist_hint": rail.mnist_hint, "feed": rail.feed, "card": rail.card,
        }  # fmt: skip
        hanging = {
            f"{lesson}:{part}:{name}": output
            for lesson, stage in self.stages.items()
            for part, one in enumerate(stage.hanging)
            for name, output in one.outputs.items()
        }
        return own | self.controls | hanging

    def read(self, values: Sequence[Any]) -> tuple[Moment[Any], dict[str, dict[str, Any]]]:
        """The inputs' values -> the moment, and lesson -> setting -> value."""
        moment = read_rail(self.shelf, *values[: len(self.rail.inputs)])
        settings: dict[str, dict[str, Any]] = {}
        for name, value in zip(self.controls, values[len(self.rail.inputs) :], strict=True):
            lesson, _, setting = name.partition(".")
            settings.setdefault(lesson, {})[setting] = value
        return moment, settings

    def picture(self, moment: Moment[Any]) -> dict[str, Any]:
        """What shows the moment's picture."""
        exhibit, choice = moment.exhibit, moment.picture
        return {
            "choice": choice,
            "picker": self.shelf.picker_value(exhibit, choice.name),
            "pad": {"mode": pad_settings(exhibit)["ink"], "size": exhibit.denoiser.shape[1]},
            "feed": scene_of(moment) | {"film": self.shelf.film(exhibit)},
            "card": card(choice),
        }

    def network(self, exhibit: Exhibit) -> dict[str, Any]:
        """What hangs on the network alone."""
        asks = gr.update(visible=exhibit.has_digits and self.shelf.mnist is None)
        shown = {"mnist": asks, "mnist_hint": asks}
        for lesson, stage in self.stages.items():
            for part, one in enumerate(stage.hanging):
                for name, answer in one.show(exhibit).items():
                    shown[f"{lesson}:{part}:{name}"] = answer
        return shown

    def settings(
        self, moment: Moment[Any], said: Mapping[str, Mapping[str, Any]], network: bool
    ) -> dict[str, Any]:
        """What was said, on its control; with another network, all controls that hang on it."""
        shown = {}
        for lesson, stage in self.stages.items():
            for name, update in stage.show(moment, said.get(lesson, {}), network).items():
                shown[f"{lesson}.{name}"] = update
        return shown

    def change_denoiser(self, *values: Any) -> list[Any]:
        """Everything that depends on the network."""
        moment, settings = self.read(values)
        shown = self.picture(moment) | self.network(moment.exhibit)
        return self.by_place(shown | self.dressed(moment, settings))

    def dressed(
        self, moment: Moment[Any], settings: Mapping[str, Mapping[str, Any]]
    ) -> dict[str, Any]:
        """Only the controls that hang on the network; the others stay as the visitor left them."""
        return {
            f"{lesson}.{name}": update
            for lesson, stage in self.stages.items()
            for name, update in stage.dressing(moment, settings.get(lesson, {})).items()
        }

    def open_address(self, request: gr.Request, *values: Any) -> list[Any]:
        """The recipe that the address carries; what it leaves open stays as it is."""
        now, _ = self.read(values)
        wanted = dict(request.query_params)
        recipe, aimed = self.aim(now, wanted)
        shown = self.picture(aimed) | self.network(aimed.exhibit)
        shown |= self.settings(aimed, recipe.settings, aimed.exhibit is not now.exhibit)
        rail = {"denoiser": recipe.model, "t": aimed.t, "seed": aimed.seed, "told": aimed.told}
        shown |= {name: value for name, value in rail.items() if name in canonical(wanted)}
        if wanted.get("own") and recipe.own is None:
            shown["card"] = card(aimed.picture, TEXT["rail"]["own_stayed"])
        return self.by_place(shown)

    def go_to(self, event: gr.EventData, *values: Any) -> list[Any]:
        """What a jump from the quiz asks for: any of denoiser, image, seed."""
        now, settings = self.read(values)
        asked = {name: carried(event, name) for name in ("denoiser", "image", "seed")}
        wanted = {name: value for name, value in asked.items() if value is not None}
        _, aimed = self.aim(now, wanted)
        shown = {"denoiser": aimed.exhibit.name, "seed": aimed.seed} | self.picture(aimed)
        if aimed.exhibit is not now.exhibit:
            shown |= self.network(aimed.exhibit) | self.dressed(aimed, settings)
        return self.by_place(shown)

    def aim(self, now: Moment[Any], wanted: Mapping[str, Any]) -> tuple[Recipe, Moment[Any]]:
        """The recipe, and the moment, of which only this is wanted otherwise than it is now."""
        said = {"denoiser": now.exhibit.name, "t": now.t, "seed": now.seed, "told": now.told}
        wanted = canonical(wanted)
        recipe = Recipe.read({**said, **wanted}, self.shelf)
        aimed = recipe.rail(self.shelf)
        if not {"image", "own"} & wanted.keys() and aimed.exhibit is now.exhibit:
            aimed = aimed.with_picture(now.picture)
        return recipe, aimed

    def give_back(self, event: gr.EventData, *values: Any) -> list[Any]:
        """The visitor's own picture, which their browser has kept."""
        now, _ = self.read(values)
        picture = own_picture_again(now.exhibit, carried(event, "picture"))
        return self.by_place({} if picture is None else self.picture(now.with_picture(picture)))

    def by_place(self, shown: Mapping[str, Any]) -> list[Any]:
        """An output may have several names: what hangs on the network is known by each part."""
        outputs = self.outputs
        answers = {outputs[name]: answer for name, answer in shown.items()}
        return [answers.get(output, unchanged(output)) for output in self.places]

    @property
    def places(self) -> list[Component]:
        return list(dict.fromkeys(self.outputs.values()))


def wire_frame(frame: Frame, demo: Page) -> None:
    """What changes the page as a whole."""
    inputs, places = frame.inputs, frame.places
    runs = [run for stage in frame.stages.values() for run in stage.runs]
    denoiser = frame.rail.denoiser
    denoiser.input(frame.change_denoiser, inputs, places, cancels=runs, **NEWEST)
    denoiser.change(None, cancels=runs, api_visibility="private")  # a jump changes it too
    for jump in (jump for stage in frame.stages.values() for jump in stage.jumps):
        jump(frame.go_to, inputs, places, **EVERY)
    opened = demo.load(frame.open_address, inputs, places, **QUICK)
    wire_keeper(frame.rail, frame.controls, frame.give_back, inputs, places, opened)
