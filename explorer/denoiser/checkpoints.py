"""Checkpoints: a folder that holds all that rebuilding a denoiser needs.

    <name>/config.json         the network's shape, the schedule, what the output means
    <name>/model.safetensors   the weights, half precision
    <name>/README.md           the model card        <name>/metrics.json   what was measured

The same layout on the Hugging Face Hub loads the same way: `load_denoiser("owner/name")`.
Nothing here knows of training or of the app.
"""

import json
import re
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from safetensors.torch import save as to_safetensors

from explorer.denoiser.denoiser import Denoiser
from explorer.denoiser.files import write_whole
from explorer.denoiser.unet import UNet
from explorer.diffusion.schedules import SCHEDULES

FORMAT = 1
CHECKPOINTS = Path(__file__).resolve().parents[2] / "checkpoints"
FILES = ("config.json", "model.safetensors", "metrics.json", "images.npz")
HUB_TIMEOUT = 5.0  # seconds
HUB_ID = r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*"


class CheckpointError(ValueError):
    """A checkpoint that is missing, damaged or not ours; the message is one clear sentence."""


def list_checkpoints(folder: Path | str = CHECKPOINTS) -> list[str]:
    """Names of the checkpoints in `folder`, sorted."""
    return sorted(path.parent.name for path in Path(folder).glob("*/config.json"))


def find_checkpoint(name: str | Path, folder: Path | str = CHECKPOINTS) -> Path:
    """The folder of a checkpoint: a name within `folder`, a path, or a Hub id ("owner/name")."""
    candidates = [Path(folder) / name, Path(name)] if str(name) else []
    for path in candidates:
        if (path / "config.json").is_file():
            return path
    if any(path.is_dir() for path in candidates):
        raise CheckpointError(f"{name} is no checkpoint: its config.json is missing.")
    if re.fullmatch(HUB_ID, str(name)):
        return _fetch(str(name))
    if len(Path(name).parts) > 1:
        raise CheckpointError(f"There is no checkpoint at {name}.")
    there = ", ".join(list_checkpoints(folder)) or "none"
    raise CheckpointError(f"There is no checkpoint {str(name)!r} in {folder} (there: {there}).")


def _fetch(repo_id: str) -> Path:
    """A checkpoint from the Hub: the copy in its cache if that is whole, else downloaded."""
    try:
        from huggingface_hub import model_info, snapshot_download, try_to_load_from_cache

        cached = [try_to_load_from_cache(repo_id, name) for name in FILES[:2]]
        if all(isinstance(path, str) for path in cached):
            return Path(str(cached[0])).parent
        model_info(
            repo_id, timeout=HUB_TIMEOUT
        )  # the download itself would wait for a silent network
        return Path(snapshot_download(repo_id, allow_patterns=list(FILES)))
    except Exception as error:  # the Hub's client raises many kinds; the visitor needs one sentence
        raise CheckpointError(
            f"The checkpoint {repo_id!r} is neither a folder here nor could it be fetched from the "
            f"Hugging Face Hub ({type(error).__name__})."
        ) from error


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a checkpoint's file, or a CheckpointError that says what is wrong."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CheckpointError(f"{path} is missing.") from error
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise CheckpointError(f"{path} cannot be read as JSON; it may be damaged.") from error
    if not isinstance(content, dict):
        raise CheckpointError(f"{path} should hold a JSON object.")
    return content


def build_denoiser(config: dict[str, Any], name: str = "denoiser") -> Denoiser:
    """An untrained denoiser from a config (see `save_denoiser` for its keys).

    Raises:
        CheckpointError: the config is foreign, incomplete or contradicts itself.
    """
    if config.get("format") != FORMAT:
        raise CheckpointError(
            f"{name}: config.json is not that of one of our denoisers "
            f'("format" should be {FORMAT}, but is {config.get("format")!r}).'
        )
    try:
        channels, height, width = (int(n) for n in config["shape"])
        conditions = [str(condition) for condition in config["conditions"]]
        schedule_config = dict(config["schedule"])
        schedule = SCHEDULES[schedule_config.pop("name")](**schedule_config)
        network_config = dict(config["network"])
        network = UNet(channels=channels, num_conditions=len(conditions), **network_config)
        shape = (channels, height, width)
        return Denoiser(network.eval(), schedule, config["prediction"], shape, conditions, name)
    except Exception as error:  # whatever a wrong value can set off deep inside the network
        raise CheckpointError(
            f"{name}: config.json does not describe one of our denoisers "
            f"({type(error).__name__}: {error})."
        ) from error


def load_denoiser(
    name: str | Path, device: str | torch.device = "cpu", folder: Path | str = CHECKPOINTS
) -> Denoiser:
    """A trained denoiser, ready to predict.

    Args:
        name: a name in `folder`, the path of a checkpoint folder, or a Hub id "owner/name".
        device: where the network runs.
        folder: where names are looked up.

    Raises:
        CheckpointError: missing, damaged or foreign; the message says which.
    """
    path = find_checkpoint(name, folder)
    with torch.random.fork_rng(devices=[]):  # the weights drawn here are replaced at once
        denoiser = build_denoiser(read_json(path / "config.json"), path.name)
    weights = _read_weights(path / "model.safetensors")
    try:
        denoiser.network.load_state_dict(weights)
    except RuntimeError as error:
        raise CheckpointError(
            f"{path / 'model.safetensors'} does not fit the network that config.json describes."
        ) from error
    denoiser.network.requires_grad_(False).to(device)
    if denoiser.device.type == "cpu":  # channels last: the same numbers, a quarter faster there
        denoiser.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return denoiser


def _read_weights(path: Path) -> dict[str, torch.Tensor]:
    """The weights as float32, or a CheckpointError that says what is wrong."""
    if not path.is_file():
        raise CheckpointError(f"{path} is missing.")
    try:
        weights = {key: value.float() for key, value in load_file(path).items()}
    except Exception as error:  # a damaged file can fail in many ways
        raise CheckpointError(f"{path} is damaged: it cannot be read as safetensors.") from error
    if not all(bool(value.isfinite().all()) for value in weights.values()):
        raise CheckpointError(f"{path} is damaged: it holds weights that are not finite.")
    return weights


def save_denoiser(
    path: Path | str, weights: dict[str, torch.Tensor], config: dict[str, Any]
) -> None:
    """Write config.json and model.safetensors (half precision): both whole, or neither.

    Args:
        path: the checkpoint's folder; made if needed.
        weights: the network's state dict.
        config: {"format", "shape", "conditions", "schedule": {"name", ...}, "prediction",
            "network": {...}, and anything else worth keeping}.

    Raises:
        CheckpointError: a weight is not finite, or too large for half precision.
        WriteError: they could not be written.
    """
    half = {key: value.detach().cpu().half().contiguous() for key, value in weights.items()}
    if not all(bool(value.isfinite().all()) for value in half.values()):
        raise CheckpointError(f"The weights for {path} are not finite in half precision.")
    path = Path(path)
    path.mkdir(parents=True, exist_ok=True)
    write_whole(
        {
            path / "config.json": (json.dumps(config, indent=1) + "\n").encode(),
            path / "model.safetensors": to_safetensors(half, metadata={"format": "pt"}),
        }
    )
