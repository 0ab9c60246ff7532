"""What the container runs, without a container: only what is copied, a read-only disk, no rights.

Whether the image can be built is for whoever has Docker or Podman to see.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CONTAINERFILE = ROOT / "hosting" / "Containerfile"
# The whole disk read-only but for one folder in memory, and none of root's rights.
READ_ONLY = """
mount --make-rprivate / && mount -t tmpfs tmpfs "$TMPDIR" && mount -o remount,bind,ro / &&
exec setpriv --bounding-set=-all --inh-caps=-all --no-new-privs "$@"
"""


def lines() -> list[tuple[str, str]]:
    """The Containerfile's (instruction, arguments)."""
    text = CONTAINERFILE.read_text(encoding="utf-8").replace("\\\n", " ")
    read = [line.split(maxsplit=1) for line in text.splitlines() if line and line[0] != "#"]
    return [(name, arguments.strip()) for name, arguments in read]


def of(instruction: str) -> list[str]:
    return [arguments for name, arguments in lines() if name == instruction]


def copied(to: Path) -> None:
    for sources in of("COPY"):
        *names, _ = sources.split()
        for name in names:
            if (ROOT / name).is_dir():
                shutil.copytree(
                    ROOT / name, to / name, ignore=shutil.ignore_patterns("__pycache__")
                )
            else:
                shutil.copy(ROOT / name, to)


def confined(command: list[str]) -> list[str]:
    """The command on a read-only disk, where this process may make one."""
    root = os.geteuid() == 0 and shutil.which("unshare") and shutil.which("setpriv")
    if root and subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0:
        return ["unshare", "-m", "sh", "-ec", READ_ONLY, "sh", *command]
    return command


def test_it_is_nobody_who_runs_it():
    [user] = of("USER")
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    order = [name for name, _ in lines()]
    assert order.index("USER") > max(k for k, name in enumerate(order) if name in ("RUN", "COPY"))


def test_what_is_copied_is_sent_to_the_builder():
    allowed = (CONTAINERFILE.parent / "Containerfile.dockerignore").read_text().splitlines()
    names = {name for sources in of("COPY") for name in sources.split()[:-1]}
    assert allowed[0] == "**"
    assert {line[1:] for line in allowed if line.startswith("!")} == names


def test_the_readme_builds_and_starts_it():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "docker build -f hosting/Containerfile -t denoising-explorer ." in text
    assert "docker run --rm --read-only --tmpfs /tmp -p 7860:7860 denoising-explorer" in text
    assert of("EXPOSE") == ["7860"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="containers are Linux's")
def test_its_command_runs_on_a_read_only_disk_and_is_found_healthy(tmp_path, eventually):
    [command], [health] = of("CMD"), of("HEALTHCHECK")
    check = json.loads(health.partition("CMD ")[2])
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    run, check = (
        [sys.executable, *(word.replace("7860", port) for word in words[1:])]
        for words in (json.loads(command), check)
    )
    app, tmp = tmp_path / "app", tmp_path / "tmp"
    app.mkdir()
    tmp.mkdir()
    copied(app)
    for network in (app / "checkpoints").iterdir():  # it is open sooner with one
        if network.is_dir() and network.name != "digits":
            shutil.rmtree(network)
    told = dict(one.split("=", 1) for line in of("ENV") for one in line.split())
    environment = told | {"HOME": str(tmp_path), "TMPDIR": str(tmp), "PATH": os.environ["PATH"]}
    with open(tmp_path / "log", "w") as log:
        process = subprocess.Popen(confined(run), cwd=app, env=environment, stdout=log, stderr=log)

    def is_healthy() -> bool:
        assert process.poll() is None, (tmp_path / "log").read_text()
        with socket.socket() as knock:  # a health check before it listens would fail, and costs
            if knock.connect_ex(("127.0.0.1", int(port))):
                return False
        return subprocess.run(check, env=environment, capture_output=True).returncode == 0

    try:
        eventually(is_healthy, 240)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60) as page:
            assert "Denoising Explorer" in page.read().decode()
    finally:
        process.terminate()
        assert process.wait(60) == 0, (tmp_path / "log").read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["app", "log", "tmp"]
    assert "Error" not in (tmp_path / "log").read_text()
