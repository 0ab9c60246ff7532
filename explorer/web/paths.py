"""The paths that are open: what the page and programs need of Gradio's; all else is not there."""

import re

from starlette.types import ASGIApp, Receive, Scope, Send

from explorer.web.answers import path_of, sentence

GET, POST = frozenset({"GET", "HEAD"}), frozenset({"POST"})
NAME = r"[^/]+"
OPEN: list[tuple[frozenset[str], re.Pattern[str]]] = [
    (methods, re.compile(path, re.DOTALL))
    for methods, path in [
        (GET, r"/"),
        (GET, r"/config/?"),
        (GET, r"/(assets|static)/.+"),  # Gradio's own scripts, styles and fonts
        (GET, r"/(theme\.css|favicon\.ico|manifest\.json|robots\.txt)"),
        (GET, r"/gradio_api/(theme\.css|info/?|openapi\.json)"),
        (GET, r"/gradio_api/app_id"),  # has the app been started anew under an open page?
        (GET, r"/gradio_api/startup-events"),  # Gradio asks itself before it opens
        (GET, rf"/gradio_api/heartbeat/{NAME}"),
        (GET, r"/gradio_api/(queue/data|upload_progress)"),
        (GET, r"/gradio_api/file=.+"),
        (GET, rf"/gradio_api/call/{NAME}/{NAME}"),
        (POST, rf"/gradio_api/(run|call)/{NAME}"),
        (POST, r"/gradio_api/(queue/join|cancel|reset|upload)"),
    ]
]


def is_open(method: str, path: str) -> bool:
    return any(method in methods and pattern.fullmatch(path) for methods, pattern in OPEN)


class Paths:
    """ASGI middleware: 404 for every method and path that is not in `OPEN`."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if is_open(scope["method"], path_of(scope)):
            return await self.app(scope, receive, send)
        await sentence(scope, 404, "There is nothing at this address.")(scope, receive, send)
