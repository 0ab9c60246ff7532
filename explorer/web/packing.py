"""Answers are packed for the way: a class opens the same page thirty times over one Wi-Fi.

What is the same for everybody is made and packed once and then given from memory: Gradio would read
and pack each of its seventy scripts anew for each visitor, which is most of what a visit costs.
Streams and pictures pass as they are.
"""

import gzip
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import brotli
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from explorer.web.answers import path_of

# Harder packing saves 2 % of a page, and takes four times as long. Browsers offer Brotli on https
# and to their own machine only: a class on a network gets gzip.
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: brotli.compress(body, quality=5),
    "gzip": lambda body: gzip.compress(body, 6, mtime=0),
}
TEXT = re.compile(r"(text/(html|css|plain|javascript)|application/(json|javascript))(;|$)")
STILL = re.compile(r"/theme\.css|/favicon\.ico|/(assets|static)(/[\w-][\w.-]*)+", re.ASCII)
SMALL, LARGE = 500, 64 * 1024  # bytes: too small to pack; large enough for a thread of its own
ROOM = 64 * 2**20  # bytes of still answers that are kept
FOR_GOOD, AN_HOUR, ASK_AGAIN = "public, max-age=31536000, immutable", "max-age=3600", "no-cache"


@dataclass(frozen=True)
class Answer:
    """A whole answer with status 200, packed or not."""

    headers: dict[str, str]
    body: bytes

    def to(self, asked: Headers) -> Response:
        """For one browser: 304 and no body if it has this very answer."""
        known = self.headers.get("etag", "none") in asked.get("if-none-match", "")
        return Response(b"" if known else self.body, 304 if known else 200, self.headers)


class Packing:
    """ASGI middleware: the app behind it answers unpacked, and the browser is told what to keep."""

    def __init__(self, app: ASGIApp, room: int = ROOM):
        self.app, self.room = app, room
        self._still: dict[tuple[str, str | None], Answer] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = Headers(scope=scope)
        coding = best_coding(asked.get("accept-encoding", ""))
        still = scope["method"] == "GET" and STILL.fullmatch(path_of(scope)) is not None
        answer = self._still.get((path_of(scope), coding)) if still else None
        if answer is None:
            whole = Whole(send, hold_all=still)
            await self.app(unpacked(scope), receive, whole)
            if whole.body is None:
                return
            answer = await pack(scope, whole, coding)
            if still and len(answer.body) <= self.room:
                self.room -= len(answer.body)
                self._still[path_of(scope), coding] = answer
        await answer.to(asked)(scope, receive, send)


async def pack(scope: Scope, whole: "Whole", coding: str | None) -> Answer:
    """What was held back, packed as `coding` says, with how long a browser may keep it."""
    body, get = bytes(whole.body or b""), scope["method"] == "GET"
    headers = MutableHeaders(raw=list(whole.start["headers"]))
    del headers["content-length"]
    if get:
        headers["etag"] = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers["cache-control"] = lifetime(path_of(scope), scope["query_string"])
    if is_text(headers):
        headers.add_vary_header("accept-encoding")
        if coding and len(body) >= SMALL:
            packer = packed_once if get else packed
            large = len(body) >= LARGE
            body = await run_in_threadpool(packer, body, coding) if large else packer(body, coding)
            headers["content-encoding"] = coding
    return Answer(dict(headers), body)


class Whole:
    """A `send` that holds back an answer whose text can be packed; any other passes at once.

    `body` is None of those that passed. With `hold_all`, files that are no text are held too.
    """

    def __init__(self, send: Send, hold_all: bool):
        self.send, self.hold_all = send, hold_all
        self.start: Message = {}
        self.body: bytearray | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and self._is_held(message):
            self.start, self.body = message, bytearray()
        elif self.body is None:
            await self.send(message)
        else:
            self.body += message.get("body", b"")

    def _is_held(self, start: Message) -> bool:
        headers = Headers(raw=start["headers"])
        if start["status"] != 200 or "content-encoding" in headers or "set-cookie" in headers:
            return False
        return is_text(headers) or (
            self.hold_all and int(headers.get("content-length", ROOM)) <= ROOM // 16
        )


def is_text(headers: Headers) -> bool:
    return TEXT.match(headers.get("content-type", "")) is not None


def unpacked(scope: Scope) -> Scope:
    """The same request of somebody who can unpack nothing."""
    kept = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
    return {**scope, "headers": kept}


def best_coding(accepted: str) -> str | None:
    """The best of our codings that a browser offers: "gzip, br;q=1" -> "br"."""
    offered = [one.replace(" ", "").lower().partition(";") for one in accepted.split(",")]
    good = {name for name, _, weight in offered if not re.fullmatch(r"q=0(\.0*)?", weight)}
    return next((coding for coding in PACKERS if coding in good), None)


def packed(body: bytes, coding: str) -> bytes:
    return PACKERS[coding](body)


packed_once = lru_cache(maxsize=16)(packed)  # pages: one for each name that we are asked by


def lifetime(path: str, query: bytes) -> str:
    """How long a browser may keep it without asking. Names of scripts change with what is in them.

    The page itself is asked for each time; if it is still the same, nothing is sent.
    """
    if path.startswith("/assets/") or (path == "/theme.css" and query.startswith(b"v=")):
        return FOR_GOOD
    return AN_HOUR if path.startswith(("/static/", "/favicon")) else ASK_AGAIN
