"""The folder for a class without internet, with nothing downloaded: what is asked and written."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from scripts import offline_bundle
from scripts.offline_bundle import APP, PLATFORMS, bundle

ROOT = Path(__file__).parents[1]


@pytest.fixture
def asked(monkeypatch) -> list[list[str]]:
    """Every command that would have been run; uv's writes what it was asked for."""
    commands = []

    def run(command, check, env=None):
        assert check
        commands.append(command[2:])
        if "--output-file" in command:
            Path(command[command.index("--output-file") + 1]).write_text("torch==2.13.0+cpu\n")

    monkeypatch.setattr(offline_bundle, "subprocess", SimpleNamespace(run=run))
    return commands


def words(command: list[str], option: str) -> list[str]:
    return [command[k + 1] for k, word in enumerate(command) if word == option]


def test_linux_gets_pytorch_without_cuda(asked, tmp_path):
    bundle("linux", "3.12", tmp_path / "to")
    pins, wheels = asked
    index = "https://download.pytorch.org/whl/cpu"
    assert words(pins, "--extra-index-url") == [index]
    assert words(pins, "--index-strategy") == ["unsafe-best-match"]
    assert words(pins, "--python-version") == ["3.12"]
    assert wheels[:2] == ["pip", "download"]
    assert words(wheels, "--extra-index-url") == [index]
    assert {"manylinux_2_28_x86_64", "manylinux2014_x86_64"} <= set(words(wheels, "--platform"))


@pytest.mark.parametrize(
    "platform, tag", [("windows", "win_amd64"), ("macos", "macosx_14_0_arm64")]
)
def test_other_machines_get_their_own_wheels_from_pypi(asked, tmp_path, platform, tag):
    bundle(platform, "3.13", tmp_path / "to")
    pins, wheels = asked
    assert words(pins, "--python-platform") == [PLATFORMS[platform].uv]
    assert words(wheels, "--platform") == [tag]
    assert words(wheels, "--requirement") == [str(tmp_path / "to" / "pinned.txt")]
    assert not any("index" in word for command in asked for word in command)


def test_the_folder_holds_the_app_and_says_how_it_starts(asked, tmp_path):
    to = tmp_path / "to"
    bundle("linux", "3.12", to)
    assert all((to / name).exists() for name in APP)
    assert not list(to.rglob("__pycache__"))
    start = (to / "START.txt").read_text()
    assert "--no-index --find-links wheels --target installed -r pinned.txt" in start
    assert "Python 3.12 on linux" in start
    # start.py runs the app, with its options, on what was installed beside it and on no other.
    (to / "installed").mkdir()
    (to / "installed" / "pip.py").write_text("WORD = 'found'")
    (to / "app.py").write_text("import sys, pip; print(pip.WORD, sys.argv[1:], __name__)")
    done = subprocess.run([sys.executable, "start.py", "--port", "1"], cwd=to, capture_output=True)
    assert done.stdout.decode().split("\n")[0] == "found ['--port', '1'] __main__"


def test_a_folder_with_something_in_it_is_left_alone(asked, tmp_path):
    (tmp_path / "mine").touch()
    with pytest.raises(FileExistsError, match="is not empty"):
        bundle("linux", "3.12", tmp_path)
    assert asked == []
