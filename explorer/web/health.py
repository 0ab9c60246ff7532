"""For whoever runs the app: is it alive, and is it ready for visitors?"""

from collections.abc import Callable

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from explorer.web.answers import path_of


class Health:
    """ASGI middleware for /healthz (200 at once) and /readyz (503 until the networks are warm)."""

    def __init__(self, app: ASGIApp, ready: Callable[[], bool]):
        self.app, self.ready = app, ready

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = path_of(scope)
        if path == "/healthz":
            answer = PlainTextResponse("ok")
        elif path == "/readyz":
            ready = self.ready()
            answer = PlainTextResponse("ready" if ready else "warming up", 200 if ready else 503)
        else:
            return await self.app(scope, receive, send)
        await answer(scope, receive, send)
