"""Under whose name we are asked, and from whose page.

Two attacks need no password: a page whose name is made to point at this machine (DNS rebinding: it
asks under a foreign Host), and a page elsewhere that sends a visitor's browser here (it asks with a
foreign Origin, which no page can hide or forge). Programs send no Origin.
"""

import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from explorer.web.answers import API, path_of, sentence

FOREIGN_NAME = (
    "This app is open to this machine only, as localhost or 127.0.0.1; "
    "a name that a proxy asks by is told with --name."
)
FOREIGN_PAGE = "Another site's page has sent this request; it is not answered."
DEFAULT_PORTS = {80, 443, None}


def is_loopback(host: str | None) -> bool:
    """Is this the name or the address of the machine itself, for itself?"""
    host = (host or "").strip("[]").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def split(authority: str) -> tuple[str, int | None] | None:
    """ "Name:80" -> ("name", None): lower case, and no port where it goes without saying."""
    try:
        parts = urlsplit(f"//{authority}")
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname or parts.netloc != authority or "@" in authority:
        return None
    return parts.hostname.rstrip("."), None if port in DEFAULT_PORTS else port


class Hosts:
    """ASGI middleware: 403 for foreign names and for foreign pages.

    Args:
        names: the further names under which this machine may be asked; None lets every name in,
            where the app is meant for others (a public link, a Space, a proxy, a classroom).
    """

    def __init__(self, app: ASGIApp, names: Collection[str] | None = ()):
        self.app = app
        self.names = None if names is None else {name.lower() for name in names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        if not self._known(headers):
            return await sentence(scope, 403, FOREIGN_NAME)(scope, receive, send)
        if not self._own_page(headers, path_of(scope)):
            return await sentence(scope, 403, FOREIGN_PAGE)(scope, receive, send)
        await self.app(scope, receive, send)

    def _known(self, headers: Headers) -> bool:
        hosts = [split(host) for host in headers.getlist("host")]
        if len(hosts) != 1 or hosts[0] is None:
            return False
        name = hosts[0][0]
        return self.names is None or is_loopback(name) or name in self.names

    def _own_page(self, headers: Headers, path: str) -> bool:
        # A proxy tells here what the browser asked for; a foreign page cannot without our leave.
        told = headers.get("x-forwarded-host", "").partition(",")[0].strip()
        own = [split(name) for name in (headers["host"], told) if name]
        for origin in headers.getlist("origin"):
            scheme, _, authority = origin.partition("://")
            page = split(authority) if scheme in ("http", "https") else None
            if page is None or not any(_same(page, one) for one in own if one):
                return False
        # Browsers say so too where they send no Origin: for pictures, scripts, event streams.
        return not path.startswith(API) or headers.get("sec-fetch-site") not in (
            "cross-site",
            "same-site",
        )


def _same(page: tuple[str, int | None], own: tuple[str, int | None]) -> bool:
    """A proxy may have kept the port to itself."""
    return page[0] == own[0] and own[1] in (page[1], None)
