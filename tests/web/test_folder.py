"""Whose temporary folder is in use, and whose is left over."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from explorer.web.folder import LOCK, PREFIX, own_folder

ROOT = Path(__file__).parents[2]
HOLD = """
import sys, time
from pathlib import Path
from explorer.web.folder import own_folder
folder = own_folder(Path(sys.argv[1]))
(folder / "visitor.png").write_bytes(b"x")
print(folder, flush=True)
sys.stdin.read()
"""
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no flock")


def holder(where: Path) -> tuple[subprocess.Popen, Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(where)], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout
    return process, Path(process.stdout.readline().strip())


def test_a_start_clears_what_a_killed_process_left_and_nothing_else(tmp_path):
    (killed, left), (living, used) = holder(tmp_path), holder(tmp_path)
    others = tmp_path / f"{PREFIX}of-an-older-version"
    others.mkdir()
    assert left.exists() and used.exists()
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert (left / "visitor.png").exists()
    own = own_folder(tmp_path)
    assert not left.exists()
    assert (used / "visitor.png").exists()
    assert set(tmp_path.iterdir()) == {used, others, own}
    assert [path.name for path in own.iterdir()] == [LOCK]
    living.communicate("")
    assert living.returncode == 0
    assert not used.exists()  # gone with its process
