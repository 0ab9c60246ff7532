"""The quiz's questions: read from questions.toml, checked, and made ready for the browser.

Questions are a teacher's to replace, so whatever is wrong with the file is said in a sentence.
"""

import random
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from explorer.experiments.exhibits import Exhibit
from explorer.experiments.quiz import MEASURES
from explorer.panels.text import LESSONS

FILE = Path(__file__).parent / "questions.toml"

TEXT, NUMBER, LIST = (str,), (int, float), (list,)
NEEDED = {"id": TEXT, "kind": TEXT, "lesson": TEXT, "ask": TEXT, "reason": TEXT}
OF_KIND: dict[str, dict[str, tuple[type, ...]]] = {
    "choose": {"right": TEXT, "wrong": LIST},
    "predict": {
        "from": NUMBER,
        "to": (*NUMBER, str),
        "truth": (*NUMBER, dict),
        "tolerance": NUMBER,
    },
    "personal": {},
}  # fmt: skip
MAY_HAVE: dict[str, dict[str, tuple[type, ...]]] = {
    "choose": {"show": (dict,)},
    "predict": {"show": (dict,), "step": NUMBER, "unit": TEXT},
    "personal": {"show": (dict,)},
}
SHOWN = {"t": (int, str), "denoiser": TEXT, "image": TEXT, "seed": (int,)}
NAMES = {str: "a text", int: "a number", float: "a number", list: "a list", dict: "a { table }"}


class QuestionsError(ValueError):
    """The questions' file cannot be used; the message is for the one who wrote it."""


def read_questions(file: Path = FILE, lessons: Collection[str] = LESSONS) -> list[dict[str, Any]]:
    """The questions of a file, all of them checked.

    Raises QuestionsError, with a sentence, for the first thing that is wrong.
    """
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionsError(f"{file.name} cannot be read: {error}.") from error
    except tomllib.TOMLDecodeError as error:
        raise QuestionsError(f"{file.name} is not proper TOML: {error}.") from error
    questions = content.get("question", [])
    if not isinstance(questions, list) or not questions:
        raise QuestionsError(f"{file.name} holds no [[question]].")
    ids: set[str] = set()
    for number, question in enumerate(questions, start=1):
        where = f"{file.name}, question {number} ({question.get('id', 'without an id')})"
        if fault := find_fault(question, lessons):
            raise QuestionsError(f"{where}: {fault}")
        if question["id"] in ids:
            raise QuestionsError(f"{where}: another question has this id already.")
        ids.add(question["id"])
    return questions


def find_fault(question: dict[str, Any], lessons: Collection[str]) -> str | None:
    """What is wrong with a question, in a sentence; None if nothing is."""
    kind = question.get("kind")
    if kind not in OF_KIND:
        return f"kind must be one of {', '.join(OF_KIND)}, not {kind!r}."
    needed = NEEDED | OF_KIND[kind]
    if fault := wrong_fields(question, needed, needed | MAY_HAVE[kind]):
        return fault
    if question["lesson"] not in lessons:
        return f"there is no lesson {question['lesson']!r}; there are {', '.join(lessons)}."
    show = question.get("show", {})
    if fault := wrong_fields(show, {}, SHOWN):
        return f"in show: {fault}"
    if isinstance(show.get("t"), str) and (show["t"] != "truth" or kind != "predict"):
        return 'in show: t must be a number (or "truth", where a number is predicted).'
    if kind == "choose":
        return wrong_answers(question)
    return wrong_slider(question) if kind == "predict" else None


def wrong_fields(
    table: dict[str, Any], needed: dict[str, Any], allowed: dict[str, tuple[type, ...]]
) -> str | None:
    for name in needed:
        if name not in table:
            return f"{name} is missing."
    for name, value in table.items():
        if name not in allowed:
            return f"{name!r} means nothing here; there are {', '.join(allowed)}."
        if not isinstance(value, allowed[name]) or isinstance(value, bool):
            kinds = " or ".join(dict.fromkeys(NAMES[kind] for kind in allowed[name]))
            return f"{name} must be {kinds}."
        if isinstance(value, str) and name != "unit" and not value.strip():
            return f"{name} is empty."
    return None


def wrong_answers(question: dict[str, Any]) -> str | None:
    right, wrong = question["right"], question["wrong"]
    if not wrong or not all(isinstance(answer, str) and answer.strip() for answer in wrong):
        return "wrong must be a list of one or more texts."
    if len({right, *wrong}) < len(wrong) + 1:
        return "two of its answers are the same."
    return None


def wrong_slider(question: dict[str, Any]) -> str | None:
    low, high, truth = question["from"], question["to"], question["truth"]
    if isinstance(high, str) and high != "T":
        return 'to must be a number or "T".'
    if not isinstance(high, str) and low >= high:
        return "from must be less than to."
    if question.get("step", 1) <= 0 or question["tolerance"] < 0:
        return "step must be more than 0, and tolerance must not be negative."
    if isinstance(truth, dict):
        if truth.get("measure") not in MEASURES:
            return f"truth: measure must be one of {', '.join(MEASURES)}."
        needed = {} if truth["measure"] == "half_power_t" else {"t": (int,)}
        fault = wrong_fields(truth, needed, {"measure": TEXT, **needed})
        return f"truth: {fault}" if fault else None
    if truth < low or (not isinstance(high, str) and truth > high):
        return "truth lies outside of the slider."
    return None


def questions_for(exhibit: Exhibit, questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The questions as the browser shows them, with this network's numbers.

    Those that it has no number for are left out.
    """
    return [made for question in questions if (made := for_browser(question, exhibit))]


def for_browser(question: dict[str, Any], exhibit: Exhibit) -> dict[str, Any] | None:
    """See `components/quiz.py`; None if the network has no such number."""
    made = {key: question[key] for key in ("id", "kind", "lesson", "ask", "reason")}
    made["show"] = dict(question.get("show", {}))
    known = {"{T}": str(exhibit.T), "{denoiser}": exhibit.name}
    if question["kind"] == "choose":
        answers = [question["right"], *question["wrong"]]
        random.Random(question["id"]).shuffle(answers)  # noqa: S311 - the same at every visit
        made |= {"answers": answers, "right": answers.index(question["right"])}
    elif question["kind"] == "personal":
        made["slider"] = {"from": 0, "to": exhibit.T, "step": 1, "unit": "t"}
    else:
        top = exhibit.T if question["to"] == "T" else question["to"]
        step = question.get("step", 1)
        truth = measured(question["truth"], exhibit)
        if truth is None or not question["from"] <= truth <= top:
            return None
        unit = question.get("unit", "")
        made["slider"] = {"from": question["from"], "to": top, "step": step, "unit": unit}
        made |= {"truth": truth, "tolerance": question["tolerance"]}
        known["{truth}"] = f"{truth:.3g}"
        if made["show"].get("t") == "truth":
            made["show"]["t"] = round(truth)
    return fill(made, known)


def measured(truth: float | dict[str, Any], exhibit: Exhibit) -> float | None:
    """A number as it stands in the file, or as the network has it (None if it has none)."""
    if not isinstance(truth, dict):
        return truth
    arguments = {"t": truth["t"]} if "t" in truth else {}
    try:
        return MEASURES[truth["measure"]](exhibit, **arguments)
    except ValueError:
        return None


def fill(value: Any, known: dict[str, str]) -> Any:
    """Every text in it, with {names} replaced."""
    if isinstance(value, dict):
        return {key: fill(part, known) for key, part in value.items()}
    if isinstance(value, list):
        return [fill(part, known) for part in value]
    if isinstance(value, str):
        for name, text in known.items():
            value = value.replace(name, text)
    return value
