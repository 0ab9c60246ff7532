"""Who waits for an answer: the streams of answers that are open now.

Gradio ends what a page asked for when its stream closes, but a stream that was never opened it
misses: so whoever asks and never listens would have everything computed for nobody.
"""

import time
from collections import Counter
from threading import Lock
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Receive, Scope, Send

from explorer.web.answers import API, path_of

PATIENCE = 15.0  # seconds between asking and listening
REMEMBERED = 10_000  # sessions that were asked about while nobody listened


class Listening:
    """Keeps count of streams by session, or by event for a program's `/call/NAME/EVENT`."""

    def __init__(self) -> None:
        self._streams: Counter[str] = Counter()
        self._quiet_since: dict[str, float] = {}
        self._lock = Lock()

    def __call__(self, session: str | None, event: str | None = None) -> bool:
        """Does anybody listen to what this session, or its event, asked for, or may yet?

        Patience is an event's own: a session that was silent once may ask again.
        """
        if session is None:
            return True
        with self._lock:
            if session in self._streams or event in self._streams:
                return True
            while len(self._quiet_since) > REMEMBERED:
                self._quiet_since.pop(next(iter(self._quiet_since)))
            since = self._quiet_since.setdefault(event or session, time.monotonic())
            return time.monotonic() - since < PATIENCE

    def watch(self, app: ASGIApp) -> ASGIApp:
        """ASGI middleware that sees streams open and close."""

        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            session = stream_of(scope)
            if session is None:
                return await app(scope, receive, send)
            with self._lock:
                self._streams[session] += 1
                self._quiet_since.pop(session, None)
            try:
                await app(scope, receive, send)
            finally:
                with self._lock:
                    self._streams[session] -= 1
                    if not self._streams[session]:
                        del self._streams[session]

        return watched


def stream_of(scope: Scope) -> str | None:
    """The session, or the event, whose answers are asked for; None for any other request."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return None
    path = path_of(scope)
    if path == f"{API}/queue/data":
        return parse_qs(scope["query_string"].decode("latin-1")).get("session_hash", [None])[0]
    parts = path.removeprefix(f"{API}/call/").strip("/").split("/")
    return parts[-1] if path.startswith(f"{API}/call/") and len(parts) == 2 else None
