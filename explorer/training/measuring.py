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
from explorer.denoiser.judge import Judge, load_judge, save_judge
from explorer.training.by_steps import measure_with, quality_by_steps
from explorer.training.cards import update_card
from explorer.training.config import Config
from explorer.training.datasets import Dataset, to_model_space
from explorer.training.errors import TrainingError
from explorer.training.evaluation import copies, error_curves, sheet
from explorer.training.judge import RECIPES, judge_denoiser, judge_samples
from explorer.training.outputs import read_metrics, update_metrics

JUDGE = "judge.safetensors"


def check_there(config: Config, folder: Path, only: str | None) -> None:
    """Raise TrainingError if a file that will be measured, or measured by, is not there."""
    if only in ("evaluate", "judge", "steps") and not (folder / "config.json").is_file():
        raise TrainingError(f"There is no checkpoint in {folder} to measure: train it first.")
    if only == "steps" and config.variant_of:
        raise TrainingError(
            f"{config.name} is a variant of {config.variant_of}, and --only steps is for that one."
        )
    judge = _judge_file(config, folder)
    needed = config.variant_of or only == "steps"
    if only != "train" and needed and not judge.is_file():
        raise TrainingError(
            f"{judge} has to be there already, to judge {config.name} by: "
            f"evaluate {config.variant_of or config.name} first."
        )


def _judge_file(config: Config, folder: Path) -> Path:
    """A variant is measured by the judge of what it is a variant of."""
    return folder.parent / (config.variant_of or config.name) / JUDGE


def read_judge(config: Config, folder: Path, denoiser: Denoiser) -> Judge:
    """The judge of its pictures, on its device."""
    kinds = len(denoiser.conditions)
    return load_judge(_judge_file(config, folder), denoiser.shape, kinds).to(denoiser.device)


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
    whole = arguments.only in (None, "evaluate")
    if whole:
        save_errors(config, denoiser, dataset, folder, arguments)
    if whole or arguments.only == "judge":
        judge_and_save(config, denoiser, dataset, folder, arguments)
    if whole:
        save_sheet(denoiser, folder)
    if (whole or arguments.only == "steps") and config.variant_of is None:
        measure_steps(config, denoiser, dataset, folder, arguments)


def save_errors(
    config: Config,
    denoiser: Denoiser,
    dataset: Dataset,
    folder: Path,
    arguments: argparse.Namespace,
) -> None:
    """The error against t; and how many samples are copies, where there were few images."""
    with_ideal = config.variant_of is None
    curves = error_curves(denoiser, dataset, arguments.images, with_ideal)
    update_metrics(folder, {"eps_mse": curves})
    if config.data.set == "emoji":
        update_metrics(folder, {"copies": copies(denoiser, dataset)})


def judge_and_save(
    config: Config,
    denoiser: Denoiser,
    dataset: Dataset,
    folder: Path,
    arguments: argparse.Namespace,
) -> None:
    """The samples' quality, by a judge that is trained now; a variant's by its base's judge.

    Then all that stands in the card's head is measured.
    """
    recipe = RECIPES[config.data.set]
    num = arguments.samples or recipe.num_samples
    if config.variant_of:
        quality, *_ = judge_samples(denoiser, read_judge(config, folder, denoiser), num)
    else:
        quality, judge = judge_denoiser(denoiser, dataset, recipe, num)
        save_judge(judge, folder / JUDGE)
    update_metrics(folder, {"sample_quality": quality})
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
    few = config.data.set == "emoji"  # 60,000 digits are too many to look through
    images = to_model_space(dataset.images).to(denoiser.device) if few else None
    measured = measure_with(read_judge(config, folder, denoiser), images)
    files = {
        "weights": short_hash(folder / "model.safetensors"),
        "judge": short_hash(folder / JUDGE),
    }
    num = arguments.samples or 1000
    before = rows_before(folder)
    for table in quality_by_steps(denoiser, measured, dataset, num, files, before):
        update_metrics(folder, {"quality_by_steps": table})
        if time.monotonic() - begun > arguments.stop_after:
            break


def short_hash(path: Path) -> str:
    """Tells a file from others."""
    return f"sha256 {hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"


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
