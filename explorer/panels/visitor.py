"""Who calls: as much as is needed to share the machine fairly, and no more.

Knows nothing of what is asked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gradio.context import LocalContext


@dataclass(frozen=True)
class Visitor:
    """One open page, or one call of a program.

    Args:
        session: names it; None where nobody called (in tests, at the start).
        client: the address that it calls from; a class behind one router has one.
    """

    session: str | None = None
    client: str = ""


def visitor() -> Visitor:
    """Whose call this thread is answering."""
    request = LocalContext.request.get(None)
    if request is None:
        return Visitor()
    return Visitor(request.session_hash, host(request))


def host(request: Any) -> str:
    """The address that a request comes from; "" if it came by no wire."""
    return getattr(getattr(request, "client", None), "host", "")


Listening = Callable[[str | None], bool]  # session -> does anybody wait for its answers?


def everybody_listens(session: str | None) -> bool:
    """Where nobody keeps watch."""
    return True
