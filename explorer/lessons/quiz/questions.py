"""The quiz's questions: read from questions.toml, checked, and made ready for the browser.

Questions are a teacher's to replace, so whatever is wrong with the file is said in a sentence.
"""

import random
import tomllib
from collections.abc import Callable, Collection
from inspect import signature
from itertools import pairwise
from pathlib import Path
from typing import Any

from explorer.exhibits.exhibit import Exhibit
from explorer.lessons.quiz.compute import MEASURES, NUMBERS
from explorer.lessons.quiz.pictures import NUM_STEPS, PICTURES, TOO_LARGE, TOO_SMALL
from explorer.page.tables import SHOWN, TableError, wrong_fields
from explorer.page.words import LESSONS, number

FILE = Path(__file__).parent / "questions.toml"

TEXT, NUMBER, LIST = (str,), (int, float), (list,)
NEEDED = {"id": TEXT, "kind": TEXT, "lesson": TEXT, "ask": TEXT, "reason": TEXT}
OF_KIND: dict[str, dict[str, tuple[type, ...]]] = {
    "choose": {"right": TEXT, "wrong": LIST},
    "pick": {"pictures": TEXT},
    "order": {"first": TEXT, "last": TEXT},
    "predict": {
        "from": NUMBER,
        "to": (*NUMBER, str),
        "truth": (*NUMBER, dict),
        "tolerance": NUMBER,
    },
    "personal": {},
}  # fmt: skip
MAY_HAVE: dict[str, dict[str, tuple[type, ...]]] = {
    "choose": {"show": (dict,), "numbers": (dict,)},
    "pick": {"show": (dict,)},
    "order": {"show": (dict,), "items": LIST, "pictures": TEXT},
    "predict": {"show": (dict,), "step": NUMBER, "unit": TEXT},
    "personal": {"show": (dict,)},
}
CLEARLY = 1.5  # times as large is the next: so that an order can be known


def read_questions(file: Path = FILE, lessons: Collection[str] = LESSONS) -> list[dict[str, Any]]:
    """The questions of a file, all of them checked.

    Raises TableError, with a sentence, for the first thing that is wrong.
    """
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise TableError(f"{file.name} cannot be read: {error}.") from error
    except tomllib.TOMLDecodeError as error:
        raise TableError(f"{file.name} is not proper TOML: {error}.") from error
    questions = content.get("question", [])
    if not isinstance(questions, list) or not questions:
        raise TableError(f"{file.name} holds no [[question]].")
    ids: set[str] = set()
    for place, question in enumerate(questions, start=1):
        where = f"{file.name}, question {place} ({question.get('id', 'without an id')})"
        if fault := find_fault(question, lessons):
            raise TableError(f"{where}: {fault}")
        if question["id"] in ids:
            raise TableError(f"{where}: another question has this id already.")
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
    if "pictures" in question and question["pictures"] not in PICTURES:
        return f"pictures must be one of {', '.join(PICTURES)}."
    find = {"choose": wrong_answers, "predict": wrong_slider, "order": wrong_items}.get(kind)
    return find(question) if find else None


def wrong_answers(question: dict[str, Any]) -> str | None:
    right, wrong = question["right"], question["wrong"]
    if not wrong or not all(isinstance(answer, str) and answer.strip() for answer in wrong):
        return "wrong must be a list of one or more texts."
    if len({right, *wrong}) < len(wrong) + 1:
        return "two of its answers are the same."
    if (numbers := question.get("numbers")) is None:
        return None
    if numbers.get("of") not in NUMBERS:
        return f"numbers: of must be one of {', '.join(NUMBERS)}."
    times = times_of(NUMBERS[numbers["of"]])
    fault = wrong_fields(numbers, times, {"of": TEXT, **times})
    return f"numbers: {fault}" if fault else None


def wrong_items(question: dict[str, Any]) -> str | None:
    items = question.get("items", [])
    if ("pictures" in question) == bool(items):
        return "it must have either items or pictures."
    if items and (len(items) < 2 or not (are_texts(items) or all(map(is_measured, items)))):
        return "items must be two or more texts, or tables of a text and a measure."
    for item in items if not are_texts(items) else ():
        needed = {"text": TEXT} | times_of(MEASURES[item["measure"]])
        if fault := wrong_fields(item, needed, {"measure": TEXT, **needed}):
            return f"in items: {fault}"
    return None


def are_texts(items: list[Any]) -> bool:
    return all(isinstance(item, str) and item.strip() for item in items)


def is_measured(item: Any) -> bool:
    return isinstance(item, dict) and item.get("measure") in MEASURES


def times_of(function: Callable[..., Any]) -> dict[str, tuple[type, ...]]:
    """The whole numbers that it takes besides the exhibit: t, t_next."""
    return {name: (int,) for name in list(signature(function).parameters)[1:]}


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
        needed = times_of(MEASURES[truth["measure"]])
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
    """See `components/quiz.py`; None if the network has no such numbers."""
    made = {key: question[key] for key in ("id", "kind", "lesson", "ask", "reason")}
    made["show"] = dict(question.get("show", {}))
    known = {"{T}": str(exhibit.T), "{denoiser}": exhibit.name}
    known["{image}"] = exhibit.first_picture.name
    try:
        found, names = MAKE[question["kind"]](question, exhibit)
    except ValueError:
        return None
    made |= found
    if made["show"].get("t") == "truth":
        made["show"]["t"] = round(made["truth"])
    return fill(made, known | names)


Made = tuple[dict[str, Any], dict[str, str]]  # what is special of a kind, and its {names}


def make_choice(question: dict[str, Any], exhibit: Exhibit) -> Made:
    answers, names = [question["right"], *question["wrong"]], {}
    if "numbers" in question:
        times = {key: value for key, value in question["numbers"].items() if key != "of"}
        numbers = NUMBERS[question["numbers"]["of"]](exhibit, **times)
        names = {f"{{{name}}}": two_places(value) for name, value in numbers.items()}
        if len(set(fill(answers, names))) < len(answers):
            raise ValueError("Rounded, two of the answers are the same.")
    mixed = shuffled(len(answers), question["id"])
    return {"answers": [answers[k] for k in mixed], "right": mixed.index(0)}, names


def make_pick(question: dict[str, Any], exhibit: Exhibit) -> Made:
    mixed = shuffled(PICTURES[question["pictures"]], question["id"])
    names = {"{steps}": NUM_STEPS, "{half_steps}": NUM_STEPS // 2, "{half_T}": exhibit.T // 2}
    names |= {"{too_small}": TOO_SMALL, "{too_large}": TOO_LARGE}
    made = {"set": question["pictures"], "pictures": mixed, "right": mixed.index(0)}
    return made, {name: str(value) for name, value in names.items()}


def make_order(question: dict[str, Any], exhibit: Exhibit) -> Made:
    """Items by what is measured, the largest first; texts and pictures are in order already."""
    made: dict[str, Any] = {"first": question["first"], "last": question["last"]}
    if "pictures" in question:
        mixed = shuffled(PICTURES[question["pictures"]], question["id"])
        made |= {"set": question["pictures"], "pictures": mixed, "items": [""] * len(mixed)}
        return made | {"right": [mixed.index(k) for k in range(len(mixed))]}, {}
    items = question["items"]
    if not are_texts(items):
        values = {item["text"]: by_measure(item, exhibit) for item in items}
        items = sorted(values, key=lambda text: -values[text])
        if any(values[a] < CLEARLY * values[b] for a, b in pairwise(items)):
            raise ValueError("Two of the items are hardly different.")
        made["values"] = [number(values[text]) for text in items]
    mixed = shuffled(len(items), question["id"])
    if "values" in made:
        made["values"] = [made["values"][k] for k in mixed]
    made |= {"items": [items[k] for k in mixed]}
    return made | {"right": [mixed.index(k) for k in range(len(mixed))]}, {}


def make_personal(question: dict[str, Any], exhibit: Exhibit) -> Made:
    return {"slider": {"from": 0, "to": exhibit.T, "step": 1, "unit": "t"}}, {}


def make_prediction(question: dict[str, Any], exhibit: Exhibit) -> Made:
    top = exhibit.T if question["to"] == "T" else question["to"]
    truth = question["truth"]
    truth = by_measure(truth, exhibit) if isinstance(truth, dict) else truth
    if not question["from"] <= truth <= top:
        raise ValueError("The truth lies outside of the slider.")
    step, unit = question.get("step", 1), question.get("unit", "")
    slider = {"from": question["from"], "to": top, "step": step, "unit": unit}
    made = {"slider": slider, "truth": truth, "tolerance": question["tolerance"]}
    return made, {"{truth}": str(round(truth)) if unit == "t" else number(truth)}


MAKE: dict[str, Callable[[dict[str, Any], Exhibit], Made]] = {
    "choose": make_choice,
    "pick": make_pick,
    "order": make_order,
    "predict": make_prediction,
    "personal": make_personal,
}


def by_measure(table: dict[str, Any], exhibit: Exhibit) -> float:
    """What a table's measure says of the network. Raises ValueError if it says nothing."""
    measure = MEASURES[table["measure"]]
    return measure(exhibit, **{name: table[name] for name in times_of(measure)})


def shuffled(count: int, name: str) -> list[int]:
    """0 ... count - 1, mixed the same at every visit; never left in order."""
    mixed, chance = list(range(count)), random.Random(name)  # noqa: S311
    while mixed == sorted(mixed):
        chance.shuffle(mixed)
    return mixed


def two_places(value: float) -> str:
    """0.64, −1.20."""
    return f"{value:.2f}".replace("-", "−")


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
