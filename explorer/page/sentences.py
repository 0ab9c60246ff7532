"""How a call that fails is answered: a sentence to whoever called; in the log, our own faults only.

Anybody can call every function of the page with anything, as often as they like. Knows nothing of
what is computed.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gradio as gr
from gradio.block_function import BlockFunction

from explorer.page.sessions import PageConfig
from explorer.page.shelf import Shelf
from explorer.page.visitor import Listening, host
from explorer.page.words import TEXT

WORDS = TEXT["page"]
LONGEST = 400  # characters: who sends a megabyte is not sent it back
PYTHON = re.compile(r" \(type: <class '[^']*'>\)")
MOST_WAITING = 48  # calls of one client that wait for their turn: a class, each with one


@contextmanager
def sentences() -> Iterator[None]:
    """Hand on what the library refuses (ValueError): it says so in a sentence.

    For the place where a caller's own values go into the library, and no larger: elsewhere, such
    an error is a fault of ours.
    """
    try:
        yield
    except gr.Error:  # a ValueError too
        raise
    except ValueError as error:
        raise gr.Error(str(error), print_exception=False) from error


class Page(gr.Blocks):
    """Gradio's page, but whatever goes wrong in a call is answered in a sentence.

    What nobody waits for is not computed further.
    """

    def __init__(self, shelf: Shelf, **settings: Any):
        super().__init__(**settings)
        self.shelf = shelf
        self.default_config.__class__ = PageConfig

    @property
    def listening(self) -> Listening:
        return self.shelf.line.listening

    def heed(self, listening: Listening) -> None:
        """Does anybody wait for what a session asked for? The page and its lines ask this."""
        self.shelf.line.listening = self.shelf.api_line.listening = listening

    async def process_api(self, *arguments: Any, **settings: Any) -> dict[str, Any]:
        """Every call goes through here, from the page and from programs, and each piece of one."""
        try:
            caller = settings.get("session_hash"), settings.get("event_id")
            if settings.get("iterator") and not self.listening(*caller):
                raise gr.Error(TEXT["line"]["nobody"])
            return await super().process_api(*arguments, **settings)
        except gr.Error as error:
            error.message = readable(str(error.message))
            error.print_exception = False
            raise
        except FloatingPointError as error:  # the network's fault, and it says which
            raise gr.Error(str(error), print_exception=False) from error
        except Exception as error:  # a fault of ours: Gradio logs it with its cause
            raise gr.Error(WORDS["fault"]) from error

    async def preprocess_data(
        self, block_fn: BlockFunction, inputs: list[Any], *arguments: Any, **settings: Any
    ) -> Any:
        """What a caller gives, read by each component."""
        names = [getattr(block, "label", None) or "?" for block in block_fn.inputs]
        if len(inputs) != len(names):
            counts = {"expected": len(names), "given": len(inputs)}
            words = WORDS["wrong_count"]
            raise gr.Error(words.format(function=block_fn.name, names=", ".join(names), **counts))
        for block, value in zip(block_fn.inputs, inputs, strict=True):
            if isinstance(block, gr.Radio | gr.Dropdown) and not isinstance(value, str | int):
                raise gr.Error(WORDS["no_choice"].format(label=block.label))
        try:
            return await super().preprocess_data(block_fn, inputs, *arguments, **settings)
        except gr.Error:
            raise
        except (TypeError, ValueError, RecursionError) as error:  # Gradio's, in several lines
            raise gr.Error(WORDS["wrong_values"].format(function=block_fn.name)) from error

    def queue(self, *arguments: Any, **settings: Any) -> "Page":
        """As Gradio's, but one client's waiting calls never shut out the others'."""
        super().queue(*arguments, **settings)
        push, queue = self._queue.push, self._queue

        async def fair_push(body: Any, request: Any, username: Any) -> Any:
            lines = queue.event_queue_per_concurrency_id.values()
            waiting = [host(event.request) for line in lines for event in line.queue]
            if waiting.count(host(request)) >= MOST_WAITING:
                return False, WORDS["too_many"], "queue_full"
            return await push(body, request, username)

        self._queue.push = fair_push
        return self


def readable(message: str) -> str:
    """Of bearable length, without Python's own words (Gradio names types), and in letters that can
    be sent: half a surrogate pair cannot.
    """
    message = PYTHON.sub("", message.encode("utf-8", "replace").decode())
    return message if len(message) <= LONGEST else f"{message[:LONGEST]} …"
