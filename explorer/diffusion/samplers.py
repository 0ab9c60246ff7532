"""The reverse process: from noise to an image, one step at a time.

Knows no network by name: anything with the few attributes of `Predictor` will do.

    for t, t_next in pairs of timesteps(...):        T, ..., 0
        eps_hat = denoiser.predict_eps(x_t, t)
        x_0_hat = (x_t - noise_scale[t] eps_hat) / signal_scale[t], clipped
        x at t_next = one of the step functions (steps.py) of x_t and x_0_hat
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from explorer.diffusion.arguments import (
    DEFAULT_ETA,
    agree_on_batch_size,
    check_condition,
    check_denoiser,
    check_etas,
    check_finite,
    check_generators,
    check_guidance,
    check_sampler,
    check_shape,
    check_t_start,
    check_times,
    check_x_t,
    count_images,
)
from explorer.diffusion.checks import check_bool, check_integer
from explorer.diffusion.noise import draw_noise
from explorer.diffusion.predictions import x_0_from_eps
from explorer.diffusion.predictor import Predictor
from explorer.diffusion.schedules import check_T
from explorer.diffusion.steps import ddim_step, ddpm_step, dpmpp_2m_step, heun_step

SAMPLERS = tuple(DEFAULT_ETA)


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


def timesteps(T: int, num_steps: int, t_start: int | None = None) -> list[int]:
    """The times a sampler visits: num_steps + 1 of them, evenly spaced from t_start down to 0.

    Rounded to integers (halves up), strictly decreasing. t_start is T if not given.

    Raises:
        ValueError: if t_start is not in 1..T, or num_steps is not in 1..t_start.
    """
    t_start = check_t_start(t_start, check_T(T))
    num_steps = check_integer("num_steps", num_steps, 1, t_start)
    return [
        (2 * t_start * left + num_steps) // (2 * num_steps) for left in range(num_steps, -1, -1)
    ]


def network_calls(sampler: str, num_steps: int) -> int:
    """How often a run of `sample` asks the network: "heun" twice a step, but for the last one."""
    return 2 * num_steps - 1 if check_sampler(sampler) == "heun" else num_steps


def sample(
    denoiser: Predictor,
    *,
    sampler: str = "ddim",
    num_steps: int | None = None,
    times: Sequence[int] | None = None,
    generator: torch.Generator | Sequence[torch.Generator] | None = None,
    seed: int | Sequence[int] | None = None,
    condition: Tensor | None = None,
    guidance: float = 1.0,
    eta: float | None = None,
    x_t: Tensor | None = None,
    t_start: int | None = None,
    clip_x_0: bool = True,
    batch_size: int | None = None,
) -> Iterator[Step]:
    """Walk from noise to images, giving every step as it is made.

    `list(sample(...))` is the trajectory: one frame a step, and the last one at t = 0.
    `for step in sample(...): pass` leaves the images in step.x_t and keeps no frame before.

    Args:
        denoiser: a `Predictor`.
        sampler: one of SAMPLERS. "ddpm" and "ddim" with eta > 0 add fresh noise at each step; the
            others follow the probability-flow ODE: "ddim" to first order, "heun" and "dpmpp_2m" to
            second, but for the move to t = 0, which is first-order in all. In num_steps steps,
            "heun" asks the network 2 num_steps - 1 times, the others num_steps times.
        num_steps: in 1..t_start: so many evenly spaced steps; 50 if neither it nor times is given.
        times: instead of num_steps: the times to visit, strictly decreasing from t_start to 0; see
            spacing.py.
        generator: where noise comes from: one on the CPU, from which the images of the batch draw
            in turn, or one for each image.
        seed: instead of a generator: image i has seed + i, or the i-th of a sequence. A picture
            depends on its own seed only, not on the batch it is made in.
        condition: (B,) int64, or None.
        guidance: in -1000..1000, handed to the denoiser with the condition; 1 is off.
        eta: "ddim" takes any number in 0..100, and 0 by default; the others have their own, "ddpm"
            1 and "heun" and "dpmpp_2m" 0, and take no other.
        x_t: (B, C, H, W) the image at t_start to start from; noise if not given.
        t_start: in 1..T, the time of x_t; T if not given.
        clip_x_0: clamp x_0_hat to [-1, 1] before each step. The noise kept by the step is then the
            one that the clamped x_0_hat implies, so that the two still add up to x_t.
        batch_size: needed only if neither x_t, condition nor a sequence of seeds tells; else 1.

    Yields:
        Step, float32 on the denoiser's device (float64 if x_t is). Each is rounded to this dtype
        before the next is made, so that "ddim" (eta = 0) and "heun", started again from a step's
        x_t and t with the same times to come, go the same way.

    Raises:
        ValueError: at once, not at the first step, if an argument is not as above, or noise is
            needed and there is neither seed nor generator, or both.
        FloatingPointError: during the run, if the network gives NaN or infinity.
    """
    check_denoiser(denoiser)
    check_x_t(x_t, denoiser.shape)
    check_condition(condition)
    T = denoiser.schedule.T
    if times is None:
        times = timesteps(T, 50 if num_steps is None else num_steps, t_start)
    elif num_steps is not None:
        raise ValueError("give num_steps or times, not both.")
    else:
        times = check_times(times, check_t_start(t_start, T), T)
    batch_size = agree_on_batch_size(
        x_t=count_images(x_t),
        condition=count_images(condition),
        seed=count_images(seed),
        generator=count_images(generator),
        batch_size=batch_size,
    )
    run = _Run(
        denoiser=denoiser,
        sampler=sampler,
        eta=check_etas(sampler, eta),
        condition=condition,
        guidance=check_guidance(guidance),
        clip_x_0=check_bool("clip_x_0", clip_x_0),
        generators=check_generators(seed, generator, batch_size),
    )
    if run.generators is None and (x_t is None or run.eta > 0):
        raise ValueError("seed or generator must be given: this run draws noise.")
    if x_t is None and times[0] < T:
        raise ValueError("t_start below T needs x_t, the noisy image at t_start.")
    return run.walk(run.draw() if x_t is None else x_t, times)


@dataclass(frozen=True, eq=False)
class _Run:
    """The arguments of `sample` that stay the same from step to step, all of them checked."""

    denoiser: Predictor
    sampler: str
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
        """Ask the network about x_t at t >= 1."""
        t_batch = torch.full((len(x_t),), t, dtype=torch.int64)  # to look at it is quick on the CPU
        # A denoiser that knows no guidance is fine as long as none is asked for.
        extra = {} if self.guidance == 1 else {"guidance": self.guidance}
        eps_hat = self.denoiser.predict_eps(x_t, t_batch, condition=self.condition, **extra)
        check_shape(eps_hat, x_t)
        eps_hat = eps_hat.to(x_t.dtype)
        x_0_hat = x_0_from_eps(self.denoiser.schedule, x_t, t, eps_hat)
        return Step(t, x_t, eps_hat, x_0_hat.clamp(-1, 1) if self.clip_x_0 else x_0_hat)

    def advance(self, step: Step, t_next: int, last: Step | None) -> Tensor:
        """x at t_next, by the sampler's step function; `last` is the step before."""
        move = (self.denoiser.schedule, step.x_t, step.x_0_hat, step.t, t_next)
        draws = self.eta > 0 and t_next > 0
        noise = self.draw().to(step.x_t, non_blocking=True) if draws else None
        if self.sampler == "ddpm":
            return ddpm_step(*move, noise=noise)
        if self.sampler == "ddim":
            return ddim_step(*move, noise=noise, eta=self.eta)
        if self.sampler == "dpmpp_2m" and last is not None:
            return dpmpp_2m_step(*move, last.t, last.x_0_hat)
        x_guess = ddim_step(*move)
        if self.sampler == "heun" and t_next > 0:
            there = self.predict(x_guess, t_next)
            check_finite(there.eps_hat, t_next)
            return heun_step(*move, x_guess, there.x_0_hat)
        return x_guess

    def draw(self) -> Tensor:
        """(B, C, H, W) float32 noise on the CPU."""
        assert self.generators is not None  # noqa: S101 - sample() has seen to it
        return draw_noise(self.denoiser.shape, self.generators)
