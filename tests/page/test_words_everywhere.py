"""Whatever a visitor reads stands in words.toml: the page is built with all letters of these files
written in signs that nobody types, and whatever letters are left on it are found here.
"""

import inspect
import json
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import gradio as gr
import plotly.graph_objects as go
import pytest

import explorer
from explorer.denoiser.checkpoints import CHECKPOINTS
from explorer.diffusion.schedules import SCHEDULES
from explorer.exhibits import variants
from explorer.images.gallery import Gallery

# What has words: made anew.
OURS = ("page", "lessons", "components", "contents", "interface", "api")

SIGNS = 0xF0000  # where a private alphabet begins, whose signs are no letters
LETTERS = re.compile(r"[A-Za-zÀ-ÖØ-öø-ʯͰ-Ͽ]+")
BRACES = re.compile(r"(\{\{|\}\}|\{[A-Za-z_]\w*(?:\[[^]{}]*\])*(?:![rs])?(?::[^{}]*)?\})")
FILLED_IN = re.compile(r"[$%]?\{[^{}]*\}")  # by a script, by Gradio or by Plotly
# In tables of these names, what a machine reads.
NO_WORDS = {
    "stop": {"lesson", "show"},
    "question": {"id", "kind", "lesson", "measure", "numbers", "pictures", "show", "to"},
    "ways": {"lesson"},
}

# Of a component what is read. What it is set to is no text, if it has choices or a scale.
READ = ("label", "info", "placeholder", "value", "html_template", "props")
READ_OF_HTML = {"alt", "aria-label", "placeholder", "title"}
SET_TO = ("checkbox", "dropdown", "image", "radio", "slider")
NOT_READ = {
    *("follows", "heeds", "ink", "mode", "opens", "rule", "sheet", "uri"),  # for scripts
    *("scene", "schedules", "prediction"),  # numbers, packed
    *("id", "kind", "lesson", "run", "set", "show", "way"),  # of questions, stops and runs
    *("download", "nonce"),  # a file's name
}

HOW = re.compile(r'"(?:sampler|seeds)": "([^"]* [^"]*)"')
LONG = {"fetch_mnist", "climb_up"}  # from the net; as climb_a_little
FEWEST = {"steps": 4, "race-count": 4, "space-count": 4}  # sliders of runs

# What needs no words, beside what pictures, kinds and networks are called and what metrics.json
# says of how it was measured: the papers' symbols and names, and schedules in a table of them.
SYMBOLS = {"t", "x", "ε"}
NAMES = {"DDIM", "DDPM", *LETTERS.findall(" ".join(SCHEDULES))}


def disguise(value: Any, *path: str) -> Any:
    """A file of words, each letter as a sign; {fields} stay, and what is no word."""
    if isinstance(value, dict):
        return {name: disguise(part, *path, name) for name, part in value.items()}
    if isinstance(value, list):
        return [disguise(part, *path) for part in value]
    if not isinstance(value, str) or any(NO_WORDS.get(name, set()) & {*path} for name in path):
        return value
    text = BRACES.split(value)
    text[::2] = [LETTERS.sub(in_signs, part) for part in text[::2]]
    return "".join(text)


def in_signs(found: re.Match[str]) -> str:
    return "".join(chr(SIGNS + ord(letter)) for letter in found[0])


def in_letters(text: str) -> str:
    return "".join(chr(ord(sign) % SIGNS) for sign in text)


def has_words(module: str) -> bool:
    return module.startswith(tuple(f"explorer.{part}" for part in OURS))


@pytest.fixture(scope="module")
def disguised() -> Iterator[None]:
    """Whatever has words is imported anew, for this file alone."""
    with pytest.MonkeyPatch.context() as patch:
        read = tomllib.loads
        patch.setattr(tomllib, "loads", lambda text: disguise(read(text)))
        patch.setattr(variants, "NUM_STEPS", 2)  # of a fold's runs, which say no more than once
        for part in OURS:
            patch.setattr(explorer, part, None, raising=False)
        for name in filter(has_words, list(sys.modules)):
            patch.delitem(sys.modules, name)
        yield
        for name in filter(has_words, list(sys.modules)):
            del sys.modules[name]


@pytest.fixture(scope="module")
def exhibits(colour_exhibit, grey_exhibit, ideal_over) -> dict:
    """The tiny ones with all that was measured of the real ones: there are words for it."""

    def measured(name: str) -> dict:
        return json.loads((CHECKPOINTS / name / "metrics.json").read_text(encoding="utf-8"))

    def few(gallery: Gallery) -> Gallery:
        """One of each kind."""
        return Gallery([next(one for one in gallery if one.kind == kind) for kind in gallery.kinds])

    ideal, denoiser = (ideal_over(few(one.gallery), 1000) for one in (colour_exhibit, grey_exhibit))
    emoji = {"name": "emoji", "denoiser": ideal, "ideal": ideal, "metrics": measured("emoji")}
    compared = {
        name: replace(grey_exhibit, name=name, denoiser=denoiser, metrics=measured(name))
        for name in grey_exhibit.variants
    }
    digits = replace(compared["digits"], variants=compared)
    return {"emoji": replace(colour_exhibit, **emoji), "digits": digits}


@pytest.fixture(scope="module")
def page(disguised, exhibits, tmp_path_factory):
    from explorer.interface import build_interface
    from explorer.page.shelf import Shelf

    return build_interface(Shelf(exhibits, tmp_path_factory.mktemp("sheets")))


@pytest.fixture(scope="module")
def typed(exhibits):
    """`typed(texts)`: text -> what of it comes from no file of words and is no data."""
    pictures = [picture for exhibit in exhibits.values() for picture in exhibit.gallery]
    names = [*exhibits, *(f"{picture.name} {picture.kind}" for picture in pictures)]
    known = SYMBOLS | NAMES | {*LETTERS.findall(" ".join(names))}
    files = json.dumps([exhibits["emoji"].metrics, exhibits["digits"].metrics])
    data = re.compile("|".join([FILLED_IN.pattern, *map(re.escape, HOW.findall(files))]))

    def find(texts: Iterable[str]) -> dict[str, set[str]]:
        found = {text: {*LETTERS.findall(data.sub("", text))} - known for text in texts}
        return {in_letters(text): words for text, words in found.items() if words}

    return find


# ---- what is read


class Markup(HTMLParser):
    """The texts of HTML, and of its attributes those that are read."""

    def __init__(self, text: str):
        super().__init__()
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.texts += [text or "" for name, text in attrs if name in READ_OF_HTML]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def texts_in(value: Any) -> Iterator[str]:
    """All that can be read in what a component holds, or is answered."""
    if isinstance(value, go.Figure):
        yield from texts_of_figure(value)
    elif isinstance(value, gr.Plot):  # in the old one's place
        yield from texts_in(value.constructor_args["value"] if value.visible else None)
    elif isinstance(value, dict) and "__type__" in value:  # a gr.update
        yield from texts_of_component("", value)
    elif isinstance(value, dict):
        yield from texts_in([part for name, part in value.items() if name not in NOT_READ])
    elif isinstance(value, list | tuple):
        for part in value:
            yield from texts_in(part)
    elif isinstance(value, str) and not value.startswith("data:"):
        yield from Markup(value).texts


def texts_of_component(kind: str, props: dict[str, Any]) -> Iterator[str]:
    yield from (label for label, _ in props.get("choices") or ())
    for name in READ:
        if name != "value" or (kind not in SET_TO and "choices" not in props):
            yield from texts_in(props.get(name))


def texts_of_figure(figure: go.Figure) -> Iterator[str]:
    axes = [*figure.select_xaxes(), *figure.select_yaxes()]
    yield from (titled.title.text or "" for titled in (figure.layout, *axes))
    yield from (text for axis in axes for text in axis.ticktext or ())
    yield from (note.text for note in figure.layout.annotations)
    for trace in figure.data:
        places = [*(trace.x if trace.x is not None else ()), *trace.y]
        yield from (trace.name or "", trace.hovertemplate or "")
        yield from (place for place in places if isinstance(place, str))


def answers_of(page) -> Iterator[tuple[str, Any, Any]]:
    """Function, component, answer: the page's own functions, each called once as it opens, in
    their order; but not those that need to know what was clicked, nor what would take long.
    """
    for one in page.fns.values():
        if one.fn is None or one.api_visibility == "public" or one.name in LONG:
            continue
        kinds = {each.annotation for each in inspect.signature(one.fn).parameters.values()}
        if kinds & {gr.EventData, gr.Request}:
            continue
        given = [FEWEST.get(block.elem_id, block.value) for block in one.inputs]
        answers = one.fn(*given)
        for answer in answers if inspect.isgenerator(answers) else [answers]:
            for output, value in zip(
                one.outputs, [answer] if len(one.outputs) == 1 else answer or (), strict=False
            ):
                if isinstance(output, gr.State) and value != gr.skip():
                    output.value = value
                elif not isinstance(output, gr.State):
                    yield one.name, output, value


# ---- what is found


def test_what_is_typed_is_found(typed):
    figure = go.Figure(go.Scatter(y=[1], name=disguise("curve {k}")), {"title": {"text": "Plain"}})
    assert typed(texts_of_figure(figure)) == {"Plain": {"Plain"}}
    html = f'<b title="Tip">{disguise("words, {{T}}")}</b> t = 3, cat'
    assert typed(texts_in([{"label": html, "uri": "here"}])) == {"Tip": {"Tip"}}
    assert in_letters(disguise("x̂₀ = {a:%} of {{T}}")) == "x̂₀ = {a:%} of {{T}}"


def test_the_page_opens_with_words_of_the_files_alone(page, typed):
    sent = [one for one in page.get_config_file()["components"] if one["type"] != "api"]
    found = [typed(texts_of_component(one["type"], one["props"])) for one in sent]
    assert [one for one in found if one] == []
    assert typed([page.title]) == {}


def test_it_answers_with_words_of_the_files_alone(page, typed):
    found, figures = {}, set()
    for name, output, value in answers_of(page):
        if isinstance(value, go.Figure | gr.Plot):
            figures.add(output.elem_id)
        if not isinstance(output, gr.Radio | gr.Dropdown):
            found |= {f"{name}: {text}": words for text, words in typed(texts_in(value)).items()}
    assert found == {}
    plots = {block.elem_id for block in page.blocks.values() if isinstance(block, gr.Plot)}
    assert figures == plots  # each was drawn
