"""Train a denoiser, or measure one.

    python -m explorer.training --config emoji
    python -m explorer.training --config digits --data mnist.npz
    torchrun --nproc-per-node 2 -m explorer.training --config emoji
    python -m explorer.training --config emoji --only evaluate

    python -m explorer.training --config digits --data mnist.npz --only evaluate --out checkpoints

A run that was stopped goes on where it left off. The checkpoint appears in --out/<name>.
"""

import argparse
import json
import math
import os
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist

from explorer.denoiser.checkpoints import build_denoiser, load_denoiser, save_denoiser
from explorer.denoiser.denoiser import Denoiser
from explorer.images.mnist import MnistError
from explorer.training.config import Config
from explorer.training.datasets import Dataset, load_dataset
from explorer.training.evaluation import copies, error_curves, sheet
from explorer.training.judge import judge_digits, save_judge
from explorer.training.loop import Trainer, train


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m explorer.training", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add = parser.add_argument
    add("--config", required=True, help="a name in explorer/training/configs, or a TOML file")
    add("--data", type=Path, help="mnist.npz for digits; default: the official mirrors")
    add("--out", type=Path, default=Path("runs"), help="where checkpoints and state go")
    add("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    add("--only", choices=["train", "evaluate"], help="default: both")
    add("--steps", type=int, help="the learning rate's last step, instead of the config's")
    add("--no-compile", action="store_true", help="skip torch.compile (GPU only anyway)")
    add("--stop-after", type=float, default=math.inf, metavar="SECONDS", help="to be resumed")
    add("--samples", type=int, default=60_000, help="digits drawn to be judged (default: 60000)")
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
    if arguments.only != "evaluate":
        torch.set_float32_matmul_precision("high")  # TF32: enough to learn by
        train_and_save(config, dataset, device, arguments)
    if parallel:
        dist.destroy_process_group()
    if arguments.only != "train" and first:
        torch.set_float32_matmul_precision("highest")
        folder = arguments.out / config.name
        evaluate_and_save(config, dataset, device, folder, arguments.samples)


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
    config: Config, dataset: Dataset, device: torch.device, folder: Path, num_samples: int
) -> None:
    """Measure the weights as shipped: in half precision on disk, float32 at work."""
    denoiser = load_denoiser(folder, device)
    update_metrics(folder, {"eps_mse": error_curves(denoiser, dataset)})
    if config.data.set == "digits":
        quality, judge = judge_digits(denoiser, dataset, num_samples)
        update_metrics(folder, {"sample_quality": quality})
        save_judge(judge, folder / "judge.safetensors")
    else:
        update_metrics(folder, {"copies": copies(denoiser, dataset)})
    save_sheet(denoiser, folder)


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


def update_metrics(folder: Path, figures: dict[str, Any]) -> None:
    """Write the figures beside those that are in the folder's metrics.json already."""
    path = folder / "metrics.json"
    metrics = json.loads(path.read_text()) if path.is_file() else {}
    path.write_text(json.dumps(metrics | figures, indent=1) + "\n")
    print(json.dumps({key: value for key, value in figures.items() if key != "eps_mse"}))
    if "eps_mse" in figures:
        print("mean eps_mse", json.dumps(figures["eps_mse"]["mean"]), flush=True)


if __name__ == "__main__":
    main()
