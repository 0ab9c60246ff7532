"""What a visitor and the log are told when something goes wrong behind the door; and its health."""

import json

import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.testclient import TestClient

from explorer.web.bodies import Gone, Refused
from explorer.web.door import HttpOnly
from explorer.web.faults import OURS, Faults, no_bare_error
from explorer.web.health import Health


def failing(error: Exception):
    async def app(scope, receive, send):
        raise error

    return TestClient(Faults(app))


def test_a_bug_is_a_sentence_for_the_visitor_and_a_traceback_in_the_log(caplog):
    answer = failing(ZeroDivisionError("ours")).get("/gradio_api/x")
    assert (answer.status_code, answer.json()) == (500, {"detail": OURS, "error": OURS})
    assert "ZeroDivisionError: ours" in caplog.text
    assert "GET /gradio_api/x" in caplog.text


def test_no_bare_error_behind_other_middleware_either(caplog):
    def broken(request):
        raise ZeroDivisionError("ours")

    inner = Starlette(exception_handlers={Exception: no_bare_error})
    inner.add_route("/x", broken)
    answer = TestClient(Faults(inner)).get("/x")
    assert (answer.status_code, answer.text) == (500, OURS)
    assert caplog.text.count("ZeroDivisionError: ours") == 1


def test_a_refusal_is_no_fault(caplog):
    answer = failing(Refused(413, "Too large.")).post("/gradio_api/upload")
    assert (answer.status_code, answer.text) == (413, "Too large.")
    assert caplog.text == ""


@pytest.mark.parametrize("error", [Gone(), ClientDisconnect()])
def test_who_has_left_is_not_answered(error, caplog):
    with pytest.raises(AssertionError):  # the test client's: nothing was sent
        failing(error).get("/")
    assert caplog.text == ""


def test_a_stream_that_is_refused_late_ends_whole(caplog):
    async def told():
        yield "event: error\ndata: gone\n\n"
        raise HTTPException(404)

    stream = Starlette()
    stream.add_route(
        "/x", lambda request: StreamingResponse(told(), media_type="text/event-stream")
    )
    assert TestClient(Faults(stream)).get("/x").text == "event: error\ndata: gone\n\n"
    assert "Traceback" not in caplog.text


def test_an_unknown_event_is_answered_whole(raw, caplog):
    status, _, body = raw("GET", "/gradio_api/call/any/thing")
    assert status == 200
    assert body.startswith(b"event: error\n")
    assert "Traceback" not in caplog.text


def test_health():
    ready = []
    client = TestClient(Health(PlainTextResponse("behind"), lambda: bool(ready)))
    assert (client.get("/healthz").status_code, client.get("/healthz").text) == (200, "ok")
    assert client.get("/readyz").status_code == 503
    ready.append(1)
    assert (client.get("/readyz").status_code, client.get("/readyz").text) == (200, "ready")
    assert client.get("/").text == "behind"


def test_there_are_no_websockets():
    sent = []

    async def send(message):
        sent.append(message)

    coroutine = HttpOnly(PlainTextResponse("x"))({"type": "websocket"}, None, send)  # type: ignore[arg-type]
    with pytest.raises(StopIteration):
        coroutine.send(None)
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_calls_that_are_none(raw):
    for body in (b"", b"{", b"[]", b"5", b'{"a":' * 50_000, b"\xff", b'{"session_hash": 5}'):
        status, _, answer = raw("POST", "/gradio_api/queue/join", body)
        assert status == 400
        assert json.loads(answer)["detail"].endswith((".", "it."))
