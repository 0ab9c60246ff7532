"""The training loop: step after step, saved now and then, until the last one or a wish to stop.

It knows nothing of what a step does.
"""

import math
import time
from collections.abc import Callable
from pathlib import Path

import torch
import torch.distributed as dist
from torch import Tensor

from explorer.denoiser.denoiser import Denoiser
from explorer.training.errors import TrainingError
from explorer.training.trainer import Trainer


def check_alike(trainer: Trainer) -> None:
    """Raise RuntimeError if this GPU's weights are not the first one's.

    Weights that drift apart would spoil a run and show nothing but a worse loss.
    """
    if trainer.world == 1:
        return
    own = torch.stack([p.detach().double().sum() for p in trainer.parameters])
    first = own.clone()
    dist.broadcast(first, 0)
    if not torch.allclose(own, first, rtol=1e-6, atol=1e-6, equal_nan=True):
        raise RuntimeError(f"GPU {trainer.rank} holds other weights at step {trainer.step}.")


def check_network(denoiser: Denoiser) -> None:
    """Raise TrainingError if the network cannot answer for one image."""
    one = torch.ones(1, dtype=torch.int64, device=denoiser.device)
    image = torch.zeros(1, *denoiser.shape, device=denoiser.device)
    size = " x ".join(map(str, denoiser.shape))
    try:
        with torch.no_grad():
            answer = denoiser.network(image, one, one)
    except RuntimeError as error:  # levels, widths and sizes that do not go together
        raise TrainingError(f"model.network cannot answer for {size} images ({error}).") from error
    if answer.shape != image.shape:
        raise TrainingError(f"model.network answers {size} images in another shape.")


def train(
    trainer: Trainer,
    folder: Path,
    stop_after_s: float = math.inf,
    interrupted: Callable[[], bool] = lambda: False,
    save_every: int = 2000,
) -> bool:
    """Run to the config's last step, resuming where `folder` left off.

    Args:
        stop_after_s: stop (saved, to be resumed) once this many seconds have passed.
        interrupted: asked after each step; stop there (saved, to be resumed) if it says so.
        save_every: steps between two saved states.

    Returns:
        Whether it was interrupted, here or in another process of this run.

    Raises:
        TrainingError: the state in `folder` cannot be gone on from.
        FloatingPointError: the loss is no longer a number; the last saved state is kept.
    """
    trainer.resume(folder)
    total, first_step, before = trainer.config.training.steps, trainer.step, trainer.seconds
    start = time.monotonic()
    losses: list[Tensor] = []
    stopping = stopped = False
    while trainer.step < total and not stopping:
        losses.append(trainer.train_step())
        last = trainer.step == total
        stopping = stopped = _any(trainer, interrupted())
        if trainer.step % 100 == 0 or last or stopping:
            elapsed = time.monotonic() - start
            loss = _mean(trainer, torch.stack(losses).mean())
            stopping = stopping or _any(trainer, elapsed > stop_after_s)
            losses.clear()
            check_alike(trainer)
            trainer.seconds = before + elapsed
            trainer.say(progress(trainer, loss, (trainer.step - first_step) / elapsed), end="")
            if not math.isfinite(loss):
                raise FloatingPointError(f"the loss is {loss} at step {trainer.step}.")
        if trainer.step % save_every == 0 or stopping or last:
            trainer.save(folder)
    trainer.say("")
    return stopped


def _any(trainer: Trainer, wish: bool) -> bool:
    """Whether any process wishes so: the same answer on each, so that all stop at one step.

    It goes from CPU to CPU, and no GPU is waited for.
    """
    if trainer.world == 1:
        return wish
    wishes = torch.tensor(int(wish))
    dist.all_reduce(wishes)
    return bool(wishes.item())


def _mean(trainer: Trainer, loss: Tensor) -> float:
    """The mean loss over all GPUs."""
    if trainer.world > 1:
        dist.all_reduce(loss)
    return loss.item() / trainer.world


def progress(trainer: Trainer, loss: float, rate: float) -> str:
    """A line for the terminal; `rate` is in steps a second."""
    step, total = trainer.step, trainer.config.training.steps
    done, left = 24 * step // total, (total - step) / rate
    bar = "#" * done + "-" * (24 - done)
    return f"\r[{bar}] {step}/{total}  loss {loss:.4f}  {rate:.1f} steps/s  {left:.0f} s left"
