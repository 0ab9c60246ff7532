"""Who never listens is found out, and who listens late is not."""

import asyncio

import pytest

from explorer.web import listening as module
from explorer.web.listening import Listening, stream_of


@pytest.fixture
def clock(monkeypatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def get(path: str, query: str = "", method: str = "GET") -> dict:
    return {"type": "http", "method": method, "path": path, "query_string": query.encode()}


@pytest.mark.parametrize(
    "scope, session",
    [
        (get("/gradio_api/queue/data", "session_hash=abc"), "abc"),
        (get("/gradio_api/call/reverse/e1"), "e1"),
        (get("/sub/gradio_api/call/reverse/e1") | {"root_path": "/sub"}, "e1"),
        (get("/gradio_api/call/reverse", method="POST"), None),
        (get("/gradio_api/queue/data"), None),
        (get("/gradio_api/heartbeat/abc"), None),
        ({"type": "lifespan"}, None),
    ],
)
def test_a_stream_is_known_by_its_session(scope, session):
    assert stream_of(scope) == session


def test_who_listens_is_listened_for_and_who_does_not_for_a_while(clock):
    listening = Listening()
    heard = []

    async def app(scope, receive, send):
        clock[0] += 100  # a long stream
        heard.append(listening("abc"))

    assert listening("abc")  # has just asked, and may yet listen
    asyncio.run(listening.watch(app)(get("/gradio_api/queue/data", "session_hash=abc"), None, None))
    assert heard == [True]
    assert listening("abc")
    clock[0] += module.PATIENCE
    assert not listening("abc")
    assert listening("abc", "another call")
    clock[0] += module.PATIENCE
    assert not listening("abc", "another call")


def test_who_listens_to_an_event_is_listened_for_whatever_the_session(clock):
    listening = Listening()
    heard = []

    async def app(scope, receive, send):
        heard.append(listening("mine", "e1"))
        clock[0] += 100
        heard.append(listening("mine", "e1"))

    asyncio.run(listening.watch(app)(get("/gradio_api/call/reverse/e1"), None, None))
    assert heard == [True, True]


def test_nobody_in_particular_is_always_heard(clock):
    assert Listening()(None)


def test_it_remembers_a_bounded_number(clock, monkeypatch):
    monkeypatch.setattr(module, "REMEMBERED", 10)
    listening = Listening()
    for k in range(100):
        listening(str(k))
    assert len(listening._quiet_since) <= 12
