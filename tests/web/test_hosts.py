"""Whose names and whose pages are let in, and the headers of every answer."""

import json

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from explorer.web.headers import SafeHeaders, with_scripts
from explorer.web.hosts import FOREIGN_NAME, FOREIGN_PAGE, Hosts, is_loopback, split

CALL = "/gradio_api/queue/join"


def ask(names, method: str = "POST", path: str = CALL, **headers: str) -> int:
    app = Hosts(PlainTextResponse("here"), names)
    client = TestClient(app, base_url="http://localhost:7860")
    return client.request(method, path, headers=headers).status_code


def test_names_of_the_machine_itself():
    own = "localhost LOCALHOST app.localhost 127.0.0.1 127.9.9.9 ::1 [::1] ::ffff:127.0.0.1"
    assert [name for name in own.split() if not is_loopback(name)] == []
    foreign = "evil.example 10.0.0.1 0.0.0.0 localhost.evil.example 127.0.0.1.evil.example 1"
    assert [name for name in foreign.split() if is_loopback(name)] == []
    assert not is_loopback("") and not is_loopback(None)


def test_a_host_is_split_or_refused():
    assert split("Name.:80") == ("name", None)
    assert split("name:7860") == ("name", 7860)
    assert split("[::1]:443") == ("::1", None)
    for wrong in ("", "a@b", "a/b", "a?b", "a:b", "a:99999", "[::1", "a#b", ":80", "a b:c"):
        assert split(wrong) is None, wrong


@pytest.mark.parametrize("host", ["localhost:7860", "127.0.0.1", "127.1.2.3:1", "[::1]:7860"])
def test_on_this_machine_its_own_names_are_let_in(host):
    assert ask((), host=host) == 200
    assert ask((), host=host, origin=f"http://{host}") == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:7860", "localhost.evil.example", "10.0.0.1", "", "a@localhost"],
)
def test_on_this_machine_other_names_are_not(host):
    """Whatever else is sent: a page under the foreign name may send any header but these two."""
    origin = f"http://{host}"
    for more in ({}, {"origin": origin}, {"x-forwarded-host": "localhost"}):
        for path in ("/", CALL):
            assert ask((), host=host, path=path, **more) == 403
    assert ask(["tutor.example"], host="Tutor.Example:8080") == 200
    assert ask(["tutor.example"], host=host) == 403


SAME = [
    ("app.example", "https://app.example"),
    ("app.example:443", "https://app.example"),
    ("app.example:8080", "http://APP.example:8080"),
    ("app.example", "https://app.example:8443"),  # a proxy that kept the port to itself
    ("10.0.0.7:7860", "http://10.0.0.7:7860"),
    ("[fe80::1]:7860", "http://[fe80::1]:7860"),
]
FOREIGN = [
    ("app.example", "https://evil.example"),
    ("app.example:7860", "http://app.example:3000"),  # another app of the same machine
    ("app.example:7860", "http://app.example"),
    ("app.example", "https://app.example.evil.example"),
    ("app.example", "null"),
    ("app.example", ""),
    ("app.example", "file://"),
    ("app.example", "ftp://app.example"),
    ("app.example", "https://app.example@evil.example"),
    ("app.example", "chrome-extension://app.example"),
]


@pytest.mark.parametrize("host, origin", SAME)
def test_the_apps_own_page_may_call(host, origin):
    for path in (CALL, "/gradio_api/upload", "/"):
        assert ask(None, host=host, origin=origin, path=path) == 200
    told = {"host": "127.0.0.1:7860", "x-forwarded-host": f"{host}, inner"}
    assert ask(None, origin=origin, **told) == 200  # behind a proxy


@pytest.mark.parametrize("host, origin", FOREIGN)
def test_a_foreign_page_may_not(host, origin):
    for method, path in (("POST", CALL), ("POST", "/gradio_api/upload"), ("OPTIONS", CALL)):
        assert ask(None, method, path, host=host, origin=origin) == 403
    assert ask(None, "GET", "/gradio_api/heartbeat/x", host=host, origin=origin) == 403


def test_what_browsers_say_without_an_origin():
    for site, status in (
        ("cross-site", 403),
        ("same-site", 403),
        ("same-origin", 200),
        ("none", 200),
    ):
        headers = {"host": "app.example", "sec-fetch-site": site}
        assert ask(None, "GET", "/gradio_api/queue/data", **headers) == status
        assert ask(None, "GET", "/", **headers) == 200  # a link, a frame
    assert ask(None, host="app.example") == 200  # a program


def test_every_answer_has_the_headers_and_lets_nobody_else_read(raw):
    for method, target, status in (
        ("GET", "/", 200),
        ("GET", "/config", 200),
        ("GET", "/nothing", 404),
        ("GET", "/gradio_api/file=/etc/passwd", 403),
        ("GET", "/theme.css", 200),
        ("POST", CALL, 400),
    ):
        got, headers, _ = raw(method, target)
        assert got == status
        policy = headers["content-security-policy"]
        assert "frame-ancestors 'self' https://huggingface.co" in policy
        assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "camera=(self)" in headers["permissions-policy"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_the_served_app_answers_no_foreign_page(raw, origin):
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    for method, target in (("OPTIONS", CALL), ("POST", CALL), ("POST", "/gradio_api/upload")):
        status, headers, body = raw(method, target, b"{}", **asked)
        assert status == 403
        assert FOREIGN_PAGE.encode() in body
        assert [name for name in headers if name.lower().startswith("access-control")] == []


def test_the_served_app_does_not_answer_to_foreign_names(raw):
    status, _, body = raw("POST", CALL, b"{}", Host="evil.example:7860")
    assert (status, json.loads(body)["error"]) == (403, FOREIGN_NAME)


def test_a_policy_names_the_scripts_of_its_page():
    page = b"<script src='a.js'></script><script>1</script><script type=module>2\n</script>"
    assert with_scripts("script-src 'self'", page) == (
        "script-src 'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s=' "
        "'sha256-U8I05ehHK2rFHBrhyrP+BvrQU7646/2Jd7AQZVv908M=' 'self'"
    )


def test_headers_of_the_app_itself_stay():
    async def app(scope, receive, send):
        headers = {"content-security-policy": "mine", "access-control-allow-origin": "*"}
        await PlainTextResponse("x", headers=headers)(scope, receive, send)

    answer = TestClient(SafeHeaders(app)).get("/")
    assert answer.headers["content-security-policy"] == "mine"
    assert "access-control-allow-origin" not in answer.headers
