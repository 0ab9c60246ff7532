"""The training loop: draw x_0, t and eps; diffuse; ask the network; take a step on its error.

    loss = mean |F(x_t, t, condition) - target|^2,   target = eps, x_0 or v

One process per GPU under `torchrun`, one process alone otherwise; the same code. It keeps an
exponential moving average (EMA) of the weights, which is what gets saved and shown.
It knows nothing of evaluation, nor of what the images show.
"""

import math
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn import functional as F

from explorer.denoiser.denoiser import Denoiser
from explorer.training.config import Config
from explorer.training.datasets import Dataset, draw_batch

STATE = "resume.pt"


def learning_rate(step: int, config: Config) -> float:
    """Of step 0, 1 ... : linear warm-up, then a cosine down to zero at the last step's end."""
    training = config.training
    if step < training.warm_up:
        return training.learning_rate * (step + 1) / training.warm_up
    done = (step - training.warm_up) / max(1, training.steps - training.warm_up)
    return training.learning_rate * 0.5 * (1 + math.cos(math.pi * done))


def make_loss(denoiser: Denoiser, config: Config) -> Callable[..., Tensor]:
    """loss(x_0, condition, t, eps, dropped) -> (), the mean squared error of the raw output."""
    network, device, prediction = denoiser.network, denoiser.device, denoiser.prediction
    signal_scale = denoiser.schedule.signal_scale.float().to(device)
    noise_scale = denoiser.schedule.noise_scale.float().to(device)

    def loss(x_0: Tensor, condition: Tensor, t: Tensor, eps: Tensor, dropped: Tensor) -> Tensor:
        signal, noise = signal_scale[t][:, None, None, None], noise_scale[t][:, None, None, None]
        x_t = signal * x_0 + noise * eps
        target = {"eps": eps, "x_0": x_0, "v": signal * eps - noise * x_0}[prediction]
        told = torch.where(dropped, 0, condition + 1)  # 0 = "no condition"
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            raw = network(x_t, t, told)
        return F.mse_loss(raw.float(), target)

    return loss


class Trainer:
    """The state of one run: weights, their average, the optimiser, steps taken, seconds spent."""

    def __init__(self, denoiser: Denoiser, dataset: Dataset, config: Config, compiled: bool):
        self.denoiser, self.dataset, self.config = denoiser, dataset, config
        self.rank = dist.get_rank() if dist.is_initialized() else 0
        self.world = dist.get_world_size() if dist.is_initialized() else 1
        if config.training.batch % self.world:
            raise ValueError(f"batch {config.training.batch} does not divide by {self.world} GPUs.")
        network, device = denoiser.network.train(), denoiser.device
        self.parameters = list(network.parameters())
        self.ema = [p.detach().clone() for p in self.parameters]
        self.optimiser = torch.optim.AdamW(
            self.parameters,
            lr=config.training.learning_rate,
            weight_decay=config.training.weight_decay,
            fused=device.type == "cuda",
        )
        self.generator = torch.Generator(device)
        self.step, self.seconds = 0, 0.0
        loss = make_loss(denoiser, config)
        self.loss = torch.compile(loss) if compiled else loss

    def draw(self) -> tuple[Tensor, ...]:
        """This GPU's share of the step's batch: x_0, condition, t, eps, dropped.

        What is drawn follows from (seed, step, rank) alone, so a run can be resumed from its step.
        """
        training, device, generator = self.config.training, self.denoiser.device, self.generator
        entropy = np.random.SeedSequence((training.seed, self.step, self.rank))
        generator.manual_seed(int(entropy.generate_state(1, np.uint64)[0]))
        size = training.batch // self.world
        x_0, condition = draw_batch(self.dataset, self.config.data, size, generator)
        T = self.denoiser.schedule.T
        t = torch.randint(1, T + 1, (size,), generator=generator, device=device)
        eps = torch.randn(x_0.shape, generator=generator, device=device)
        uniform = torch.rand(size, generator=generator, device=device)
        return x_0, condition, t, eps, uniform < training.condition_dropout

    def train_step(self) -> Tensor:
        """One optimiser step; returns this GPU's loss, still on the device."""
        training = self.config.training
        loss = self.loss(*self.draw())
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        if self.world > 1:
            average_gradients(self.parameters, self.world)
        nn.utils.clip_grad_norm_(self.parameters, training.clip_gradient)
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(self.step, self.config)
        self.optimiser.step()
        self.step += 1
        # A young average would remember the random start: let its memory grow with the run.
        decay = min(training.ema, (1 + self.step) / (10 + self.step))
        newest = [p.detach() for p in self.parameters]
        torch._foreach_lerp_(self.ema, newest, 1 - decay)  # type: ignore[attr-defined]
        return loss.detach()

    def ema_weights(self) -> dict[str, Tensor]:
        """The averaged weights as a state dict."""
        names = [name for name, _ in self.denoiser.network.named_parameters()]
        return dict(zip(names, self.ema, strict=True))

    def save(self, folder: Path) -> None:
        """Write the run's state so that a crash midway leaves the previous one whole."""
        if self.rank > 0:
            return  # all GPUs hold the same
        state: dict[str, Any] = {
            "step": self.step,
            "seconds": self.seconds,
            "network": self.denoiser.network.state_dict(),
            "ema": self.ema,
            "optimiser": self.optimiser.state_dict(),
        }
        folder.mkdir(parents=True, exist_ok=True)
        torch.save(state, folder / (STATE + ".new"))
        os.replace(folder / (STATE + ".new"), folder / STATE)

    def resume(self, folder: Path) -> None:
        """Go on where `save` left off, if it ever ran; the number of GPUs may have changed."""
        if not (folder / STATE).is_file():
            return
        state = torch.load(folder / STATE, map_location="cpu", weights_only=True)
        self.step, self.seconds = state["step"], state["seconds"]
        self.denoiser.network.load_state_dict(state["network"])
        for mine, saved in zip(self.ema, state["ema"], strict=True):
            mine.copy_(saved)
        self.optimiser.load_state_dict(state["optimiser"])
        self.say(f"resumed at step {self.step}")

    def say(self, text: str, end: str = "\n") -> None:
        if self.rank == 0:
            print(text, end=end, flush=True)


def average_gradients(parameters: list[nn.Parameter], world: int) -> None:
    """Give every GPU the mean of all GPUs' gradients, in one exchange.

    The net is small: overlapping many exchanges with the backward pass, as DistributedDataParallel
    does, gains nothing here, and it would break the compiled loss into pieces.
    """
    gradients = [p.grad for p in parameters if p.grad is not None]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    dist.all_reduce(flat)
    pieces = (flat / world).split([gradient.numel() for gradient in gradients])
    for gradient, piece in zip(gradients, pieces, strict=True):
        gradient.copy_(piece.view(gradient.shape))


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


def train(
    trainer: Trainer, folder: Path, save_every: int = 2000, stop_after_s: float = math.inf
) -> None:
    """Run to the config's last step, resuming where `folder` left off.

    Args:
        save_every: steps between two saved states.
        stop_after_s: stop (saved, to be resumed) once this many seconds have passed.

    Raises:
        FloatingPointError: the loss is no longer a number; the last saved state is kept.
    """
    trainer.resume(folder)
    total, first_step, before = trainer.config.training.steps, trainer.step, trainer.seconds
    start = time.monotonic()
    losses: list[Tensor] = []
    stopping = False
    while trainer.step < total and not stopping:
        losses.append(trainer.train_step())
        last = trainer.step == total
        if trainer.step % 100 == 0 or last:
            elapsed = time.monotonic() - start
            loss, stopping = _agree(trainer, torch.stack(losses).mean(), elapsed > stop_after_s)
            losses.clear()
            check_alike(trainer)
            trainer.seconds = before + elapsed
            trainer.say(_progress(trainer, loss, (trainer.step - first_step) / elapsed), end="")
            if not math.isfinite(loss):
                raise FloatingPointError(f"the loss is {loss} at step {trainer.step}.")
        if trainer.step % save_every == 0 or stopping or last:
            trainer.save(folder)
    trainer.say("")


def _agree(trainer: Trainer, loss: Tensor, stop: bool) -> tuple[float, bool]:
    """The mean loss over all GPUs, and whether any wants to stop: the same answer on each."""
    both = torch.stack([loss.float(), torch.tensor(float(stop), device=loss.device)])
    if trainer.world > 1:
        dist.all_reduce(both)
    mean_loss, stops = both.tolist()
    return mean_loss / trainer.world, stops > 0


def _progress(trainer: Trainer, loss: float, rate: float) -> str:
    step, total = trainer.step, trainer.config.training.steps
    done, left = 24 * step // total, (total - step) / rate
    bar = "#" * done + "-" * (24 - done)
    return f"\r[{bar}] {step}/{total}  loss {loss:.4f}  {rate:.1f} steps/s  {left:.0f} s left"
