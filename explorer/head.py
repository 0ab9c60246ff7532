"""What stands in the page's head: our scripts, our styles, and which rooms there are."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from explorer.components.files import growing, read_page_script
from explorer.contents import rooms
from explorer.lessons.lesson import Lesson

# The page's own; those of components come with them.
SCRIPTS = ("mending", "framed", "page")
PAGE = Path(__file__).parent / "page" / "page.css"
# A part of the rail -> its elements.
PARTS = {
    "picture": "#card, #chooser",
    "t": "#rail-time",
    "seed": "#seed-row",
    "network": "#denoiser",
    "told": "#told",
}


def page_head(lessons: Sequence[Lesson[Any]]) -> str:
    """In the head rather than by Gradio's css_paths, which would confine the rules to the page's
    inside.
    """
    named = json.dumps(rooms(lessons), ensure_ascii=False).replace("<", "\\u003c")
    scripts = [f"window.explorerRooms = {named};\n"]
    scripts += [read_page_script(name) for name in SCRIPTS]
    styles = [PAGE.read_text(encoding="utf-8"), room_styles(lessons)]
    styles += [lesson.style for lesson in lessons]
    style, script = growing("\n".join(styles)), "".join(scripts)
    return f"<style>{style}</style><script>{script}</script>"


def room_styles(lessons: Sequence[Lesson[Any]]) -> str:
    """The room in sight is shown, and of the rail what its lesson heeds."""
    rules = [".room { display: none !important; }"]
    for room in rooms(lessons):
        here = f'html[data-lesson="{room["name"]}"]'
        rules.append(f"{here} #{room['id']} {{ display: flex !important; }}")
        lesson = next((one for one in lessons if one.name == room["name"]), None)
        heeds = lesson.heeds if lesson else ()
        if not heeds:
            rules.append(f"{here} :is(#rail, #rail-toggle) {{ display: none !important; }}")
        elif unheeded := [ids for part, ids in PARTS.items() if part not in heeds]:
            rules.append(f"{here} :is({', '.join(unheeded)}) {{ display: none !important; }}")
    return "\n".join(rules)
