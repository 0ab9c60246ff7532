"""The folder that a run's results go to: fit to be written to, and its metrics.json."""

import json
import tempfile
from pathlib import Path
from typing import Any

from explorer.denoiser.checkpoints import read_json
from explorer.denoiser.files import write_whole
from explorer.training.errors import TrainingError

FILES = (
    "resume.pt",
    "config.json",
    "model.safetensors",
    "metrics.json",
    "judge.safetensors",
    "sheet.webp",
)


def check_folder(folder: Path) -> None:
    """Make the folder, and raise TrainingError if results could not be written there.

    To be asked before the work: afterwards, it would be lost.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise TrainingError(f"Nothing can be written to {folder} ({reason}).") from error
    blocked = [name for name in FILES if (folder / name).exists() and not (folder / name).is_file()]
    if blocked:
        raise TrainingError(f"{folder / blocked[0]} should be a file, and is none.")
    read_metrics(folder)


def read_metrics(folder: Path) -> dict[str, Any]:
    """What was measured so far. Raises CheckpointError if the file is damaged."""
    path = folder / "metrics.json"
    return read_json(path) if path.exists() else {}


def update_metrics(folder: Path, figures: dict[str, Any]) -> None:
    """Write the figures beside those that are in the folder's metrics.json already.

    Raises:
        FloatingPointError: a figure is no number; the file stays as it was.
        CheckpointError: the file is damaged; it stays as it was.
        WriteError: it could not be written.
    """
    metrics = read_metrics(folder)
    try:
        content = json.dumps(metrics | figures, indent=1, allow_nan=False) + "\n"
    except ValueError as error:
        names = ", ".join(figures)
        raise FloatingPointError(f"{names}: what was measured is not finite.") from error
    write_whole({folder / "metrics.json": content.encode()})
    for name, figure in figures.items():
        short = {"eps_mse": "mean", "quality_by_steps": "rows"}.get(name)
        shown = figure if short is None else figure[short]
        print(name, json.dumps(shown[-1] if isinstance(shown, list) else shown), flush=True)
