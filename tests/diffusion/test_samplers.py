import math

import pytest
import torch

from explorer.diffusion.forward import diffuse
from explorer.diffusion.noise import noise_from_seed
from explorer.diffusion.predictions import x_0_from_eps
from explorer.diffusion.samplers import (
    SAMPLERS,
    Sampler,
    network_calls,
    sample,
    steps_for,
    timesteps,
)
from explorer.diffusion.schedules import SCHEDULES, cosine, linear
from explorer.diffusion.steps import ddim_step
from explorer.diffusion.walk import Step

every_schedule = pytest.mark.parametrize("name", SCHEDULES)
every_sampler = pytest.mark.parametrize("sampler", SAMPLERS)


def final(steps):
    *_, last = steps
    return last.x_t


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((10, 5), [10, 8, 6, 4, 2, 0]),
        ((10, 4), [10, 8, 5, 3, 0]),  # 7.5 and 2.5 go up
        ((10, 1), [10, 0]),
        ((10, 10), list(range(10, -1, -1))),
        ((1000, 2, 7), [7, 4, 0]),
        ((1000, 1, 1), [1, 0]),
    ],
)
def test_timesteps_are_evenly_spaced(arguments, expected):
    assert timesteps(*arguments) == expected


def test_timesteps_are_strictly_decreasing_whatever_is_asked():
    for t_start in range(1, 40):
        for num_steps in range(1, t_start + 1):
            times = timesteps(40, num_steps, t_start)
            assert len(times) == num_steps + 1 and times[0] == t_start and times[-1] == 0
            assert all(t > t_next for t, t_next in zip(times, times[1:], strict=False))
            exact = [t_start * left / num_steps for left in range(num_steps, -1, -1)]
            assert all(abs(t - e) <= 0.5 for t, e in zip(times, exact, strict=True))


@every_sampler
def test_the_even_times_given_by_hand_change_nothing(random_denoiser, sampler):
    denoiser = random_denoiser(cosine())
    plain = list(sample(denoiser, sampler=sampler, num_steps=9, seed=3))
    by_hand = list(sample(denoiser, sampler=sampler, times=timesteps(1000, 9), seed=3))
    for step, other in zip(plain, by_hand, strict=True):
        assert step.t == other.t
        assert torch.equal(step.x_t, other.x_t) and torch.equal(step.x_0_hat, other.x_0_hat)


@every_sampler
def test_a_run_visits_the_times_it_is_given(random_denoiser, sampler):
    denoiser = random_denoiser(cosine(20))
    times = [20, 19, 11, 4, 1, 0]
    assert [step.t for step in sample(denoiser, sampler=sampler, times=times, seed=0)] == times
    steps = sample(denoiser, sampler=sampler, times=(7, 2, 0), x_t=X_T, t_start=7, seed=0)
    assert [step.t for step in steps] == [7, 2, 0]


def test_50_steps_if_nothing_is_said(random_denoiser):
    steps = sample(random_denoiser(cosine()), seed=0)
    assert [step.t for step in steps] == timesteps(1000, 50)


@every_sampler
@pytest.mark.parametrize("num_steps", [1, 2, 7])
def test_network_calls_are_as_many_as_are_made(random_denoiser, sampler, num_steps, monkeypatch):
    denoiser = random_denoiser(cosine())
    calls, predict_eps = [], denoiser.predict_eps

    def counted(*arguments, **settings):
        calls.append(arguments)
        return predict_eps(*arguments, **settings)

    monkeypatch.setattr(denoiser, "predict_eps", counted)
    list(sample(denoiser, sampler=sampler, num_steps=num_steps, seed=3))
    assert network_calls(sampler, num_steps) == len(calls)
    assert steps_for(sampler, len(calls)) == num_steps
    assert len(calls) == 1 or steps_for(sampler, len(calls) - 1) == num_steps - 1


def test_another_sampler_is_one_more_entry_of_the_table(random_denoiser, monkeypatch):
    """One that asks again at t_next, and goes all the way by what it is told there."""

    def told_twice(move):
        x_guess = ddim_step(*move.start)
        if move.t_next == 0:
            return x_guess
        schedule, x_t, _, t, t_next = move.start
        return ddim_step(schedule, x_t, move.predict(x_guess).x_0_hat, t, t_next)

    monkeypatch.setitem(SAMPLERS, "toy", Sampler(told_twice, order=1, calls=2, eta=0.0))
    denoiser = random_denoiser(cosine())
    first, second, last = sample(denoiser, sampler="toy", num_steps=2, seed=3)
    guess = ddim_step(cosine(), first.x_t, first.x_0_hat, 1000, 500)
    [there, _] = sample(denoiser, num_steps=1, x_t=guess, t_start=500)
    expected = ddim_step(cosine(), first.x_t, there.x_0_hat, 1000, 500)
    torch.testing.assert_close(second.x_t, expected)
    assert torch.equal(last.x_t, ddim_step(cosine(), second.x_t, second.x_0_hat, 500, 0))
    assert network_calls("toy", 2) == 3 and steps_for("toy", 4) == 2
    with pytest.raises(ValueError, match="eta is for ddim to choose; toy has eta = 0, not 1"):
        sample(denoiser, sampler="toy", eta=1, seed=3)
    with pytest.raises(ValueError, match="one of ddpm, ddim, heun, dpmpp_2m, toy, not 'none'"):
        sample(denoiser, sampler="none", seed=3)


@every_schedule
@every_sampler
def test_frames_are_what_a_scrubber_needs(random_denoiser, name, sampler):
    denoiser = random_denoiser(SCHEDULES[name]())
    steps = list(sample(denoiser, sampler=sampler, num_steps=7, seed=3, batch_size=2))

    assert [step.t for step in steps] == timesteps(1000, 7)
    torch.testing.assert_close(steps[0].x_t, noise_from_seed((2, 2, 4, 4), 3), rtol=0, atol=0)
    for step in steps:
        for image in (step.x_t, step.eps_hat, step.x_0_hat):
            assert image.shape == (2, 2, 4, 4) and image.dtype == torch.float32
            assert image.isfinite().all() and not image.requires_grad
        assert step.x_0_hat.abs().max() <= 1
    last = steps[-1]
    assert torch.equal(last.x_t, last.x_0_hat) and not last.eps_hat.any()
    torch.testing.assert_close(last.x_t, steps[-2].x_0_hat)


@every_schedule
@every_sampler
def test_a_seed_gives_the_same_picture_at_any_batch_size(random_denoiser, name, sampler):
    denoiser = random_denoiser(SCHEDULES[name]())
    options = {"sampler": sampler, "num_steps": 6}
    batch = list(sample(denoiser, seed=5, batch_size=3, **options))
    alone = list(sample(denoiser, seed=6, **options))
    mixed = list(sample(denoiser, seed=[9, 6], **options))

    for step_of_batch, step_alone, step_mixed in zip(batch, alone, mixed, strict=True):
        assert torch.equal(step_of_batch.x_t[1], step_alone.x_t[0])
        assert torch.equal(step_mixed.x_t[1], step_alone.x_t[0])
    assert not torch.allclose(batch[-1].x_t[0], batch[-1].x_t[1])


@every_sampler
def test_seed_and_generators_are_two_ways_to_say_the_same(random_denoiser, sampler):
    denoiser = random_denoiser(cosine())
    options = {"sampler": sampler, "num_steps": 6}
    by_seed = final(sample(denoiser, seed=[4, 8], **options))
    generators = [torch.Generator().manual_seed(seed) for seed in (4, 8)]
    assert torch.equal(final(sample(denoiser, generator=generators, **options)), by_seed)
    one = torch.Generator().manual_seed(4)
    assert torch.equal(final(sample(denoiser, generator=one, **options)), by_seed[:1])


@every_sampler
def test_the_global_generator_is_neither_read_nor_moved(random_denoiser, sampler):
    denoiser = random_denoiser(cosine())
    torch.manual_seed(1)
    before = torch.get_rng_state()
    first = final(sample(denoiser, sampler=sampler, num_steps=4, seed=0))
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(2)
    assert torch.equal(final(sample(denoiser, sampler=sampler, num_steps=4, seed=0)), first)


@every_schedule
@every_sampler
def test_it_can_start_from_an_image_at_any_t(gaussian_denoiser, name, sampler):
    denoiser = gaussian_denoiser(SCHEDULES[name]())
    x_0 = torch.tensor([0.5, -0.5, 0.2, 0.9]).reshape(1, 1, 2, 2)
    for t_start in (1, 2, 300, 1000):
        x_t = diffuse(denoiser.schedule, x_0, t_start, noise_from_seed(x_0.shape, 0))
        num_steps = min(t_start, 10)
        steps = list(
            sample(denoiser, sampler=sampler, num_steps=num_steps, seed=1, x_t=x_t, t_start=t_start)
        )
        assert [step.t for step in steps] == timesteps(1000, num_steps, t_start)
        assert torch.equal(steps[0].x_t, x_t)
        if t_start <= 2:  # hardly any noise: the image comes back
            torch.testing.assert_close(steps[-1].x_t, x_0, atol=0.1, rtol=0)


@pytest.mark.parametrize("sampler", ["ddim", "heun"])
def test_starting_again_from_a_frame_goes_the_same_way(random_denoiser, sampler):
    denoiser = random_denoiser(cosine())
    steps = list(sample(denoiser, sampler=sampler, num_steps=10, seed=0))
    again = list(sample(denoiser, sampler=sampler, num_steps=6, x_t=steps[4].x_t, t_start=600))
    for step, step_again in zip(steps[4:], again, strict=True):
        assert step.t == step_again.t and torch.equal(step.x_t, step_again.x_t)


@every_sampler
@every_schedule
def test_every_num_steps_up_to_T_is_allowed(random_denoiser, sampler, name):
    denoiser = random_denoiser(SCHEDULES[name](30))
    for num_steps in (1, 2, 29, 30):
        assert len(list(sample(denoiser, sampler=sampler, num_steps=num_steps, seed=0))) == (
            num_steps + 1
        )


@every_sampler
def test_the_network_is_asked_as_often_as_documented(random_denoiser, sampler):
    denoiser = random_denoiser(linear())
    list(sample(denoiser, sampler=sampler, num_steps=50, seed=0))
    asked = [call["t"].tolist() for call in denoiser.calls]
    assert len(asked) == (99 if sampler == "heun" else 50)
    assert {call["t"].dtype for call in denoiser.calls} == {torch.int64}
    assert sorted({t for (t,) in asked}, reverse=True) == timesteps(1000, 50)[:-1]


def test_steps_are_made_when_they_are_asked_for(random_denoiser):
    denoiser = random_denoiser(linear())
    steps = sample(denoiser, num_steps=8, seed=0)
    assert denoiser.calls == []
    next(steps)
    assert len(denoiser.calls) == 1
    assert torch.is_grad_enabled()  # no_grad holds while the generator works, not in between


def test_the_network_never_builds_a_graph(random_denoiser):
    denoiser = random_denoiser(linear())
    denoiser.weight.requires_grad_()
    assert not final(sample(denoiser, num_steps=2, seed=0)).requires_grad


def test_condition_and_guidance_reach_the_network(random_denoiser):
    denoiser = random_denoiser(cosine())
    condition = torch.tensor([3, 5, 7])
    guided = final(sample(denoiser, num_steps=4, seed=0, condition=condition, guidance=2.0))
    assert guided.shape[0] == 3  # the batch size follows the condition
    assert all(torch.equal(call["condition"], condition) for call in denoiser.calls)
    assert {call["guidance"] for call in denoiser.calls} == {2.0}
    plain = final(sample(denoiser, num_steps=4, seed=0, condition=condition))
    assert not torch.allclose(plain, guided)


def test_a_denoiser_without_guidance_will_do(random_denoiser):
    class Unguided(random_denoiser):
        def predict_eps(self, x_t, t, condition=None):
            return super().predict_eps(x_t, t, condition)

    assert final(sample(Unguided(cosine()), num_steps=2, seed=0)).isfinite().all()


def test_float64_is_kept_and_lower_precision_raised(random_denoiser):
    denoiser = random_denoiser(cosine())
    for given, kept in [
        (torch.float64, torch.float64),
        (torch.float32, torch.float32),
        (torch.float16, torch.float32),
    ]:
        x_t = noise_from_seed((1, 2, 4, 4), 0).to(given)
        assert final(sample(denoiser, num_steps=3, x_t=x_t)).dtype == kept


def test_the_denoisers_device_does_the_work_and_t_stays_on_the_cpu(random_denoiser):
    class Asked(Exception):
        pass

    class Elsewhere(random_denoiser):
        device = torch.device("meta")  # it holds shapes only, but any machine has it

        def predict_eps(self, x_t, t, condition=None, guidance=1.0):
            raise Asked(x_t.device.type, t.device.type, condition.device.type)

    condition = torch.tensor([1, 2])
    with pytest.raises(Asked, match="'meta', 'cpu', 'cpu'"):
        next(sample(Elsewhere(cosine()), num_steps=3, seed=0, condition=condition))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@every_sampler
def test_a_seed_gives_the_same_picture_on_a_gpu(random_denoiser, sampler):
    denoiser = random_denoiser(cosine())
    on_cpu = final(sample(denoiser, sampler=sampler, num_steps=10, seed=0))
    denoiser.device = torch.device("cuda")
    on_gpu = final(sample(denoiser, sampler=sampler, num_steps=10, seed=0))
    assert on_gpu.device.type == "cuda"
    torch.testing.assert_close(on_gpu.cpu(), on_cpu, atol=1e-3, rtol=0)


@every_sampler
def test_clipping_keeps_x_0_hat_in_range_and_the_frame_consistent(random_denoiser, sampler):
    schedule = linear()

    class Loud(random_denoiser):
        def predict_eps(self, x_t, t, condition=None, guidance=1.0):
            return 3 * super().predict_eps(x_t, t, condition, guidance)

    clipped = list(sample(Loud(schedule), sampler=sampler, num_steps=5, seed=0))
    free = list(sample(Loud(schedule), sampler=sampler, num_steps=5, seed=0, clip_x_0=False))
    assert max(step.x_0_hat.abs().max() for step in clipped) == 1
    assert max(step.x_0_hat.abs().max() for step in free) > 1
    for steps, low, high in [(clipped, -1, 1), (free, -math.inf, math.inf)]:
        for step in steps[:-1]:  # eps_hat stays as the network gave it
            x_0_hat = x_0_from_eps(schedule, step.x_t, step.t, step.eps_hat)
            torch.testing.assert_close(step.x_0_hat, x_0_hat.clamp(low, high))


@pytest.mark.parametrize("eta", [0.0, 0.5, 1.0, 3.0])
def test_ddim_takes_any_eta(random_denoiser, eta):
    denoiser = random_denoiser(cosine())
    assert final(sample(denoiser, num_steps=5, seed=0, eta=eta)).isfinite().all()


def test_eta_is_the_samplers_own_if_not_given(random_denoiser):
    denoiser = random_denoiser(cosine())

    def run(**options):
        return final(sample(denoiser, num_steps=5, seed=0, **options))

    assert torch.equal(run(sampler="ddim"), run(sampler="ddim", eta=0.0))
    assert torch.equal(run(sampler="ddpm"), run(sampler="ddpm", eta=1.0))
    torch.testing.assert_close(run(sampler="ddpm"), run(sampler="ddim", eta=1.0))
    assert not torch.allclose(run(sampler="ddpm"), run(sampler="ddim"))


def test_no_seed_is_needed_where_no_noise_is_drawn(random_denoiser):
    x_t = noise_from_seed((2, 2, 4, 4), 0)
    for sampler in ("ddim", "heun", "dpmpp_2m"):
        steps = sample(random_denoiser(cosine()), sampler=sampler, num_steps=3, x_t=x_t)
        assert final(steps).shape == x_t.shape


X_T = torch.zeros(2, 2, 4, 4)
BAD_ARGUMENTS = [
    ({"sampler": "euler"}, "sampler must be one of ddpm, ddim, heun, dpmpp_2m, not 'euler'"),
    ({"num_steps": 0}, r"num_steps must be an integer in 1\.\.20, not 0"),
    ({"num_steps": 21}, r"num_steps must be an integer in 1\.\.20, not 21"),
    ({"times": [20, 0]}, "num_steps or times, not both"),
    ({"num_steps": None, "times": [20, 5]}, "times must run from 20 to 0"),
    ({"num_steps": None, "times": [15, 5, 0]}, "times must run from 20 to 0"),
    ({"num_steps": None, "times": []}, "times must run from 20 to 0"),
    ({"num_steps": None, "times": [20, 5, 5, 0]}, "strictly decreasing"),
    ({"num_steps": None, "times": [20, 0, 5, 0]}, "strictly decreasing"),
    (
        {"num_steps": None, "times": [20, 7.5, 0]},
        r"times must be an integer in 0\.\.20, not 7\.5",
    ),
    (
        {"num_steps": None, "times": [21, 0], "t_start": 21},
        r"must be an integer in 1\.\.20",
    ),
    ({"x_t": X_T, "t_start": 3, "num_steps": 4}, r"num_steps must be an integer in 1\.\.3, not 4"),
    ({"x_t": X_T, "t_start": 0}, r"t_start must be an integer in 1\.\.20, not 0"),
    ({"x_t": X_T, "t_start": 21}, r"t_start must be an integer in 1\.\.20, not 21"),
    ({"t_start": 10}, "t_start below T needs x_t"),
    ({"eta": -0.5}, "eta must be a finite number >= 0"),
    ({"eta": math.nan}, "eta must be a finite number >= 0"),
    ({"sampler": "ddpm", "eta": 0.5}, "eta is for ddim to choose; ddpm has eta = 1"),
    ({"sampler": "heun", "eta": 1.0}, "eta is for ddim to choose; heun has eta = 0"),
    ({"guidance": math.nan}, "guidance must be a finite number"),
    ({"guidance": math.inf}, "guidance must be a finite number >= -1000 and <= 1000, not inf"),
    ({"guidance": 10**400}, r"guidance must be .*, not 1000"),
    ({"eta": 1e308}, r"eta must be a finite number >= 0 and <= 100, not 1e\+308"),
    ({"seed": "abc"}, "seed must be an integer .*, not 'abc'"),
    ({"sampler": ["ddim"]}, r"sampler must be one of .*, not \['ddim'\]"),
    ({"generator": "cpu", "seed": None}, "generator must be one or a list of them, not 'cpu'"),
    ({"clip_x_0": "no"}, "clip_x_0 must be True or False, not 'no'"),
    ({"seed": 1, "generator": torch.Generator()}, "seed or generator, not both"),
    ({"seed": None}, "seed or generator must be given"),
    ({"seed": None, "x_t": X_T, "eta": 0.5}, "seed or generator must be given"),
    ({"seed": None, "x_t": X_T, "sampler": "ddpm"}, "seed or generator must be given"),
    ({"seed": -1}, r"seed must be an integer in 0\.\.2\*\*63 - 1"),
    ({"x_t": X_T[:, :1]}, r"x_t must have shape \(B, 2, 4, 4\), not \(2, 1, 4, 4\)"),
    ({"x_t": X_T[0]}, r"shape \(B, 2, 4, 4\)"),
    ({"x_t": X_T.long()}, "floating point"),
    ({"x_t": [0.0]}, r"x_t must be a tensor, not \[0\.0\]"),
    ({"x_t": X_T[:0]}, r"the length of x_t must be an integer in 1\.\.65536, not 0"),
    ({"x_t": X_T + math.nan}, "x_t must be finite"),
    ({"x_t": X_T + math.inf}, "x_t must be finite"),
    ({"condition": torch.zeros(2)}, r"condition must be a \(B,\) tensor of int64"),
    ({"condition": torch.zeros(2, 1, dtype=torch.int64)}, r"condition must be a \(B,\) tensor"),
    ({"condition": 3}, r"condition must be a \(B,\) tensor"),
    ({"x_t": X_T, "condition": torch.tensor([1])}, "x_t says 2, condition says 1"),
    ({"x_t": X_T, "batch_size": 3}, "x_t says 2, batch_size says 3"),
    ({"x_t": X_T, "seed": [1]}, "x_t says 2, seed says 1"),
    ({"batch_size": 0}, r"batch_size must be an integer in 1\.\.65536, not 0"),
]


@pytest.mark.parametrize(("change", "sentence"), BAD_ARGUMENTS)
def test_bad_arguments_are_refused_at_the_call(random_denoiser, change, sentence):
    with pytest.raises(ValueError, match=sentence):
        sample(random_denoiser(cosine(20)), **({"num_steps": 5, "seed": 0} | change))


@every_sampler
@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_network_that_gives_nan_or_infinity_stops_the_run(random_denoiser, sampler, value):
    class Broken(random_denoiser):
        def predict_eps(self, x_t, t, condition=None, guidance=1.0):
            eps_hat = super().predict_eps(x_t, t, condition, guidance)
            return eps_hat if t[0] > 12 else eps_hat + value

    seen = []
    with pytest.raises(FloatingPointError, match=r"NaN or infinity at t = 12\."):
        for step in sample(Broken(cosine(20)), sampler=sampler, num_steps=5, seed=0):
            seen.append(step.t)
    # Heun asks about 12 already on its way from 16: that step is not whole.
    assert seen == ([20] if sampler == "heun" else [20, 16])


def test_a_network_that_gives_another_shape_stops_the_run(random_denoiser):
    class Broken(random_denoiser):
        def predict_eps(self, x_t, t, condition=None, guidance=1.0):
            return x_t[:, :1]

    with pytest.raises(ValueError, match=r"eps_hat of x_t's shape \(1, 2, 4, 4\)"):
        next(sample(Broken(cosine(20)), num_steps=5, seed=0))


def test_a_step_is_frozen():
    x = torch.zeros(1, 1, 1, 1)
    step = Step(0, x, x, x)
    with pytest.raises(AttributeError):
        step.t = 1  # type: ignore[misc]
