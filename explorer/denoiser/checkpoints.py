"""Checkpoints: a folder that holds all that rebuilding a denoiser needs.

    <name>/config.json         the network's shape, the schedule, what the output means
    <name>/model.safetensors   the weights, half precision
    <name>/README.md           the model card        <name>/metrics.json   what was measured

The same layout on the Hugging Face Hub loads the same way: `load_denoiser("owner/name")`.
Nothing here knows of training or of the app.
"""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from explorer.denoiser.denoiser import Denoiser
from explorer.denoiser.unet import UNet
from explorer.diffusion.schedules import SCHEDULES

FORMAT = 1
CHECKPOINTS = Path(__file__).resolve().parents[2] / "checkpoints"
FILES = ("config.json", "model.safetensors", "metrics.json", "images.npz")


class CheckpointError(ValueError):
    """A checkpoint that is missing, damaged or not ours; the message is one clear sentence."""


def list_checkpoints(folder: Path | str = CHECKPOINTS) -> list[str]:
    """Names of the checkpoints in `folder`, sorted."""
    return sorted(path.parent.name for path in Path(folder).glob("*/config.json"))


def find_checkpoint(name: str | Path, folder: Path | str = CHECKPOINTS) -> Path:
    """The folder of a checkpoint: a path, a name within `folder`, or a Hub id ("owner/name")."""
    for path in (Path(folder) / str(name), Path(name)):
        if (path / "config.json").is_file():
            return path
    parts = str(name).split("/")
    if len(parts) == 2 and all(parts) and not Path(name).exists():
        return _download(str(name))
    there = ", ".join(list_checkpoints(folder)) or "none"
    raise CheckpointError(f"There is no checkpoint {str(name)!r} in {folder} (there: {there}).")


def _download(repo_id: str) -> Path:
    """Fetch a checkpoint from the Hub into its cache (or find it there when offline)."""
    from huggingface_hub import snapshot_download

    try:
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
    """An untrained denoiser from a config (see `save_denoiser` for its keys)."""
    try:
        if config["format"] != FORMAT:
            raise CheckpointError(
                f"{name}: this checkpoint has format {config['format']!r}; "
                f"this version reads format {FORMAT}."
            )
        channels, height, width = (int(n) for n in config["shape"])
        conditions = [str(condition) for condition in config["conditions"]]
        schedule_config = dict(config["schedule"])
        schedule = SCHEDULES[schedule_config.pop("name")](**schedule_config)
        network_config = {
            key: tuple(value) if isinstance(value, list) else value
            for key, value in config["network"].items()
        }
        network = UNet(channels=channels, num_conditions=len(conditions), **network_config)
        return Denoiser(
            network.eval(), schedule, config["prediction"], (channels, height, width), conditions,
            name,
        )  # fmt: skip
    except CheckpointError:
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(
            f"{name}: config.json does not describe one of our denoisers ({error})."
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
    denoiser = build_denoiser(read_json(path / "config.json"), path.name)
    weights_path = path / "model.safetensors"
    try:
        weights = load_file(weights_path)
    except (OSError, SafetensorError) as error:
        reason = "is missing" if not weights_path.exists() else "is damaged"
        raise CheckpointError(f"{weights_path} {reason}.") from error
    try:
        denoiser.network.load_state_dict({key: value.float() for key, value in weights.items()})
    except RuntimeError as error:
        raise CheckpointError(
            f"{weights_path} does not fit the network that config.json describes."
        ) from error
    if not all(bool(p.isfinite().all()) for p in denoiser.network.parameters()):
        raise CheckpointError(f"{weights_path} holds weights that are not finite.")
    denoiser.network.requires_grad_(False).to(device)
    return denoiser


def save_denoiser(
    path: Path | str, weights: dict[str, torch.Tensor], config: dict[str, Any]
) -> None:
    """Write config.json and model.safetensors (half precision).

    Args:
        path: the checkpoint's folder; made if needed.
        weights: the network's state dict.
        config: {"format", "shape", "conditions", "schedule": {"name", ...}, "prediction",
            "network": {...}, and anything else worth keeping}.
    """
    path = Path(path)
    path.mkdir(parents=True, exist_ok=True)
    (path / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    half = {key: value.detach().cpu().half().contiguous() for key, value in weights.items()}
    save_file(half, path / "model.safetensors", metadata={"format": "pt"})
