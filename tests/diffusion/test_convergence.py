"""Samplers against data whose ideal denoiser, and whose whole flow, are known in closed form."""

import math
from itertools import pairwise

import pytest
import torch

from explorer.diffusion.noise import noise_from_seed
from explorer.diffusion.predictions import x_0_from_eps
from explorer.diffusion.samplers import SAMPLERS, sample, timesteps
from explorer.diffusion.schedules import SCHEDULES, cosine, linear
from explorer.diffusion.steps import ddpm_step

every_schedule = pytest.mark.parametrize("name", SCHEDULES)


def gaussian_start(denoiser, t, count=32):
    """Images of the exact distribution at t, float64."""
    eps = noise_from_seed((count, *denoiser.shape), 0).double()
    return denoiser.mean_at(t) + denoiser.std_at(t) * eps


def flow_error(denoiser, sampler, num_steps, t_start, t_end):
    """RMS distance to the exact flow at t_end, which the run from t_start must visit."""
    start = gaussian_start(denoiser, t_start)
    options = {"sampler": sampler, "num_steps": num_steps, "clip_x_0": False}
    for step in sample(denoiser, x_t=start, t_start=t_start, **options):
        if step.t == t_end:
            exact = denoiser.flow(start, t_start, t_end)
            return (step.x_t - exact).square().mean().sqrt().item()
    raise AssertionError(f"t = {t_end} is not among the timesteps")


@every_schedule
@pytest.mark.parametrize("sampler", [name for name, one in SAMPLERS.items() if one.eta == 0])
def test_convergence_order_on_gaussian_data(gaussian_denoiser, name, sampler):
    """Away from the two ends, where every schedule is smooth: from t = 800 to t = 200."""
    denoiser = gaussian_denoiser(SCHEDULES[name]())
    errors = [flow_error(denoiser, sampler, num_steps, 800, 200) for num_steps in (40, 80, 160)]
    for coarse, fine in pairwise(errors):
        assert math.log2(coarse / fine) == pytest.approx(SAMPLERS[sampler].order, abs=0.2)


@every_schedule
@pytest.mark.parametrize("sampler", ["ddim", "heun", "dpmpp_2m"])
def test_whole_runs_come_closer_with_more_steps(gaussian_denoiser, name, sampler):
    """From T to 0. The move to t = 0 is of first order in all, with an error near sigma^2, which
    is of the order of 1 / num_steps where beta does not start at 0: no order is asserted."""
    denoiser = gaussian_denoiser(SCHEDULES[name]())
    errors = [flow_error(denoiser, sampler, num_steps, 1000, 0) for num_steps in (10, 50, 250)]
    assert errors[0] > 2 * errors[1] > 4 * errors[2]
    assert errors[2] < 0.008


@every_schedule
@pytest.mark.parametrize("sampler", ["heun", "dpmpp_2m"])
def test_second_order_pays_at_equal_network_calls(gaussian_denoiser, name, sampler):
    denoiser = gaussian_denoiser(SCHEDULES[name]())
    num_steps = 20 if sampler == "heun" else 40
    error = flow_error(denoiser, sampler, num_steps, 1000, 200)
    assert error < 0.5 * flow_error(denoiser, "ddim", 40, 1000, 200)


def ddpm_moments(denoiser, num_steps):
    """Mean and variance that DDPM ends with. The ideal step is linear in x_t and in the noise, so
    they can be followed without sampling, from where it takes (0, 0), (1, 0) and (0, 1)."""
    x_t = torch.tensor([0.0, 1.0, 0.0], dtype=torch.float64).reshape(3, 1, 1, 1)
    noise = torch.tensor([0.0, 0.0, 1.0], dtype=torch.float64).reshape(3, 1, 1, 1)
    schedule = denoiser.schedule
    mean, variance = 0.0, 1.0
    for t, t_next in pairwise(timesteps(schedule.T, num_steps)):
        eps_hat = denoiser.predict_eps(x_t, torch.full((3,), t))
        x_0_hat = x_0_from_eps(schedule, x_t, t, eps_hat)
        moved = ddpm_step(schedule, x_t, x_0_hat, t, t_next, noise)
        offset, slope, std = (
            moved - torch.tensor([0, 1, 1]).reshape(3, 1, 1, 1) * moved[0]
        ).flatten()
        mean, variance = offset + slope * mean, slope**2 * variance + std**2
    return float(mean), float(variance)


@every_schedule
def test_ddpm_reaches_the_right_mean_and_variance(gaussian_denoiser, name):
    denoiser = gaussian_denoiser(SCHEDULES[name]())
    moments = [ddpm_moments(denoiser, num_steps) for num_steps in (50, 100, 200, 1000)]
    errors = [abs(variance - denoiser.std**2) for _, variance in moments]
    assert all(coarse > 1.5 * fine for coarse, fine in pairwise(errors))
    assert errors[-1] < 0.02 * denoiser.std**2
    assert moments[-1][0] == pytest.approx(denoiser.mean, abs=0.01)


@pytest.mark.parametrize(("sampler", "eta"), [("ddpm", None), ("ddim", 1.0)])
def test_ddpm_samples_have_the_moments_that_theory_gives(gaussian_denoiser, sampler, eta):
    denoiser = gaussian_denoiser(linear(), shape=(1, 150, 200))
    *_, last = sample(denoiser, sampler=sampler, eta=eta, num_steps=100, seed=0, clip_x_0=False)
    mean, variance = ddpm_moments(denoiser, 100)
    assert last.x_t.mean().item() == pytest.approx(mean, abs=5 * (variance / 30_000) ** 0.5)
    assert last.x_t.var().item() == pytest.approx(variance, rel=5 * (2 / 30_000) ** 0.5)


@pytest.mark.parametrize("eta", [0.0, 0.5])
def test_ddim_samples_have_the_moments_of_the_data(gaussian_denoiser, eta):
    denoiser = gaussian_denoiser(linear(), shape=(1, 150, 200))
    *_, last = sample(denoiser, eta=eta, num_steps=200, seed=0, clip_x_0=False)
    assert last.x_t.mean().item() == pytest.approx(denoiser.mean, abs=0.02)
    assert last.x_t.var().item() == pytest.approx(denoiser.std**2, rel=0.06)


@every_schedule
@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("clip_x_0", [True, False])
@pytest.mark.parametrize("num_steps", [3, 25])
def test_every_sampler_lands_on_a_point_of_the_set(
    points_denoiser, name, sampler, clip_x_0, num_steps
):
    points = torch.tensor(
        [
            [1.0, 1.0, -1.0, -1.0],
            [-1.0, 1.0, 1.0, -1.0],
            [0.5, -0.9, 0.8, 0.3],
            [-0.8, -0.8, -0.2, 1],
        ]
    ).reshape(4, 1, 2, 2)
    denoiser = points_denoiser(SCHEDULES[name](), points)
    options = {"sampler": sampler, "num_steps": num_steps, "clip_x_0": clip_x_0}
    *_, last = sample(denoiser, seed=0, batch_size=16, **options)

    distance = (last.x_t[:, None] - points).flatten(2).norm(dim=-1)  # (B, N)
    if num_steps == 25:
        assert distance.min(dim=1).values.max() < 1e-2
        assert len(set(distance.argmin(dim=1).tolist())) > 1  # and not all on the same one
    else:  # three steps blur, but nothing may blow up
        assert last.x_t.abs().max() < 2


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("name", ["cosine", "sigmoid"])
def test_nothing_is_lost_where_sigma_is_huge(gaussian_denoiser, name, sampler):
    """sigma[T] is above 1e4 here: in float32, x_t / signal_scale[T] would keep three digits of the
    image. The runs in float32 and float64 must agree to what a network can tell."""
    denoiser = gaussian_denoiser(SCHEDULES[name]())
    x_t = noise_from_seed((8, *denoiser.shape), 0)
    ends = []
    for dtype in (torch.float32, torch.float64):
        options = {"sampler": sampler, "num_steps": 10, "seed": range(8)}
        *_, last = sample(denoiser, x_t=x_t.to(dtype), **options)
        ends.append(last.x_t.double())
    torch.testing.assert_close(ends[0], ends[1], atol=2e-3, rtol=0)


def test_heun_improves_on_ddim_from_pure_noise_on_cosine(points_denoiser):
    """The step out of sigma = 2e4 is where Heun's method over sigma itself breaks down."""
    generator = torch.Generator().manual_seed(1)
    points = torch.rand(20, 1, 4, 4, generator=generator, dtype=torch.float64) * 2 - 1
    denoiser = points_denoiser(cosine(), points)
    x_t = noise_from_seed((8, 1, 4, 4), 0).double()

    def at_200(sampler, num_steps):
        steps = sample(denoiser, sampler=sampler, num_steps=num_steps, x_t=x_t)
        return next(step.x_t for step in steps if step.t == 200)

    exact = at_200("heun", 125)
    assert (at_200("dpmpp_2m", 250) - exact).abs().mean() < 2e-3  # two ways to the same flow
    error = {sampler: (at_200(sampler, 20) - exact).square().mean() for sampler in ("ddim", "heun")}
    assert error["heun"] < 0.25 * error["ddim"]
