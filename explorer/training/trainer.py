"""One step of training: draw x_0, t and eps; diffuse; ask the network; step against its error.

    loss = mean |F(x_t, t, condition) - target|^2,   target = eps, x_0 or v

One process per GPU under `torchrun`, one process alone otherwise; the same code. It keeps an
exponential moving average (EMA) of the weights, which is what gets saved and shown.
It knows nothing of evaluation, nor of what the images show. The steps of a run: `loop.py`.
"""

import contextlib
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn import functional as F

from explorer.denoiser.denoiser import Denoiser
from explorer.training.config import Config
from explorer.training.datasets import Dataset, draw_batch
from explorer.training.errors import TrainingError
from explorer.training.state import STATE, RunState, identity, read_state, write_state


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
            raise TrainingError(
                f"batch {config.training.batch} does not divide by {self.world} GPUs."
            )
        network, device = denoiser.network.train(), denoiser.device
        self.names, parameters = zip(*network.named_parameters(), strict=True)
        self.parameters = list(parameters)
        self.ema = [p.detach().clone() for p in self.parameters]
        self.optimiser = torch.optim.AdamW(
            self.parameters,
            lr=config.training.learning_rate,
            weight_decay=config.training.weight_decay,
            fused=device.type == "cuda",
        )
        self.generator = torch.Generator(device)
        self.step, self.seconds = 0, 0.0
        self.run = identity(config, dataset)
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
        return dict(zip(self.names, self.ema, strict=True))

    def tensors(self) -> dict[str, Tensor]:
        """All that a step changes, by name: weights, their average, the optimiser's memory."""
        named = {
            f"weights.{key}": value for key, value in zip(self.names, self.parameters, strict=True)
        }
        named |= {f"ema.{key}": value for key, value in self.ema_weights().items()}
        for name, parameter in zip(self.names, self.parameters, strict=True):
            memory = self.optimiser.state.get(parameter, {})
            named |= {f"optimiser.{name}.{key}": value for key, value in memory.items()}
        return {key: value.detach() for key, value in named.items()}

    def save(self, folder: Path) -> None:
        """Write the run's state; all GPUs hold the same, so one does.

        Raises:
            FloatingPointError: it holds what is no number; the last saved state is kept.
        """
        if self.rank > 0:
            return
        tensors = self.tensors()
        if not all(bool(value.isfinite().all()) for value in tensors.values()):
            raise FloatingPointError(f"the weights are no longer numbers at step {self.step}.")
        write_state(folder / STATE, RunState(self.run, self.step, self.seconds, tensors))

    def resume(self, folder: Path) -> None:
        """Go on where `save` left off, if it ever ran.

        Raises:
            TrainingError: the state there cannot be gone on from; the message says why.
        """
        path = folder / STATE
        if not path.is_file():
            return
        self._make_memory()
        mine = self.tensors()
        state, total = read_state(path, self.run, mine), self.config.training.steps
        if state.step > total:
            raise TrainingError(f"{path} has taken {state.step} steps already, of {total} in all.")
        self.step, self.seconds = state.step, state.seconds
        for name, value in mine.items():
            value.copy_(state.tensors[name])
        self.say(f"resumed at step {self.step}")

    def _make_memory(self) -> None:
        """Let the optimiser make its memory, to be filled: it does so at its first step only."""
        for parameter in self.parameters:
            parameter.grad = torch.zeros_like(parameter)
        for group in self.optimiser.param_groups:
            group["lr"] = 0.0  # which changes no weight
        self.optimiser.step()

    def say(self, text: str, end: str = "\n") -> None:
        if self.rank == 0:
            with contextlib.suppress(OSError):  # a closed terminal is no reason to stop
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
