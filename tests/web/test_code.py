"""The class code: who gets in, what is answered, and how often one may guess."""

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from explorer.web.bodies import Bodies
from explorer.web.code import ASK, COOKIE, HEADER, MINUTE, TRIES, WAIT, WRONG, Code

HTML = {"accept": "text/html"}


@pytest.fixture
def clock():
    return [0.0]


@pytest.fixture
def client(clock):
    app = Code(PlainTextResponse("in"), "Grüße 7", Bodies(), clock=lambda: clock[0])
    return TestClient(app, follow_redirects=False)


def test_without_the_code_nothing_is_told(client):
    for path in ("/", "/config", "/gradio_api/queue/join", "/assets/x.js", "/gradio_api/upload"):
        for method in ("GET", "POST"):
            if (method, path) != ("POST", "/"):
                answer = client.request(method, path)
                assert (answer.status_code, "in" in answer.text.split()) == (401, False)
    page = client.get("/?t=400", headers=HTML)
    assert (page.status_code, page.headers["content-type"]) == (401, "text/html; charset=utf-8")
    assert ASK in page.text and "<form" in page.text
    assert client.get("/gradio_api/startup-events").text == "in"  # Gradio's own question


def test_the_code_is_asked_for_once(client):
    entered = client.post("/?t=400&seed=7", data={"code": " Grüße 7 "}, headers=HTML)
    assert (entered.status_code, entered.headers["location"]) == (303, "./?t=400&seed=7")
    cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Secure" not in cookie
    assert client.get("/config").text == "in"


def test_the_cookie_works_in_a_frame_where_there_is_https(client):
    for how in ({"base_url": "https://app.example"}, {}):
        client.base_url = how.get("base_url", "http://app.example")
        answer = client.post("/", data={"code": "Grüße 7"}, headers={"x-forwarded-proto": "https"})
        assert "SameSite=None; Secure; Partitioned" in answer.headers["set-cookie"]


def test_programs_send_a_header(client):
    assert client.get("/config", headers={HEADER: "Grüße 7".encode()}).text == "in"
    wrong = client.get("/config", headers={HEADER: "grüße 7".encode()})
    assert wrong.status_code == 401
    assert wrong.text == f"{WRONG} Programs send it as the header {HEADER}."


def test_a_cookie_cannot_be_made_up(client):
    for value in ("", "Grüße 7", "x" * 43, "é"):
        headers = {"cookie": f"{COOKIE}={value}".encode()}
        assert client.get("/config", headers=headers).status_code == 401


def test_guessing_is_slow(client, clock):
    tries = [client.post("/", data={"code": f"{n}"}, headers=HTML) for n in range(TRIES + 1)]
    assert [one.status_code for one in tries] == [401] * TRIES + [429]
    assert WAIT in tries[-1].text
    assert client.post("/", data={"code": "Grüße 7"}).status_code == 429  # nor by luck
    assert client.get("/config", headers={HEADER: "Grüße 7".encode()}).status_code == 429
    clock[0] = MINUTE + 1
    assert client.post("/", data={"code": "Grüße 7"}).status_code == 303
