"""A mistake of the lesson "break it", described: in words, and as the lines of code that change.

The code shown is run by the tests: it gives the very pictures that the bench shows.
"""

from dataclasses import dataclass
from html import escape
from itertools import zip_longest
from typing import Any

from explorer.exhibits.exhibit import Exhibit
from explorer.lessons.break_it.compute import (
    GUIDANCE,
    NUM_STEPS,
    mistakes,
    schedules_ends,
    share_left,
)
from explorer.page.words import SHARED, number, percent, say, words_beside

WORDS = words_beside(__file__)
TAGS = {"same": "span", "right": "del", "broken": "ins"}


@dataclass(frozen=True)
class Description:
    """Markdown and HTML for the page.

    says: what the mistake does.
    look: what to look for in its run.
    change: the right lines of code, and the broken ones.
    loop: the whole sampler with the change in it.
    runs: what both runs have in common.
    ends: what each schedule leaves of the picture at T.
    """

    says: str
    look: str
    change: str
    loop: str
    runs: str
    ends: str


def describe(exhibit: Exhibit, name: str, strength: float | None) -> Description:
    """The mistake called `name` at this strength; None where it is only on or off."""
    words, facts = WORDS["mistakes"][name], facts_of(exhibit, name, strength)
    return Description(
        says=words["says"].format(**facts),
        look=words["look"].format(**facts),
        change=change_html(words["right"].format(**facts), words["broken"].format(**facts)),
        loop=loop_html(loop_lines(exhibit, name, strength)),
        runs=WORDS["runs"].format(**facts),
        ends=ends_table(exhibit),
    )


def facts_of(exhibit: Exhibit, name: str, strength: float | None) -> dict[str, Any]:
    """What the words and the code may speak of."""
    mistake = mistakes(exhibit.T)[name]
    switches = mistake.switches(strength)
    value = getattr(switches, mistake.switch)
    amount = 0 if isinstance(value, str) else value
    kind = exhibit.first_kind
    return {
        "strength": f"{amount:g}",
        "signed": f"{'-' if amount < 0 else '+'} {abs(amount):g}",
        "steps": NUM_STEPS,
        "T": exhibit.T,
        "stable_left": percent(
            next(end.alpha_bar for end in schedules_ends(exhibit) if end.name == "scaled_linear")
        ),
        "left": percent(share_left(exhibit, switches)),
        "sampler": "DDPM" if mistake.eta else "DDIM",
        "kind": say(WORDS["told_kind"], kind=kind, guidance=GUIDANCE) if kind else "",
    }


def slider_settings(exhibit: Exhibit, name: str) -> dict[str, Any]:
    """For the slider of its strength; hidden if it has none."""
    mistake = mistakes(exhibit.T)[name]
    if mistake.slider is None:
        return {"visible": False}
    lowest, highest, step = mistake.slider
    label = WORDS["mistakes"][name]["slider"].format(**facts_of(exhibit, name, lowest))
    return {
        "minimum": lowest, "maximum": highest, "step": step, "value": mistake.opening,
        "label": label, "visible": True,
    }  # fmt: skip


def change_html(right: str, broken: str) -> str:
    rows = "".join(
        f"<dt>{WORDS[f'{which}_line']}</dt><dd><code>{escape(line)}</code></dd>"
        for which, code in (("right", right), ("broken", broken))
        for line in code.splitlines()
    )
    return f"<dl>{rows}</dl>"


def loop_lines(exhibit: Exhibit, name: str, strength: float | None) -> list[tuple[str, str]]:
    """The sampler's code with the mistake in it: ("same", "right" or "broken", line).

    A right line is followed by the broken one that takes its place, if there is one.
    """
    words, facts = WORDS["mistakes"][name], facts_of(exhibit, name, strength)
    right, broken = (words[which].format(**facts).splitlines() for which in ("right", "broken"))
    instead = dict(zip_longest(right, broken))
    marked = []
    for line in WORDS["loops"][facts["sampler"].lower()].format(**facts).splitlines():
        plain = line.strip()
        marked.append(("right" if plain in instead else "same", line))
        if instead.get(plain):
            marked.append(("broken", line.replace(plain, instead[plain])))
    return marked


def loop_html(marked: list[tuple[str, str]]) -> str:
    code = ""
    for mark, line in marked:
        plain = line.lstrip()
        indent = line.removesuffix(plain)
        code += f"{indent}<{TAGS[mark]}>{escape(plain)}</{TAGS[mark]}>\n"
    return f"<pre><code>{code}</code></pre>"


def ends_table(exhibit: Exhibit) -> str:
    rows = []
    for end in schedules_ends(exhibit):
        name = SHARED["schedules"][end.name]
        figures = map(number, (end.alpha_bar, end.snr, end.signal_scale))
        cells = (WORDS["ends_own"].format(name=name) if end.own else name, *figures)
        rows.append(f"| {' | '.join(cells)} |")
    hint = WORDS["ends_hint"].format(T=exhibit.T)
    return "\n".join([hint, "", WORDS["ends_head"], "|---|--:|--:|--:|", *rows])
