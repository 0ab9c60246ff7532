"""The GPU engine against PyTorch on the CPU, on every checkpoint that ships. Needs a GPU."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from explorer.denoiser.checkpoints import list_checkpoints, load_denoiser
from explorer.denoiser.engine import fastest_engine
from explorer.denoiser.gpu_engine import CudaGraphEngine
from explorer.diffusion.samplers import sample

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")


@pytest.fixture(scope="module", params=list_checkpoints())
def pair(request):
    """On the CPU; and on the GPU, run by the engine."""
    on_gpu = load_denoiser(request.param, "cuda")
    engine = fastest_engine(on_gpu.network, on_gpu.shape)
    assert isinstance(engine, CudaGraphEngine)
    return load_denoiser(request.param), on_gpu.run_by(engine)


def inputs(denoiser, batch: int, seed: int) -> tuple[torch.Tensor, ...]:
    generator = torch.Generator().manual_seed(seed)
    x_t = torch.randn(batch, *denoiser.shape, generator=generator)
    t = torch.randint(1, denoiser.schedule.T + 1, (batch,), generator=generator)
    return x_t, t, torch.randint(len(denoiser.conditions), (batch,), generator=generator)


@pytest.mark.parametrize("batch", [1, 3])
def test_every_replay_is_of_its_own_input(pair, batch):
    on_cpu, on_gpu = pair
    for seed in range(5):
        arguments = inputs(on_cpu, batch, seed)
        expected, answer = on_cpu.predict_eps(*arguments), on_gpu.predict_eps(*arguments)
        torch.testing.assert_close(answer, expected, atol=1e-4, rtol=0)


def test_an_answer_stays_when_the_next_one_comes(pair):
    _, on_gpu = pair
    arguments = [inputs(on_gpu, 1, seed) for seed in (0, 1)]
    first = on_gpu.predict_eps(*arguments[0])
    kept = first.clone()
    on_gpu.predict_eps(*arguments[1])
    torch.testing.assert_close(first, kept, atol=0, rtol=0)


@pytest.mark.parametrize("sampler", ["ddim", "ddpm"])
def test_a_seed_gives_the_picture_that_the_cpu_draws(pair, sampler):
    pictures = []
    for denoiser in pair:
        *_, last = sample(
            denoiser, sampler=sampler, num_steps=50, seed=3, condition=torch.tensor([1])
        )
        pictures.append(last.x_t.cpu())
    torch.testing.assert_close(*pictures, atol=1e-3, rtol=0)


def test_visitors_in_many_threads_get_their_own_answers(pair):
    _, on_gpu = pair
    many = [inputs(on_gpu, 1 + seed % 3, seed) for seed in range(60)]
    alone = [on_gpu.predict_eps(*arguments) for arguments in many]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda arguments: on_gpu.predict_eps(*arguments), many))
    for one, other in zip(alone, together, strict=True):
        torch.testing.assert_close(one, other, atol=0, rtol=0)


def test_it_runs_a_network_that_is_not_told_t(untimed):
    network, arguments, expected = untimed
    answer = CudaGraphEngine(network.cuda(), (1, 8, 8))(*(tensor.cuda() for tensor in arguments))
    torch.testing.assert_close(answer.cpu(), expected, atol=1e-4, rtol=0)
