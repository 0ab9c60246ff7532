"""The page's contents: the navigation, the links from one lesson to the next, and the map of labs.

All are plain links with data-lesson, which components/rooms.js follows.
"""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from explorer.lessons.lesson import Lesson
from explorer.page.words import TEXT

WORDS = TEXT["page"]
LABS = "labs"  # the map's name in an address
LABS_ID = "lesson-labs"
Lessons = Sequence[Lesson[Any]]


def titles_of(lessons: Lessons) -> dict[str, str]:
    """Name -> "1 Add noise" for a chapter of the story, "Break it" for a lab."""
    titles = {lesson.name: lesson.words["name"] for lesson in lessons}
    return titles | {one.name: f"{k} {titles[one.name]}" for k, one in enumerate(story(lessons), 1)}


def story(lessons: Iterable[Lesson[Any]]) -> list[Lesson[Any]]:
    return [lesson for lesson in lessons if lesson.group == "story"]


def labs(lessons: Iterable[Lesson[Any]]) -> list[Lesson[Any]]:
    return [lesson for lesson in lessons if lesson.group == "lab"]


def rooms(lessons: Lessons) -> list[dict[str, str]]:
    """For rooms.js: the story, the map of labs, the labs."""
    titles = titles_of(lessons)
    places = [(one.name, one.elem_id, titles[one.name]) for one in lessons]
    places.insert(len(story(lessons)), (LABS, LABS_ID, WORDS["labs"]))
    return [
        {"name": name, "id": elem_id, "title": f"{title} · {WORDS['title']}"}
        for name, elem_id, title in places
    ]


def link(lesson: str, html: str, attributes: str = "") -> str:
    return f'<a href="?lesson={lesson}" data-lesson="{lesson}"{attributes}>{html}</a>'


def navigation(lessons: Lessons) -> str:
    """The page's title, the story's chapters and the labs; always in sight."""
    chapters = ""
    for k, one in enumerate(story(lessons), 1):
        name = escape(one.words["name"])
        chapters += f"<li>{link(one.name, f'<b>{k}</b> <span>{name}</span>')}</li>"
    names = " ".join(lab.name for lab in labs(lessons))
    holds = f' data-holds="{names}"'
    first = lessons[0].name
    return (
        f"<header><h1>{link(first, escape(WORDS['title']))}</h1>"
        f'<nav aria-label="{escape(WORDS["lessons"])}"><ol>{chapters}</ol>'
        f"{link(LABS, escape(WORDS['labs']), holds)}</nav>"
        '<button id="rail-toggle" type="button" aria-expanded="false" aria-controls="rail">'
        f"{escape(WORDS['rail'])}</button>{tools()}{whole_page()}</header>{keys_dialog()}{link_dialog()}"
    )


def tools() -> str:
    """The buttons that keys have too; see components/keys.js."""
    keys = f'aria-label="{escape(WORDS["keys"])}" title="{escape(WORDS["keys"])}"'
    pressed = 'type="button" aria-pressed="false"'
    big = f'<button id="big-button" {pressed}>{escape(WORDS["big"])}</button>'
    leave = f'<button id="big-leave" type="button">{escape(WORDS["big_leave"])}</button>'
    keys = f'<button id="keys-button" type="button" {keys}>?</button>'
    share = f'<button id="link-button" type="button">{escape(WORDS["link"])}</button>'
    return f'<div class="tools">{share}{big}{keys}{leave}</div>'


def whole_page() -> str:
    """The way out of a frame; components/embed.js says where to."""
    return f'<a id="whole-page" target="_blank" rel="noopener">{escape(WORDS["whole_page"])}</a>'


def keys_dialog() -> str:
    """Its list is made by components/keys.js, from its own table."""
    return (
        '<dialog id="keys" aria-labelledby="keys-title">'
        f'<h2 id="keys-title">{escape(WORDS["keys"])}</h2><dl></dl>'
        f'<label><input type="checkbox" checked> {escape(WORDS["keys_on"])}</label>'
        f"{closing()}</dialog>"
    )


def link_dialog() -> str:
    """Filled in by components/sharing.js."""
    title = escape(WORDS["link_title"])
    return (
        f'<dialog id="link" aria-labelledby="link-title"><h2 id="link-title">{title}</h2>'
        '<p role="status"></p>'
        f'<input type="text" readonly aria-label="{title}"><ul></ul><figure></figure>'
        f"{closing()}</dialog>"
    )


def closing() -> str:
    return f'<form method="dialog"><button>{escape(WORDS["close"])}</button></form>'


def onward(lesson: Lesson[Any], lessons: Lessons) -> str:
    """Back and Next, at a lesson's foot. The story ends at the map of labs."""
    titles, chapters = titles_of(lessons), story(lessons)
    group = chapters if lesson.group == "story" else labs(lessons)
    at, back, ahead = group.index(lesson), "", ""
    if at:
        back = link(group[at - 1].name, f"← {escape(titles[group[at - 1].name])}")
    elif group is not chapters:
        back = link(LABS, f"← {escape(WORDS['labs'])}")
    if at + 1 < len(group):
        title = titles[group[at + 1].name]
        ahead = link(group[at + 1].name, f"{escape(WORDS['next'].format(title=title))} →")
    else:
        ahead = link(LABS, f"{escape(WORDS['labs'])} →")
    label = escape(WORDS["onward"])
    return f'<nav class="onward" aria-label="{label}"><span>{back}</span>{ahead}</nav>'


def handout(lesson: Lesson[Any]) -> str:
    """What only the printed lesson has: a name, its tasks with room to write, and its address."""
    tasks = "".join(f"<li>{escape(task)}<i></i></li>" for task in lesson.words.get("tasks", ()))
    name, date, tried = (escape(WORDS[key]) for key in ("print_name", "print_date", "print_try"))
    listed = f"<h3>{tried}</h3><ol>{tasks}</ol>" if tasks else ""
    who = f'<p class="who"><span>{name}</span><span>{date}</span></p>'
    return f'<section class="handout">{who}{listed}<p class="address"></p></section>'


def map_of_labs(lessons: Lessons) -> str:
    """A card each: the question, and what one finds out."""
    cards = "".join(f"<li>{link(lab.name, card(lab))}</li>" for lab in labs(lessons))
    return (
        f"<h2>{escape(WORDS['labs'])}</h2><p>{escape(WORDS['labs_lead'])}</p>"
        f'<ul class="labs">{cards}</ul>'
    )


def card(lab: Lesson[Any]) -> str:
    words = lab.words
    name, question, finds = (escape(words.get(key, "")) for key in ("name", "question", "finds"))
    return f"<b>{name}</b> <strong>{question}</strong> <span>{finds}</span>"
