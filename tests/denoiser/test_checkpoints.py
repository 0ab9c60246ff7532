"""Checkpoints: saved and loaded unchanged; whatever is wrong with one is said in one sentence."""

import json
import socket
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.testing import assert_close

from explorer.denoiser import checkpoints
from explorer.denoiser.checkpoints import (
    CheckpointError,
    build_denoiser,
    list_checkpoints,
    load_denoiser,
    save_denoiser,
)


def message(name: str | Path, **options) -> str:
    """The sentence that loading fails with."""
    with pytest.raises(CheckpointError) as failure:
        load_denoiser(name, **options)
    text = str(failure.value)
    assert "\n" not in text
    assert text.endswith(".")
    return text


def change_config(checkpoint: Path, **changes) -> None:
    config = json.loads((checkpoint / "config.json").read_text())
    (checkpoint / "config.json").write_text(json.dumps(config | changes))


def change_weights(checkpoint: Path, change) -> None:
    weights = load_file(checkpoint / "model.safetensors")
    change(weights)
    save_file(weights, checkpoint / "model.safetensors")


def test_weights_come_back_as_they_were_in_half_precision(tmp_path, config):
    denoiser = build_denoiser(config)
    weights = denoiser.network.state_dict()
    save_denoiser(tmp_path / "new", weights, config)
    loaded = load_denoiser("new", folder=tmp_path)
    for name, weight in loaded.network.state_dict().items():
        assert weight.dtype == torch.float32
        assert torch.equal(weight, weights[name].half().float())
    on_disk = load_file(tmp_path / "new" / "model.safetensors")
    assert {weight.dtype for weight in on_disk.values()} == {torch.float16}


def test_what_was_loaded_predicts_what_was_saved(checkpoint, config):
    denoiser = load_denoiser(checkpoint)
    rebuilt = build_denoiser(config)
    rebuilt.network.load_state_dict(denoiser.network.state_dict())
    x_t = torch.randn(3, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    t, condition = torch.tensor([1, 50, 100]), torch.tensor([0, 1, 1])
    assert_close(denoiser.predict_eps(x_t, t, condition), rebuilt.predict_eps(x_t, t, condition))
    assert denoiser.shape == (1, 8, 8)
    assert denoiser.conditions == ["round", "square"]
    assert denoiser.schedule.T == 100
    assert denoiser.name == "small"


def test_a_checkpoint_is_found_by_name_and_by_path(checkpoint, monkeypatch):
    assert load_denoiser("small", folder=checkpoint.parent).name == "small"
    assert load_denoiser(str(checkpoint)).name == "small"
    monkeypatch.chdir(checkpoint.parent)
    assert load_denoiser("small").name == "small"
    assert list_checkpoints(checkpoint.parent) == ["small"]
    assert list_checkpoints(checkpoint / "nowhere") == []


def test_loading_leaves_the_global_random_state_alone(checkpoint):
    before = torch.get_rng_state()
    load_denoiser(checkpoint)
    assert torch.equal(torch.get_rng_state(), before)


def test_a_loaded_network_is_frozen_and_in_evaluation_mode(checkpoint):
    network = load_denoiser(checkpoint).network
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())


@pytest.mark.parametrize("name", ["nothing", "", "no where", "../nothing", "a/b/c"])
def test_a_missing_checkpoint(checkpoint, name):
    assert "There is no checkpoint" in message(name, folder=checkpoint.parent)


def test_a_missing_name_is_answered_with_those_that_are_there(checkpoint):
    assert "'smal'" in message("smal", folder=checkpoint.parent)
    assert "(there: small)" in message("smal", folder=checkpoint.parent)


def test_a_folder_without_a_config(checkpoint):
    (checkpoint / "config.json").unlink()
    assert "config.json is missing" in message(checkpoint)


@pytest.mark.parametrize("content", [b"", b'{"format": 1,', b"\xff\xfe\x00", b"not json"])
def test_a_damaged_config(checkpoint, content):
    (checkpoint / "config.json").write_bytes(content)
    assert "cannot be read as JSON; it may be damaged" in message(checkpoint)


def test_a_config_that_is_no_object(checkpoint):
    (checkpoint / "config.json").write_text("[1, 2]")
    assert "should hold a JSON object" in message(checkpoint)


@pytest.mark.parametrize(
    "foreign",
    [
        {"_class_name": "UNet2DModel", "sample_size": 64, "in_channels": 3},
        {"model_type": "bert", "hidden_size": 768},
        {"format": 2},
        {},
    ],
)
def test_somebody_elses_config(checkpoint, foreign):
    (checkpoint / "config.json").write_text(json.dumps(foreign))
    assert "not that of one of our denoisers" in message(checkpoint)


@pytest.mark.parametrize(
    "changes",
    [
        {"shape": [8, 8]},
        {"shape": "large"},
        {"conditions": None},
        {"schedule": {"name": "unheard of", "T": 100}},
        {"schedule": {"name": "cosine", "T": 0}},
        {"schedule": "cosine"},
        {"prediction": "noise"},
        {"network": None},
        {"network": {"widths": [8, 32], "blocks": [1], "attention": [False, True]}},
        {"network": {"widths": [7, 32], "blocks": [1, 1], "attention": [False, True]}},
        {"network": {"depth": 3}},
    ],
)
def test_a_config_that_contradicts_itself(checkpoint, changes):
    change_config(checkpoint, **changes)
    assert "config.json does not describe one of our denoisers" in message(checkpoint)


def test_missing_weights(checkpoint):
    (checkpoint / "model.safetensors").unlink()
    assert "model.safetensors is missing" in message(checkpoint)


@pytest.mark.parametrize("keep", [0, 4, 100, 2000, -1])
def test_truncated_weights(checkpoint, keep):
    path = checkpoint / "model.safetensors"
    path.write_bytes(path.read_bytes()[:keep])
    assert "model.safetensors is damaged" in message(checkpoint)


def test_weights_that_are_something_else(checkpoint):
    (checkpoint / "model.safetensors").write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    assert "model.safetensors is damaged" in message(checkpoint)


def test_a_weight_is_missing(checkpoint):
    change_weights(checkpoint, lambda weights: weights.pop("stem.weight"))
    assert "does not fit the network" in message(checkpoint)


def test_a_weight_too_many(checkpoint):
    change_weights(checkpoint, lambda weights: weights.update(more=torch.zeros(1)))
    assert "does not fit the network" in message(checkpoint)


def test_weights_of_another_shape(checkpoint):
    change_config(
        checkpoint, network={"widths": [8, 40], "blocks": [1, 1], "attention": [False, False]}
    )
    assert "does not fit the network" in message(checkpoint)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite(checkpoint, value):
    change_weights(checkpoint, lambda weights: weights["stem.weight"].fill_(value))
    assert "not finite" in message(checkpoint)


def test_weights_too_large_for_half_precision_are_not_saved(tmp_path, config):
    weights = build_denoiser(config).network.state_dict()
    weights["stem.weight"].fill_(1e5)
    with pytest.raises(CheckpointError, match="half precision"):
        save_denoiser(tmp_path / "new", weights, config)
    assert not (tmp_path / "new").exists()


def test_a_hub_that_nobody_answers_for_fails_fast(tmp_path, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(checkpoints, "HUB_TIMEOUT", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes a call and never answers
        port = silent.getsockname()[1]
        monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{port}")
        start = time.monotonic()
        text = message("somebody/some-denoiser", folder=tmp_path)
    assert "'somebody/some-denoiser'" in text
    assert "Hugging Face Hub" in text
    assert time.monotonic() - start < 20


def test_a_hub_checkpoint_in_the_cache_needs_no_network(checkpoint, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "huggingface_hub.try_to_load_from_cache", lambda repo_id, name: str(checkpoint / name)
    )
    monkeypatch.setattr("huggingface_hub.snapshot_download", pytest.fail)
    assert load_denoiser("somebody/small", folder=tmp_path / "elsewhere").name == "small"


@pytest.fixture
def hub(checkpoint, monkeypatch):
    """`hub(size)`: a Hub that says that the weights are so large; what it is asked to send."""
    sent = []

    def answer(size: int | None) -> list[str]:
        files = [
            SimpleNamespace(rfilename="model.safetensors", size=size),
            SimpleNamespace(rfilename="film.mp4", size=10**12),  # never fetched
        ]

        def model_info(repo_id, timeout, files_metadata):
            return SimpleNamespace(sha="abc", siblings=files if files_metadata else [])

        def snapshot_download(repo_id, revision, allow_patterns):
            sent.append((repo_id, revision, allow_patterns))
            return str(checkpoint)

        monkeypatch.setattr("huggingface_hub.model_info", model_info)
        monkeypatch.setattr("huggingface_hub.try_to_load_from_cache", lambda repo_id, name: None)
        monkeypatch.setattr("huggingface_hub.snapshot_download", snapshot_download)
        return sent

    return answer


def test_a_hub_checkpoint_is_downloaded_if_the_cache_lacks_a_file(hub, tmp_path):
    sent = hub(4_000_000)
    assert load_denoiser("somebody/small", folder=tmp_path / "elsewhere").name == "small"
    files = ["config.json", "model.safetensors", "metrics.json", "images.npz"]
    assert sent == [("somebody/small", "abc", files)]


@pytest.mark.parametrize("size", [10**10, None])
def test_what_is_too_large_is_never_downloaded(hub, tmp_path, size):
    sent = hub(size)
    assert "its model.safetensors has" in message("somebody/small", folder=tmp_path / "elsewhere")
    assert sent == []


@pytest.mark.parametrize(
    "name", ["x" * 300, "x/" * 3000, "a\0b", "\ud800", "two\nlines/x", "~", "/etc"]
)
def test_names_that_are_no_names(checkpoint, name):
    assert len(message(name, folder=checkpoint.parent)) < 1000


def test_the_hub_is_only_asked_for_what_may_be_a_hub_id(checkpoint, monkeypatch):
    monkeypatch.setattr(checkpoints, "_fetch", pytest.fail)
    for name in ("nothing", "/nowhere/at all", "../nothing", "a/b/c"):
        message(name, folder=checkpoint.parent)
