"""A word that a class is told: asked for once, then a cookie lets in.

It keeps strangers of the same network out; whoever is told the word is let in as anybody else.
"""

import hmac
import html
import secrets
import time
from collections import Counter
from collections.abc import Callable
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from explorer.web.answers import API, PAGE, path_of, sentence
from explorer.web.bodies import Bodies

COOKIE, HEADER = "denoising-explorer", "x-class-code"
ASK = "This app is open to those who have its code."
WRONG = "This is not the code."
WAIT = "Too many wrong codes: please wait a minute."
A_DAY = 24 * 60 * 60
MINUTE = 60.0
TRIES, TRIES_OF_ALL = 20, 200  # wrong words in a minute, from one address and from everywhere
FORM = """<h1 style="font-size: 1.3rem">Denoising Explorer</h1><p>{}</p><form method="post">
<label>Code <input name="code" autocomplete="off" autofocus required></label>
<button>Open</button></form>"""


class Code:
    """ASGI middleware: 401 without the word's cookie, or the word itself in the header."""

    def __init__(
        self,
        app: ASGIApp,
        word: str,
        bodies: Bodies,
        clock: Callable[[], float] = time.monotonic,
    ):
        self.app, self.word, self.bodies, self.clock = app, word.encode(), bodies, clock
        self.ticket = secrets.token_urlsafe(32)  # in the cookie; new with every start
        self.wrong: Counter[str] = Counter()
        self.since = clock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers, path = Headers(scope=scope), path_of(scope)
        cookies = cookie_parser(headers.get("cookie", ""))
        if hmac.compare_digest(cookies.get(COOKIE, "").encode(), self.ticket.encode()):
            return await self.app(scope, receive, send)
        if path == f"{API}/startup-events":  # Gradio asks itself before it opens
            return await self.app(scope, receive, send)
        if scope["method"] == "POST" and path == "/":
            answer = await self._enter(scope, receive)
        elif HEADER not in headers:
            answer = self._ask(scope, 401, ASK)
        elif self._is_too_many(scope):
            answer = self._ask(scope, 429, WAIT)
        elif self._is_right(scope, headers[HEADER].encode("latin-1")):
            return await self.app(scope, receive, send)
        else:
            answer = self._ask(scope, 401, WRONG)
        await answer(scope, receive, send)

    async def _enter(self, scope: Scope, receive: Receive) -> Response:
        """The form of the page, sent to the very address that was asked for."""
        body = await self.bodies.read(receive, 10_000, "This code is too long.")
        if self._is_too_many(scope):
            return self._ask(scope, 429, WAIT)
        said = parse_qs(body.decode("latin-1")).get("code", [""])[0]
        if not self._is_right(scope, said.strip().encode()):
            return self._ask(scope, 401, WRONG)
        query = scope["query_string"].decode("latin-1")
        answer = RedirectResponse(f"./?{query}" if query else "./", 303)
        headers = Headers(scope=scope)
        secure = "https" in (scope["scheme"], headers.get("x-forwarded-proto"))
        # In a frame of another site (a course's page) only the first form of cookie is sent.
        how = "SameSite=None; Secure; Partitioned" if secure else "SameSite=Lax"
        cookie = f"{COOKIE}={self.ticket}; Path=/; Max-Age={A_DAY}; HttpOnly; {how}"
        answer.headers["set-cookie"] = cookie
        return answer

    def _ask(self, scope: Scope, status: int, text: str) -> Response:
        if "text/html" in Headers(scope=scope).get("accept", ""):
            return HTMLResponse(PAGE.format(FORM.format(html.escape(text))), status)
        return sentence(scope, status, f"{text} Programs send it as the header {HEADER}.")

    def _is_right(self, scope: Scope, said: bytes) -> bool:
        right = hmac.compare_digest(said, self.word)
        if not right:
            self.wrong[_address(scope)] += 1
        return right

    def _is_too_many(self, scope: Scope) -> bool:
        if self.clock() - self.since > MINUTE:
            self.wrong.clear()
            self.since = self.clock()
        return self.wrong[_address(scope)] >= TRIES or self.wrong.total() >= TRIES_OF_ALL


def _address(scope: Scope) -> str:
    return (scope.get("client") or ("",))[0]
