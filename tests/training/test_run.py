"""A run from its command line, in this process: what is refused, and when; what is kept."""

import json
import signal
import sys
from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from explorer.denoiser.checkpoints import load_denoiser
from explorer.training import measuring, run
from explorer.training.__main__ import main
from explorer.training.interrupts import NAMES

Command = Callable[..., str]


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch):
    """The process's own settings that a command changes are put back."""
    handlers = {getattr(signal, name): signal.getsignal(getattr(signal, name)) for name in NAMES}
    monkeypatch.setattr("torch.set_float32_matmul_precision", lambda precision: None)
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def command(tmp_path, config_file, bars_file, monkeypatch, capsys) -> Command:
    """command("--steps", "3") -> its sentence; `code` is its exit status."""

    def call(*more: str | Path, code: int = 1) -> str:
        given = {"--config": config_file, "--data": bars_file, "--out": tmp_path / "out"}
        given |= {"--device": "cpu"} | dict(zip(more[::2], more[1::2], strict=True))
        words = [str(word) for pair in given.items() for word in pair]
        monkeypatch.setattr(sys, "argv", ["explorer.training", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr().err.strip()
        sentence = ended.value.code if isinstance(ended.value.code, str) else printed
        assert code == (1 if isinstance(ended.value.code, str) else ended.value.code)
        assert "\n" not in sentence
        return sentence

    return call


@pytest.fixture
def no_step(monkeypatch):
    def step(trainer):
        pytest.fail("the work began")

    monkeypatch.setattr("explorer.training.trainer.Trainer.train_step", step)


def changed(tmp_path: Path, config_file: Path, old: str, new: str) -> Path:
    text = config_file.read_text()
    assert old in text
    path = tmp_path / "changed.toml"
    path.write_text(text.replace(old, new))
    return path


def test_models_that_cannot_be_are_refused_before_step_1(tmp_path, command, config_file, no_step):
    four = "widths = [8, 8, 8, 8]\nblocks = [1, 1, 1, 1]\nattention = [false, false, false, false]"
    three = "widths = [16, 32]\nblocks = [1, 1]\nattention = [false, true]"
    faults = [
        ("attention = [false, true]", "attention = [true, true]", "16 does not divide into heads"),
        (three, four, "28 x 28 pixels cannot be halved 3 times"),
        ("shape = [1, 28, 28]", "shape = [1, 32, 32]", "data.shape is [1, 32, 32], but the images"),
        ("shape = [1, 28, 28]", "shape = [3, 28, 28]", "are [1, 28, 28]"),
    ]
    for old, new, words in faults:
        path = changed(tmp_path, config_file, old, new)
        assert words in command("--config", path)
        assert not (tmp_path / "out").exists()


def test_images_that_cannot_be_learnt_from_are_refused(tmp_path, command, bars_file, no_step):
    with np.load(bars_file) as file:
        bars = dict(file)
    faults = {
        "no images to learn from": {"train_images": np.zeros((0, 28, 28), np.uint8)},
        "no images held out": {"test_images": np.zeros((0, 28, 28), np.uint8)},
        "30 images to learn from, and 29 labels": {"train_labels": bars["train_labels"][:29]},
        "labels to learn from that are not in 0..9": {"train_labels": bars["train_labels"] + 1},
        "labels held out that are not in 0..9": {"test_labels": bars["test_labels"] + 250},
    }
    path = tmp_path / "wrong.npz"
    for words, change in faults.items():
        np.savez(path, **(bars | change))
        assert words in command("--data", path), words
    path.write_bytes(b"no archive")
    assert "not a readable .npz" in command("--data", path)
    path.unlink()
    assert "There is no file" in command("--data", path)
    assert "is damaged" in command("--data", __file__, "--config", "emoji")
    assert not (tmp_path / "out").exists()


def test_what_cannot_be_written_is_told_before_step_1(tmp_path, command, no_step):
    assert "Nothing can be written to /proc/nowhere/bars" in command("--out", "/proc/nowhere")
    (tmp_path / "file").write_text("mine")
    assert "Nothing can be written to" in command("--out", tmp_path / "file")
    folder = tmp_path / "out" / "bars"
    folder.mkdir(parents=True)
    (folder / "metrics.json").write_text("{")
    assert "metrics.json" in command()
    (folder / "metrics.json").unlink()
    (folder / "resume.pt").write_text("text")
    assert "resume.pt is damaged" in command()


def test_without_what_is_to_be_measured_nothing_is(tmp_path, command, config_file, monkeypatch):
    monkeypatch.setattr("socket.getaddrinfo", lambda *a, **k: pytest.fail("it asked the network"))
    for only in ("evaluate", "judge", "steps"):
        assert f"There is no checkpoint in {tmp_path}/out/bars" in command("--only", only)
        monkeypatch.chdir(tmp_path)
        assert "There is no checkpoint in runs/bars" in command("--only", only, "--out", "runs")
    name = 'name = "bars"'
    variant = changed(tmp_path, config_file, name, 'name = "bars-v"\nvariant_of = "digits"')
    judge = tmp_path / "out" / "digits" / "judge.safetensors"
    said = command("--config", variant)
    assert f"{judge} has to be there already, to judge bars-v by" in said
    judge = tmp_path / "out" / "emoji" / "judge.safetensors"
    said = command("--config", "emoji-eps")
    assert f"{judge} has to be there already, to judge emoji-eps by: evaluate emoji first" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "only, variant_of, parts",
    [
        (None, None, ["errors", "judge", "sheet", "steps"]),
        ("evaluate", None, ["errors", "judge", "sheet", "steps"]),
        ("evaluate", "digits", ["errors", "judge", "sheet"]),
        ("judge", None, ["judge"]),
        ("judge", "digits", ["judge"]),
        ("steps", None, ["steps"]),
    ],
)
def test_each_part_can_be_measured_alone(
    tmp_path, config, bars, monkeypatch, only, variant_of, parts
):
    done = []
    names = {"save_errors": "errors", "judge_and_save": "judge", "save_sheet": "sheet"}
    for name, part in (names | {"measure_steps": "steps"}).items():
        monkeypatch.setattr(measuring, name, lambda *given, part=part: done.append(part))
    denoiser = SimpleNamespace(shape=config.data.shape, conditions=bars.conditions)
    monkeypatch.setattr(measuring, "load_denoiser", lambda *given: denoiser)
    one = replace(config, variant_of=variant_of)
    measuring.measure(one, bars, torch.device("cpu"), tmp_path, Namespace(only=only))
    assert done == parts


def test_an_interrupted_measurement_keeps_what_was_measured(tmp_path, command, monkeypatch):
    def interrupted(denoiser, dataset, recipe, num):
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(measuring, "judge_denoiser", interrupted)
    said = command("--steps", "2", code=130)
    folder = tmp_path / "out" / "bars"
    kept = f"what was measured so far is in {folder / 'metrics.json'}."
    assert said == f"explorer.training: stopped by SIGINT; {kept}"
    assert set(json.loads((folder / "metrics.json").read_text())) == {"training", "eps_mse"}
    assert load_denoiser(folder).shape == (1, 28, 28)
    assert "judge.safetensors has to be there already" in command("--only", "steps")
    (folder / "metrics.json").write_text("[")
    assert "metrics.json" in command("--only", "evaluate")
    assert (folder / "metrics.json").read_text() == "["


def test_a_full_disk_at_the_end_keeps_the_state_before(tmp_path, command, monkeypatch):
    train = run.train

    def interrupt_first(trainer, folder, stop_after_s, heard):
        signal.raise_signal(signal.SIGTERM)
        return train(trainer, folder, stop_after_s, heard)

    monkeypatch.setattr(run, "train", interrupt_first)
    state = tmp_path / "out" / "bars" / "resume.pt"
    said = command("--only", "train", code=143)
    assert said == f"explorer.training: stopped by SIGTERM; the same command goes on from {state}."
    assert torch.load(state, weights_only=True)["step"] == 1
    before = state.read_bytes()

    def full(number):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    said = command("--only", "train")
    assert f"{state} could not be written (No space left on device)" in said
    assert state.read_bytes() == before
    assert [path.name for path in state.parent.iterdir()] == ["resume.pt"]


def test_a_fault_of_ours_shows_where_it_is(command, monkeypatch):
    def faulty(*arguments):
        raise KeyError("ours")

    monkeypatch.setattr(run, "load_dataset", faulty)
    with pytest.raises(KeyError, match="ours"):
        command()
