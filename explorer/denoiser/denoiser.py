"""A denoiser: (x_t, t, condition) -> eps_hat. The one object that the rest of the project talks to.

It joins a network, the schedule that it was trained with, and what the network's raw output means:
`prediction` is "eps", "x_0" or "v". Whatever it is, the answer is read as noise, exactly:

    eps_hat = F                                        if the output F is eps
    eps_hat = (x_t - signal_scale F) / noise_scale     if it is x_0
    eps_hat = noise_scale x_t + signal_scale F         if it is v (Salimans & Ho 2022)

The last keeps its precision at both ends of time: near t = T almost all of eps_hat is x_t itself,
and the network only adds what is left to know.

It knows nothing of files, training or panels.
"""

import copy
from collections.abc import Callable
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from explorer.diffusion.predictions import eps_from_v, eps_from_x_0
from explorer.diffusion.predictor import Predictor
from explorer.diffusion.schedules import NoiseSchedule

Prediction = Literal["eps", "x_0", "v"]


def check_arguments(denoiser: Predictor, x_t: Tensor, t: Tensor, condition: Tensor | None) -> None:
    """Raise ValueError unless these are what `predict_eps` takes."""
    if x_t.ndim != 4 or tuple(x_t.shape[1:]) != tuple(denoiser.shape):
        shape = ", ".join(map(str, denoiser.shape))
        raise ValueError(f"x_t must have shape (B, {shape}), not {tuple(x_t.shape)}.")
    batch, T, last = len(x_t), denoiser.schedule.T, len(denoiser.conditions) - 1
    if t.shape != (batch,) or t.dtype != torch.int64:
        raise ValueError(f"t must be {batch} int64 numbers, one per image.")
    if batch and (int(t.min()) < 1 or int(t.max()) > T):
        raise ValueError(f"t must lie in 1..{T}.")
    if condition is None:
        return
    if last < 0:
        raise ValueError("this denoiser knows no conditions: condition must be None.")
    if condition.shape != (batch,) or condition.dtype != torch.int64:
        raise ValueError(f"condition must be {batch} int64 indices, one per image, or None.")
    if batch and (int(condition.min()) < 0 or int(condition.max()) > last):
        raise ValueError(f"condition must lie in 0..{last}.")


class Denoiser:
    """A trained network that predicts noise.

    Args:
        network: module called as network(x_t, t, condition), condition 0 meaning "none".
        schedule: the schedule it was trained with; T = schedule.T.
        prediction: what the network's raw output means.
        shape: (C, H, W) of one image.
        conditions: names, in the order of the condition's index.
        name: for people.
    """

    def __init__(
        self,
        network: nn.Module,
        schedule: NoiseSchedule,
        prediction: Prediction,
        shape: tuple[int, int, int],
        conditions: list[str],
        name: str = "denoiser",
    ):
        if prediction not in get_args(Prediction):
            raise ValueError(
                f"prediction must be one of {get_args(Prediction)}, not {prediction!r}."
            )
        self.network = network
        self._run: Callable[[Tensor, Tensor, Tensor], Tensor] = network
        self.schedule = schedule
        self.prediction: Prediction = prediction
        self.shape = shape
        self.conditions = conditions
        self.name = name

    @property
    def device(self) -> torch.device:
        return next(self.network.parameters()).device

    def run_by(self, run: Callable[[Tensor, Tensor, Tensor], Tensor]) -> "Denoiser":
        """The same denoiser, whose network is called as run(x_t, t, condition) from now on."""
        twin = copy.copy(self)
        twin._run = run
        return twin

    @torch.no_grad()
    def predict_eps(
        self, x_t: Tensor, t: Tensor, condition: Tensor | None = None, guidance: float = 1.0
    ) -> Tensor:
        """The noise that the network sees in x_t.

        Args:
            x_t: (B, C, H, W) float32, noisy images.
            t: (B,) int64 in 1..T.
            condition: (B,) int64 indices into `conditions`, or None for no condition.
            guidance: w of eps_u + w (eps_c - eps_u) (Ho & Salimans 2022); 1 is off, 0 ignores the
                condition. Any other value costs one call on a batch twice as long.

        Returns:
            eps_hat: (B, C, H, W) float32 on x_t's device.

        Raises:
            ValueError: shapes, t or condition out of range.
        """
        t = t.cpu()  # what is looked up by it is there; a GPU is waited for once, not at each look
        condition = None if condition is None else condition.cpu()
        check_arguments(self, x_t, t, condition)
        x = x_t.to(self.device, torch.float32)
        none = torch.zeros_like(t)
        chosen = none if condition is None else condition + 1
        if guidance == 1.0 or condition is None:
            return self._read(x, t, self._run(x, t, chosen)).to(x_t.device)
        if guidance == 0.0:
            return self._read(x, t, self._run(x, t, none)).to(x_t.device)
        raw = self._run(torch.cat([x, x]), torch.cat([t, t]), torch.cat([chosen, none]))
        eps_c, eps_u = (self._read(x, t, half) for half in raw.chunk(2))
        return (eps_u + guidance * (eps_c - eps_u)).to(x_t.device)

    def _read(self, x_t: Tensor, t: Tensor, raw: Tensor) -> Tensor:
        """The raw output, read as noise."""
        if self.prediction == "v":
            return eps_from_v(self.schedule, x_t, t, raw)
        if self.prediction == "x_0":
            return eps_from_x_0(self.schedule, x_t, t, raw)
        return raw
