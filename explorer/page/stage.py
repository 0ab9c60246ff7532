"""The stage: what a lesson stands on. Its controls, what follows the rail, and its long runs.

A lesson lays out its parts, then wires them here; a handler is a function of the `Moment` (and of a
visitor's own state, where there is one) that answers by name: {"row": ..., "verdict": ...}. Who may
call how often, in which order answers may overtake each other, and what a visitor is told when
something goes wrong is decided here, once. A lesson may use Gradio directly all the same.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import gradio as gr
from gradio.components import Component

from explorer.exhibits.exhibit import Exhibit
from explorer.page.controls import make_control
from explorer.page.listeners import NEWEST, QUICK, RUNS, Options
from explorer.page.moment import Moment
from explorer.page.rail import Rail, read_rail
from explorer.page.runs import SCRUBBER, Answers, Live, Running, stopped, stream
from explorer.page.sentences import sentences
from explorer.page.settings import read_settings, settings_of
from explorer.page.shelf import Shelf
from explorer.page.words import TEXT

WORDS = TEXT["line"]
S = TypeVar("S")
Outputs = Mapping[str, Component]
Event = Callable[..., Any]
Dress = Callable[[Moment[Any]], Mapping[str, dict[str, Any]]]


@dataclass(frozen=True)
class OnExhibit:
    """Parts of the page that hang on the network alone."""

    show: Callable[[Exhibit], Answers]
    outputs: Outputs


class Stage(Generic[S]):
    """Of one lesson.

    Args:
        settings: the class that declares what can be set in it.
        titles: what each lesson of the page is called in links.
    """

    def __init__(
        self, rail: Rail, shelf: Shelf, settings: type[S], titles: Mapping[str, str] | None = None
    ):
        self.rail, self.shelf, self.settings = rail, shelf, settings
        self.titles = titles or {}
        self.controls: dict[str, Component] = {}
        self.hanging: list[OnExhibit] = []
        self.dressed: Dress = lambda moment: {}
        self.jumps: list[Event] = []  # events that ask for another network, image or seed
        self.runs: list[Any] = []  # events that compute for long, which another network cancels

    @property
    def exhibit(self) -> Exhibit:
        """What the page opens with."""
        return self.shelf.first

    @property
    def opening(self) -> S:
        """The settings that it opens with."""
        return read_settings(self.settings, {}, self.exhibit)

    # ---- layout

    def control(self, name: str, label: str = "", **look: Any) -> Any:
        """The control of a setting. `labels`, for one with choices: choice -> what it is called."""
        setting = settings_of(self.settings)[name]
        self.controls[name] = made = make_control(setting, label, **look)
        return made

    def run_buttons(self, label: str, name: str) -> tuple[gr.Button, gr.Button]:
        """Go and Stop."""
        go = gr.Button(label, variant="primary", elem_id=name, min_width=200)
        return go, self.stop_button(f"{name}-stop")

    def stop_button(self, elem_id: str) -> gr.Button:
        return gr.Button(WORDS["stop"], elem_id=elem_id, interactive=False, min_width=100)

    # ---- wiring

    def follow(
        self,
        events: Event | Sequence[Event],
        show: Callable[..., Any],
        outputs: Outputs | Component,
        *states: gr.State,
        how: Options = NEWEST,
    ) -> Any:
        """`show(moment, *states)` whenever one of the events comes -> what follows it.

        It answers by the outputs' names, only those that change; a single output by its value.
        """

        def answer(*values: Any) -> Any:
            moment, kept = self.read(values, len(states))
            return by_place(show(moment, *kept), outputs)

        return self._listen(events, show, answer, outputs, states, how)

    def stream(
        self,
        events: Event | Sequence[Event],
        run: Callable[..., Running],
        outputs: Mapping[str, Component],
        *states: gr.State,
        stop: gr.Button,
        live: gr.State | None = None,
        in_line: bool = True,
        of_network: bool = True,
        how: Options = RUNS,
    ) -> Any:
        """`run(moment, *states)` looks at the choices and hands on a run: it is shown as it goes.

        A ValueError while it looks is a bad choice, and becomes a sentence; whatever goes wrong
        later is a fault of ours. Runs that share `live` share a place: the newest has it. Another
        network ends a run that is `of_network`, the rail's.
        """
        live = live or self.state(Live)
        shown = {**outputs, "stop": stop}

        def go(*values: Any) -> Any:
            moment, (mine, *kept) = self.read(values, 1 + len(states))
            with sentences():
                running = run(moment, *kept)
            sent = stream(mine, running, self.shelf.line if in_line else None)
            opening, turn = next(sent), mine.id
            yield by_place({**opening, "stop": gr.update(interactive=True)}, shown)
            for answers in sent:
                yield by_place(answers, shown)
            if mine.id == turn:  # a newer one in its place has a use for Stop
                yield by_place({"stop": gr.update(interactive=False)}, shown)

        def close(mine: Live) -> Any:
            answers = stopped(mine, SCRUBBER in outputs)
            return by_place(answers | {"stop": gr.update(interactive=False)}, shown)

        def close_failed(mine: Live) -> Any:
            """(It comes from the browser: a newer run may have the place by then.)"""
            return close(mine) if mine.has_failed else by_place({}, shown)

        close.__name__ = f"stop_{run.__name__}"
        running = self._listen(events, run, go, shown, [live, *states], how)
        stop.click(close, live, list(shown.values()), cancels=[running], **QUICK)
        running.failure(close_failed, live, list(shown.values()), **QUICK)  # what was drawn stays
        if of_network:
            self.runs.append(running)
            self.on_exhibit(lambda exhibit: {"stop": gr.update(interactive=False)}, {"stop": stop})
        return running

    def on_exhibit(self, show: Callable[[Exhibit], Answers], outputs: Outputs) -> None:
        """What these parts are with another network."""
        self.hanging.append(OnExhibit(show, outputs))

    def dress(self, look: Dress) -> None:
        """What controls are built with that hang on the network or on each other (a range, say),
        value and all: `look(moment)` -> setting -> for gr.update.
        """
        self.dressed = look

    def state(self, make: Callable[[], Any]) -> gr.State:
        """A visitor's own, kept between calls; forgotten a quarter of an hour after they left."""
        return gr.State(make(), time_to_live=900)

    # ---- what the frame shows

    def dressing(self, moment: Moment[Any], said: Mapping[str, Any]) -> dict[str, Any]:
        """Setting -> for gr.update, of the controls that hang on the network or on others."""
        settings = read_settings(self.settings, said, moment.exhibit)
        looks = self.dressed(moment.with_settings(settings))
        return {name: gr.update(**look) for name, look in looks.items()}

    def show(self, moment: Moment[Any], said: Mapping[str, Any], network: bool) -> dict[str, Any]:
        """The controls as they are when this is said of them; all that hang on a new network."""
        known = {name: value for name, value in said.items() if name in self.controls}
        settings = read_settings(self.settings, known, moment.exhibit)
        shown = {name: gr.update(value=getattr(settings, name)) for name in known}
        looks = self.dressing(moment, known) if known or network else {}
        return shown | {name: shown.get(name, {}) | look for name, look in looks.items()}

    # ---- what handlers are given

    @property
    def inputs(self) -> list[Component]:
        return [*self.rail.inputs, *self.controls.values()]

    def read(self, values: Sequence[Any], states: int) -> tuple[Moment[S], list[Any]]:
        """The inputs' values -> the moment, and the values of so many states behind them."""
        rail, more = values[: len(self.rail.inputs)], list(values[len(self.rail.inputs) :])
        moment = read_rail(self.shelf, *rail)
        mine = dict(zip(self.controls, more, strict=False))
        settings = read_settings(self.settings, mine, moment.exhibit)
        return moment.with_settings(settings), more[len(more) - states :] if states else []

    def _listen(
        self,
        events: Event | Sequence[Event],
        named_as: Callable[..., Any],
        function: Callable[..., Any],
        outputs: Outputs | Component,
        states: Sequence[gr.State],
        how: Options,
    ) -> Any:
        function.__name__ = named_as.__name__
        shown = list(outputs.values()) if isinstance(outputs, Mapping) else outputs
        inputs = [*self.inputs, *states]
        if isinstance(events, Sequence):
            return gr.on(list(events), function, inputs, shown, **how)
        return events(function, inputs, shown, **how)


def by_place(answers: Any, outputs: Outputs | Component) -> Any:
    """Answers by name -> by place, as Gradio wants them; what is not answered stays as it is."""
    if not isinstance(outputs, Mapping):
        return answers
    if strangers := answers.keys() - outputs.keys():
        raise KeyError(f"There is no output called {', '.join(strangers)}.")
    listed = [
        answers[name] if name in answers else unchanged(output) for name, output in outputs.items()
    ]
    return listed[0] if len(listed) == 1 else listed


def unchanged(output: Component) -> Any:
    """Leaves it as it is. (Gradio takes a skip for an HTML component's new settings, and forgets
    the old ones: so they are said again.)
    """
    props = getattr(output, "props", None) if isinstance(output, gr.HTML) else None
    return gr.update(**props) if props else gr.skip()
