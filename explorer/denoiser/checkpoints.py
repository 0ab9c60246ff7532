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
from safetensors.torch import save as to_safetensors

from explorer.denoiser.denoiser import Denoiser
from explorer.denoiser.files import write_whole
from explorer.denoiser.forms import FORMAT, MOST_PARAMETERS, FormError, check_config, is_whole
from explorer.denoiser.networks import build_network, check_network
from explorer.denoiser.reading import (
    LARGEST_HEADER,
    LARGEST_JSON,
    MEGABYTE,
    CheckpointError,
    read_json,
    read_tensors,
    shown,
)

CHECKPOINTS = Path(__file__).resolve().parents[2] / "checkpoints"
# What is fetched from the Hub, each if it has no more bytes than this.
LARGEST = {
    "config.json": LARGEST_JSON,
    "model.safetensors": LARGEST_HEADER + 4 * MOST_PARAMETERS,
    "metrics.json": LARGEST_JSON,
    "images.npz": 64 * MEGABYTE,
}
HUB_TIMEOUT = 5.0  # seconds
HUB_ID = r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*"


def list_checkpoints(folder: Path | str = CHECKPOINTS) -> list[str]:
    """Names of the checkpoints in `folder`, sorted."""
    return sorted(path.parent.name for path in Path(folder).glob("*/config.json"))


def find_checkpoint(name: str | Path, folder: Path | str = CHECKPOINTS) -> Path:
    """The folder of a checkpoint: a name within `folder`, a path, or a Hub id ("owner/name")."""
    candidates = [Path(folder) / name, Path(name)] if str(name) else []
    try:
        for path in candidates:
            if (path / "config.json").is_file():
                return path
        without_config = any(path.is_dir() for path in candidates)
    except (OSError, ValueError):  # too long, or no name of a file
        raise CheckpointError(f"There is no checkpoint {shown(name)}.") from None
    if without_config:
        raise CheckpointError(f"{shown(name)} is no checkpoint: its config.json is missing.")
    if re.fullmatch(HUB_ID, str(name)):
        return _fetch(str(name))
    if len(Path(name).parts) > 1:
        raise CheckpointError(f"There is no checkpoint at {shown(name)}.")
    there = shown(", ".join(list_checkpoints(folder)) or "none")
    raise CheckpointError(
        f"There is no checkpoint '{shown(name)}' in {shown(folder)} (there: {there})."
    )


def _fetch(repo_id: str) -> Path:
    """A checkpoint from the Hub: the copy in its cache if that is whole, else downloaded."""
    try:
        from huggingface_hub import model_info, snapshot_download, try_to_load_from_cache

        cached = [try_to_load_from_cache(repo_id, name) for name in list(LARGEST)[:2]]
        if all(isinstance(path, str) for path in cached):
            return Path(str(cached[0])).parent
        # Asked first: the download itself would wait for a silent network, and takes any size.
        info = model_info(repo_id, timeout=HUB_TIMEOUT, files_metadata=True)
        for file in info.siblings or []:
            most = LARGEST.get(file.rfilename)
            if most is not None and not (file.size is not None and file.size <= most):
                raise CheckpointError(
                    f"The checkpoint {repo_id!r} of the Hugging Face Hub is too large: "
                    f"its {file.rfilename} has {file.size} bytes, and {most} is the most."
                )
        return Path(snapshot_download(repo_id, revision=info.sha, allow_patterns=list(LARGEST)))
    except CheckpointError:
        raise
    except Exception as error:  # the Hub's client raises many kinds; the visitor needs one sentence
        raise CheckpointError(
            f"The checkpoint {shown(repo_id)!r} is neither a folder here nor could it be fetched "
            f"from the Hugging Face Hub ({type(error).__name__})."
        ) from error


def build_denoiser(config: dict[str, Any], name: str = "denoiser") -> Denoiser:
    """An untrained denoiser from a config (see `save_denoiser` for its keys).

    Raises:
        CheckpointError: the config is foreign, incomplete, too large or contradicts itself.
    """
    if not is_whole(config.get("format"), FORMAT, FORMAT):
        raise CheckpointError(
            f"{shown(name)}: config.json is not that of one of our denoisers "
            f'("format" should be {FORMAT}, but is {shown(config.get("format"))}).'
        )
    try:
        schedule = check_config(config, check_network)
    except FormError as error:
        raise CheckpointError(
            f"{shown(name)}: config.json does not describe one of our denoisers: {error}."
        ) from error
    channels, height, width = config["shape"]
    conditions = list(config["conditions"])
    shape = (channels, height, width)
    network = build_network(shape, len(conditions), config["network"])
    return Denoiser(network.eval(), schedule, config["prediction"], shape, conditions, name)


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
    network = denoiser.network
    whose = "the network that config.json describes"
    network.load_state_dict(read_tensors(path / "model.safetensors", network.state_dict(), whose))
    network.requires_grad_(False).to(device)
    if denoiser.device.type == "cpu":  # channels last: the same numbers, a quarter faster there
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return denoiser


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
