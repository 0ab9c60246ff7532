"""Strangers read nothing: no value from a client is a path or an address but their own upload."""

import base64
import itertools
import json
import os
import sys
from pathlib import Path

import httpx
import pytest

META = {"_type": "gradio.FileData"}
NOT_YOURS = "This file is not here, or not yours: please upload it again."


class Watch:
    """What this process opens and whom it calls, while it is armed."""

    def __init__(self):
        self.armed = False
        self.seen: list[str] = []
        sys.addaudithook(self.note)

    def note(self, event: str, arguments: tuple) -> None:
        if self.armed and event in ("open", "os.listdir", "os.scandir", "subprocess.Popen"):
            self.seen.append(f"{event} {arguments[0]}")
        elif self.armed and event in ("socket.connect", "socket.getaddrinfo"):
            self.seen.append(
                f"{event} {arguments[1:3] if event == 'socket.connect' else arguments[:2]}"
            )


WATCH = Watch()


@pytest.fixture
def watch():
    WATCH.seen.clear()
    WATCH.armed = True
    yield WATCH
    WATCH.armed = False


@pytest.fixture
def targets(tmp_path, small_app) -> list[str]:
    """What a stranger would like to have opened: each holds the word CANARY in its name."""
    from explorer.serving import uploads_folder

    file = tmp_path / "CANARY.png"
    file.write_bytes(b"a secret")
    os.mkfifo(tmp_path / "CANARY-pipe")
    link = uploads_folder() / "CANARY-link.png"
    link.unlink(missing_ok=True)
    link.symlink_to(file)
    loose = uploads_folder() / "CANARY-loose.png"  # lies there, but nobody has uploaded it
    loose.write_bytes(b"another's")
    up = f"{uploads_folder()}/../.."
    return [
        str(file), f"{up}/../{tmp_path}/CANARY.png", os.path.relpath(file), "~/CANARY",
        str(tmp_path / "CANARY-pipe"), "/proc/self/fd/0?CANARY", "/CANARY", str(link), str(loose),
        f"{file}\0.png", f"file://{file}", "http://canary.invalid/CANARY.png",
        "https://127.0.0.1:9/CANARY.png", "//canary.invalid/CANARY.png", "",
        base64.b64encode(str(file).encode()).decode(),
    ]  # fmt: skip


def payloads(path: object) -> list[object]:
    """Every form in which somebody might take `path` for a file."""
    file = {"path": path, "meta": META}
    return [
        file, {"path": path}, {"path": path, "meta": {}}, {"path": path, "meta": None},
        {"path": path, "url": path, "meta": META}, {"url": path}, {"path": None, "url": path},
        {"path": [path]}, {"path": {"path": path}}, {"image": file}, [[file]], {"value": file},
        {"__type__": "update", "value": file}, {**file, "is_stream": True},
        {**file, "orig_name": "harmless.png", "mime_type": "image/png", "size": 1},
    ]  # fmt: skip


def functions(address: str) -> list[dict]:
    found = httpx.get(f"{address}config", timeout=60).json()["dependencies"]
    return [one for one in found if one["backend_fn"]]


def ask(client: httpx.Client, function: dict, session: str, data: list) -> httpx.Response:
    """As the page asks: directly, or in the queue until its answer has come."""
    call = {"fn_index": function["id"], "session_hash": session, "data": data}
    if not function["queue"]:
        return client.post("gradio_api/run/predict", json=call)
    answer = client.post("gradio_api/queue/join", json=call)
    if answer.status_code == 200:
        client.get("gradio_api/queue/data", params={"session_hash": session})  # to its end
    return answer


def test_no_function_takes_a_file_that_is_not_an_upload(small_app, targets, watch):
    """Every function of the page, every form of a file, every door to it."""
    wanted = itertools.cycle(payload for target in targets for payload in payloads(target))
    with httpx.Client(base_url=small_app, timeout=30) as client:
        for function in functions(small_app):
            places = max(1, len(function["inputs"]))
            call = {"fn_index": function["id"], "session_hash": "stranger"}
            doors = [
                ("run/predict", {}), ("queue/join", {}), (f"call/{function['api_name']}", {}),
                ("queue/join", {"event_data": next(wanted)}),
            ]  # fmt: skip
            for (door, more), _ in itertools.product(doors, range(2)):
                data = [next(wanted) for _ in range(places)]
                answer = client.post(f"gradio_api/{door}", json={**call, "data": data, **more})
                assert (answer.status_code, answer.json()["detail"]) == (403, NOT_YOURS), function
    assert [seen for seen in watch.seen if "CANARY" in seen.upper()] == []


def test_every_form_of_every_file_is_refused(targets):
    from explorer.web.bodies import Bodies, Refused
    from explorer.web.calls import Calls
    from explorer.web.uploads import Uploads

    calls = Calls(lambda *_: None, Uploads(Path("/nowhere")), Bodies())  # type: ignore[arg-type]
    for payload in (payload for target in targets for payload in payloads(target)):
        for place in ("data", "event_data", "anything"):
            body = json.dumps({place: [payload], "session_hash": "stranger"}).encode()
            with pytest.raises(Refused, match=NOT_YOURS):
                calls.check(body)


def test_a_text_is_never_a_path(small_app, targets, watch):
    """Names of files and addresses as plain texts, in the place of every input."""
    with httpx.Client(base_url=small_app, timeout=60) as client:
        for function in functions(small_app):
            if function["api_name"] == "fetch_mnist":  # goes online, as its button says
                continue
            for text in (targets[0], targets[11]):
                answer = ask(client, function, "stranger", [text] * len(function["inputs"]))
                assert answer.status_code != 404, function["api_name"]  # it was really asked
    assert [seen for seen in watch.seen if "CANARY" in seen.upper()] == []


def test_files_are_given_only_from_our_folders(raw, targets, watch):
    for target in targets:
        quoted = "".join(f"%{byte:02x}" for byte in target.encode())
        twice = quoted.replace("%", "%25")
        for way in ("file=", "file/", "proxy=", "file%3D", "FILE=", "custom_component/"):
            for form in {quoted, twice, target if target.isascii() and "\0" not in target else ""}:
                form = form.replace("\0", "%00").replace(" ", "%20")
                status, _, body = raw("GET", f"/gradio_api/{way}{form}")
                assert status in (403, 404), (way, form)
                assert b"secret" not in body and b"another's" not in body
                assert b"canary" not in body.lower()
    assert [seen for seen in watch.seen if "CANARY" in seen.upper()] == []


def test_a_file_that_is_there_and_one_that_is_not_are_refused_alike(raw, targets):
    answers = {raw("GET", f"/gradio_api/file={path}")[::2] for path in (targets[0], "/no/such")}
    assert answers == {
        (403, b'{"detail":"There is no such file here.","error":"There is no such file here."}')
    }


# ---- one's own upload


def upload(client: httpx.Client, content: bytes = b"a picture", name: str = "me.png") -> str:
    answer = client.post("gradio_api/upload", files={"files": (name, content)})
    assert answer.status_code == 200, answer.text
    [path] = answer.json()
    return path


def take(client: httpx.Client, file: dict, session: str) -> httpx.Response:
    found = functions(str(client.base_url))
    [function] = [one for one in found if one["api_name"] == "take_upload"]
    return ask(client, function, session, ["tiny", file])


@pytest.fixture
def picture() -> bytes:
    import numpy as np

    from explorer.images.encoding import png_bytes

    return png_bytes(np.full((8, 8, 3), 200, np.uint8))


def test_an_upload_is_for_the_session_that_uses_it_first(small_app, picture):
    with httpx.Client(base_url=small_app, timeout=30) as client:
        path = upload(client, picture)
        seen_at = f"{small_app}gradio_api/file={path}"
        file = {"path": path, "url": seen_at, "orig_name": "me.png", "meta": META}
        assert take(client, file, "mine").status_code == 200
        assert take(client, file, "mine").status_code == 200  # once more, another network
        assert take(client, file, "a stranger's").status_code == 403
        assert take(client, {**file, "url": "http://canary.invalid/"}, "mine").status_code == 403
        assert client.get(seen_at).content == picture  # its own preview
        again = upload(client, picture)  # the same photo, by somebody of the same class
        assert again != path
        assert take(client, {"path": again, "meta": META}, "a stranger's").status_code == 200


def test_an_upload_goes_with_its_session(small_app, picture, eventually):
    with httpx.Client(base_url=small_app, timeout=30) as client:
        path = upload(client, picture)
        assert take(client, {"path": path, "meta": META}, "leaving").status_code == 200
        with client.stream("GET", "gradio_api/heartbeat/leaving") as beating:
            beats = beating.iter_lines()  # kept: a forgotten one would end the stream
            next(beats)
            assert Path(path).exists()
        eventually(lambda: not Path(path).exists(), 30, "the upload outlives its session")
        assert client.get(f"gradio_api/file={path}").status_code == 403


def test_what_is_no_picture_is_given_back_to_be_saved_only(small_app):
    with httpx.Client(base_url=small_app, timeout=30) as client:
        for name, kind, way in (
            ("page.html", "application/octet-stream", "attachment"),
            ("drawing.svg", "application/octet-stream", "attachment"),
            ("photo.png", "image/png", None),
        ):
            path = upload(client, b"<script>alert(1)</script>", name)
            answer = client.get(f"gradio_api/file={path}")
            assert answer.headers["content-type"] == kind
            assert answer.headers.get("content-disposition", "").partition(";")[0] == (way or "")


def test_the_component_itself_refuses_what_is_no_upload(targets):
    """Also where no door stands before it."""
    import gradio as gr
    from gradio.data_classes import ImageData

    from explorer.components.upload import NO_UPLOAD, Upload
    from explorer.serving import uploads_folder

    component = Upload(type="filepath")
    own = uploads_folder() / "own.png"
    own.write_bytes(b"a picture")
    assert component.preprocess(ImageData(path=str(own))) == str(own)
    assert component.preprocess(None) is None
    loose = str(uploads_folder() / "CANARY-loose.png")  # only the door knows who uploaded it
    for target in targets:
        if target != loose:
            with pytest.raises(gr.Error) as caught:
                component.preprocess(ImageData(path=target))
            assert (caught.value.message, caught.value.print_exception) == (NO_UPLOAD, False)
