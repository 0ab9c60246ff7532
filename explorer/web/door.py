"""The door: what every request passes before Gradio sees it, in its order.

Knows nothing of what is served behind it.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from explorer.web.answers import API, path_of
from explorer.web.bodies import Bodies
from explorer.web.calls import Calls
from explorer.web.code import Code
from explorer.web.faults import Faults
from explorer.web.files import Files
from explorer.web.headers import ANCESTORS, InlineScripts, SafeHeaders
from explorer.web.health import Health
from explorer.web.hosts import Hosts
from explorer.web.listening import Listening
from explorer.web.packing import Packing
from explorer.web.paths import Paths
from explorer.web.qr import Qr
from explorer.web.uploads import Uploads

SWEEP = 60.0  # seconds between two looks for files that are too old


@dataclass
class Door:
    """What the door is told, and what it keeps.

    Args:
        uploads: a folder for visitors' files that nobody else writes to.
        sheets: a folder whose files anybody may fetch.
        names: see `Hosts`.
        ancestors: sites whose pages may show the app in a frame.
        head: what Gradio is told to put into the page's head.
        code: a word without which nobody gets in; see `Code`.
        ready: are the networks warm?
    """

    uploads: Uploads
    sheets: Path
    names: Collection[str] | None = ()
    ancestors: Sequence[str] = ANCESTORS
    head: str = ""
    code: str | None = None
    ready: Callable[[], bool] = lambda: True
    bodies: Bodies = field(default_factory=Bodies)
    listening: Listening = field(default_factory=Listening)

    def before(self, app: ASGIApp) -> ASGIApp:
        """The app behind the door; the last line is what a request meets first."""
        app = self.listening.watch(Sessions(Packing(app), self.uploads))
        app = Calls(app, self.uploads, self.bodies)
        app = Files(app, self.uploads, [self.sheets], self.bodies)
        app = Qr(Paths(app))
        if self.code:
            app = Code(app, self.code, self.bodies)
        app = Hosts(app, self.names)
        app = Health(app, self.ready)
        app = Faults(app)
        app = SafeHeaders(app, self.ancestors)
        return HttpOnly(app)

    def inside(self) -> list[Middleware]:
        """For Gradio: what must see a page before anybody packs it."""
        return [Middleware(InlineScripts, self.ancestors, self.head)]

    @contextlib.asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        """Stand before all of the app's own middleware too (its CORS headers, its error pages)."""
        stack = app.middleware_stack
        if stack is None:
            raise RuntimeError("the app has no middleware yet: nothing to stand before")
        app.middleware_stack = self.before(stack)
        sweeping = asyncio.create_task(self._sweep())
        try:
            yield
        finally:
            sweeping.cancel()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP)
            await run_in_threadpool(self.uploads.sweep)


class HttpOnly:
    """ASGI middleware: the app has no websockets; its start and end pass."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self.app(scope, receive, send)


class Sessions:
    """ASGI middleware: a visitor's files go when the page's heartbeat ends."""

    def __init__(self, app: ASGIApp, uploads: Uploads):
        self.app, self.uploads = app, uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = path_of(scope)
        try:
            await self.app(scope, receive, send)
        finally:
            if path.startswith(f"{API}/heartbeat/"):
                self.uploads.leave(path.rpartition("/")[2])
