"""The command, as a user runs it: alone, without the app's libraries, and under torchrun."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from explorer.denoiser.checkpoints import load_denoiser
from explorer.training.__main__ import main
from explorer.training.measuring import save_sheet

ROOT = Path(__file__).parents[2]
THERE = (
    "There is no config 'nothing' "
    "(there: digits, digits-blind, digits-v, digits-x0, emoji, emoji-eps)."
)
BLOCKED = ("gradio", "plotly", "PIL", "huggingface_hub")
WITHOUT_THE_APP = f"""
import runpy, sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {BLOCKED}:
            raise ModuleNotFoundError("blocked: " + name)

sys.meta_path.insert(0, Blocker())
import explorer.training.judge
explorer.training.judge.NUM_COPIES = 20  # of thousands
sys.argv[0] = "explorer.training"
runpy.run_module("explorer.training", run_name="__main__")
"""


def run(*command: str | Path) -> subprocess.CompletedProcess:
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, *map(str, command)],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300,
    )  # fmt: skip


@pytest.mark.slow
def test_it_trains_and_measures_with_torch_and_numpy_alone(tmp_path, smaller_file, bars_file):
    done = run(
        "-c", WITHOUT_THE_APP, "--config", smaller_file, "--data", bars_file,
        "--device", "cpu", "--out", tmp_path, "--samples", "2", "--images", "5",
        "--steps", "9",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "9/9" in done.stdout
    assert "no sheet.webp" in done.stdout
    folder = tmp_path / "bars"
    assert {path.name for path in folder.iterdir()} == {
        "config.json", "model.safetensors", "metrics.json", "judge.safetensors", "resume.pt"
    }  # fmt: skip
    metrics = json.loads((folder / "metrics.json").read_text())
    assert set(metrics) == {"training", "eps_mse", "sample_quality", "quality_by_steps"}
    assert metrics["quality_by_steps"]["how"]["num_samples"] == 2
    assert metrics["training"]["hardware"] == "1 x CPU"
    assert metrics["sample_quality"]["num_judged"] == 2
    assert "num_samples_learnt_from" not in metrics["sample_quality"]
    config = json.loads((folder / "config.json").read_text())
    assert config["trained_with"]["run"]["steps_taken"] == 9
    assert load_denoiser(folder).shape == (1, 28, 28)


@pytest.mark.parametrize("channels", [1, 3])
def test_the_sheet_is_a_picture(tmp_path, monkeypatch, channels):
    pixels = np.full((20, 60, channels), 200, np.uint8)
    monkeypatch.setattr("explorer.training.measuring.sheet", lambda denoiser: pixels)
    save_sheet(None, tmp_path)
    with Image.open(tmp_path / "sheet.webp") as picture:
        assert picture.size == (60, 20)
        assert abs(int(np.asarray(picture).mean()) - 200) <= 2


@pytest.mark.slow
def test_two_processes_take_the_steps_of_one(
    tmp_path, config, config_file, bars_file, make_trainer
):
    done = run(
        "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2",
        "-m", "explorer.training", "--config", config_file, "--data", bars_file,
        "--device", "cpu", "--only", "train", "--out", tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr  # the loop itself compares the weights of the two
    assert done.stdout.count("12/12") == 1
    metrics = json.loads((tmp_path / "bars" / "metrics.json").read_text())
    assert metrics["training"]["hardware"] == "2 x CPU"

    alone = make_trainer()
    draw = alone.draw

    def both_shares() -> tuple[torch.Tensor, ...]:
        shares = []
        alone.world = 2
        for alone.rank in (0, 1):
            shares.append(draw())
        alone.world, alone.rank = 1, 0
        return tuple(torch.cat(parts) for parts in zip(*shares, strict=True))

    alone.draw = both_shares
    for _ in range(config.training.steps):
        alone.train_step()
    weights = load_file(tmp_path / "bars" / "model.safetensors")
    for name, expected in alone.ema_weights().items():
        torch.testing.assert_close(weights[name].float(), expected, atol=1e-3, rtol=1e-3)


def begin(*command: str | Path, **environment: str) -> subprocess.Popen:
    """Set a command off, and wait until it has taken its first hundred steps, if it says so."""

    def hear_all_signals():  # a run in a script's background would ignore Ctrl-C
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)

    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"} | environment
    return subprocess.Popen(
        [sys.executable, "-m", "explorer.training", *map(str, command)],
        cwd=ROOT, env=environment, text=True, preexec_fn=hear_all_signals,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def wait_for_step_100(process: subprocess.Popen) -> None:
    seen = ""
    while "100/" not in seen:
        read = process.stdout.read(1)  # type: ignore[union-attr]
        assert read, process.stderr.read()  # type: ignore[union-attr]
        seen += read


def long_run(tmp_path: Path, config_file: Path, bars_file: Path) -> list[str | Path]:
    return [
        "--config", config_file, "--data", bars_file, "--device", "cpu",
        "--out", tmp_path, "--steps", "1000000",
    ]  # fmt: skip


@pytest.mark.slow
def test_ctrl_c_saves_the_state_and_ends_in_one_sentence(tmp_path, smaller_file, bars_file):
    process = begin(*long_run(tmp_path, smaller_file, bars_file))
    wait_for_step_100(process)
    for _ in range(2):  # the second adds nothing
        process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=120)
    state = tmp_path / "bars" / "resume.pt"
    goes_on = f"the same command goes on from {state}."
    assert told == f"explorer.training: stopped by SIGINT; {goes_on}\n"
    assert process.returncode == 130
    assert [path.name for path in state.parent.iterdir()] == ["resume.pt"]
    assert torch.load(state, weights_only=True)["step"] >= 100


@pytest.mark.slow
def test_of_two_processes_both_stop_at_one_step_though_one_alone_is_asked_to(
    tmp_path, smaller_file, bars_file
):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    where = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "WORLD_SIZE": "2"}
    command = long_run(tmp_path, smaller_file, bars_file)
    first, second = (begin(*command, RANK=str(rank), **where) for rank in (0, 1))
    wait_for_step_100(first)
    second.send_signal(signal.SIGTERM)
    state = tmp_path / "bars" / "resume.pt"
    goes_on = f"the same command goes on from {state}."
    sentence = f"explorer.training: stopped by SIGTERM; {goes_on}\n"
    for process, expected in ((first, sentence), (second, "")):  # one speaks for both
        _, told = process.communicate(timeout=120)
        assert told == expected
        assert process.returncode == 143
    assert torch.load(state, weights_only=True)["step"] >= 100
    assert [path.name for path in state.parent.iterdir()] == ["resume.pt"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--config", "nothing"], THERE),
        (["--config", "digits", "--data", "nowhere.npz"], "There is no file nowhere.npz."),
    ],
)
def test_a_mistake_is_answered_in_one_sentence(monkeypatch, arguments, words):
    monkeypatch.setattr(sys, "argv", ["explorer.training", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == "explorer.training: " + words  # Python prints it, and exits with 1
