"""What a call may carry: JSON of a sensible size, and no file but the caller's own upload.

Gradio takes a dict with a "path" for a file wherever it stands in a call, opens it or fetches it:
so such a dict must name an upload of this session.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp, Receive, Scope, Send

from explorer.web.answers import API
from explorer.web.bodies import Bodies, Refused, replay
from explorer.web.uploads import Uploads

LARGEST_CALL = 20 * 2**20  # bytes: a data URI of the largest picture
TOO_LARGE = f"This call is too large: at most {LARGEST_CALL // 2**20} MB, please."
NOT_YOURS = "This file is not here, or not yours: please upload it again."


class Calls:
    """ASGI middleware for every body but an upload's."""

    def __init__(self, app: ASGIApp, uploads: Uploads, bodies: Bodies):
        self.app, self.uploads, self.bodies = app, uploads, bodies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            return await self.app(scope, receive, send)
        body = await self.bodies.read(receive, LARGEST_CALL, TOO_LARGE)
        self.check(body)
        await self.app(scope, replay(body, receive), send)

    def check(self, body: bytes) -> None:
        """Raise `Refused` for what is no call, or one with a file that is not the caller's."""
        try:
            # The parser that FastAPI uses too: nobody reads a body in two ways.
            call = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise Refused(400, "A call must be JSON, as the API page shows it.") from error
        if not isinstance(call, dict):
            raise Refused(400, "A call must be a JSON object, as the API page shows it.")
        session = call.get("session_hash")
        if session is not None and not isinstance(session, str):
            raise Refused(400, "session_hash must be text.")
        for file in files_in(call):
            if not self._allowed(file, session):
                raise Refused(403, NOT_YOURS)

    def _allowed(self, file: dict[str, Any], session: str | None) -> bool:
        path, url = file.get("path"), file.get("url")
        if not isinstance(path, str):
            return False
        # The page adds where it sees its upload; nobody may name any other address.
        if url is not None and not (
            isinstance(url, str) and unquote(url).endswith(f"{API}/file={path}")
        ):
            return False
        return self.uploads.claim(path, session)


def files_in(value: Any) -> Iterator[dict[str, Any]]:
    """Every dict, however deep, that somebody might take for a file."""
    open_ends = [value]
    while open_ends:
        one = open_ends.pop()
        if isinstance(one, dict):
            if "path" in one or "url" in one:
                yield one
            open_ends += one.values()
        elif isinstance(one, list):
            open_ends += one
