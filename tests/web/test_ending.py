"""The process itself: how it ends, what it leaves behind, and its answers on the way."""

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")


@pytest.fixture
def started(tmp_path, eventually, digits_alone):
    """`started(*options)` -> (process, address) of `python app.py`, once it is open."""
    processes = []

    def start(*options: str) -> tuple[subprocess.Popen, str]:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        command = [sys.executable, "app.py", "--device", "cpu", "--host", "127.0.0.1"]
        command += ["--port", str(port), "--checkpoints", str(digits_alone)]
        process = subprocess.Popen(
            [*command, *options],
            cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, "TMPDIR": str(tmp_path)},
        )  # fmt: skip
        processes.append(process)
        address = f"http://127.0.0.1:{port}/"
        with httpx.Client(timeout=60) as asking:  # one: each takes a while to make

            def is_open() -> bool:
                assert process.poll() is None, process.stdout and process.stdout.read()
                try:
                    return asking.get(f"{address}healthz").text == "ok"
                except httpx.TransportError:
                    return False

            eventually(is_open, 120, "the app does not open")
        return process, address

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def run_long(address: str) -> threading.Thread:
    """Somebody starts a run of 1000 steps and listens; returns once it is under way."""
    functions = httpx.get(f"{address}config", timeout=60).json()["dependencies"]
    [index] = [one["id"] for one in functions if one["api_name"] == "reverse"]
    data = ["digits", "3", "ddim", 1000, 1.0, 0.0, 1]
    call = {"data": data, "fn_index": index, "session_hash": "long"}
    assert httpx.post(f"{address}gradio_api/queue/join", json=call, timeout=60).status_code == 200
    under_way = threading.Event()

    def listen() -> None:
        wanted = {"session_hash": "long"}
        try:
            with httpx.stream(
                "GET", f"{address}gradio_api/queue/data", params=wanted, timeout=180
            ) as stream:
                for line in stream.iter_lines():
                    if "process_generating" in line:
                        under_way.set()
        except httpx.TransportError:
            pass  # the end that is waited for

    thread = threading.Thread(target=listen)
    thread.start()
    assert under_way.wait(180)
    return thread


def test_a_signal_ends_it_as_ctrl_c_does(started, tmp_path):
    process, address = started()
    upload = httpx.post(
        f"{address}gradio_api/upload", files={"files": ("me.png", b"x")}, timeout=60
    )
    assert Path(upload.json()[0]).exists()
    listener = run_long(address)
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=15)
    listener.join(15)
    assert process.returncode == 0
    assert "Traceback" not in said
    assert "terminate called" not in said
    assert [path for path in tmp_path.iterdir() if "denoising-explorer" in path.name] == []


def test_a_code_is_asked_for_and_lets_in(started, eventually):
    process, address = started("--code", "noise")
    with httpx.Client(base_url=address, follow_redirects=True) as client:
        assert client.get("config").status_code == 401
        eventually(lambda: client.get("readyz").text == "ready", 120)
        header = {"x-class-code": "noise"}
        assert client.get("config", headers=header).status_code == 200
        assert client.post("?t=400", data={"code": "noise"}).url.query == b"t=400"
        assert client.get("config").status_code == 200
    process.send_signal(signal.SIGHUP)  # a closed terminal
    process.communicate(timeout=15)
    assert process.returncode == 0
