"""A sampler with a switch wherever mistakes are often made, written out in one piece.

With no switch moved it gives what `sample` gives, bit for bit. Knows nothing of lessons.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import torch

from explorer.diffusion.noise import draw_noise, make_generators
from explorer.diffusion.predictions import x_0_from_eps
from explorer.diffusion.predictor import Predictor
from explorer.diffusion.samplers import timesteps
from explorer.diffusion.schedules import SCHEDULES
from explorer.diffusion.steps import ddim_step
from explorer.diffusion.walk import Step

NUM_STEPS = 16


@dataclass(frozen=True)
class Switches:
    """What may be done wrong. As they stand here, nothing is.

    Attributes:
        num_steps: take so many steps, at most the right run's.
        t_first: the schedule ends at this t, in 1..T; the run starts from pure noise all the same.
        t_shift: the network is told t + t_shift, cut to 1..T.
        t_constant: the network is told this t at every step, in 1..T.
        noise_factor: the predicted noise is multiplied by it.
        darkest: the value taken for black; with 0 the data are taken to lie in [0, 1].
        clamp: what is clamped to the data's range, "x_0_hat" or "x_t".
        last_noise: noise added on the last step, in noise_scales of the t before it.
        schedule: the one of SCHEDULES that the sampler goes by, instead of the network's own.
    """

    num_steps: int | None = None
    t_first: int | None = None
    t_shift: int = 0
    t_constant: int | None = None
    noise_factor: float = 1.0
    darkest: float = -1.0
    clamp: str = "x_0_hat"
    last_noise: float = 0.0
    schedule: str | None = None


@torch.no_grad()
def broken_run(
    denoiser: Predictor,
    switches: Switches,
    *,
    num_steps: int = NUM_STEPS,
    seed: int,
    condition: torch.Tensor | None = None,
    guidance: float = 1.0,
    eta: float = 0.0,
) -> Iterator[Step]:
    """DDIM (eta = 0) or DDPM (eta = 1) for one picture, wrong in what the switches say.

    Yields:
        Step, as `sample` does: the last one has t = 0.

    Raises:
        ValueError: if a time or a number of steps is out of range.
    """
    T, darkest = denoiser.schedule.T, switches.darkest
    schedule = SCHEDULES[switches.schedule](T) if switches.schedule else denoiser.schedule
    times = timesteps(T, switches.num_steps or num_steps, switches.t_first)
    generators = make_generators(1, seed)
    x_t = draw_noise(denoiser.shape, generators)
    x_t = x_t.to(getattr(denoiser, "device", x_t.device))
    for t, t_next in pairwise(times):
        told = switches.t_constant or min(max(t + switches.t_shift, 1), T)
        eps_hat = denoiser.predict_eps(x_t, torch.tensor([told]), condition, guidance)
        eps_hat = switches.noise_factor * eps_hat
        x_0_hat = x_0_from_eps(schedule, x_t, t, eps_hat)
        if switches.clamp == "x_0_hat":
            x_0_hat = x_0_hat.clamp(darkest, 1)
        yield Step(t, x_t, eps_hat, x_0_hat)

        draws = eta > 0 and t_next > 0
        noise = draw_noise(denoiser.shape, generators).to(x_t) if draws else None
        x_t = ddim_step(schedule, x_t, x_0_hat, t, t_next, noise, eta)
        if t_next == 0 and switches.last_noise > 0:
            noise = draw_noise(denoiser.shape, generators).to(x_t)
            x_t = x_t + switches.last_noise * schedule.noise_scale[t].item() * noise
        if switches.clamp == "x_t":
            x_t = x_t.clamp(darkest, 1)
    yield Step(0, x_t, torch.zeros_like(x_t), x_t)
