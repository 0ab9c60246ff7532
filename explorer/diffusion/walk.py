"""A run under way: the network is asked, then one step is taken, and so on down to t = 0.

Knows no sampler by name, and leaves the checks of all arguments to `sample`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from explorer.diffusion.arguments import check_finite, check_shape
from explorer.diffusion.noise import draw_noise
from explorer.diffusion.predictions import x_0_from_eps
from explorer.diffusion.predictor import Predictor
from explorer.diffusion.schedules import NoiseSchedule


@dataclass(frozen=True, eq=False)
class Step:
    """One frame of a trajectory: the image at t, and what the network says of it.

    Attributes:
        t: int in 0..T.
        x_t: (B, C, H, W) the image at t.
        eps_hat: like x_t, the noise as the network predicts it (clip_x_0 leaves it alone).
        x_0_hat: like x_t, the clean image it implies, clipped if clip_x_0: what the step goes by.

    The last frame has t = 0, where no network is asked: its x_0_hat is x_t, its eps_hat is 0.
    """

    t: int
    x_t: Tensor
    eps_hat: Tensor
    x_0_hat: Tensor


@dataclass(frozen=True, eq=False)
class Move:
    """What a sampler's step may go by, on the way from `step` to t_next.

    Attributes:
        t_next: int in 0..step.t - 1.
        last: the step before this one; None if there was none.
        noise: like x_t, from N(0, 1); None if eta = 0 or t_next = 0.
        run: whose network may be asked once more.
    """

    schedule: NoiseSchedule
    step: Step
    t_next: int
    last: Step | None
    noise: Tensor | None
    eta: float
    run: "Run"

    @property
    def start(self) -> tuple[NoiseSchedule, Tensor, Tensor, int, int]:
        """The arguments that all step functions begin with."""
        return self.schedule, self.step.x_t, self.step.x_0_hat, self.step.t, self.t_next

    def predict(self, x: Tensor) -> Step:
        """The network, asked about another x (B, C, H, W) at t_next >= 1.

        Raises:
            FloatingPointError: if it gives NaN or infinity.
        """
        there = self.run.predict(x, self.t_next)
        check_finite(there.eps_hat, self.t_next)
        return there


@dataclass(frozen=True, eq=False)
class Run:
    """The arguments of `sample` that stay the same from step to step, all of them checked.

    move_on: the sampler's step, see `Sampler`.
    """

    denoiser: Predictor
    move_on: Callable[[Move], Tensor]
    eta: float
    condition: Tensor | None
    guidance: float
    clip_x_0: bool
    generators: list[torch.Generator] | None

    @torch.no_grad()
    def walk(self, x_t: Tensor, times: list[int]) -> Iterator[Step]:
        device = getattr(self.denoiser, "device", x_t.device)
        x_t = x_t.to(device, torch.float64 if x_t.dtype == torch.float64 else torch.float32)
        last = None
        for t, t_next in pairwise(times):
            step = self.predict(x_t, t)
            x_t = self.advance(step, t_next, last)
            check_finite(step.eps_hat, t)  # after the work, so that a GPU has it all to do by now
            yield step
            last = step
        yield Step(0, x_t, torch.zeros_like(x_t), x_t)

    def predict(self, x_t: Tensor, t: int) -> Step:
        """Ask the network about x_t (B, C, H, W) at t in 1..T."""
        t_batch = torch.full((len(x_t),), t, dtype=torch.int64)  # to look at it is quick on the CPU
        # A denoiser that knows no guidance is fine as long as none is asked for.
        extra = {} if self.guidance == 1 else {"guidance": self.guidance}
        eps_hat = self.denoiser.predict_eps(x_t, t_batch, condition=self.condition, **extra)
        check_shape(eps_hat, x_t)
        eps_hat = eps_hat.to(x_t.dtype)
        x_0_hat = x_0_from_eps(self.denoiser.schedule, x_t, t, eps_hat)
        return Step(t, x_t, eps_hat, x_0_hat.clamp(-1, 1) if self.clip_x_0 else x_0_hat)

    def advance(self, step: Step, t_next: int, last: Step | None) -> Tensor:
        """x at t_next, by the sampler's step; `last` is the step before."""
        draws = self.eta > 0 and t_next > 0
        noise = self.draw().to(step.x_t, non_blocking=True) if draws else None
        return self.move_on(Move(self.denoiser.schedule, step, t_next, last, noise, self.eta, self))

    def draw(self) -> Tensor:
        """(B, C, H, W) float32 noise on the CPU."""
        assert self.generators is not None  # noqa: S101 - sample() has seen to it
        return draw_noise(self.denoiser.shape, self.generators)
