"""Denoisers whose answers are known: the oracles that the samplers are held against."""

from dataclasses import dataclass, field

import pytest
import torch
from torch import Tensor

from explorer.diffusion.predictions import eps_from_v, eps_from_x_0
from explorer.diffusion.schedules import NoiseSchedule

SHAPE = (1, 2, 2)


@dataclass
class GaussianDenoiser:
    """Exact for images whose pixels are independent, x_0 ~ N(mean, std^2)."""

    schedule: NoiseSchedule
    mean: float = 0.3
    std: float = 0.5
    shape: tuple[int, int, int] = SHAPE

    def predict_eps(
        self, x_t: Tensor, t: Tensor, condition: Tensor | None = None, guidance: float = 1.0
    ) -> Tensor:
        signal = self.schedule.at(self.schedule.signal_scale, t, like=x_t)
        noise = self.schedule.at(self.schedule.noise_scale, t, like=x_t)
        # (x_t - signal x_0_hat) / noise, where x_0_hat is the posterior mean of two Gaussians.
        return noise * (x_t - signal * self.mean) / (signal**2 * self.std**2 + noise**2)

    def flow(self, x_t: Tensor, t: int, t_next: int) -> Tensor:
        """The probability-flow ODE solved exactly: x_t keeps its place in standard deviations."""
        return self.mean_at(t_next) + (x_t - self.mean_at(t)) * (
            self.std_at(t_next) / self.std_at(t)
        )

    def mean_at(self, t: int) -> float:
        return float(self.schedule.signal_scale[t]) * self.mean

    def std_at(self, t: int) -> float:
        alpha_bar = self.schedule.alpha_bar[t].item()
        return (alpha_bar * self.std**2 + 1 - alpha_bar) ** 0.5


@dataclass
class PointsDenoiser:
    """Exact for a set of points, all equally likely: the posterior mean over them."""

    schedule: NoiseSchedule
    points: Tensor  # (N, C, H, W)

    @property
    def shape(self) -> tuple[int, int, int]:
        return tuple(self.points.shape[1:])  # type: ignore[return-value]

    def predict_eps(
        self, x_t: Tensor, t: Tensor, condition: Tensor | None = None, guidance: float = 1.0
    ) -> Tensor:
        signal = self.schedule.at(self.schedule.signal_scale, t, like=x_t)
        noise = self.schedule.at(self.schedule.noise_scale, t, like=x_t)
        points = self.points.to(x_t)
        distance2 = (x_t[:, None] - signal[:, None] * points).square().flatten(2).sum(-1)  # (B, N)
        weight = torch.softmax(-distance2 / (2 * noise.flatten(1) ** 2), dim=1)
        x_0_hat = torch.einsum("bn,nchw->bchw", weight, points)
        return eps_from_x_0(self.schedule, x_t, t, x_0_hat)


@dataclass
class RandomDenoiser:
    """A small random network whose raw output is read as v. Keeps a record of its calls."""

    schedule: NoiseSchedule
    shape: tuple[int, int, int] = (2, 4, 4)
    calls: list[dict] = field(default_factory=list)

    def __post_init__(self) -> None:
        generator = torch.Generator().manual_seed(0)
        size = torch.Size(self.shape).numel()
        self.weight = torch.randn(size, size, generator=generator) / size**0.5
        self.of_t = torch.randn(size, generator=generator)
        self.of_condition = torch.randn(10, size, generator=generator)

    def predict_eps(
        self, x_t: Tensor, t: Tensor, condition: Tensor | None = None, guidance: float = 1.0
    ) -> Tensor:
        self.calls.append({"t": t, "condition": condition, "guidance": guidance})
        time = (t / self.schedule.T)[:, None].to(x_t)
        # One image after another: a matrix product of a batch rounds otherwise than one of a row.
        hidden = torch.stack([row @ self.weight.to(x_t) for row in x_t.flatten(1)])
        hidden = hidden + time * self.of_t.to(x_t)
        if condition is not None:
            hidden = hidden + guidance * self.of_condition.to(x_t)[condition]
        return eps_from_v(self.schedule, x_t, t, torch.tanh(hidden).reshape(x_t.shape))


@pytest.fixture
def gaussian_denoiser():
    return GaussianDenoiser


@pytest.fixture
def points_denoiser():
    return PointsDenoiser


@pytest.fixture
def random_denoiser():
    return RandomDenoiser
