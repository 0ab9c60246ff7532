"""What goes wrong ends in a sentence for the visitor, and a fault of ours in the log besides."""

import logging

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from explorer.web.answers import sentence
from explorer.web.bodies import Gone, Refused

OURS = "Something went wrong here; the fault is not yours, and it has been noted."
log = logging.getLogger(__name__)


async def no_bare_error(request: Request, error: Exception) -> Response:
    """In the place of Starlette's "Internal Server Error"; the error itself comes by `Faults`."""
    return sentence(request.scope, 500, OURS)


class Faults:
    """ASGI middleware: refusals are answered, faults are logged, streams end whole."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message | None = None

        async def note(message: Message) -> None:
            nonlocal start
            start = start or message
            await send(message)

        try:
            await self.app(scope, receive, note)
        except (Gone, ClientDisconnect):
            return  # there is nobody to answer
        except Refused as refused:
            await sentence(scope, refused.status, refused.text)(scope, receive, send)
        except Exception as error:
            if not _foreseen(error):
                log.exception("%s %s", scope["method"], scope["path"])
            if start is None:
                await sentence(scope, 500, OURS)(scope, receive, send)
            elif _is_stream(start):  # its last message has told what was wrong
                await send({"type": "http.response.body", "body": b""})


def _foreseen(error: Exception) -> bool:
    """A refusal that came too late: Gradio raises its 404 when the stream has begun."""
    return isinstance(error, HTTPException) or isinstance(error.__cause__, HTTPException)


def _is_stream(start: Message) -> bool:
    headers = Headers(raw=start.get("headers", []))
    return headers.get("content-type", "").startswith("text/event-stream")
