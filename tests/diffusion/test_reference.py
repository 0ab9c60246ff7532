"""Equality with an independent implementation, run on the same network, schedule, timesteps and
noise. Its timestep is ours less one: it counts noisy times from 0, we keep 0 for the clean image.
"""

import warnings

import pytest
import torch

from explorer.diffusion.noise import draw_noise, make_generators
from explorer.diffusion.samplers import sample, timesteps
from explorer.diffusion.schedules import SCHEDULES, NoiseSchedule

pytestmark = [
    pytest.mark.reference,
    pytest.mark.filterwarnings(  # from inside its set_timesteps, under NumPy 2
        "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"
    ),
]


@pytest.fixture(scope="module")
def schedulers():
    """Theirs; it takes seconds to import."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # its own imports, not our use of it
        warnings.simplefilter("ignore", FutureWarning)
        return pytest.importorskip("diffusers.schedulers")


THEIR_NAME = {"linear": "linear", "scaled_linear": "scaled_linear", "cosine": "squaredcos_cap_v2"}
SEEDS = [11, 12, 13]


@pytest.mark.parametrize(("name", "their_name"), THEIR_NAME.items())
def test_schedules(schedulers, name, their_name):
    ends = {"beta_start": 1e-4, "beta_end": 0.02} if name == "linear" else {}
    if name == "scaled_linear":
        ends = {"beta_start": 0.00085, "beta_end": 0.012}
    theirs = schedulers.DDPMScheduler(1000, beta_schedule=their_name, **ends)
    ours = SCHEDULES[name]()
    torch.testing.assert_close(ours.beta[1:].float(), theirs.betas, atol=1e-6, rtol=0)
    torch.testing.assert_close(ours.alpha_bar[1:].float(), theirs.alphas_cumprod, atol=1e-5, rtol=0)


def schedule_and_betas(T=100):
    """A schedule that goes to noise (sigma[T] = 16), and the betas to give to the reference."""
    beta = torch.linspace(1e-3, 0.11, T, dtype=torch.float64)
    return NoiseSchedule.from_beta(beta), beta.tolist()


def run_theirs(scheduler, denoiser, times, condition=None, **step_options):
    """Their loop, on our timesteps and noise: every x_t, x_T first."""
    assert scheduler.timesteps.tolist() == [t - 1 for t in times[:-1]]
    generators = make_generators(len(SEEDS), SEEDS)
    x_t = draw_noise(denoiser.shape, generators)
    path = [x_t]
    for index in scheduler.timesteps:
        t = torch.full((len(SEEDS),), int(index) + 1)
        eps_hat = denoiser.predict_eps(x_t, t, condition)
        step = scheduler.step(eps_hat, index, x_t, generator=generators, **step_options)
        x_t = step.prev_sample
        path.append(x_t)
    return torch.stack(path)


def run_ours(denoiser, **options):
    return torch.stack([step.x_t for step in sample(denoiser, seed=SEEDS, **options)])


def assert_equal_paths(ours, theirs):
    assert theirs.std() > 0.1  # there is something to compare
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=0)


@pytest.mark.parametrize("clip", [False, True])
@pytest.mark.parametrize("num_steps", [1, 10, 33, 100])
def test_ddpm(schedulers, random_denoiser, num_steps, clip):
    schedule, betas = schedule_and_betas()
    denoiser = random_denoiser(schedule)
    times = timesteps(100, num_steps)
    scheduler = schedulers.DDPMScheduler(
        100, trained_betas=betas, variance_type="fixed_small", clip_sample=clip
    )
    # Its table is float32, where 1 - alpha_bar[t] / alpha_bar[t - 1] keeps four digits of beta: at
    # 100 steps that alone moves x_t by 3e-5. With a float64 table it agrees to the last bit or two.
    scheduler.alphas_cumprod = schedule.alpha_bar[1:]
    scheduler.set_timesteps(timesteps=[t - 1 for t in times[:-1]])
    theirs = run_theirs(scheduler, denoiser, times)
    ours = run_ours(denoiser, sampler="ddpm", num_steps=num_steps, clip_x_0=clip)
    assert_equal_paths(ours, theirs)


@pytest.mark.parametrize("clip", [False, True])
@pytest.mark.parametrize("eta", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("num_steps", [1, 10, 50, 100])
def test_ddim(schedulers, random_denoiser, num_steps, eta, clip):
    schedule, betas = schedule_and_betas()
    denoiser = random_denoiser(schedule)
    scheduler = schedulers.DDIMScheduler(
        100, trained_betas=betas, clip_sample=clip, timestep_spacing="trailing"
    )
    scheduler.set_timesteps(num_steps)
    # Their step keeps the network's eps_hat beside a clipped x_0_hat unless told to re-derive it.
    theirs = run_theirs(
        scheduler,
        denoiser,
        timesteps(100, num_steps),
        eta=eta,
        use_clipped_model_output=True,
    )
    ours = run_ours(denoiser, sampler="ddim", num_steps=num_steps, eta=eta, clip_x_0=clip)
    assert_equal_paths(ours, theirs)


@pytest.mark.parametrize("num_steps", [1, 2, 10, 20, 50, 100])
def test_dpmpp_2m(schedulers, random_denoiser, num_steps):
    schedule, betas = schedule_and_betas()
    denoiser = random_denoiser(schedule)
    scheduler = schedulers.DPMSolverMultistepScheduler(
        100,
        trained_betas=betas,
        algorithm_type="dpmsolver++",
        solver_order=2,
        solver_type="midpoint",
        timestep_spacing="trailing",
        final_sigmas_type="zero",
    )
    scheduler.set_timesteps(num_steps)
    theirs = run_theirs(scheduler, denoiser, timesteps(100, num_steps))
    ours = run_ours(denoiser, sampler="dpmpp_2m", num_steps=num_steps, clip_x_0=False)
    assert_equal_paths(ours, theirs)


def test_with_a_condition(schedulers, random_denoiser):
    schedule, betas = schedule_and_betas()
    denoiser = random_denoiser(schedule)
    condition = torch.tensor([1, 4, 9])
    scheduler = schedulers.DDIMScheduler(
        100, trained_betas=betas, clip_sample=False, timestep_spacing="trailing"
    )
    scheduler.set_timesteps(10)
    theirs = run_theirs(scheduler, denoiser, timesteps(100, 10), condition)
    ours = run_ours(denoiser, num_steps=10, condition=condition, clip_x_0=False)
    assert_equal_paths(ours, theirs)
