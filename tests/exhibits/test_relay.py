"""A relay asks each of its two networks for its own part of the run, and for nothing else."""

from collections import deque
from dataclasses import replace

import pytest
import torch

from explorer.diffusion.samplers import sample, timesteps
from explorer.diffusion.schedules import linear
from explorer.exhibits.relay import Relay


@pytest.fixture
def pair(answering):
    """Two networks that answer differently."""
    return [answering(lambda x_t, t, k=k: k * x_t.tanh()).denoiser for k in (0.5, 0.9)]


@pytest.mark.parametrize("helped", [0, 1, 3, 8])
def test_each_network_is_asked_for_its_own_steps(pair, helped):
    first, second = pair
    times = timesteps(first.schedule.T, 8)
    *_, last = sample(Relay(first, second, handover=times[helped]), times=times, seed=3)
    asked = [[int(call["t"]) for call in network.calls] for network in pair]
    assert asked == [times[:helped], times[helped:-1]]
    x_t = None
    if helped:  # by hand: the first one's run up to there, the second one's from there on
        trajectory = sample(first, times=times, seed=3)
        x_t = next(step.x_t for step in trajectory if step.t == times[helped])
    if helped < 8:
        start = {"seed": 3} if x_t is None else {"x_t": x_t}
        run = sample(second, times=times[helped:], t_start=times[helped], **start)
        x_t = deque(run, maxlen=1).pop().x_t
    torch.testing.assert_close(last.x_t, x_t, atol=0, rtol=0)


def test_condition_and_guidance_are_handed_on(pair):
    first, second = pair
    x_t, condition = torch.zeros(2, *first.shape), torch.tensor([0, 1])
    Relay(first, second, 10).predict_eps(x_t, torch.tensor([11, 11]), condition, 3.0)
    assert second.calls == []
    [call] = first.calls
    assert (call["condition"], call["guidance"]) == (condition, 3.0)


@pytest.mark.parametrize(
    "change, words",
    [
        ({"schedule": linear(50)}, "same schedule"),
        ({"shape": (1, 8, 8)}, "same shape and conditions"),
        ({"conditions": ["cat"]}, "same shape and conditions"),
    ],
)
def test_networks_that_do_not_fit_are_refused(pair, change, words):
    first, second = pair
    with pytest.raises(ValueError, match=words):
        Relay(first, replace(second, **change), 10)
