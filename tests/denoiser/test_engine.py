"""The CPU engine against PyTorch, on every checkpoint that ships."""

import logging
import sys

import pytest
import torch

from explorer.denoiser.checkpoints import list_checkpoints, load_denoiser
from explorer.denoiser.engine import OnnxEngine, fastest_engine


@pytest.fixture(scope="module", params=list_checkpoints())
def pair(request):
    denoiser = load_denoiser(request.param)
    return denoiser, OnnxEngine(denoiser.network, denoiser.shape)


def test_it_runs_a_network_that_is_not_told_t(untimed):
    network, arguments, expected = untimed
    answer = OnnxEngine(network, (1, 8, 8))(*arguments)
    torch.testing.assert_close(answer, expected, atol=1e-4, rtol=0)


def test_it_is_equal_to_pytorch_at_all_times(pair):
    """In one batch and one by one, on all cores and on one."""
    denoiser, engine = pair
    generator = torch.Generator().manual_seed(0)
    t = torch.tensor([1, 20, 500, 999, 1000])
    x_t = torch.randn(len(t), *denoiser.shape, generator=generator)
    condition = torch.randint(len(denoiser.conditions) + 1, t.shape, generator=generator)
    condition[0] = len(denoiser.conditions)
    with torch.no_grad():
        expected = denoiser.network(x_t, t, condition)
    for part in (slice(None), *(slice(i, i + 1) for i in (0, 2, 4))):
        for all_cores in (True, False):
            answer = engine(x_t[part], t[part], condition[part], all_cores)
            torch.testing.assert_close(answer, expected[part], atol=1e-4, rtol=0)


def test_one_core_and_all_cores_and_any_batch_give_the_same_picture(pair):
    denoiser, engine = pair
    x_t = torch.randn(3, *denoiser.shape, generator=torch.Generator().manual_seed(0))
    rest = torch.tensor([10, 500, 990]), torch.tensor([0, 1, 2])
    together = engine(x_t, *rest, True)
    torch.testing.assert_close(engine(x_t, *rest, False), together, atol=1e-5, rtol=0)
    single = [engine(*(part[i : i + 1] for part in (x_t, *rest)), False) for i in range(3)]
    torch.testing.assert_close(torch.cat(single), together, atol=1e-5, rtol=0)


@pytest.mark.parametrize("missing", ["onnx", "onnxruntime"])
def test_without_it_pytorch_runs_the_network_and_the_log_says_so(monkeypatch, caplog, missing):
    denoiser = load_denoiser(list_checkpoints()[0])
    monkeypatch.setitem(sys.modules, missing, None)
    with caplog.at_level(logging.WARNING):
        run = fastest_engine(denoiser.network, denoiser.shape)
    assert "PyTorch runs the network" in caplog.text
    arguments = torch.zeros(1, *denoiser.shape), torch.tensor([500]), torch.tensor([0])
    with torch.no_grad():
        expected = denoiser.network(*arguments)
    torch.testing.assert_close(run(*arguments, True), expected, atol=0, rtol=0)
