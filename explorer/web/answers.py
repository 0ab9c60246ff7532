"""What the door itself says, and where a request really goes. Knows nothing of the app behind."""

import html

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import Scope

API = "/gradio_api"  # Gradio's prefix of all that programs and its page call
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Denoising Explorer</title>
<body style="font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto; \
padding: 0 1rem">{}</body></html>"""


def path_of(scope: Scope) -> str:
    """The path below the app's own root, as the router sees it."""
    path, root = scope["path"], scope.get("root_path", "").rstrip("/")
    if root and (path == root or path.startswith(f"{root}/")):
        path = path[len(root) :]
    return path or "/"


def sentence(scope: Scope, status: int, text: str) -> Response:
    """One sentence, in the form in which whoever asks will show it.

    Gradio's page shows `detail` of a call, its Python client `error`, and of an upload the text.
    """
    path, accepts = path_of(scope), Headers(scope=scope).get("accept", "")
    if path.startswith(API) and path != f"{API}/upload":
        return JSONResponse({"detail": text, "error": text}, status)
    if "text/html" in accepts:
        return HTMLResponse(PAGE.format(f"<p>{html.escape(text)}</p>"), status)
    return PlainTextResponse(text, status)
