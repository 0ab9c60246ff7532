from itertools import permutations

import pytest
import torch

from explorer.diffusion import predictions
from explorer.diffusion.forward import diffuse
from explorer.diffusion.schedules import SCHEDULES, cosine

READINGS = ("eps", "x_0", "v", "score")
PAIRS = list(permutations(READINGS, 2))
UNDEFINED_AT_0 = {
    ("x_0", "eps"),
    ("x_0", "v"),
    ("eps", "score"),
    ("x_0", "score"),
    ("v", "score"),
}


def convert(source, target):
    return getattr(predictions, f"{target}_from_{source}")


def truth(schedule, t):
    """x_t, and all four readings of it, from their definitions."""
    generator = torch.Generator().manual_seed(0)
    x_0 = torch.rand(len(t), 2, 3, 3, generator=generator, dtype=torch.float64) * 2 - 1
    eps = torch.randn(len(t), 2, 3, 3, generator=generator, dtype=torch.float64)
    signal = schedule.signal_scale[t].reshape(-1, 1, 1, 1)
    noise = schedule.noise_scale[t].reshape(-1, 1, 1, 1)
    readings = {"eps": eps, "x_0": x_0, "v": signal * eps - noise * x_0, "score": -eps / noise}
    return diffuse(schedule, x_0, t, eps), readings


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_each_reading_gives_every_other(name, source, target):
    schedule = SCHEDULES[name]()
    t = torch.tensor([1, 2, 100, 500, 999, 1000])
    x_t, readings = truth(schedule, t)
    got = convert(source, target)(schedule, x_t, t, readings[source])
    torch.testing.assert_close(got, readings[target], atol=1e-8, rtol=1e-8)


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_there_and_back_is_the_identity(name, source, target):
    schedule = SCHEDULES[name]()
    x_t, readings = truth(schedule, torch.tensor([3, 700]))
    there = convert(source, target)(schedule, x_t[1:], 700, readings[source][1:])
    back = convert(target, source)(schedule, x_t[1:], 700, there)
    torch.testing.assert_close(back, readings[source][1:])


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_at_t_0_it_is_defined_or_refused_as_documented(source, target):
    x_t = torch.rand(2, 1, 2, 2)
    prediction = torch.rand(2, 1, 2, 2)
    if (source, target) in UNDEFINED_AT_0:
        with pytest.raises(ValueError, match=r"t must be in 1\.\.1000 here"):
            convert(source, target)(cosine(), x_t, torch.tensor([5, 0]), prediction)
        return
    got = convert(source, target)(cosine(), x_t, 0, prediction)
    if target == "x_0":
        torch.testing.assert_close(got, x_t)
    elif source == "score":  # multiplied by noise_scale[0] = 0
        torch.testing.assert_close(got, torch.zeros_like(got))
    else:
        torch.testing.assert_close(got, prediction)


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_bad_arguments_are_refused(source, target):
    function, x_t = convert(source, target), torch.zeros(2, 1, 2, 2)
    with pytest.raises(ValueError, match="same shape"):
        function(cosine(), x_t, 5, x_t[:1])
    with pytest.raises(ValueError, match=r"^t must be an integer in 0\.\.1000, not 1001\.$"):
        function(cosine(), x_t, 1001, x_t)
    with pytest.raises(ValueError, match="floating point"):
        function(cosine(), x_t.long(), 5, x_t)
