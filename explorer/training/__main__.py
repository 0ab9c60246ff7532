"""Train a denoiser, or measure one.

    python -m explorer.training --config emoji
    python -m explorer.training --config digits --data mnist.npz
    torchrun --nproc-per-node 2 -m explorer.training --config emoji
    python -m explorer.training --config emoji --only evaluate

    python -m explorer.training --config digits --data mnist.npz --only evaluate --out checkpoints
    python -m explorer.training --config emoji --only steps --samples 51 --out checkpoints

The last measures sample quality against the number of steps, and nothing else.
A run that was stopped goes on where it left off. The checkpoint appears in --out/<name>.
"""

import argparse
import hashlib
import json
import math
import os
import time
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist

from explorer.denoiser.checkpoints import build_denoiser, load_denoiser, save_denoiser
from explorer.denoiser.denoiser import Denoiser
from explorer.denoiser.judge import load_judge, save_judge
from explorer.images.mnist import MnistError
from explorer.training.config import Config
from explorer.training.datasets import Dataset, load_dataset, to_model_space
from explorer.training.evaluation import (
    copies,
    digit_measure,
    emoji_measure,
    error_curves,
    quality_by_steps,
    sheet,
)
from explorer.training.judge import judge_digits, judge_samples
from explorer.training.loop import Trainer, train


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m explorer.training", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add = parser.add_argument
    add("--config", required=True, help="a name in explorer/training/configs, or a TOML file")
    add("--data", type=Path, help="mnist.npz for digits; default: the official mirrors")
    add("--out", type=Path, default=Path("runs"), help="where checkpoints and state go")
    add("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    add(
        "--only",
        choices=["train", "evaluate", "steps"],
        help="default: train, then evaluate; steps is a part of evaluate",
    )
    add("--steps", type=int, help="the learning rate's last step, instead of the config's")
    add("--no-compile", action="store_true", help="skip torch.compile (GPU only anyway)")
    add("--stop-after", type=float, default=math.inf, metavar="SECONDS", help="to be resumed")
    add(
        "--samples",
        type=int,
        help="to draw (default: 60000 digits for the judge; 1000 a row of steps)",
    )
    add("--images", type=int, default=10_000, help="of each part, to measure the error on")
    return parser.parse_args()


def main() -> None:
    arguments = parse_arguments()
    try:
        run(arguments)
    except (ValueError, FloatingPointError, MnistError) as error:  # each is one clear sentence
        raise SystemExit(f"explorer.training: {error}") from error


def run(arguments: argparse.Namespace) -> None:
    config = Config.read(arguments.config)
    if arguments.steps:
        config = config.with_steps(arguments.steps)
    device = torch.device(arguments.device)
    parallel = int(os.environ.get("WORLD_SIZE", "1")) > 1  # set by torchrun
    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", device.index or 0)))
        torch.cuda.set_device(device)
    if parallel:
        dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    dataset = load_dataset(config.data, arguments.data).to(device)
    first = not parallel or dist.get_rank() == 0
    if arguments.only in (None, "train"):
        torch.set_float32_matmul_precision("high")  # TF32: enough to learn by
        train_and_save(config, dataset, device, arguments)
    if parallel:
        dist.destroy_process_group()
    if arguments.only != "train" and first:
        torch.set_float32_matmul_precision("highest")
        folder = arguments.out / config.name
        if arguments.only != "steps":
            evaluate_and_save(config, dataset, device, folder, arguments)
        if config.variant_of is None:
            measure_steps(config, dataset, device, folder, arguments)


def train_and_save(
    config: Config, dataset: Dataset, device: torch.device, arguments: argparse.Namespace
) -> None:
    folder = arguments.out / config.name
    torch.manual_seed(config.training.seed)  # the initial weights, alike on every GPU
    denoiser = build_denoiser(config.checkpoint_config(dataset.conditions), config.name)
    denoiser.network.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    compiled = device.type == "cuda" and not arguments.no_compile
    trainer = Trainer(denoiser, dataset, config, compiled)
    parameters = sum(p.numel() for p in trainer.parameters)
    trainer.say(f"{config.name}: {parameters / 1e6:.2f} M parameters, {len(dataset.images)} images")
    train(trainer, folder, stop_after_s=arguments.stop_after)
    if trainer.rank == 0:
        checkpoint_config = config.checkpoint_config(dataset.conditions, trainer.step)
        save_denoiser(folder, trainer.ema_weights(), checkpoint_config)
        hardware = torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU"
        training = {
            "steps": trainer.step,
            "seconds": round(trainer.seconds),
            "hardware": f"{trainer.world} x {hardware}",
            "parameters": parameters,
        }
        update_metrics(folder, {"training": training})


def evaluate_and_save(
    config: Config,
    dataset: Dataset,
    device: torch.device,
    folder: Path,
    arguments: argparse.Namespace,
) -> None:
    """Measure the weights as shipped: in half precision on disk, float32 at work.

    A variant is measured by the judge of what it is a variant of, which has to be there already.
    """
    denoiser = load_denoiser(folder, device)
    num_samples, base = arguments.samples or 60_000, config.variant_of
    curves = error_curves(denoiser, dataset, arguments.images, with_ideal=base is None)
    update_metrics(folder, {"eps_mse": curves})
    if config.data.set == "digits" and base:
        judge = load_judge(folder.parent / base / "judge.safetensors").to(device)
        update_metrics(folder, {"sample_quality": judge_samples(denoiser, judge, num_samples)[0]})
    elif config.data.set == "digits":
        quality, judge = judge_digits(denoiser, dataset, num_samples)
        update_metrics(folder, {"sample_quality": quality})
        save_judge(judge, folder / "judge.safetensors")
    else:
        update_metrics(folder, {"copies": copies(denoiser, dataset)})
    save_sheet(denoiser, folder)


def measure_steps(
    config: Config,
    dataset: Dataset,
    device: torch.device,
    folder: Path,
    arguments: argparse.Namespace,
) -> None:
    """Quality against steps, saved row by row; goes on where it was stopped."""
    begun = time.monotonic()
    denoiser = load_denoiser(folder, device)
    if config.data.set == "digits":
        measure = digit_measure(load_judge(folder / "judge.safetensors").to(device))
    else:
        measure = emoji_measure(to_model_space(dataset.images).to(device))
    before = read_metrics(folder).get("quality_by_steps")
    content = (folder / "model.safetensors").read_bytes()
    weights = f"sha256 {hashlib.sha256(content).hexdigest()[:12]}"
    num = arguments.samples or 1000
    for table in quality_by_steps(denoiser, measure, dataset, num, weights, before):
        update_metrics(folder, {"quality_by_steps": table})
        if time.monotonic() - begun > arguments.stop_after:
            break


def save_sheet(denoiser: Denoiser, folder: Path) -> None:
    """The sheet of samples as sheet.webp; this alone needs Pillow, and is left out without it."""
    try:
        from PIL import Image
    except ImportError:
        print("Pillow is not installed: no sheet.webp.")
        return
    pixels = sheet(denoiser)
    picture = Image.fromarray(pixels if pixels.shape[2] == 3 else pixels[:, :, 0])
    picture.save(folder / "sheet.webp", quality=72, method=6)


def read_metrics(folder: Path) -> dict[str, Any]:
    path = folder / "metrics.json"
    return json.loads(path.read_text()) if path.is_file() else {}


def update_metrics(folder: Path, figures: dict[str, Any]) -> None:
    """Write the figures beside those that are in the folder's metrics.json already."""
    metrics = read_metrics(folder) | figures
    (folder / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n")
    for name, figure in figures.items():
        short = {"eps_mse": "mean", "quality_by_steps": "rows"}.get(name)
        shown = figure if short is None else figure[short]
        print(name, json.dumps(shown[-1] if isinstance(shown, list) else shown), flush=True)


if __name__ == "__main__":
    main()
