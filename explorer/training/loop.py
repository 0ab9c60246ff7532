"""The training loop: draw x_0, t and eps; diffuse; ask the network; take a step on its error.

    loss = mean |F(x_t, t, condition) - target|^2,   target = eps, x_0 or v

One process per GPU under `torchrun`, one process alone otherwise; the same code. It keeps an
exponential moving average (EMA) of the weights, which is what gets saved and shown.
"""

import math
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.parallel import DistributedDataParallel

from explorer.denoiser.denoiser import Denoiser
from explorer.training.config import Config
from explorer.training.datasets import Dataset, draw_batch


def learning_rate(step: int, config: Config) -> float:
    """Linear warm-up, then a cosine down to zero."""
    training = config.training
    if step < training.warm_up:
        return training.learning_rate * (step + 1) / training.warm_up
    done = (step - training.warm_up) / max(1, training.steps - training.warm_up)
    return training.learning_rate * 0.5 * (1 + math.cos(math.pi * done))


def make_loss(denoiser: Denoiser, model: nn.Module, config: Config) -> Callable[..., Tensor]:
    """loss(x_0, condition, t, eps, dropped) -> (), the mean squared error of the raw output."""
    device = denoiser.device
    signal_scale = denoiser.schedule.signal_scale.float().to(device)
    noise_scale = denoiser.schedule.noise_scale.float().to(device)
    prediction = denoiser.prediction

    def loss(x_0: Tensor, condition: Tensor, t: Tensor, eps: Tensor, dropped: Tensor) -> Tensor:
        signal, noise = signal_scale[t][:, None, None, None], noise_scale[t][:, None, None, None]
        x_t = signal * x_0 + noise * eps
        target = {"eps": eps, "x_0": x_0, "v": signal * eps - noise * x_0}[prediction]
        told = torch.where(dropped, 0, condition + 1)  # 0 = "no condition"
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            raw = model(x_t, t, told)
        return F.mse_loss(raw.float(), target)

    return loss


class Trainer:
    """The state of one run: weights, their average, the optimiser, the random stream, the step."""

    def __init__(self, denoiser: Denoiser, dataset: Dataset, config: Config, compile: bool):
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
        self.generator = torch.Generator(device).manual_seed(config.training.seed + self.rank)
        self.step = 0
        model = network
        if self.world > 1:
            model = DistributedDataParallel(network, device_ids=[device.index])
        loss = make_loss(denoiser, model, config)
        self.loss = torch.compile(loss) if compile else loss

    def train_step(self) -> Tensor:
        """One optimiser step; returns the loss, still on the device."""
        training, device = self.config.training, self.denoiser.device
        size = training.batch // self.world
        x_0, condition = draw_batch(self.dataset, self.config.data, size, self.generator)
        T = self.denoiser.schedule.T
        t = torch.randint(1, T + 1, (size,), generator=self.generator, device=device)
        eps = torch.randn(x_0.shape, generator=self.generator, device=device)
        dropped = torch.rand(size, generator=self.generator, device=device)
        loss = self.loss(x_0, condition, t, eps, dropped < training.condition_dropout)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.parameters, training.clip_gradient)
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(self.step, self.config)
        self.optimiser.step()
        self.step += 1
        # A young average would remember the random start: let its memory grow with the run.
        decay = min(training.ema, (1 + self.step) / (10 + self.step))
        torch._foreach_lerp_(self.ema, [p.detach() for p in self.parameters], 1 - decay)
        return loss.detach()

    def ema_weights(self) -> dict[str, Tensor]:
        """The averaged weights as a state dict."""
        names = [name for name, _ in self.denoiser.network.named_parameters()]
        return dict(zip(names, self.ema, strict=True))

    def state(self) -> dict[str, Any]:
        return {
            "step": self.step,
            "network": self.denoiser.network.state_dict(),
            "ema": self.ema,
            "optimiser": self.optimiser.state_dict(),
            "generator": self.generator.get_state(),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        self.step = state["step"]
        self.denoiser.network.load_state_dict(state["network"])
        for mine, saved in zip(self.ema, state["ema"], strict=True):
            mine.copy_(saved)
        self.optimiser.load_state_dict(state["optimiser"])
        self.generator.set_state(state["generator"].cpu())


def save_state(trainer: Trainer, folder: Path) -> None:
    """Write the run's state so that a crash midway leaves the previous one whole."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"resume-{trainer.rank}.pt"
    torch.save(trainer.state(), path.with_suffix(".new"))
    os.replace(path.with_suffix(".new"), path)


def train(
    trainer: Trainer, folder: Path, save_every: int = 2000, stop_after_s: float = math.inf
) -> float:
    """Run to the config's last step, resuming where `folder` left off.

    Args:
        save_every: steps between two saved states.
        stop_after_s: stop (saved, to be resumed) once this many seconds have passed.

    Returns:
        Seconds spent.
    """
    resume = folder / f"resume-{trainer.rank}.pt"
    if resume.is_file():
        trainer.load_state(torch.load(resume, map_location="cpu", weights_only=True))
        _say(trainer, f"resumed at step {trainer.step}")
    start, start_step, total = time.monotonic(), trainer.step, trainer.config.training.steps
    losses: list[Tensor] = []
    stopping = False
    while trainer.step < total and not stopping:
        losses.append(trainer.train_step())
        if trainer.step % 100 == 0 or trainer.step == total:
            loss = torch.stack(losses).mean().item()
            losses.clear()
            elapsed = time.monotonic() - start
            rate = (trainer.step - start_step) / elapsed
            stopping = _agree(trainer, elapsed > stop_after_s)
            _progress(trainer, loss, rate)
            if not math.isfinite(loss):
                raise FloatingPointError(f"the loss is {loss} at step {trainer.step}.")
        if trainer.step % save_every == 0 or stopping or trainer.step == total:
            save_state(trainer, folder)
    if trainer.rank == 0:
        print(flush=True)
    return time.monotonic() - start


def _agree(trainer: Trainer, stop: bool) -> bool:
    """True on every GPU if it is on the first: their clocks differ."""
    if trainer.world == 1:
        return stop
    flag = torch.tensor(float(stop), device=trainer.denoiser.device)
    dist.broadcast(flag, 0)
    return bool(flag.item())


def _progress(trainer: Trainer, loss: float, rate: float) -> None:
    total = trainer.config.training.steps
    done = int(24 * trainer.step / total)
    left = (total - trainer.step) / rate
    bar = "#" * done + "-" * (24 - done)
    line = f"[{bar}] {trainer.step}/{total}  loss {loss:.4f}  {rate:.1f} steps/s  {left:.0f} s left"
    _say(trainer, "\r" + line, end="")


def _say(trainer: Trainer, text: str, end: str = "\n") -> None:
    if trainer.rank == 0:
        print(text, end=end, flush=True)
