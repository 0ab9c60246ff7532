"""The served app: its endpoints, visitors side by side, and what it says when it cannot start."""

import base64
import io
import json
import shutil
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import numpy as np
import pytest
import torch
from gradio_client import Client
from gradio_client.exceptions import AppError
from PIL import Image

import app
from explorer.diffusion.schedules import cosine
from explorer.exhibits.predictions import compute_noise_prediction
from explorer.images.encoding import png_data_uri
from explorer.interface import build_interface
from explorer.lessons.lesson import find_lessons
from explorer.lessons.single_step.compute import compute_single_step
from explorer.page.shelf import Shelf

ROOT = Path(__file__).parents[1]
PICTURE = "grinning cat"


def decoded(uri: str) -> np.ndarray:
    with Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))) as picture:
        return np.asarray(picture)


def connect(address: str) -> Client:
    return Client(address, verbose=False, analytics_enabled=False)


@pytest.fixture(scope="module")
def client(app_url):
    return connect(app_url)


@pytest.fixture(scope="module")
def picture(real_exhibits):
    return real_exhibits["emoji"].first_picture


# ---- the endpoints


def test_the_endpoints_are_the_lessons_and_three_older_ones(client):
    named = client.view_api(return_format="dict")["named_endpoints"]
    ours = {f"/{name}" for lesson in find_lessons() for name in lesson.computes}
    assert set(named) == {"/add_noise", "/predict_noise", "/reverse"} | ours
    parameters = [p["parameter_name"] for p in named["/predict_noise"]["parameters"]]
    assert parameters == ["denoiser", "picture", "t", "seed"]


def test_a_lesson_is_computed_for_a_program(client, picture, real_exhibits):
    answer = client.predict("emoji", picture.name, 500, 7, beta=0.8, api_name="/single_step")
    step = compute_single_step(real_exhibits["emoji"], picture.pixels, 0.8, 7)
    assert answer["numbers"]["t"] == step.t
    assert answer["numbers"]["typical_error"] == pytest.approx(step.typical_error, rel=1e-3)
    assert set(answer["pictures"]) == {"clean", "noisy", "again", "guess"}


def test_add_noise_to_a_gallery_picture(client, picture):
    answer = client.predict("emoji", picture.name, 500, 7, api_name="/add_noise")
    assert answer["signal_scale"] ** 2 + answer["noise_scale"] ** 2 == pytest.approx(1)
    assert decoded(answer["x_t"]).shape == (64, 64, 3)
    clean = client.predict("emoji", picture.name, 0, 7, api_name="/add_noise")
    np.testing.assert_array_equal(decoded(clean["x_t"]), picture.pixels)


def test_predict_the_noise_in_a_gallery_picture(client, real_exhibits, picture):
    answer = client.predict("emoji", picture.name, 500, 7, api_name="/predict_noise")
    result = compute_noise_prediction(real_exhibits["emoji"], picture.pixels, 500, 7)
    assert answer["mse"] == pytest.approx(result.mse, rel=1e-3)
    assert answer["correlation"] == pytest.approx(result.correlation, rel=1e-3)
    assert answer["ideal_mse"] == pytest.approx(result.ideal_mse, rel=1e-3, abs=1e-9)


def test_a_picture_of_ones_own_as_a_data_uri(client):
    own = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    answer = client.predict("emoji", png_data_uri(own), 0, 7, api_name="/add_noise")
    np.testing.assert_array_equal(decoded(answer["x_t"]), own)
    answer = client.predict("digits", png_data_uri(own), 300, 7, api_name="/predict_noise")
    assert 0 < answer["mse"] < 2


def run(client, **changes) -> list[dict]:
    choices = dict(
        denoiser="digits", kind="3", sampler="ddim", num_steps=6, guidance=1.0, eta=0.0, seed=5
    )
    return list(client.submit(**{**choices, **changes}, api_name="/reverse"))


def test_reverse_streams_every_frame(client):
    frames = run(client)
    assert [frame["step"] for frame in frames] == list(range(7))
    assert (frames[0]["t"], frames[-1]["t"]) == (1000, 0)
    assert decoded(frames[-1]["x_t"]).shape == (28, 28)


def test_the_same_seed_gives_the_same_pictures_to_everybody(client, app_url):
    mine, theirs = run(client, eta=1.0), run(connect(app_url), eta=1.0)
    assert mine == theirs
    assert run(client, eta=1.0, seed=6) != mine
    ask = ("digits", "4, hand 1", 300, 11)
    answers = [client.predict(*ask, api_name="/predict_noise") for _ in range(2)]
    assert answers[0] == answers[1]


NAMES = "There is no one of this name"


@pytest.mark.parametrize(
    "endpoint, arguments, says",
    [
        ("/add_noise", ("emoji", NAMES, 500, 7), f"no picture called '{NAMES}'"),
        ("/add_noise", (NAMES, "cat", 500, 7), "denoiser must be one of emoji, digits."),
        ("/add_noise", ("digits", "4, hand 1", 1001, 7), "0..1000"),
        ("/add_noise", ("digits", "4, hand 1", -1, 7), "0..1000"),
        ("/add_noise", ("digits", "4, hand 1", 5, -7), "seed must be"),
        ("/add_noise", ("digits", "data:image/png;base64,aGVsbG8=", 5, 7), "not a picture"),
        ("/predict_noise", ("digits", "4, hand 1", 0, 7), "t must be an integer in 1..1000"),
        ("/predict_noise", ("digits", "4, hand 1", 1001, 7), "t must be an integer in 1..1000"),
        ("/reverse", ("digits", "3", "magic", 5, 1.0, 0.0, 1), "sampler must be one of ddpm, ddim"),
        (
            "/reverse",
            ("digits", "3", "ddim", 1001, 1.0, 0.0, 1),
            "num_steps must be an integer in 1..1000",
        ),
        (
            "/reverse",
            ("digits", "3", "ddim", 0, 1.0, 0.0, 1),
            "num_steps must be an integer in 1..1000",
        ),
        ("/reverse", ("digits", "cow", "ddim", 5, 1.0, 0.0, 1), "kind must be one of 0, 1, 2"),
        ("/reverse", (NAMES, "3", "ddim", 5, 1.0, 0.0, 1), "denoiser must be one of"),
    ],
)
def test_a_mistake_is_answered_with_a_sentence(client, endpoint, arguments, says):
    with pytest.raises(AppError) as caught:
        client.predict(*arguments, api_name=endpoint)
    assert says in str(caught.value)
    assert "Traceback" not in str(caught.value)


@pytest.mark.parametrize(
    "arguments", [("digits", "4, hand 1", "soon", 7), ("digits", 5, 5, 7), ([], {}, None, None)]
)
def test_arguments_of_any_type_break_nothing(client, arguments):
    with pytest.raises(AppError):
        client.predict(*arguments, api_name="/predict_noise")
    assert client.predict("digits", "4, hand 1", 5, 7, api_name="/predict_noise")["t"] == 5


def test_what_the_page_calls_is_not_for_programs(client):
    for name in ("/run_sampler", "/show_scene", "/open_address"):
        with pytest.raises(ValueError, match="Cannot find a function"):
            client.predict(api_name=name)


# ---- visitors


@dataclass
class Visitor:
    """A browser's side of the wire, without the browser."""

    address: str
    session: str

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.address, timeout=30)
        config = self.http.get("config").json()
        self.page = config["components"]
        self.listeners = {
            listener["api_name"]: (listener["id"], listener["inputs"])
            for listener in config["dependencies"]
        }

    def standing(self, component: int):
        """What a component's value is when the page opens."""
        return next(c["props"].get("value") for c in self.page if c["id"] == component)

    def call(self, name: str, event: dict | None = None, **changes) -> list:
        """Call a quick listener with the page's opening values, by place: `_1="digits"`."""
        fn_index, inputs = self.listeners[name]
        values = [self.standing(component) for component in inputs]
        for place, value in changes.items():
            values[int(place.removeprefix("_"))] = value
        answer = self.http.post(
            "gradio_api/run/predict",
            json={
                "data": values,
                "event_data": event,
                "fn_index": fn_index,
                "session_hash": self.session,
            },
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def start(self, name: str, values: list) -> str:
        """Put a slow listener on the queue -> the event's id."""
        answer = self.http.post(
            "gradio_api/queue/join",
            json={
                "data": values,
                "fn_index": self.listeners[name][0],
                "session_hash": self.session,
            },
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["event_id"]

    def messages(self):
        """What the queue tells, message by message; leaving the loop is leaving the page."""
        wanted = {"session_hash": self.session}
        with self.http.stream("GET", "gradio_api/queue/data", params=wanted) as stream:
            for line in stream.iter_lines():
                if line.startswith("data:"):
                    yield json.loads(line.removeprefix("data:"))

    def leave(self) -> None:
        self.http.close()


@pytest.fixture
def visit(app_url):
    visitors = []

    def start(address: str = app_url) -> Visitor:
        visitors.append(Visitor(address, f"visitor{len(visitors)}-{time.monotonic_ns()}"))
        return visitors[-1]

    yield start
    for visitor in visitors:
        visitor.leave()


def test_the_page_and_its_parts_are_served(app_url):
    html = httpx.get(app_url, timeout=60)
    assert html.status_code == 200
    assert "explorer:visit" in html.text  # the page's own script
    config = httpx.get(f"{app_url}config", timeout=60).json()
    picker = next(
        value
        for component in config["components"]
        if isinstance(value := component["props"].get("value"), dict) and "sheet" in value
    )
    sheet = httpx.get(f"{app_url}{picker['sheet']}", timeout=60)
    assert sheet.status_code == 200
    with Image.open(io.BytesIO(sheet.content)) as thumbnails:
        assert thumbnails.format == "WEBP"


@pytest.mark.parametrize("path", ["../app.py", "app.py", "checkpoints/digits/config.json"])
def test_nothing_but_thumbnails_is_given_away(app_url, path):
    for file in (path, str(ROOT / path)):
        assert httpx.get(f"{app_url}gradio_api/file={file}", timeout=60).status_code in (403, 404)


def test_two_visitors_do_not_see_each_others_image(visit):
    one, two = visit(), visit()
    one.call("pick", event={"name": "pizza"})
    two.call("pick", event={"name": "soccer ball"})
    for visitor, name in ((one, "pizza"), (two, "soccer ball"), (one, "pizza")):
        message, card = visitor.call("show_scene")
        assert message["scene"]["choices"]["image"] == name
        assert name in card
    third, _ = visit().call("show_scene")
    assert third["scene"]["choices"]["image"] not in ("pizza", "soccer ball")


def test_two_visitors_do_not_see_each_others_run(visit):
    one, two = visit(), visit()
    names = [visitor.call("show_first_run") for visitor in (one, two)]
    runs = [next(v for v in parts if isinstance(v, dict) and "frames" in v) for parts in names]
    assert runs[0]["run"] != runs[1]["run"]
    assert runs[0]["frames"] == runs[1]["frames"]


# ---- long work stops when nobody waits for it


class SlowDenoiser:
    """Takes its time, and counts how often it is asked."""

    def __init__(self, denoiser):
        self.denoiser = denoiser
        self.schedule = cosine(1000)
        self.shape = denoiser.shape
        self.conditions = denoiser.conditions
        self.calls = 0

    def predict_eps(self, x_t, t, condition=None, guidance=1.0):
        self.calls += 1
        threading.Event().wait(0.02)
        return torch.zeros_like(x_t)

    def rests(self, seconds: float = 0.4) -> bool:
        """Nobody has asked it anything for so long."""
        before = self.calls
        threading.Event().wait(seconds)
        return self.calls == before


@pytest.fixture(scope="module")
def slow_app(colour_exhibit, tmp_path_factory):
    """(address, denoiser) of a page on which a run of 1000 steps takes 20 seconds and more."""
    denoiser = SlowDenoiser(colour_exhibit.denoiser)
    exhibit = replace(colour_exhibit, denoiser=denoiser, ideal=None)
    page = build_interface(Shelf({"tiny": exhibit}, tmp_path_factory.mktemp("sheets")))
    _, address, _ = page.queue(max_size=8, default_concurrency_limit=2).launch(
        _frontend=False,
        server_name="127.0.0.1",
        prevent_thread_lock=True,
        quiet=True,
        run_history=False,
    )
    yield address, denoiser
    page.close(verbose=False)


LONG = ["tiny", "", "ddim", 1000, 1.0, 0.0, 1]


def test_a_client_that_leaves_stops_the_computation(slow_app, visit, eventually):
    address, denoiser = slow_app
    visitor = visit(address)
    visitor.start("reverse", LONG)
    messages = visitor.messages()
    for message in messages:
        if message["msg"] == "process_generating":
            break
    assert not denoiser.rests()
    messages.close()
    visitor.leave()
    eventually(denoiser.rests, 15, "the run goes on though nobody listens")
    assert denoiser.calls < 900


def test_stop_ends_the_run_at_once_and_keeps_its_frames(slow_app, visit, eventually):
    address, denoiser = slow_app
    visitor = visit(address)
    fn_index, inputs = visitor.listeners["run_sampler"]
    values = [visitor.standing(component) for component in inputs]
    run = {"start": "noise", "kind": "", "guidance": 1, "sampler": "ddim", "steps": 250, "eta": 0}
    values[5:11] = run.values()  # behind the rail, before the visitor's own run
    event = visitor.start("run_sampler", values)
    arrived = 0
    for message in visitor.messages():
        if message["msg"] == "process_generating" and message["success"]:
            arrived += 1
        if arrived == 3:
            break
    cancel = {"session_hash": visitor.session, "fn_index": fn_index, "event_id": event}
    assert visitor.http.post("gradio_api/cancel", json=cancel).status_code == 200
    piece, stop = visitor.call("stop_run_sampler")
    assert piece["done"] is True
    assert 1 <= piece["total"] < 250
    assert stop["interactive"] is False
    eventually(denoiser.rests, 15, "the run goes on though it was stopped")
    assert visitor.call("stop_run_sampler")[0].get("run") in (None, piece["run"])


def test_a_run_that_is_waiting_can_be_followed_by_others(slow_app, visit, eventually):
    """Both places are taken by visitors who leave; the third one is served all the same."""
    address, denoiser = slow_app
    leaving = [visit(address) for _ in range(2)]
    for visitor in leaving:
        visitor.start("reverse", LONG)
        for message in visitor.messages():
            if message["msg"] == "process_generating":
                break
    for visitor in leaving:
        visitor.leave()
    frames = list(connect(address).submit("tiny", "", "ddim", 3, 1.0, 0.0, 1, api_name="/reverse"))
    assert len(frames) == 4
    eventually(denoiser.rests, 15)


# ---- what `python app.py` says when it cannot start


@pytest.fixture
def taken_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        yield str(taken.getsockname()[1])


@pytest.mark.parametrize(
    "arguments, says",
    [
        (["--device", "cuda"], "--device cuda: PyTorch finds no GPU here"),
        (["--device", "toaster"], "--device must be auto, cpu or cuda, not 'toaster'"),
        (["--checkpoints", "no/such/folder"], "There is no usable checkpoint in no/such/folder"),
        (["--port", "99999"], "--port must lie in 1..65535"),
        (["--host", "127.0.0.1", "--port", "TAKEN"], "choose another with --port"),
    ],
)
def test_when_it_cannot_start_it_says_one_sentence(
    monkeypatch, capsys, taken_port, arguments, says
):
    if "cuda" in arguments and torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    arguments = [argument.replace("TAKEN", taken_port) for argument in arguments]
    monkeypatch.setattr(sys, "argv", ["app.py", *arguments])
    assert app.main() == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert says in said.err
    assert said.err.count("\n") == 1
    assert said.err.endswith(".\n")


def test_a_process_that_cannot_start_exits_with_1_and_no_traceback(taken_port):
    done = subprocess.run(
        [sys.executable, "app.py", "--host", "127.0.0.1", "--port", taken_port],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout == ""
    [sentence] = done.stderr.splitlines()
    assert taken_port in sentence


def test_a_damaged_checkpoint_beside_a_good_one_is_left_out(tmp_path, caplog):
    from explorer.serving import CHECKPOINTS, Settings, build_app

    for name in ("digits", "spoilt"):
        shutil.copytree(CHECKPOINTS / "digits", tmp_path / name)
    weights = tmp_path / "spoilt" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:100_000])
    with caplog.at_level("INFO"):
        page = build_app(Settings(device="cpu", checkpoints=tmp_path))
    assert "spoilt is left out: " in caplog.text
    assert "damaged" in caplog.text
    assert "Traceback" not in caplog.text
    [denoiser] = [block for block in page.blocks.values() if block.elem_id == "denoiser"]
    assert [name for _, name in denoiser.choices] == ["digits"]
