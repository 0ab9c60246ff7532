"""A run from its arguments to its results: what is checked, in which order, and what is done then.

Whatever can be known to be wrong is said before the work begins.
"""

import argparse
import os
from pathlib import Path

import torch
import torch.distributed as dist

from explorer.denoiser.checkpoints import CheckpointError, build_denoiser, save_denoiser
from explorer.denoiser.files import WriteError
from explorer.images.gallery import GalleryError
from explorer.images.mnist import MnistError
from explorer.training.arguments import parse_arguments
from explorer.training.config import Config
from explorer.training.datasets import Dataset, load_dataset
from explorer.training.errors import TrainingError
from explorer.training.interrupts import Interrupted, Interrupts
from explorer.training.loop import check_network, train
from explorer.training.measuring import check_there, measure
from explorer.training.outputs import check_folder, update_metrics
from explorer.training.state import STATE
from explorer.training.trainer import Trainer

# Each is one clear sentence. What else is raised is a fault of ours, and shows where it is.
SENTENCES = (
    TrainingError,
    CheckpointError,
    GalleryError,
    MnistError,
    WriteError,
    FloatingPointError,
)


def main(interrupts: Interrupts) -> None:
    arguments = parse_arguments()
    try:
        run(arguments, interrupts)
    except SENTENCES as error:
        sentence = " ".join(str(error).splitlines())
        raise SystemExit(f"explorer.training: {sentence}") from error
    except torch.OutOfMemoryError as error:
        raise SystemExit("explorer.training: the GPU's memory is too small for this.") from error


def run(arguments: argparse.Namespace, interrupts: Interrupts) -> None:
    config = Config.read(arguments.config)
    if arguments.steps is not None:
        config = config.with_steps(arguments.steps)
    folder = arguments.out / config.name
    check_there(config, folder, arguments.only)
    dataset = load_dataset(config.data, arguments.data)
    device = own_device(arguments.device)
    first = join_processes(device)
    dataset = dataset.to(device)
    if arguments.only in (None, "train"):
        torch.set_float32_matmul_precision("high")  # TF32: enough to learn by
        try:
            train_and_save(config, dataset, device, folder, arguments, interrupts)
        except Interrupted:
            leave_processes()
            raise
    leave_processes()
    if arguments.only != "train" and first:
        torch.set_float32_matmul_precision("highest")
        check_folder(folder)
        interrupts.kept = f"what was measured so far is in {folder / 'metrics.json'}."
        measure(config, dataset, device, folder, arguments)


def own_device(device: torch.device) -> torch.device:
    """Under torchrun, each process has a GPU of its own."""
    if device.type != "cuda":
        return device
    index = int(os.environ.get("LOCAL_RANK", device.index or 0))
    if index >= torch.cuda.device_count():
        raise TrainingError(f"More processes than GPUs: there is no GPU {index} for this one.")
    device = torch.device("cuda", index)
    torch.cuda.set_device(device)
    return device


def join_processes(device: torch.device) -> bool:
    """Meet the other processes, if torchrun has set off several -> whether this is the first."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return True
    dist.init_process_group("cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo")
    return dist.get_rank() == 0


def leave_processes() -> None:
    if dist.is_initialized():
        dist.destroy_process_group()


def train_and_save(
    config: Config,
    dataset: Dataset,
    device: torch.device,
    folder: Path,
    arguments: argparse.Namespace,
    interrupts: Interrupts,
) -> None:
    torch.manual_seed(config.training.seed)  # the initial weights, alike on every GPU
    denoiser = build_denoiser(config.checkpoint_config(dataset.conditions), config.name)
    denoiser.network.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    check_network(denoiser)
    check_folder(folder)
    compiled = device.type == "cuda" and not arguments.no_compile
    trainer = Trainer(denoiser, dataset, config, compiled)
    parameters = sum(p.numel() for p in trainer.parameters)
    trainer.say(f"{config.name}: {parameters / 1e6:.2f} M parameters, {len(dataset.images)} images")
    interrupts.kept = f"the same command goes on from {folder / STATE}."
    with interrupts.held():
        if train(trainer, folder, arguments.stop_after, interrupts.heard):
            interrupts.end()
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
