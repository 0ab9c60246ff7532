"""Long work on a lent GPU, short work never: with a stand-in for `spaces`, and the real one."""

import http.server
import json
import os
import pickle
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
import torch

from explorer import serving, zero_gpu
from explorer.exhibits.runs import ReverseChoices, compute_reverse, count_predictions
from explorer.images.data_uri import read_data_uri
from explorer.images.uploads import read_picture
from explorer.lessons.ladder.compute import climb, foot_of_ladder
from explorer.serving import choose_device
from explorer.zero_gpu import EACH, GETTING_READY, LONG, ZeroGpu

ROOT = Path(__file__).parents[1]
CHECKPOINTS = ROOT / "checkpoints"
CHOICES = ReverseChoices(num_steps=6, kind="3", seed=5)


class StandIn:
    """`spaces` as far as we use it: keeps to its interface, computes in this process."""

    def __init__(self):
        self.asked: list[int] = []  # seconds
        self.gives = 10**9  # pieces, before it is taken away

    def GPU(self, duration):  # noqa: N802 - its name
        def decorate(task):
            def lent(*arguments):
                self.asked.append(duration(*arguments))
                received = pickle.loads(pickle.dumps(arguments))  # noqa: S301 - as through a pipe
                for count, piece in enumerate(task(*received)):
                    if count == self.gives:
                        raise gr.Error("GPU task aborted", print_exception=False)
                    yield pickle.loads(pickle.dumps(piece))  # noqa: S301

            return lent

        return decorate


@pytest.fixture
def stand_in(monkeypatch):
    spaces = StandIn()
    monkeypatch.setitem(sys.modules, "spaces", spaces)
    return spaces


@pytest.fixture
def refusals():
    return []


@pytest.fixture
def gpu(stand_in, real_exhibits, refusals):
    return ZeroGpu(real_exhibits, CHECKPOINTS, lambda: refusals.append("no GPU"), device="cpu")


def pictures(frames) -> np.ndarray:
    return np.stack([frame.stacked for frame in frames])


@pytest.fixture(scope="module")
def expected(real_exhibits):
    return pictures(compute_reverse(real_exhibits["digits"], CHOICES))


def test_short_work_stays_where_it_is(gpu, stand_in, real_exhibits, expected):
    frames = gpu(LONG - 1, compute_reverse, real_exhibits["digits"], CHOICES)
    np.testing.assert_array_equal(pictures(frames), expected)
    assert stand_in.asked == []


def test_long_work_is_sent_by_name_and_asks_for_as_long_as_it_takes(
    gpu, stand_in, real_exhibits, expected, refusals
):
    exhibit = real_exhibits["digits"]
    frames = gpu(1000, compute_reverse, exhibit, CHOICES)
    np.testing.assert_allclose(pictures(frames).astype(int), expected.astype(int), atol=1)
    assert stand_in.asked == [GETTING_READY + 1000 * EACH] and refusals == []
    choices = ReverseChoices(seed=5)
    rung = foot_of_ladder(exhibit, choices)[4]
    steps = list(gpu(1000, climb, exhibit, choices, rung))  # a rung travels both ways
    assert [step.step for step in steps] == [1, 2, 3, 4] and steps[-1].quality


@pytest.mark.parametrize("gives", [0, 3])
def test_the_cpu_goes_on_where_there_is_no_gpu_or_no_longer(
    gpu, stand_in, real_exhibits, expected, refusals, gives
):
    stand_in.gives = gives
    frames = gpu(1000, compute_reverse, real_exhibits["digits"], CHOICES)
    np.testing.assert_allclose(pictures(frames).astype(int), expected.astype(int), atol=1)
    assert refusals == ["no GPU"]


def test_a_bad_choice_is_refused_at_once_and_costs_nothing(gpu, stand_in, real_exhibits):
    with pytest.raises(ValueError, match="sampler must be one of"):
        gpu(1000, compute_reverse, real_exhibits["digits"], replace(CHOICES, sampler="magic"))
    assert stand_in.asked == []


def test_an_exhibit_that_it_does_not_know_stays_here(gpu, stand_in, grey_exhibit):
    frames = list(gpu(1000, compute_reverse, grey_exhibit, ReverseChoices(num_steps=2)))
    assert len(frames) == 3 and stand_in.asked == []


@pytest.mark.parametrize(
    "choices, count",
    [
        (ReverseChoices(num_steps=50), 50),
        (ReverseChoices(num_steps=50, kind="3", guidance=2.0), 100),
        (ReverseChoices(num_steps=50, guidance=2.0), 50),  # nothing to be guided by
        (ReverseChoices(num_steps=50, kind="3", sampler="heun"), 99),
    ],
)
def test_the_work_of_a_run_is_counted_before_it_begins(choices, count):
    assert count_predictions(choices) == count


def test_on_zero_gpu_the_network_of_the_sliders_is_on_the_cpu(monkeypatch):
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)  # so `spaces` has it
    assert choose_device("auto") == torch.device("cpu")
    with pytest.raises(ValueError, match="ZeroGPU lends one for long runs only"):
        choose_device("cuda")


def test_the_shelf_gets_it_there_and_nowhere_else(monkeypatch, stand_in, colour_exhibit, tmp_path):
    shelves = []
    monkeypatch.setattr(serving, "load_exhibits", lambda *_: {"tiny": colour_exhibit})
    monkeypatch.setattr(serving, "build_interface", shelves.append)
    serving.build_app(serving.Settings(device="cpu"))
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    serving.build_app(serving.Settings())
    kinds = [isinstance(shelf.compute_long, zero_gpu.ZeroGpu) for shelf in shelves]
    assert kinds == [False, True]


# ---- the real `spaces`, with the variables that a Space sets and an API in the Hub's place

SERVED = """
import json, pathlib, sys, torch.cuda
if torch.version.cuda is None:  # a Space's torch is built for a GPU: pretend
    torch.version.cuda, torch._C._cuda_init, torch.cuda._is_in_bad_fork = "13.0", None, bool
import explorer
assert "spaces" in sys.modules and torch.cuda.is_available()  # it makes believe
import spaces.zero.torch
from explorer.serving import Settings, build_app, launch
from gradio_client import Client
settings = Settings(host="127.0.0.1", checkpoints=pathlib.Path(sys.argv[1]))
page = build_app(settings)
_, address = launch(page, settings, block=False)
client = Client(address, verbose=False, analytics_enabled=False)
def run(steps):
    return list(client.submit("digits", "3", "ddim", steps, 1.0, 0.0, 5, api_name="/reverse"))
refused = run(400)  # there is no GPU here: the borrower cannot begin
spaces.zero.torch.init = spaces.zero.torch.move = lambda *_, **__: None
page.shelf.compute_long.device = "cpu"
lent, short = run(400), run(20)
print(json.dumps(dict(refused=refused, lent=lent, short=short)))
print("sliders on", page.shelf.first.denoiser.device)
page.close(verbose=False)
"""


class Hub(http.server.BaseHTTPRequestHandler):
    """Lends its GPU to whoever asks."""

    def do_POST(self) -> None:  # noqa: N802 - the library's name
        path, _, query = self.path.partition("?")
        self.server.asked.append((path, dict(part.split("=") for part in query.split("&") if part)))
        lent = {"idle": True, "nvidiaIndex": 0, "nvidiaUUID": "GPU-0", "allowToken": "token"}
        body = json.dumps(lent if path == "/schedule" else {}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments) -> None:
        pass


@pytest.fixture
def hub():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield SimpleNamespace(url=f"http://127.0.0.1:{server.server_port}", asked=server.asked)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.slow
def test_the_whole_app_with_the_real_package(hub, tmp_path, real_exhibits):
    """A run of 400 steps goes to the borrower, and comes back to the CPU where that can't begin;
    one of 20 steps asks nobody. The visitor gets every frame of all.
    """
    pytest.importorskip("spaces", reason="`spaces` is not installed")
    shutil.copytree(CHECKPOINTS / "digits", tmp_path / "checkpoints" / "digits")
    environment = os.environ | {
        "SPACES_ZERO_GPU": "true",
        "SPACES_ZERO_DEVICE_API_URL": hub.url,
        "HOME": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SERVED, str(tmp_path / "checkpoints")],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "sliders on cpu" in done.stdout
    [line] = [line for line in done.stdout.splitlines() if line.startswith("{")]
    runs = json.loads(line)
    expected = list(compute_reverse(real_exhibits["digits"], replace(CHOICES, num_steps=400)))
    for frames in (runs["refused"], runs["lent"]):
        assert [frame["t"] for frame in frames] == [frame.t for frame in expected]
        last = read_picture(read_data_uri(frames[-1]["x_t"]), (1, 28, 28))
        np.testing.assert_allclose(last.astype(int), expected[-1].x_t.astype(int), atol=2)
    assert len(runs["short"]) == 21
    assert done.stderr.count("the CPU goes on") == 1
    loan = ["/schedule", "/allow", "/release"]
    assert [path for path, _ in hub.asked] == ["/startup-report", *loan, *loan]
    assert hub.asked[1][1]["durationSeconds"] == str(round(GETTING_READY + 400 * EACH))
