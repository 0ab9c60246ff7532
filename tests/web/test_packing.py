"""What goes over the wire: packed once, kept by browsers while it may be, streams untouched."""

import gzip
import re

import anyio
import brotli
import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from explorer.web import packing
from explorer.web.packing import AN_HOUR, ASK_AGAIN, FOR_GOOD, Packing, best_coding

TEXT = b"noise and a little more noise; " * 100
UNPACK = {"gzip": gzip.decompress, "br": brotli.decompress, None: bytes}


@pytest.fixture
def asked() -> list[str]:
    """The paths that came as far as the app, with what it was told of codings."""
    return []


@pytest.fixture
def client(asked) -> TestClient:
    def answer(**settings):
        def endpoint(request):
            asked.append(request.url.path + request.headers.get("accept-encoding", ""))
            return Response(**settings)

        return endpoint

    routes = [
        Route("/", answer(content=TEXT, media_type="text/html", headers={"policy": "mine"})),
        Route("/assets/a-12345678.js", answer(content=TEXT, media_type="application/javascript")),
        Route("/assets/b-12345678.woff2", answer(content=TEXT, media_type="font/woff2")),
        Route("/static/a.js", answer(content=TEXT, media_type="application/javascript")),
        Route("/theme.css", answer(content=TEXT, media_type="text/css")),
        Route("/small", answer(content=b"{}", media_type="application/json")),
        Route("/picture", answer(content=TEXT, media_type="image/png")),
        Route("/call", answer(content=TEXT, media_type="application/json"), methods=["POST"]),
    ]
    return TestClient(Packing(Starlette(routes=routes)))


def wire(client: TestClient, path: str, accepted: str = "gzip, br", **more):
    """-> (the answer, its bytes as they travel)."""
    method = "POST" if path == "/call" else "GET"
    with client.stream(method, path, headers={"accept-encoding": accepted, **more}) as answer:
        return answer, b"".join(answer.iter_raw())


@pytest.mark.parametrize("path", ["/", "/assets/a-12345678.js", "/theme.css", "/call"])
@pytest.mark.parametrize(
    "accepted, coding",
    [("gzip, deflate, br", "br"), ("gzip, deflate", "gzip"), ("identity", None), ("", None)],
)
def test_text_is_packed_as_the_browser_can_unpack_it(client, path, accepted, coding):
    for _ in range(2):  # made, and out of memory
        answer, body = wire(client, path, accepted)
        assert answer.headers.get("content-encoding") == coding
        assert int(answer.headers["content-length"]) == len(body)
        assert answer.headers["vary"] == "accept-encoding"
        assert UNPACK[coding](body) == TEXT
        assert coding is None or len(body) < len(TEXT) / 10


@pytest.mark.parametrize("path", ["/small", "/picture", "/assets/b-12345678.woff2"])
def test_what_would_not_get_smaller_is_not_packed(client, path):
    answer, body = wire(client, path)
    assert "content-encoding" not in answer.headers
    assert int(answer.headers["content-length"]) == len(body)


def test_the_best_of_what_is_offered():
    assert best_coding("gzip;q=1.0, br; q=0.5") == "br"
    assert best_coding("br;q=0, GZIP") == "gzip"
    assert best_coding("br;q=0.000") is None
    assert best_coding("zstd, *") is None


def test_what_is_the_same_for_all_is_asked_of_the_app_once_and_packed_once(
    client, asked, monkeypatch
):
    calls = []
    monkeypatch.setitem(packing.PACKERS, "br", lambda body: calls.append(body) or b"packed")
    packing.packed_once.cache_clear()
    for _ in range(3):
        for path in ("/", "/assets/a-12345678.js", "/assets/b-12345678.woff2"):
            wire(client, path)
    # The page is made for each (its address is in it); from its bytes it is known again.
    assert sorted(asked) == ["/", "/", "/", "/assets/a-12345678.js", "/assets/b-12345678.woff2"]
    assert calls == [TEXT]
    packing.packed_once.cache_clear()


def test_memory_is_bounded(asked):
    def answer(request):
        asked.append(request.url.path)
        return HTMLResponse(TEXT)

    app = Starlette(routes=[Route("/assets/{name}", answer)])
    client = TestClient(Packing(app, room=len(TEXT)))
    for _ in range(2):
        for name in ("a", "b"):
            assert wire(client, f"/assets/{name}", "")[1] == TEXT
    assert asked == ["/assets/a", "/assets/b", "/assets/b"]


@pytest.mark.parametrize("path", ["/assets/..%2Fx", "/assets/.x", "/assets//x", "/assets/", "/x"])
def test_one_file_has_one_name_in_memory(path):
    assert packing.STILL.fullmatch(path.replace("%2F", "/")) is None


@pytest.mark.parametrize(
    "path, kept",
    [
        ("/assets/a-12345678.js", FOR_GOOD),
        ("/theme.css?v=1", FOR_GOOD),
        ("/theme.css", ASK_AGAIN),
        ("/static/a.js", AN_HOUR),
        ("/", ASK_AGAIN),
    ],
)
def test_how_long_a_browser_keeps_it(client, path, kept):
    assert wire(client, path)[0].headers["cache-control"] == kept


def test_who_has_the_page_is_not_sent_it_again(client):
    first, body = wire(client, "/")
    again, nothing = wire(client, "/", **{"if-none-match": first.headers["etag"]})
    assert (again.status_code, nothing) == (304, b"")
    assert again.headers["policy"] == "mine"  # or the browser would take a new one, without hashes
    assert wire(client, "/", **{"if-none-match": 'W/"other"'})[1] == body


def test_events_come_as_they_are_made_and_unpacked():
    """Each event is with the browser before the next one is made."""
    sent: list[bytes] = []
    seen: list[int] = []

    async def events():
        for number in range(3):
            seen.append(len(sent))
            yield f"data: {number} {'x' * 1000}\n\n"

    async def ask() -> None:
        app = Packing(StreamingResponse(events(), media_type="text/event-stream"))
        scope = {
            "type": "http", "method": "GET", "path": "/gradio_api/queue/data", "query_string": b"",
            "headers": [(b"accept-encoding", b"gzip, br")],
        }  # fmt: skip

        async def receive():
            await anyio.sleep_forever()

        async def send(message):
            if message["type"] == "http.response.start":
                assert b"content-encoding" not in dict(message["headers"])
            elif message["body"]:
                sent.append(message["body"])

        await app(scope, receive, send)

    anyio.run(ask)
    assert seen == [0, 1, 2]
    assert [body[:7] for body in sent] == [b"data: 0", b"data: 1", b"data: 2"]


def test_an_error_is_not_kept():
    answers = iter([Response("x" * 999, 404, media_type="text/html"), HTMLResponse("y" * 999)])
    client = TestClient(Packing(Starlette(routes=[Route("/assets/a", lambda _: next(answers))])))
    assert [client.get("/assets/a").status_code for _ in range(3)] == [404, 200, 200]


def test_the_served_page_keeps_its_policy_and_its_scripts_for_good(raw):
    _, headers, plain = raw("GET", "/")
    status, packed_headers, body = raw("GET", "/", accept_encoding="gzip")
    assert gzip.decompress(body) == plain
    assert packed_headers["content-security-policy"] == headers["content-security-policy"]
    assert packed_headers["cache-control"] == ASK_AGAIN
    script = re.search(rb"assets/[\w-]+\.js", plain)
    assert script
    for _ in range(2):
        status, headers, _ = raw("GET", f"/{script[0].decode()}", accept_encoding="br")
        assert (status, headers["content-encoding"]) == (200, "br")
        assert headers["cache-control"] == FOR_GOOD
        assert "x-explorer-start" not in headers
    status, headers, _ = raw("GET", f"/{script[0].decode()}.not")
    assert (status, headers["cache-control"]) == (404, "no-store")


def test_a_json_answer_is_packed_too():
    app = Starlette(routes=[Route("/x", lambda _: JSONResponse(["a" * 9999]), methods=["POST"])])
    answer = TestClient(Packing(app)).post("/x", headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "cache-control" not in answer.headers
    assert answer.json() == ["a" * 9999]
