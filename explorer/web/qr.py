"""A QR code of an address, for phones in front of a wall: /qr.svg?text=..."""

import io
from functools import lru_cache
from urllib.parse import parse_qs

import segno
from segno.encoder import DataOverflowError
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from explorer.web.answers import path_of, sentence

PATH = "/qr.svg"
LONGEST = 1000  # bytes: a code of more is too fine to be scanned from a wall
NO_TEXT = f"A QR code is made of a text: from 1 to {LONGEST:,} bytes of it, please."


class Qr:
    """ASGI middleware; black on white whatever the colours of the page, as cameras read it."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if path_of(scope) != PATH or scope["method"] not in ("GET", "HEAD"):
            return await self.app(scope, receive, send)
        said = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=10)
        text = said.get("text", [""])[0]
        try:
            drawn = await run_in_threadpool(qr_svg, text)
            answer = Response(drawn, media_type="image/svg+xml")
        except ValueError:
            answer = sentence(scope, 400, NO_TEXT)
        await answer(scope, receive, send)


@lru_cache(maxsize=32)
def qr_svg(text: str) -> bytes:
    """An SVG with error correction M and the quiet zone that the standard asks for.

    ValueError if there is no text, or too much.
    """
    if not 0 < len(text.encode()) <= LONGEST:
        raise ValueError(NO_TEXT)
    try:
        code = segno.make(text, error="m", boost_error=False, micro=False)
    except DataOverflowError as error:
        raise ValueError(NO_TEXT) from error
    drawn = io.BytesIO()
    code.save(drawn, kind="svg", border=4, dark="#000", light="#fff", omitsize=True)
    return drawn.getvalue()
