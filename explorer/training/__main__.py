"""Train a denoiser, or measure one.

    python -m explorer.training --config emoji
    python -m explorer.training --config digits --data mnist.npz
    torchrun --nproc-per-node 2 -m explorer.training --config emoji
    python -m explorer.training --config emoji --only evaluate

A run that was stopped goes on where it left off. The checkpoint appears in --out/<name>.
"""

import argparse
import json
import math
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from safetensors.torch import save_file

from explorer.denoiser.checkpoints import build_denoiser, load_denoiser, save_denoiser
from explorer.training.config import Config
from explorer.training.datasets import Dataset, load_dataset
from explorer.training.evaluation import copies, error_curves, sheet
from explorer.training.judge import judge_digits
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
    add("--steps", type=int, help="instead of the config's, for a trial")
    add("--no-compile", action="store_true", help="skip torch.compile (GPU only anyway)")
    add("--stop-after", type=float, default=math.inf, metavar="SECONDS", help="to be resumed")
    return parser.parse_args()


def main() -> None:
    arguments = parse_arguments()
    config = Config.read(arguments.config)
    if arguments.steps:
        config = replace(config, training=replace(config.training, steps=arguments.steps))
    device = torch.device(arguments.device)
    parallel = int(os.environ.get("WORLD_SIZE", "1")) > 1  # set by torchrun
    if parallel:
        dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
        if device.type == "cuda":
            device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
    if device.type == "cuda":
        device = torch.device("cuda", device.index or 0)
        torch.cuda.set_device(device)
    torch.set_float32_matmul_precision("high")
    dataset = load_dataset(config.data, arguments.data).to(device)
    first = not parallel or dist.get_rank() == 0
    if arguments.only != "evaluate":
        train_and_save(config, dataset, device, arguments)
    if parallel:
        dist.destroy_process_group()
    if arguments.only != "train" and first:
        evaluate_and_save(config, dataset, device, arguments.out / config.name)


def train_and_save(
    config: Config, dataset: Dataset, device: torch.device, arguments: argparse.Namespace
) -> None:
    folder = arguments.out / config.name
    torch.manual_seed(config.training.seed)  # the initial weights, alike on every GPU
    checkpoint_config = config.checkpoint_config(dataset.conditions)
    denoiser = build_denoiser(checkpoint_config, config.name)
    denoiser.network.to(device, memory_format=torch.channels_last)
    compile = device.type == "cuda" and not arguments.no_compile
    trainer = Trainer(denoiser, dataset, config, compile)
    parameters = sum(p.numel() for p in trainer.parameters)
    if trainer.rank == 0:
        print(f"{config.name}: {parameters / 1e6:.2f} M parameters, {len(dataset.images)} images")
    seconds = train(trainer, folder, stop_after_s=arguments.stop_after)
    if trainer.rank == 0:
        save_denoiser(folder, trainer.ema_weights(), checkpoint_config)
        hardware = torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU"
        training = {
            "steps": trainer.step,
            "seconds_of_last_run": round(seconds),
            "hardware": f"{trainer.world} x {hardware}",
            "parameters": parameters,
        }
        update_metrics(folder, {"training": training})


def evaluate_and_save(config: Config, dataset: Dataset, device: torch.device, folder: Path) -> None:
    """Measure the weights as shipped: in half precision on disk, float32 at work."""
    denoiser = load_denoiser(folder, device)
    update_metrics(folder, {"eps_mse": error_curves(denoiser, dataset)})
    if config.data.set == "digits":
        quality, judge = judge_digits(denoiser, dataset)
        update_metrics(folder, {"sample_quality": quality})
        weights = {key: value.half() for key, value in judge.state_dict().items()}
        save_file(weights, folder / "judge.safetensors")
    else:
        update_metrics(folder, {"copies": copies(denoiser, dataset)})
    save_sheet(denoiser, folder)


def save_sheet(denoiser: Any, folder: Path) -> None:
    """The sheet of samples as sheet.png (this alone needs Pillow)."""
    from explorer.images.encoding import png_bytes

    (folder / "sheet.png").write_bytes(png_bytes(sheet(denoiser)))


def update_metrics(folder: Path, figures: dict[str, Any]) -> None:
    path = folder / "metrics.json"
    metrics = json.loads(path.read_text()) if path.is_file() else {}
    path.write_text(json.dumps(metrics | figures, indent=1) + "\n")
    print(json.dumps({key: value for key, value in figures.items() if key != "eps_mse"}))
    if "eps_mse" in figures:
        print("mean eps_mse", json.dumps(figures["eps_mse"]["mean"]), flush=True)


if __name__ == "__main__":
    main()
