"""A folder for a class without internet: the app, and every wheel that it needs on one platform.

    python -m scripts.offline_bundle --platform windows --python 3.12 --to bundle

Made wherever there is internet and `uv` (requirements-dev.txt); then carried to machines that have
nothing but that Python. START.txt in it says the two commands.
"""

import argparse
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
APP = ("app.py", "requirements.txt", "README.md", "LICENSE", "explorer", "checkpoints")
TORCH_ON_LINUX = "https://download.pytorch.org/whl/cpu"  # PyPI's brings CUDA: gigabytes
START = """\
Denoising Explorer, without internet. You need Python {python} on {platform}; in this folder, type

    python -m pip install --no-index --find-links wheels --target installed -r pinned.txt
    python start.py

(python3 where there is no python; py on Windows), and open http://127.0.0.1:7860. From then on the
second command is enough. For a class on one machine: python start.py --host 0.0.0.0
"""
RUN = '''\
"""The app, with what was installed beside it: python start.py [the options of app.py]."""

import runpy
import sys
from pathlib import Path

here = Path(__file__).parent
sys.path.insert(0, str(here / "installed"))  # before whatever else this Python has
runpy.run_path(str(here / "app.py"), run_name="__main__")
'''


@dataclass(frozen=True)
class Platform:
    """A kind of machine: its name for uv, and all tags of wheels that run on it."""

    uv: str
    tags: tuple[str, ...]
    torch_index: str | None = None


PLATFORMS = {
    "linux": Platform(
        "x86_64-manylinux_2_28",
        (*(f"manylinux_2_{minor}_x86_64" for minor in range(28, 4, -1)), "manylinux2014_x86_64"),
        TORCH_ON_LINUX,
    ),
    "windows": Platform("x86_64-pc-windows-msvc", ("win_amd64",)),
    "macos": Platform("aarch64-apple-darwin", ("macosx_14_0_arm64",)),  # Apple's own processors
}


def bundle(platform: str, python: str, to: Path, torch_index: str | None = None) -> None:
    """Fill the folder `to`, which must be new or empty.

    Raises FileExistsError, or CalledProcessError if a wheel is not to be had.
    """
    if to.exists() and any(to.iterdir()):
        raise FileExistsError(f"{to} is not empty.")
    machine = PLATFORMS[platform]
    index = torch_index or machine.torch_index
    to.mkdir(parents=True, exist_ok=True)
    pin(machine, python, to / "pinned.txt", index)
    download(machine, python, to, index)
    for name in APP:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, to / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, to)
    (to / "start.py").write_text(RUN, encoding="utf-8")
    (to / "START.txt").write_text(START.format(python=python, platform=platform), encoding="utf-8")


def pin(machine: Platform, python: str, file: Path, index: str | None) -> None:
    """Write what the requirements come to there. pip itself would ask this machine's markers."""
    command = [
        *(sys.executable, "-m", "uv", "pip", "compile", str(ROOT / "requirements.txt"), "--quiet"),
        *("--python-platform", machine.uv, "--python-version", python, "--only-binary", ":all:"),
        *("--no-annotate", "--no-header", "--output-file", str(file)),
    ]
    if index:  # of one version, the build without CUDA ("+cpu") counts as the newer one
        command += ["--extra-index-url", index, "--index-strategy", "unsafe-best-match"]
    target = {"MACOSX_DEPLOYMENT_TARGET": "14.0"}  # the oldest that PyTorch has wheels for
    subprocess.run(command, check=True, env=os.environ | target)


def download(machine: Platform, python: str, to: Path, index: str | None) -> None:
    command = [
        *(sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"),
        *("--dest", str(to / "wheels"), "--requirement", str(to / "pinned.txt")),
        *("--python-version", python, "--implementation", "cp"),
        *(word for tag in machine.tags for word in ("--platform", tag)),
    ]
    subprocess.run(command + (["--extra-index-url", index] if index else []), check=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m scripts.offline_bundle", description=__doc__)
    parser.add_argument("--platform", choices=PLATFORMS, required=True)
    parser.add_argument("--python", default="3.12", help="its version there (default: 3.12)")
    parser.add_argument("--to", type=Path, required=True, metavar="DIR", help="a new folder")
    parser.add_argument("--torch-index", metavar="URL", help=f"default on Linux: {TORCH_ON_LINUX}")
    arguments = parser.parse_args()
    try:
        bundle(arguments.platform, arguments.python, arguments.to, arguments.torch_index)
    except (FileExistsError, subprocess.CalledProcessError) as error:
        sys.exit(str(error))
    print(f"{arguments.to} is ready; {arguments.to / 'START.txt'} says the rest.")


if __name__ == "__main__":
    main()
