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
        event: names this call.
        client: the address that it calls from; a class behind one router has one.
    """

    session: str | None = None
    client: str = ""
    event: str | None = None


def visitor() -> Visitor:
    """Whose call this thread is answering."""
    request = LocalContext.request.get(None)
    if request is None:
        return Visitor()
    return Visitor(request.session_hash, host(request), LocalContext.event_id.get(None))


def host(request: Any) -> str:
    """The address that a request comes from; "" if it came by no wire."""
    return getattr(getattr(request, "client", None), "host", "")


Listening = Callable[[str | None, str | None], bool]  # (session, event): does anybody wait?


def everybody_listens(session: str | None, event: str | None = None) -> bool:
    """Where nobody keeps watch."""
    return True
