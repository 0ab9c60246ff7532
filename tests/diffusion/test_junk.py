"""Every public function of the maths: what holds for all valid arguments, and a word for the rest.

Junk is what may come from outside, of any type. Each place that takes a number is given all of it.
"""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from explorer.diffusion import predictions
from explorer.diffusion.checks import check_integer, check_number, shown
from explorer.diffusion.forward import diffuse
from explorer.diffusion.noise import draw_noise, make_generators, noise_from_seed
from explorer.diffusion.samplers import SAMPLERS, network_calls, sample, timesteps
from explorer.diffusion.schedules import (
    SCHEDULES,
    NoiseSchedule,
    cosine,
    linear,
    scaled_linear,
    sigmoid,
)
from explorer.diffusion.spacing import log_snr_times, quadratic_times
from explorer.diffusion.steps import (
    ddim_step,
    ddpm_step,
    dpmpp_2m_step,
    heun_step,
    posterior_mean,
    posterior_std,
)

few = settings(max_examples=25, derandomize=True, deadline=None)
T = 20
SCHEDULE = cosine(T)
X = torch.zeros(2, 1, 2, 2)
INNER_WORDS = (
    "NoneType",
    "not supported",
    "unhashable",
    "convert",
    "dtype of",
    "Overflow",
    "bound",
)
endless: list[Any] = []
endless.append(endless)
deep: Any = []
for _ in range(10_000):
    deep = [deep]


class Stub:
    schedule, shape = SCHEDULE, (1, 2, 2)

    def predict_eps(self, x_t, t, condition=None, guidance=1.0):
        return x_t


def run(**change: Any) -> Any:
    return sample(Stub(), **({"num_steps": 5, "seed": 0} | change))


JUNK = [
    *(
        None,
        True,
        "abc",
        "5",
        b"5",
        {},
        {"name": []},
        {1},
        [],
        [[1]],
        endless,
        deep,
        object(),
        int,
        3j,
    ),
    *(math.nan, math.inf, -math.inf, 10**400, -(10**400), 10**5000, np.nan, np.bool_(True)),
    *(torch.tensor([[1, 2]]), torch.tensor(True), torch.tensor(3j), np.array(["a"]), np.ones(3)),
    *(torch.zeros(2, 1, 2, 2, dtype=torch.int64)),
]
more_junk = st.one_of(
    st.text(max_size=50),
    st.binary(max_size=50),
    st.lists(st.text(max_size=5) | st.none(), max_size=5),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
    st.integers(max_value=-1001),
    st.floats(max_value=-1001),
)
no_integer = st.floats() | st.just(np.float32(2.0)) | st.integers(min_value=2**63)

# Where a number goes in, by the name that the sentence calls it.
INTEGERS: list[tuple[str, Callable[[Any], Any]]] = [
    ("t", lambda v: diffuse(SCHEDULE, X, v, X)),
    ("t", lambda v: SCHEDULE.at(SCHEDULE.sigma, v, X)),
    ("t", lambda v: SCHEDULE.check_t(v, 3)),
    ("T", lambda v: quadratic_times(v, 1)),
    ("num_steps", lambda v: quadratic_times(T, v)),
    ("num_steps", lambda v: log_snr_times(SCHEDULE, v)),
    ("T", lambda v: timesteps(v, 1)),
    ("num_steps", lambda v: timesteps(T, v)),
    ("batch_size", lambda v: make_generators(v, 0)),
    ("shape", lambda v: noise_from_seed((1, 1, v, 2), 0)),
    ("t", lambda v: posterior_std(SCHEDULE, v, 0)),
    ("t_next", lambda v: posterior_mean(SCHEDULE, X, X, 5, v)),
    ("t", lambda v: ddpm_step(SCHEDULE, X, X, v, 0, X)),
    ("t_next", lambda v: ddim_step(SCHEDULE, X, X, 5, v)),
    ("t", lambda v: heun_step(SCHEDULE, X, X, v, 1, X, X)),
    ("t_next", lambda v: dpmpp_2m_step(SCHEDULE, X, X, 5, v)),
    ("t_next", lambda v: dpmpp_2m_step(SCHEDULE, X, X, 5, v, 7, X)),
    ("times", lambda v: run(num_steps=None, times=[T, v, 0])),
    *[("T", lambda v, make=make: make(v)) for make in SCHEDULES.values()],
]
INTEGERS += [
    ("t", lambda v, convert=convert: convert(SCHEDULE, X, v, X))
    for name, convert in vars(predictions).items()
    if "_from_" in name
]
NUMBERS: list[tuple[str, Callable[[Any], Any]]] = [
    ("sigma", SCHEDULE.nearest_t),
    ("beta_start", lambda v: linear(T, beta_start=v)),
    ("beta_end", lambda v: scaled_linear(T, beta_end=v)),
    ("s", lambda v: cosine(T, s=v)),
    ("max_beta", lambda v: cosine(T, max_beta=v)),
    ("gamma", lambda v: cosine(T, gamma=v)),
    ("end", lambda v: sigmoid(T, end=v)),
    ("tau", lambda v: sigmoid(T, tau=v)),
    ("min_alpha_bar", lambda v: sigmoid(T, min_alpha_bar=v)),
    ("eta", lambda v: ddim_step(SCHEDULE, X, X, 5, 3, X, v)),
    ("guidance", lambda v: run(guidance=v)),
]
THINGS: list[tuple[str, Callable[[Any], Any]]] = [
    ("schedule", lambda v: diffuse(v, X, 5, X)),
    ("schedule", lambda v: predictions.x_0_from_v(v, X, 5, X)),
    ("schedule", lambda v: log_snr_times(v, 5)),
    ("schedule", lambda v: posterior_std(v, 5, 3)),
    ("x_0", lambda v: diffuse(SCHEDULE, v, 5, X)),
    ("eps", lambda v: diffuse(SCHEDULE, X, 5, v)),
    ("x_t", lambda v: predictions.eps_from_v(SCHEDULE, v, 5, X)),
    ("the prediction", lambda v: predictions.eps_from_v(SCHEDULE, X, 5, v)),
    ("x_t", lambda v: ddim_step(SCHEDULE, v, X, 5, 3)),
    ("x_0_hat", lambda v: ddpm_step(SCHEDULE, X, v, 5, 3, X)),
    ("like", lambda v: SCHEDULE.at(SCHEDULE.sigma, 5, v)),
    ("alpha_bar", NoiseSchedule),
    ("beta", NoiseSchedule.from_beta),
    ("shape", lambda v: noise_from_seed(v, 0)),
    ("sampler", lambda v: run(sampler=v)),
    ("sampler", lambda v: network_calls(v, 5)),
    ("denoiser", lambda v: sample(v, seed=0)),
]
# None is a choice of its own here; so is True, a list, or a tensor of two.
OPTIONS: list[tuple[str, Callable[[Any], Any]]] = [
    ("num_steps", lambda v: run(num_steps=v)),
    ("t_start", lambda v: timesteps(T, 5, v)),
    ("t_start", lambda v: run(x_t=X, t_start=v)),
    ("eta", lambda v: run(eta=v)),
    ("batch_size", lambda v: run(batch_size=v)),
    ("x_t", lambda v: run(x_t=v)),
    ("condition", lambda v: run(condition=v)),
    ("times", lambda v: run(num_steps=None, times=v)),
    ("generator", lambda v: run(seed=None, generator=v)),
]


def assert_refused(places: list[tuple[str, Callable[[Any], Any]]], junk: Any) -> None:
    """In every place, by one sentence that begins with the argument's name."""
    for name, call in places:
        try:
            call(junk)
        except ValueError as error:
            sentence = str(error)
            assert name in sentence.split(" must ")[0], (name, sentence)
            assert sentence.endswith(".") and "\n" not in sentence and len(sentence) < 200, sentence
            assert not any(word in sentence.split(", not ")[0] for word in INNER_WORDS), sentence
        else:
            pytest.fail(f"{name} was taken for good: {shown(junk)}")


def test_junk_is_refused_wherever_something_goes_in():
    for junk in JUNK:
        assert_refused(INTEGERS + NUMBERS + THINGS, junk)
        if junk is not None:
            assert_refused(OPTIONS, junk)


@given(more_junk)
@few
def test_any_other_junk_is_refused_too(junk):
    assert_refused(INTEGERS + NUMBERS + THINGS + OPTIONS, junk)


@given(no_integer)
@few
@example(1.5)
@example(2.0)
def test_a_float_is_no_integer(junk):
    assert_refused(INTEGERS, junk)


@given(st.integers(0, T))
@few
def test_an_integer_may_be_numpys_or_a_tensors(t):
    expected = diffuse(SCHEDULE, X + 1, t, X)
    for one in (np.int64(t), np.uint8(t), torch.tensor(t), torch.tensor([t, t], dtype=torch.uint8)):
        assert torch.equal(diffuse(SCHEDULE, X + 1, one, X), expected)
    assert check_integer("t", np.int16(t), 0, T) == t
    assert check_number("eta", np.float32(t)) == check_number("eta", torch.tensor(t)) == t


# ---- what holds for all that is valid

schedules = st.builds(
    lambda name, T: SCHEDULES[name](T), st.sampled_from(sorted(SCHEDULES)), st.integers(1, 200)
)


@st.composite
def moments(draw: st.DrawFn) -> tuple[NoiseSchedule, int, torch.Tensor, torch.Tensor]:
    """A schedule, a t >= 1, and x_0 and eps in float64."""
    schedule = draw(schedules)
    x_0, eps = noise_from_seed((2, 1, 3, 3), draw(st.integers(0, 2**62))).double()[:, None]
    return schedule, draw(st.integers(1, schedule.T)), x_0.clamp(-1, 1), eps


@given(schedules)
@few
def test_noise_only_grows(schedule):
    for growing in (schedule.sigma, schedule.noise_scale, -schedule.alpha_bar, -schedule.snr):
        assert bool((growing.diff() > 0).all())
    assert schedule.sigma[0] == 0 and schedule.sigma.isfinite().all()
    assert [schedule.nearest_t(sigma) for sigma in schedule.sigma.tolist()] == [
        *range(schedule.T + 1)
    ]


@given(moments())
@few
def test_all_readings_lead_to_each_other_and_back(moment):
    schedule, t, x_0, eps = moment
    x_t = diffuse(schedule, x_0, t, eps)
    signal, noise = schedule.signal_scale[t].item(), schedule.noise_scale[t].item()
    truth = {"eps": eps, "x_0": x_0, "v": signal * eps - noise * x_0, "score": -eps / noise}
    for source, target in ((a, b) for a in truth for b in truth if a != b):
        there = getattr(predictions, f"{target}_from_{source}")(schedule, x_t, t, truth[source])
        back = getattr(predictions, f"{source}_from_{target}")(schedule, x_t, t, there)
        # At either end one of them says next to nothing of the other: it is divided by that.
        tolerance = 1e-15 * max(100.0, 10 / min(signal, noise) ** 2)
        torch.testing.assert_close(there, truth[target], atol=tolerance, rtol=1e-12)
        torch.testing.assert_close(back, truth[source], atol=tolerance, rtol=1e-12)


@given(moments(), st.data())
@few
def test_a_step_from_the_truth_stays_on_its_way(moment, data):
    schedule, t, x_0, eps = moment
    t_next = data.draw(st.integers(0, t - 1))
    x_t, x_next = (diffuse(schedule, x_0, time, eps) for time in (t, t_next))
    tolerance = {"atol": 1e-10, "rtol": 0}
    torch.testing.assert_close(ddim_step(schedule, x_t, x_0, t, t_next), x_next, **tolerance)
    if t_next > 0:
        there = heun_step(schedule, x_t, x_0, t, t_next, x_next, x_0)
        torch.testing.assert_close(there, x_next, **tolerance)
    by_ddpm, by_ddim = (
        step(schedule, x_t, x_0, t, t_next, eps, *rest)
        for step, *rest in ((ddpm_step,), (ddim_step, 1.0))
    )
    torch.testing.assert_close(by_ddpm, by_ddim, **tolerance)
    assert posterior_std(schedule, t, t_next) <= schedule.noise_scale[t_next].item() + 1e-12


@given(st.data(), schedules)
@few
def test_times_fall_from_first_to_0(data, schedule):
    num_steps = data.draw(st.integers(1, schedule.T))
    for times in (
        timesteps(schedule.T, num_steps),
        quadratic_times(schedule.T, num_steps),
        log_snr_times(schedule, num_steps),
    ):
        assert (times[0], times[-1], len(times)) == (schedule.T, 0, num_steps + 1)
        assert all(t > t_next for t, t_next in pairwise(times))


@given(st.sampled_from([*SAMPLERS]), st.integers(1, T), st.integers(-1000, 1000), st.integers(0, 9))
@few
def test_a_run_of_any_choices_ends_at_0(sampler, num_steps, guidance, seed):
    *_, last = run(sampler=sampler, num_steps=num_steps, guidance=guidance, seed=seed)
    assert last.t == 0 and last.x_t.isfinite().all()


@given(st.integers(0, 2**62), st.integers(1, 3))
@few
def test_noise_is_its_seeds_alone(seed, batch_size):
    batch = noise_from_seed((batch_size, 1, 2, 2), seed)
    again = draw_noise((1, 2, 2), make_generators(batch_size, seed))
    alone = torch.cat([noise_from_seed((1, 1, 2, 2), seed + i) for i in range(batch_size)])
    assert torch.equal(batch, again) and torch.equal(batch, alone)
