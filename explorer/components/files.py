"""Read a component's markup, style and script from the three files that lie beside its Python file.

Knows nothing of Gradio; the keys it gives are the names of `gr.HTML`'s arguments.
"""

from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).parent
NOT_CONSTANT = ("${", "{{", "`", "\\")  # what Gradio's template engine would evaluate


def read_parts(name: str, uses: Sequence[str] = ()) -> dict[str, str]:
    """The constant `html_template`, `css_template` and `js_on_load` of the component `name`.

    `uses` names scripts that several components share; they come before the component's own.

    Raises ValueError if the markup or the style holds anything that Gradio would evaluate: a
    template that changes is rendered anew, and that wipes whatever the script has drawn.
    """
    parts = {
        "html_template": _read(f"{name}.html"),
        "css_template": _read(f"{name}.css"),
        "js_on_load": "\n".join(_read(f"{script}.js") for script in (*uses, name)),
    }
    for part in ("html_template", "css_template"):
        for mark in NOT_CONSTANT:
            if mark in parts[part]:
                raise ValueError(f"The {part} of {name} must be constant, but it holds {mark!r}.")
    return parts


def _read(file_name: str) -> str:
    return (FOLDER / file_name).read_text(encoding="utf-8")
