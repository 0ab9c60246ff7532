"""The app as a process of its own, and the two bare apps that it is compared with."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[1]
APP = ["app.py", "--device", "cpu", "--host", "127.0.0.1", "--port"]
EMPTY = ["benchmarks/bare/empty.py"]  # a page with nothing on it; imports torch
ECHO = ["benchmarks/bare/echo.py"]  # our two views, answered at once with a stored prediction


@dataclass
class Server:
    """A served app. `start_s`: from the start of the process to the first answered page."""

    address: str
    process: subprocess.Popen
    start_s: float

    def megabytes(self, what: str = "VmRSS") -> float:
        """Memory of the process: VmRSS now, VmHWM at its most."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(what + ":"):
                return int(line.split()[1]) / 1024
        raise LookupError(what)


@contextmanager
def served(script: list[str], extra: dict[str, str] | None = None) -> Iterator[Server]:
    """Start it, wait for its page, stop it in the end. `extra` goes into its environment."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}/"
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *script, str(port)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | (extra or {}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _answers(address):
            if process.poll() is not None:
                raise RuntimeError(f"{script[0]} has stopped by itself.")
            time.sleep(0.01)
        yield Server(address, process, time.perf_counter() - begun)
    finally:
        process.terminate()
        process.wait()


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=10).status_code == 200
    except httpx.TransportError:
        return False
