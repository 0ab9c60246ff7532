"""A page over the tiny exhibits behind its door, and ways of asking that no browser has."""

import http.client
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest


@pytest.fixture(scope="module")
def small_app(colour_exhibit, grey_exhibit, tmp_path_factory) -> Iterator[str]:
    """The address of the whole page, with networks that cost nothing."""
    from explorer.interface import build_interface
    from explorer.page.shelf import Shelf
    from explorer.serving import Settings, launch, sheets_folder

    exhibits = {"tiny": colour_exhibit, "strokes": grey_exhibit}
    page = build_interface(Shelf(exhibits, sheets_folder()))
    app, address = launch(page, Settings(host="127.0.0.1"), block=False)
    yield address
    app.close(verbose=False)


@pytest.fixture
def raw(small_app) -> Callable:
    """`raw(method, target, body, **headers)` -> (status, headers, body): sent to the letter."""

    def ask(method: str, target: str, body: bytes | None = None, **headers: str):
        where = urlsplit(small_app)
        connection = http.client.HTTPConnection(where.hostname, where.port, timeout=30)
        try:
            names = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, target, body, names)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    return ask
