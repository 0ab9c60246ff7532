"""The reverse process: from noise to an image, one step at a time.

Knows no network by name: anything with the few attributes of `Predictor` will do. Another sampler
is one more entry of SAMPLERS.

    for t, t_next in pairs of timesteps(...):        T, ..., 0
        eps_hat = denoiser.predict_eps(x_t, t)
        x_0_hat = (x_t - noise_scale[t] eps_hat) / signal_scale[t], clipped
        x at t_next = one of the step functions (steps.py) of x_t and x_0_hat
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from explorer.diffusion.arguments import (
    agree_on_batch_size,
    check_condition,
    check_denoiser,
    check_generators,
    check_guidance,
    check_t_start,
    check_times,
    check_x_t,
    count_images,
)
from explorer.diffusion.checks import check_bool, check_integer, shown
from explorer.diffusion.predictor import Predictor
from explorer.diffusion.schedules import check_T
from explorer.diffusion.steps import check_eta, ddim_step, ddpm_step, dpmpp_2m_step, heun_step
from explorer.diffusion.walk import Move, Run, Step


@dataclass(frozen=True)
class Sampler:
    """One way to walk.

    Attributes:
        step: what gives x at t_next, like x_t; x_0_hat itself if t_next = 0.
        order: the error shrinks as num_steps ** -order where the schedule is smooth, away from
            t = 0; of the pictures' distribution, where noise is added.
        calls: how often a step asks the network; the last one, to t = 0, asks it once.
        eta: share of fresh noise, see `ddim_step`.
        any_eta: may another eta be asked for? Then this is only the default.
    """

    step: Callable[[Move], Tensor]
    order: int
    calls: int
    eta: float
    any_eta: bool = False


def _ddpm(move: Move) -> Tensor:
    return ddpm_step(*move.start, noise=move.noise)


def _ddim(move: Move) -> Tensor:
    return ddim_step(*move.start, noise=move.noise, eta=move.eta)


def _heun(move: Move) -> Tensor:
    x_guess = ddim_step(*move.start)
    if move.t_next == 0:
        return x_guess
    return heun_step(*move.start, x_guess, move.predict(x_guess).x_0_hat)


def _dpmpp_2m(move: Move) -> Tensor:
    if move.last is None:
        return dpmpp_2m_step(*move.start)
    return dpmpp_2m_step(*move.start, move.last.t, move.last.x_0_hat)


SAMPLERS: Mapping[str, Sampler] = {
    "ddpm": Sampler(_ddpm, order=1, calls=1, eta=1.0),
    "ddim": Sampler(_ddim, order=1, calls=1, eta=0.0, any_eta=True),
    "heun": Sampler(_heun, order=2, calls=2, eta=0.0),
    "dpmpp_2m": Sampler(_dpmpp_2m, order=2, calls=1, eta=0.0),
}


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
    """How often a run of `sample` asks the network; in the last step once, whatever the sampler."""
    return SAMPLERS[check_sampler(sampler)].calls * (num_steps - 1) + 1


def steps_for(sampler: str, num_calls: int) -> int:
    """The most steps for which a run asks the network no more than num_calls >= 1 times."""
    return (num_calls - 1) // SAMPLERS[check_sampler(sampler)].calls + 1


def check_sampler(sampler: str) -> str:
    if not isinstance(sampler, str) or sampler not in SAMPLERS:
        raise ValueError(f"sampler must be one of {', '.join(SAMPLERS)}, not {shown(sampler)}.")
    return sampler


def check_etas(sampler: str, eta: float | None) -> float:
    """The given eta, or the sampler's own."""
    known = SAMPLERS[check_sampler(sampler)]
    if eta is None:
        return known.eta
    eta = check_eta(eta)
    if not known.any_eta and eta != known.eta:
        free = " or ".join(name for name, one in SAMPLERS.items() if one.any_eta)
        raise ValueError(
            f"eta is for {free} to choose; {sampler} has eta = {known.eta:g}, not {eta}."
        )
    return eta


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
    run = Run(
        denoiser=denoiser,
        move_on=SAMPLERS[check_sampler(sampler)].step,
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
