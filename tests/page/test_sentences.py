"""Anybody may call every function with anything: a sentence comes back, and nothing is logged."""

import asyncio
import inspect
import json
from collections.abc import Iterator

import gradio as gr
import pytest
from starlette.requests import Request

from explorer.page.sentences import LONGEST, Page, readable, sentences
from explorer.page.words import TEXT

# As raw JSON: NaN and the infinities are not in its grammar, but Python reads them.
VALUES = (
    *("null", "true", "-1", "0.5", "NaN", "-Infinity", "1" + "0" * 400),
    *('"abc"', '"\\ud800"', '"a\\u0000b"', "[]", "{}", "[" * 300 + "]" * 300),
    *('{"path": "/no/such/file", "meta": {"_type": "gradio.FileData"}}', json.dumps("A" * 100_000)),
)
# For what is not for programs: two in each place, and the next two in its neighbour.
SOME = (("null", '"abc"'), ("NaN", "[]"), ("1" + "0" * 400, "{}"))
EVENTS = (
    *("null", "[]", '"name"', "3", '{"png": "data:image/png;base64,@@@"}', '{"png": 5}'),
    '{"name": {"a": 1}, "image": [1], "denoiser": {}, "seed": "x", "empty": "no"}',
    '{"seed": NaN, "name": NaN, "image": NaN, "denoiser": NaN}',
)
REQUEST = gr.Request(
    Request({"type": "http", "headers": [], "query_string": b"", "client": ("203.0.113.7", 1)})
)
LOOP = asyncio.Runner()
NAMED = {
    "add_noise": ['"tiny"', '"old dog"', "5", "7"],
    "predict_noise": ['"tiny"', '"old dog"', "5", "7"],
    "reverse": ['"tiny"', '""', '"ddim"', "3", "1.0", "0.0", "7"],
}
ONLINE = {"fetch_mnist"}  # goes to the internet
INNER = ("Traceback", "<class", "object", "NoneType", "not supported", "unhashable", "Errno")


def test_what_the_library_refuses_is_handed_on_and_a_fault_is_not():
    with pytest.raises(gr.Error) as caught, sentences():
        raise ValueError("t must be in 1..40.")
    assert caught.value.message == "t must be in 1..40."
    assert caught.value.print_exception is False
    with pytest.raises(gr.Error) as caught, sentences():
        raise gr.Error("Said already.")
    assert caught.value.message == "Said already."
    with pytest.raises(KeyError), sentences():
        raise KeyError("a fault")


def test_a_message_is_of_bearable_length_and_can_be_sent():
    assert readable("A sentence.") == "A sentence."
    assert readable("half \ud800") == "half ?"
    assert len(readable("A" * 10**6)) == LONGEST + 2


@pytest.fixture(scope="module", autouse=True)
def one_loop() -> Iterator[None]:
    """An event loop for all calls: to make one takes as long as most answers."""
    with LOOP:
        yield


def answer(page: gr.Blocks, number: int, data: str, event: str = "null") -> gr.Error | None:
    """What a caller of the function gets: the error, or None if there is none."""
    fn = page.fns[number]
    told = gr.EventData(None, json.loads(event))
    try:
        LOOP.run(page.process_api(fn, json.loads(data), event_data=told, request=REQUEST))
    except gr.Error as error:
        return error
    return None


def inputs(page: gr.Blocks, number: int) -> list[str]:
    """What the page itself would send first."""
    return [json.dumps(getattr(one, "value", None), default=str) for one in page.fns[number].inputs]


def asked(fn) -> list[str]:
    """What a program would ask an endpoint first."""
    rail = {"denoiser": "tiny", "picture": "old dog", "t": 13}
    parameters = inspect.signature(fn.fn).parameters.values()
    return [json.dumps(rail.get(one.name, one.default)) for one in parameters]


@pytest.fixture(scope="module")
def built(colour_exhibit, grey_exhibit, tmp_path_factory) -> Page:
    from explorer.interface import build_interface
    from explorer.page.shelf import Shelf

    exhibits = {"tiny": colour_exhibit, "strokes": grey_exhibit}
    return build_interface(Shelf(exhibits, tmp_path_factory.mktemp("sheets")))


def failing(built: Page, error: Exception) -> gr.Error:
    """What a caller gets when a handler raises this."""

    def fail(value):
        raise error

    with Page(built.shelf) as page:
        box = gr.Textbox()
        box.change(fail, box)
    return answer(page, 0, '["x"]')


@pytest.mark.parametrize("fault", [KeyError("x"), ValueError("x"), MemoryError(), RuntimeError()])
def test_a_fault_of_ours_is_logged_with_its_cause_and_told_in_a_sentence(built, fault):
    error = failing(built, fault)
    assert error.message == TEXT["page"]["fault"]
    assert error.print_exception is True
    assert error.__cause__ is fault


def test_a_network_that_gives_nan_is_no_fault_of_ours_and_says_so(built):
    error = failing(built, FloatingPointError("the denoiser gave NaN or infinity at t = 3."))
    assert error.message == "the denoiser gave NaN or infinity at t = 3."
    assert error.print_exception is False


def test_every_function_answers_any_value_with_a_sentence(built):
    wrong, tried = set(), 0
    for number, fn in built.fns.items():
        if not fn.fn or not fn.api_name or fn.api_name in ONLINE:
            continue
        named = fn.api_visibility == "public"
        older = fn.api_name in NAMED
        standing = NAMED[fn.api_name] if older else asked(fn) if named else inputs(built, number)
        for place in range(len(standing)):
            for value in VALUES if older else SOME[(number + place) % len(SOME)]:
                data = f"[{', '.join([*standing[:place], value, *standing[place + 1 :]])}]"
                tried += 1
                wrong |= {
                    f"{fn.api_name} {place}: {fault}" for fault in faults(built, number, data)
                }
        for event in EVENTS if "event" in inspect.signature(fn.fn).parameters else ():
            tried += 1
            data = f"[{', '.join(standing)}]"
            wrong |= {f"{fn.api_name}: {fault}" for fault in faults(built, number, data, event)}
        for data in ("[]", "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]"):
            tried += 1
            wrong |= {f"{fn.api_name}: {fault}" for fault in faults(built, number, data)}
    assert tried > 1200
    assert not wrong, "\n".join(sorted(wrong))


def faults(page: gr.Blocks, number: int, data: str, event: str = "null") -> set[str]:
    """What is wrong with the answer: a fault of ours, or words that are Python's."""
    error = answer(page, number, data, event)
    if error is None:
        return set()
    inner = error.print_exception or any(word in error.message for word in INNER)
    return {f"{error.message[:150]!r} {error.__cause__!r:.150}"} if inner else set()
