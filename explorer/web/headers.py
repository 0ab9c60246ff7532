"""What every answer tells the browser: who may frame the page, and where it may load from.

Each exception from "only what we serve ourselves" is needed: tests/ui/test_security.py takes them
away one by one.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Who may frame the app unless told otherwise: the Hub, where it may be a Space, and pages of this
# very machine, where a course's page is tried out.
ANCESTORS = (
    *("https://huggingface.co", "https://*.huggingface.co", "https://*.hf.space"),
    *("http://localhost:*", "http://127.0.0.1:*"),
)
POLICY = {
    "default-src": "'none'",
    "script-src": "'self' 'unsafe-eval'",  # Gradio compiles the templates of gr.HTML
    "style-src": "'self' 'unsafe-inline'",  # it writes style attributes and elements
    "img-src": "'self' data:",  # our pictures travel with the numbers that they belong to
    "font-src": "'self' data:",  # the smaller ones stand in Gradio's styles
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'self'",
    "form-action": "'self'",
}
INLINE = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
NOT_KEPT = "no-store"
PERMISSIONS = (
    "camera=(self), microphone=(), geolocation=(), display-capture=(), payment=(), usb=(), "
    "midi=(), serial=(), browsing-topics=()"
)


def content_policy(ancestors: Sequence[str]) -> str:
    """The Content-Security-Policy; pages of ourselves and of `ancestors` may frame the app."""
    framing = {"frame-ancestors": " ".join(["'self'", *ancestors])}
    return "; ".join(f"{name} {sources}" for name, sources in (POLICY | framing).items())


def with_scripts(policy: str, page: bytes) -> str:
    """The policy that lets just those inline scripts run which stand in this page."""
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"
        for script in INLINE.findall(page)
    ]
    return policy.replace("script-src", " ".join(["script-src", *hashes]))


class SafeHeaders:
    """ASGI middleware: our headers on every answer, and none that lets other origins read it."""

    def __init__(self, app: ASGIApp, ancestors: Sequence[str] = ANCESTORS):
        self.app = app
        self.ours = {
            "content-security-policy": content_policy(ancestors),
            "x-content-type-options": "nosniff",
            # The page's own requests keep their origin (no-referrer would make it "null").
            "referrer-policy": "same-origin",
            "permissions-policy": PERMISSIONS,
            "cache-control": NOT_KEPT,  # but for what says otherwise: see `Packing`
        }
        self.start = secrets.token_hex(8)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name in [name for name in headers if name.startswith("access-control-")]:
                    del headers[name]
                for name, value in self.ours.items():
                    headers.setdefault(name, value)
                if headers["cache-control"] == NOT_KEPT:
                    # A page knows by it that the server has started anew; what a browser had kept
                    # would tell of an older start.
                    headers["x-explorer-start"] = self.start
            await send(message)

        await self.app(scope, receive, add)


class InlineScripts:
    """ASGI middleware, the innermost one: the hashes of a page's own scripts go into its policy."""

    def __init__(self, app: ASGIApp, ancestors: Sequence[str], head: str):
        self.app = app
        # What Gradio's own script puts into the page later on.
        self.policy = with_scripts(content_policy(ancestors), head.encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message = {}
        page = bytearray()

        async def hold(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_page(message):
                start = message
            elif not start:
                await send(message)
            else:
                page.extend(message.get("body", b""))
                if not message.get("more_body", False):
                    policy = with_scripts(self.policy, bytes(page))
                    MutableHeaders(scope=start)["content-security-policy"] = policy
                    await send(start)
                    await send({"type": "http.response.body", "body": bytes(page)})

        await self.app(scope, receive, hold)


def _is_page(start: Message) -> bool:
    headers = MutableHeaders(scope=start)
    return headers.get("content-type", "").startswith("text/html")
