"""Uploads as they come in: too large, broken off, no form, and a disk that is full."""

import asyncio
import errno
import re
from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from explorer.web.bodies import Bodies
from explorer.web.faults import Faults
from explorer.web.files import NO_FORM, NO_ROOM, TOO_LARGE, Files
from explorer.web.uploads import LARGEST_FILE, Uploads

UPLOAD = "/gradio_api/upload"
FORM = {"content-type": "multipart/form-data; boundary=B"}
PART = b'--B\r\nContent-Disposition: form-data; name="files"; filename="me.png"\r\n\r\n'


@pytest.fixture
def uploads(tmp_path):
    return Uploads(tmp_path / "uploads")


@pytest.fixture
def app(uploads, tmp_path):
    return Faults(Files(PlainTextResponse("behind"), uploads, [tmp_path / "sheets"], Bodies()))


@pytest.fixture
def client(app):
    return TestClient(app)


def test_an_upload_is_kept_as_it_came(client, uploads):
    content = bytes(range(256)) * 5000  # more than is held in memory at once
    answer = client.post(UPLOAD, files={"files": ("me.PNG", content)})
    [path] = answer.json()
    assert Path(path).read_bytes() == content
    assert re.fullmatch(r"[\w-]{32}\.png", Path(path).name)
    assert client.get("/gradio_api/upload_progress?upload_id=x").text == 'data: {"msg":"done"}\n\n'
    assert client.get("/config").text == "behind"


@pytest.mark.parametrize("told", [True, False])
def test_what_is_too_large_is_refused_while_it_comes(app, uploads, told):
    """Also where the length is not told: the rest is never asked for."""
    asked = 0

    def pieces():
        nonlocal asked
        yield PART
        for _ in range(100):
            asked += 1
            yield b"x" * 2**20

    headers = FORM | ({"content-length": str(100 * 2**20)} if told else {})
    answer = drive(app, pieces(), headers)
    assert answer == (413, TOO_LARGE.encode())
    assert asked == LARGEST_FILE // 2**20 + 1
    assert not uploads.folder.exists()


def test_what_breaks_off_leaves_nothing(app, uploads, caplog):
    assert drive(app, iter([PART, b"x" * 2**20, None]), FORM) is None
    assert not uploads.folder.exists()
    assert caplog.text == ""


def drive(app, pieces, headers: dict[str, str]):
    """Send piece by piece (None: the client leaves) -> (status, body), or None: no answer."""
    sent = []
    scope = {
        "type": "http", "method": "POST", "path": UPLOAD, "query_string": b"", "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip

    async def receive():
        piece = next(pieces, None)
        if piece is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece, "more_body": True}

    async def send(message):
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return (sent[0]["status"], sent[1]["body"]) if sent else None


def test_a_full_disk_is_said_in_a_sentence(client, monkeypatch, caplog):
    def full(path, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    answer = client.post(UPLOAD, files={"files": ("me.png", b"x")})
    assert (answer.status_code, answer.text) == (507, NO_ROOM)
    assert "No space left on device" in caplog.text
    assert "Traceback" not in caplog.text


def test_a_form_that_is_none_is_refused(client, uploads):
    for content, headers in (
        (b"x", {"content-type": "text/plain"}),
        (b"x", FORM),
        (b"", {"content-type": "multipart/form-data"}),
        (PART * 20 + b"\r\n--B--", FORM),
        (b"--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n--B--", FORM),
    ):
        answer = client.post(UPLOAD, content=content, headers=headers)
        assert (answer.status_code, answer.text) == (400, NO_FORM), content[:60]
    assert not uploads.folder.exists()
