"""A denoiser reads its network's output as noise, guides in one call, and refuses bad arguments."""

import pytest
import torch
from torch.testing import assert_close

from explorer.denoiser.denoiser import Denoiser
from explorer.diffusion.forward import diffuse
from explorer.diffusion.predictions import v_from_eps
from explorer.diffusion.schedules import cosine

SHAPE = (2, 4, 4)
SCHEDULE = cosine()


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def denoiser(recorder) -> Denoiser:
    return Denoiser(recorder(), SCHEDULE, "eps", SHAPE, ["a", "b", "c"])


@pytest.mark.parametrize("prediction", ["eps", "x_0", "v"])
def test_a_network_that_gives_the_exact_target_gives_the_true_noise(recorder, prediction):
    t = torch.tensor([1, 10, 250, 500, 750, 999, 1000])
    x_0, eps = noise(len(t), *SHAPE).clamp(-1, 1), noise(len(t), *SHAPE, seed=1)
    x_t = diffuse(SCHEDULE, x_0, t, eps)
    v = v_from_eps(SCHEDULE, x_t.double(), t, eps.double()).float()
    target = {"eps": eps, "x_0": x_0, "v": v}[prediction]
    network = recorder(lambda x_t, t, condition: target)
    eps_hat = Denoiser(network, SCHEDULE, prediction, SHAPE, []).predict_eps(x_t, t)
    # x_0 read as noise is a difference of near equals, divided by noise_scale[1] = 0.006.
    assert_close(eps_hat, eps, atol=1e-4 if prediction == "x_0" else 2e-6, rtol=0)


def test_no_condition_is_the_networks_0_and_condition_i_is_its_i_plus_1(denoiser):
    x_t, t = noise(3, *SHAPE), torch.tensor([1, 2, 3])
    denoiser.predict_eps(x_t, t)
    denoiser.predict_eps(x_t, t, torch.tensor([0, 2, 1]))
    assert [call[2].tolist() for call in denoiser.network.calls] == [[0, 0, 0], [1, 3, 2]]


@pytest.mark.parametrize(("guidance", "rows"), [(1.0, 2), (0.0, 2), (3.5, 4), (-1.0, 4)])
def test_guidance_is_one_call_and_equals_the_formula(denoiser, guidance, rows):
    x_t, t, condition = noise(2, *SHAPE), torch.tensor([30, 900]), torch.tensor([2, 0])
    guided = denoiser.predict_eps(x_t, t, condition, guidance)
    assert [len(call[0]) for call in denoiser.network.calls] == [rows]
    eps_c = denoiser.predict_eps(x_t, t, condition)
    eps_u = denoiser.predict_eps(x_t, t)
    assert_close(guided, eps_u + guidance * (eps_c - eps_u))


def test_guidance_without_a_condition_changes_nothing(denoiser):
    x_t, t = noise(2, *SHAPE), torch.tensor([30, 900])
    assert_close(denoiser.predict_eps(x_t, t, None, 5.0), denoiser.predict_eps(x_t, t))
    assert [len(call[0]) for call in denoiser.network.calls] == [2, 2]


def test_the_answer_is_float32_and_asks_for_no_gradient(denoiser):
    eps_hat = denoiser.predict_eps(noise(1, *SHAPE).double(), torch.tensor([5]))
    assert eps_hat.dtype == torch.float32
    assert not eps_hat.requires_grad


def test_a_batch_may_be_empty(denoiser):
    t = torch.zeros(0, dtype=torch.int64)
    assert denoiser.predict_eps(torch.zeros(0, *SHAPE), t, t).shape == (0, *SHAPE)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"x_t": torch.zeros(2, 4, 4)}, r"x_t must have shape \(B, 2, 4, 4\)"),
        ({"x_t": torch.zeros(2, 1, 4, 4)}, "x_t must have shape"),
        ({"t": torch.tensor([5])}, "t must be 2 int64"),
        ({"t": torch.tensor([5.0, 5.0])}, "t must be 2 int64"),
        ({"t": torch.tensor([0, 5])}, r"1\.\.1000"),
        ({"t": torch.tensor([5, 1001])}, r"1\.\.1000"),
        ({"condition": torch.tensor([0])}, "condition must be 2 int64"),
        ({"condition": torch.tensor([0.0, 1.0])}, "condition must be 2 int64"),
        ({"condition": torch.tensor([0, 3])}, r"0\.\.2"),
        ({"condition": torch.tensor([-1, 0])}, r"0\.\.2"),
    ],
)
def test_bad_arguments_are_refused_before_the_network_is_asked(denoiser, arguments, words):
    good = {"x_t": torch.zeros(2, *SHAPE), "t": torch.tensor([1, 2]), "condition": None}
    with pytest.raises(ValueError, match=words):
        denoiser.predict_eps(**{**good, **arguments})
    assert not denoiser.network.calls


def test_a_denoiser_without_conditions_says_so(recorder):
    denoiser = Denoiser(recorder(), SCHEDULE, "eps", SHAPE, [])
    with pytest.raises(ValueError, match="knows no conditions"):
        denoiser.predict_eps(torch.zeros(1, *SHAPE), torch.tensor([1]), torch.tensor([0]))


def test_an_unknown_prediction_is_refused(recorder):
    with pytest.raises(ValueError, match="'eps', 'x_0', 'v'"):
        Denoiser(recorder(), SCHEDULE, "noise", SHAPE, [])
