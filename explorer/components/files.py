"""Read a component's markup, style and script from the files that lie beside its Python file.

Scripts are ES modules, so that editors, tsc, biome and `node --test` read them as they lie. Gradio
runs a component's script as the body of one function, where nothing can be imported; so the modules
are joined here, without a build step. Knows nothing of Gradio; the keys it gives are the names of
`gr.HTML`'s arguments.
"""

import json
import re
import tomllib
from html import escape
from pathlib import Path
from string import Template
from typing import Any

FOLDER = Path(__file__).parent
NOT_CONSTANT = ("$", "{{", "`", "\\")  # what Gradio would evaluate, and a $name without words
IMPORT = re.compile(r"^import \{(\s*\w+(?:,\s*\w+)*,?\s*)\} from '\./(\w+)\.js';$", re.M)
EXPORT = re.compile(r"^export (?=(?:(?:async )?function |const |class )(\w+))", re.M)
# Of a style: a condition of the window, which stays, or a length that can grow.
LENGTH = re.compile(r"@media[^{]*|(?<![\w.])(\d+(?:\.\d+)?)px")
COMMENT = re.compile(r"^ *(?://.*|/\*\*(?:(?!\*/)[\s\S])*\*/)\n", re.M)  # that fills its lines
NOT_JOINED = re.compile(r"^\s*(?:import|export)\b.*|\bimport\(.*", re.M)


def read_parts(name: str) -> dict[str, str]:
    """The constant `html_template`, `css_template` and `js_on_load` of the component `name`.

    What words.toml has of its markup is filled in, and the rest is the script's WORDS. (They are
    no settings: Gradio forgets those of a component that an answer skips.)

    Raises ValueError if the markup or the style holds anything that Gradio would evaluate: a
    template that changes is rendered anew, and that wipes whatever the script has drawn. Also for
    what `read_script` refuses.
    """
    words = read_words().get(name, {})
    markup = words.pop("markup", {})
    parts = {
        "html_template": _fill(_read(f"{name}.html"), markup),
        "css_template": growing(_read(f"{name}.css")),
        "js_on_load": _with_words(name, words),
    }
    for part in ("html_template", "css_template"):
        for mark in NOT_CONSTANT:
            if mark in parts[part]:
                raise ValueError(f"The {part} of {name} must be constant, but it holds {mark!r}.")
    return parts


def growing(style: str) -> str:
    """The style with its lengths in rem, so that on a wall all of it grows with the page's type.

    At 16 pixels it is the same, and hairlines (below 4 pixels) stay as they are.
    """

    def grow(found: re.Match[str]) -> str:
        length = float(found[1] or 0)
        return f"{length / 16:g}rem" if length >= 4 else found[0]

    return LENGTH.sub(grow, style)


def read_words() -> dict[str, Any]:
    """words.toml: a component's name -> its words, and under "markup" those of its HTML."""
    return tomllib.loads(_read("words.toml"))


def read_page_script(name: str) -> str:
    """One that is no component's, as one function that calls itself; it has its WORDS too."""
    return f"(() => {{\n{_with_words(name, read_words().get(name, {}))}}})();\n"


def _with_words(name: str, words: dict[str, Any]) -> str:
    return _assign(words) + read_script(name)


def _assign(words: dict[str, Any]) -> str:
    """Names without quotes: what stands quoted in a script is an event to Gradio."""
    fields = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in words.items()]
    return f"const WORDS = {{ {', '.join(fields)} }};\n" if words else ""


def _fill(markup: str, words: dict[str, str]) -> str:
    """Each $name gives way to its words: plain text, unless the name ends in _html."""
    texts = {name: text if name.endswith("_html") else escape(text) for name, text in words.items()}
    return Template(markup).safe_substitute(texts)


def read_script(name: str) -> str:
    """The module `name` and before it, each once, those that it imports, as one plain script
    without the comments that fill their lines: every visitor is sent it.

    Each of these becomes a function that is called once and returns what the module exports: no
    name of one module is known in another, as it is among modules.

    Raises ValueError for modules that import each other, and for all but the two plain forms
    `import { a, b } from './module.js';` and `export` before a function, class or const.
    """
    scopes: dict[str, str] = {}
    own = _join(name, scopes, ())
    return COMMENT.sub("", "\n".join([*scopes.values(), own]))


def _join(name: str, scopes: dict[str, str], importers: tuple[str, ...]) -> str:
    """The module's text with plain assignments for its imports; those modules go into `scopes`."""
    if name in importers:
        raise ValueError(f"Modules import each other: {' -> '.join((*importers, name))}.")

    def assign(found: re.Match[str]) -> str:
        names, module = re.findall(r"\w+", found[1]), found[2]
        exports = EXPORT.findall(_read(f"{module}.js"))
        if missing := sorted(set(names) - set(exports)):
            raise ValueError(f"{module}.js exports no {', '.join(missing)}, asked for by {name}.")
        if module not in scopes:
            text = _join(module, scopes, (*importers, name))
            scopes[module] = (
                f"const {module}_js = (() => {{\n{text}return {{ {', '.join(exports)} }};\n}})();"
            )
        return f"const {{ {', '.join(names)} }} = {module}_js;"

    text = EXPORT.sub("", IMPORT.sub(assign, _read(f"{name}.js")))
    if left := NOT_JOINED.search(text):
        raise ValueError(f"{name}.js can't be joined with other modules: {left[0].strip()}")
    return text


def _read(file_name: str) -> str:
    return (FOLDER / file_name).read_text(encoding="utf-8")
