"""What there is to measure of a checkpoint, and into which file of its folder each result goes.

Each is kept as soon as it is there. How it is measured: `evaluation.py`, `judge.py`.
"""

import argparse
import hashlib
import io
import time
from pathlib import Path
from typing import Any

import torch

from explorer.denoiser.checkpoints import load_denoiser
from explorer.denoiser.denoiser import Denoiser
from explorer.denoiser.files import write_whole
from explorer.denoiser.judge import load_judge, save_judge
from explorer.training.by_steps import digit_measure, emoji_measure, quality_by_steps
from explorer.training.cards import update_card
from explorer.training.config import Config
from explorer.training.datasets import Dataset, to_model_space
from explorer.training.errors import TrainingError
from explorer.training.evaluation import copies, error_curves, sheet
from explorer.training.judge import judge_digits, judge_samples
from explorer.training.outputs import read_metrics, update_metrics

JUDGE = "judge.safetensors"


def check_there(config: Config, folder: Path, only: str | None) -> None:
    """Raise TrainingError if a file that will be measured, or measured by, is not there."""
    if only in ("evaluate", "steps") and not (folder / "config.json").is_file():
        raise TrainingError(f"There is no checkpoint in {folder} to measure: train it first.")
    if only == "steps" and config.variant_of:
        raise TrainingError(
            f"{config.name} is a variant of {config.variant_of}, and --only steps is for that one."
        )
    judge = _judge_file(config, folder)
    needed = config.data.set == "digits" and (config.variant_of or only == "steps")
    if only != "train" and needed and not judge.is_file():
        raise TrainingError(
            f"{judge} has to be there already, to judge {config.name} by: "
            f"evaluate {config.variant_of or config.name} first."
        )


def _judge_file(config: Config, folder: Path) -> Path:
    """A variant is measured by the judge of what it is a variant of."""
    return folder.parent / (config.variant_of or config.name) / JUDGE


def measure(
    config: Config,
    dataset: Dataset,
    device: torch.device,
    folder: Path,
    arguments: argparse.Namespace,
) -> None:
    """Measure the weights as shipped: in half precision on disk, float32 at work."""
    denoiser = load_denoiser(folder.resolve(), device)  # a relative path might be a Hub id
    expected = config.data.shape, dataset.conditions
    if (denoiser.shape, denoiser.conditions) != expected:
        raise TrainingError(
            f"The checkpoint in {folder} is of {len(denoiser.conditions)} conditions and of shape "
            f"{list(denoiser.shape)}, and not of the images that {config.name} is measured on."
        )
    if arguments.only != "steps":
        evaluate_and_save(config, denoiser, dataset, folder, arguments)
    if config.variant_of is None:
        measure_steps(config, denoiser, dataset, folder, arguments)


def evaluate_and_save(
    config: Config,
    denoiser: Denoiser,
    dataset: Dataset,
    folder: Path,
    arguments: argparse.Namespace,
) -> None:
    """The error against t, the samples' quality or how many are copies, and the sheet."""
    num_samples, base = arguments.samples or 60_000, config.variant_of
    digits = config.data.set == "digits"
    base_judge = load_judge(_judge_file(config, folder)) if digits and base else None
    curves = error_curves(denoiser, dataset, arguments.images, with_ideal=base is None)
    update_metrics(folder, {"eps_mse": curves})
    if base_judge:
        base_judge.to(denoiser.device)
        quality, *_ = judge_samples(denoiser, base_judge, num_samples)
        update_metrics(folder, {"sample_quality": quality})
    elif digits:
        quality, judge = judge_digits(denoiser, dataset, num_samples)
        save_judge(judge, folder / JUDGE)
        update_metrics(folder, {"sample_quality": quality})
    else:
        update_metrics(folder, {"copies": copies(denoiser, dataset)})
    save_sheet(denoiser, folder)
    update_card(folder)


def measure_steps(
    config: Config,
    denoiser: Denoiser,
    dataset: Dataset,
    folder: Path,
    arguments: argparse.Namespace,
) -> None:
    """Quality against steps, saved row by row; goes on where it was stopped."""
    begun = time.monotonic()
    if config.data.set == "digits":
        measured = digit_measure(load_judge(folder / JUDGE).to(denoiser.device))
    else:
        measured = emoji_measure(to_model_space(dataset.images).to(denoiser.device))
    content = (folder / "model.safetensors").read_bytes()
    weights = f"sha256 {hashlib.sha256(content).hexdigest()[:12]}"
    num = arguments.samples or 1000
    before = rows_before(folder)
    for table in quality_by_steps(denoiser, measured, dataset, num, weights, before):
        update_metrics(folder, {"quality_by_steps": table})
        if time.monotonic() - begun > arguments.stop_after:
            break


def rows_before(folder: Path) -> dict[str, Any] | None:
    """The table of an earlier run, if there is one. Raises TrainingError if it is none of ours."""
    table = read_metrics(folder).get("quality_by_steps")
    if table is None:
        return None
    rows = table.get("rows") if isinstance(table, dict) else None
    if not isinstance(rows, list) or "how" not in table:
        raise TrainingError(f"{folder / 'metrics.json'} is damaged: its quality_by_steps is.")
    if not all(isinstance(row, dict) and {"sampler", "steps"} <= row.keys() for row in rows):
        raise TrainingError(f"{folder / 'metrics.json'} is damaged: a row of its steps is.")
    return table


def save_sheet(denoiser: Denoiser, folder: Path) -> None:
    """The sheet of samples as sheet.webp; this alone needs Pillow, and is left out without it."""
    try:
        from PIL import Image
    except ImportError:
        print("Pillow is not installed: no sheet.webp.")
        return
    pixels = sheet(denoiser)
    picture = Image.fromarray(pixels if pixels.shape[2] == 3 else pixels[:, :, 0])
    content = io.BytesIO()
    picture.save(content, "webp", quality=72, method=6)
    write_whole({folder / "sheet.webp": content.getvalue()})
