"""The command, as a user runs it: alone, without the app's libraries, and under torchrun."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from explorer.denoiser.checkpoints import load_denoiser
from explorer.training.__main__ import save_sheet

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
def test_it_trains_and_measures_with_torch_and_numpy_alone(tmp_path, config_file, bars_file):
    done = run(
        "-c", WITHOUT_THE_APP, "--config", config_file, "--data", bars_file,
        "--device", "cpu", "--out", tmp_path, "--samples", "10", "--steps", "9",
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
    assert metrics["quality_by_steps"]["how"]["num_samples"] == 10
    assert metrics["training"]["hardware"] == "1 x CPU"
    assert metrics["sample_quality"]["num_judged"] == 10
    assert "num_samples_learnt_from" not in metrics["sample_quality"]
    config = json.loads((folder / "config.json").read_text())
    assert config["trained_with"]["run"]["steps_taken"] == 9
    assert load_denoiser(folder).shape == (1, 28, 28)


@pytest.mark.parametrize("channels", [1, 3])
def test_the_sheet_is_a_picture(tmp_path, monkeypatch, channels):
    pixels = np.full((20, 60, channels), 200, np.uint8)
    monkeypatch.setattr("explorer.training.__main__.sheet", lambda denoiser: pixels)
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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--config", "nothing"], THERE),
        (["--config", "digits", "--data", "nowhere.npz"], "There is no file nowhere.npz."),
    ],
)
def test_a_mistake_is_answered_in_one_sentence(arguments, words):
    done = run("-m", "explorer.training", *arguments)
    assert done.returncode == 1
    assert done.stderr.strip() == "explorer.training: " + words
