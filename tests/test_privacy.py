"""Nothing is sent anywhere, and nothing is written outside the temporary folder.

The app, the library and the training command run in processes of their own, with an empty home and
without CI in the environment: that alone keeps ONNX Runtime from calling home. One that does calls
some seconds later, but has left its identifier in the home folder by its first engine.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LIBRARY = """
import torch
from explorer.denoiser.checkpoints import load_denoiser
from explorer.denoiser.engine import OnnxEngine
denoiser = load_denoiser("digits")
engine = OnnxEngine(denoiser.network, denoiser.shape)
x_t = torch.zeros(1, 1, 28, 28)
for _ in range(20):
    engine(x_t, torch.tensor([500]), torch.tensor([3]))
import explorer.training.loop, explorer.training.evaluation
"""
LOOKUP = re.compile(r"sin6?_port=htons\((?!0\))(\d+)\).*?\"([^\"]+)\"")  # port and address
WRITES = re.compile(r'(?:openat\(\w+, |creat\(|mkdir\(|mkdirat\(\w+, )"([^"]+)"(.*)')
HARMLESS = ("/dev/", "/proc/", "/sys/")


def bare(tmp_path: Path) -> dict[str, str]:
    """An environment with an empty home, and nothing that would hide a call home."""
    for name in ("home", "tmp"):
        (tmp_path / name).mkdir()
    hidden = re.compile(
        r"CI|GITHUB.*|.*TELEMETRY.*|.*ANALYTICS.*|HF_.*|XDG_.*|DO_NOT_TRACK|GRADIO_.*|MPLCONFIGDIR"
    )
    kept = {name: value for name, value in os.environ.items() if not hidden.fullmatch(name)}
    return kept | {
        "HOME": str(tmp_path / "home"),
        "TMPDIR": str(tmp_path / "tmp"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(ROOT),
    }


def watched(tmp_path: Path, command: list[str]) -> list[str]:
    """The command, with its connections and its writing written down where there is strace."""
    if not shutil.which("strace"):
        return command
    calls = "connect,sendto,sendmmsg,openat,creat,mkdir,mkdirat"
    kept = ["-f", "-qq", "-s", "120", "--seccomp-bpf", "-e", "signal=none", "-e", f"trace={calls}"]
    return ["strace", *kept, "-o", str(tmp_path / "trace"), *command]


def children(pid: int) -> list[int]:
    """Of strace, the app."""
    found = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in found.read_text().split()] if found.exists() else []


def faults(tmp_path: Path) -> list[str]:
    """What was sent, looked up or written that should not have been."""
    home, tmp = tmp_path / "home", tmp_path / "tmp"
    found = [f"written in the home folder: {path}" for path in home.rglob("*")]
    trace = tmp_path / "trace"
    lines = trace.read_text(errors="replace").splitlines() if trace.is_file() else []
    for line in lines:
        if "AF_INET" in line and (asked := LOOKUP.search(line)):
            port, address = asked.groups()
            if not address.startswith("127.") and address not in ("::1", "0.0.0.0", "::"):
                found.append(f"connected to {address}:{port}")
            elif port == "53":
                found.append(f"looked up a name: {line[:200]}")
        elif (written := WRITES.search(line)) and " = -1 " not in line:
            path, rest = written.groups()
            creates = "mkdir" in line or "creat(" in line or "O_CREAT" in rest
            inside = path.startswith((str(tmp), *HARMLESS)) or not path.startswith("/")
            if creates and not inside:
                found.append(f"written: {path}")
    return sorted(set(found))


def call(address: str, name: str, *values: object) -> str:
    """All that a named endpoint answers."""
    body = json.dumps({"data": values}).encode()
    asked = urllib.request.Request(
        f"{address}/gradio_api/call/{name}", body, {"content-type": "application/json"}
    )
    with urllib.request.urlopen(asked, timeout=120) as answer:
        event = json.load(answer)["event_id"]
    with urllib.request.urlopen(f"{address}/gradio_api/call/{name}/{event}", timeout=120) as answer:
        return answer.read().decode()


@pytest.mark.slow
def test_the_app_sends_nothing_and_writes_into_its_temporary_folder_alone(
    tmp_path, eventually, digits_alone
):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, str(ROOT / "app.py"), "--port", str(port)]
    command += ["--checkpoints", str(digits_alone)]
    with open(tmp_path / "log", "w") as log:
        process = subprocess.Popen(
            watched(tmp_path, command), cwd=tmp_path, env=bare(tmp_path), stdout=log, stderr=log
        )

    def answers() -> bool:
        assert process.poll() is None, (tmp_path / "log").read_text()
        try:
            return urllib.request.urlopen(address, timeout=30).status == 200
        except OSError:
            return False

    try:
        eventually(answers, 120)
        assert '"mse"' in call(address, "predict_noise", "digits", "3, hand 1", 500, 7)
        run = call(address, "reverse", "digits", "3", "ddim", 5, 1, 0, 7)
        assert run.count('"x_t"') >= 6
    finally:
        for one in (*children(process.pid), process.pid):  # strace hands on no signal
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGINT)
        process.wait(60)
    assert faults(tmp_path) == []


@pytest.mark.slow
def test_the_library_and_the_training_send_nothing_either(tmp_path):
    command = watched(tmp_path, [sys.executable, "-c", LIBRARY])
    done = subprocess.run(
        command, cwd=tmp_path, env=bare(tmp_path), capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert faults(tmp_path) == []
