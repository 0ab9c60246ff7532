"""Lesson "break it": what each switch does, exactly, and that left alone it does nothing."""

from itertools import zip_longest

import numpy as np
import pytest
import torch

from explorer.diffusion.noise import draw_noise, make_generators, noise_from_seed
from explorer.diffusion.samplers import sample
from explorer.diffusion.schedules import cosine, linear
from explorer.diffusion.walk import Step
from explorer.exhibits.runs import ReverseChoices, compute_reverse
from explorer.images.encoding import to_model_space, to_pixels
from explorer.lessons.break_it.compute import (
    GUIDANCE,
    NUM_STEPS,
    BenchErrors,
    BenchFrame,
    Mistake,
    Switches,
    as_shown,
    broken_run,
    compute_bench,
    mistakes,
    schedules_ends,
    share_left,
)

T, SEED = 40, 5
BENCH = mistakes(T)
NEUTRAL = {"noise_scale": 1.0, "few_steps": NUM_STEPS, "wrong_t": 0, "last_noise": 0.0}
NEUTRAL["short_schedule"] = T


@pytest.fixture
def network(answering):
    """`network(answer, schedule)`: a stand-in; by default its answers hang on x_t, t and chance."""

    def make(answer=lambda x_t, t: 0.5 * x_t + torch.sin(9 * x_t + t / 7), schedule=None):
        stub = answering(answer).denoiser
        stub.schedule = schedule or stub.schedule
        return stub

    return make


@pytest.fixture
def one_picture(tiny_gallery, ideal_over):
    """The exact denoiser of a single picture -> (denoiser, x_0)."""
    from explorer.images.gallery import Gallery

    picture = tiny_gallery["old dog"]
    x_0 = torch.from_numpy(to_model_space(picture.pixels))[None]
    return ideal_over(Gallery([picture])), x_0


def run(denoiser, seed=SEED, **choices) -> list[Step]:
    settings = {name: choices.pop(name) for name in ("eta", "num_steps") if name in choices}
    return list(broken_run(denoiser, Switches(**choices), seed=seed, **settings))


def assert_same(one: list[Step], other: list[Step]) -> None:
    """Bit for bit."""
    for a, b in zip_longest(one, other):
        assert a.t == b.t
        for name in ("x_t", "eps_hat", "x_0_hat"):
            assert torch.equal(getattr(a, name), getattr(b, name)), (a.t, name)


# ---- nothing is wrong


@pytest.mark.parametrize("eta", [0.0, 1.0])
@pytest.mark.parametrize("seed", [0, SEED])
def test_with_no_switch_moved_it_is_sample_bit_for_bit(network, colour_exhibit, eta, seed):
    for denoiser in (network(), colour_exhibit.denoiser):
        right = list(sample(denoiser, num_steps=NUM_STEPS, seed=seed, eta=eta))
        assert_same(run(denoiser, seed, eta=eta), right)


def test_kind_and_guidance_reach_the_network_as_in_sample(colour_exhibit):
    told = {"seed": 3, "condition": colour_exhibit.condition("dog"), "guidance": 3.0}
    right = list(sample(colour_exhibit.denoiser, num_steps=9, **told))
    assert_same(list(broken_run(colour_exhibit.denoiser, Switches(), num_steps=9, **told)), right)


@pytest.mark.parametrize("name, strength", NEUTRAL.items())
def test_each_slider_has_a_place_where_nothing_is_wrong(network, name, strength):
    mistake = BENCH[name]
    right = list(sample(network(), num_steps=NUM_STEPS, seed=SEED, eta=mistake.eta))
    steps = broken_run(network(), mistake.switches(strength), seed=SEED, eta=mistake.eta)
    assert_same(list(steps), right)


def test_a_network_trained_with_the_linear_schedule_finds_nothing_wrong_with_it(network):
    denoiser = network(schedule=linear(T))
    assert_same(run(denoiser, schedule="linear"), run(denoiser))


@pytest.mark.parametrize("name", BENCH)
def test_every_mistake_does_something(colour_exhibit, name):
    mistake = BENCH[name]
    frames = compute_bench(colour_exhibit, mistake, mistake.opening, SEED)
    assert max(frame.error for frame in frames) > 0.01  # this network mends some in the end


# ---- what each switch does


def test_the_predicted_noise_is_multiplied_and_nothing_else(network):
    twice = network(lambda x_t, t: 0.75 * (0.5 * x_t + torch.sin(9 * x_t + t / 7)))
    assert_same(run(network(), noise_factor=0.75), run(twice))


def test_fewer_steps_are_a_plain_run_of_fewer_steps(network):
    assert_same(run(network(), num_steps=3), list(sample(network(), num_steps=3, seed=SEED)))


def test_one_step_is_one_jump(network):
    denoiser = network()
    first, last = list(broken_run(denoiser, Switches(num_steps=1), seed=SEED))
    schedule, noise = denoiser.schedule, noise_from_seed((1, *denoiser.shape), SEED)
    eps_hat = denoiser.answer(noise, torch.tensor([T]))
    jump = (noise - schedule.noise_scale[T] * eps_hat) / schedule.signal_scale[T]
    assert (first.t, last.t) == (T, 0)
    torch.testing.assert_close(last.x_t, jump.clamp(-1, 1).float(), atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize(
    "switches, told",
    [
        ({"t_shift": 7}, lambda t: min(t + 7, T)),
        ({"t_shift": -7}, lambda t: max(t - 7, 1)),
        ({"t_constant": 11}, lambda t: 11),
    ],
)
def test_the_network_is_told_another_t_and_the_step_goes_by_the_true_one(
    one_picture, network, switches, told
):
    exact, x_0 = one_picture
    schedule, denoiser = exact.schedule, network(exact.predict_eps, exact.schedule)
    *steps, last = run(denoiser, **switches)
    assert [int(call["t"]) for call in denoiser.calls] == [told(step.t) for step in steps]
    for step in steps[1:]:
        t, lie = step.t, told(step.t)
        eps_hat = (step.x_t - schedule.signal_scale[lie] * x_0) / schedule.noise_scale[lie]
        x_0_hat = (step.x_t - schedule.noise_scale[t] * eps_hat) / schedule.signal_scale[t]
        torch.testing.assert_close(step.x_0_hat, x_0_hat.clamp(-1, 1).float(), atol=1e-3, rtol=1e-3)
    assert not torch.allclose(last.x_t, x_0, atol=0.05)


def test_the_right_run_lands_on_the_only_picture_and_so_does_one_step(one_picture):
    exact, x_0 = one_picture
    for switches in ({}, {"num_steps": 1}, {"t_first": 30}):
        torch.testing.assert_close(run(exact, **switches)[-1].x_t, x_0, atol=2e-3, rtol=0)


def test_with_data_in_0_to_1_the_only_picture_loses_all_below_mid_grey(one_picture):
    exact, x_0 = one_picture
    last = run(exact, darkest=0.0)[-1]
    torch.testing.assert_close(last.x_t, x_0.clamp(0, 1), atol=2e-3, rtol=0)
    assert all(step.x_0_hat.min() >= 0 for step in run(exact, darkest=0.0))


def test_pictures_are_shown_by_the_range_that_they_are_taken_to_have(network):
    edges = (torch.arange(192.0) + 0.5) / 127.5 - 1  # halfway between two levels: any bit decides
    np.testing.assert_array_equal(
        as_shown(edges.reshape(1, 3, 8, 8), -1.0), to_pixels(edges.reshape(3, 8, 8).numpy())
    )
    x = torch.linspace(-1.5, 1.5, 3 * 64).reshape(1, 3, 8, 8)
    np.testing.assert_array_equal(as_shown(x, -1.0), to_pixels(x[0].numpy()))
    levels = np.rint(255 * x[0].clamp(0, 1).numpy()).transpose(1, 2, 0)
    assert np.abs(as_shown(x, 0.0).astype(int) - levels).max() <= 1
    np.testing.assert_array_equal(as_shown((x + 1) / 2, 0.0), as_shown(x, -1.0))


def test_x_t_is_clamped_instead_of_the_guess(network):
    first, *others = run(network(), clamp="x_t")
    assert first.x_t.abs().max() > 1  # it begins with noise, as the right run does
    assert first.x_0_hat.abs().max() > 1
    assert all(step.x_t.abs().max() <= 1 for step in others)
    right = run(network())
    assert all(step.x_0_hat.abs().max() <= 1 for step in right)
    assert right[1].x_t.abs().max() > 1


def test_the_last_step_adds_the_next_noise_of_the_seed(network):
    denoiser = network()
    right, noisy = (run(denoiser, eta=1.0, last_noise=share) for share in (0.0, 0.5))
    assert_same(right[:-1], noisy[:-1])
    generators = make_generators(1, SEED)
    draws = [draw_noise(denoiser.shape, generators) for _ in range(NUM_STEPS + 1)]
    scale = denoiser.schedule.noise_scale[right[-2].t].item()
    torch.testing.assert_close(noisy[-1].x_t, right[-1].x_t + 0.5 * scale * draws[-1])


def test_another_schedule_is_a_sampler_that_believes_in_it(network):
    believed = network(schedule=linear(T))
    assert_same(run(network(), schedule="linear"), run(believed))


def test_a_short_schedule_starts_from_pure_noise_where_a_picture_is_left(network):
    denoiser = network()
    noise = noise_from_seed((1, *denoiser.shape), SEED)
    right = sample(denoiser, num_steps=NUM_STEPS, x_t=noise, t_start=30)
    assert_same(run(denoiser, t_first=30), list(right))


def test_how_much_is_left_where_a_short_schedule_ends(colour_exhibit):
    alpha_bar = colour_exhibit.schedule.alpha_bar
    assert share_left(colour_exhibit, Switches(t_first=30)) == alpha_bar[30].item()
    assert share_left(colour_exhibit, Switches()) == alpha_bar[T].item()


@pytest.mark.parametrize(
    "name, asked, value",
    [
        ("noise_scale", 9, 1.5),
        ("noise_scale", -9, 0.5),
        ("few_steps", 3.0, 3),
        ("constant_t", 0, 1),
        ("short_schedule", 10**9, T),
        ("data_range", -7, 0.0),
        ("clamp_x_t", 3, "x_t"),
    ],
)
def test_a_strength_is_cut_to_what_the_switch_can_take(name, asked, value):
    found = getattr(BENCH[name].switches(asked), BENCH[name].switch)
    assert found == value
    assert type(found) is type(value)


# ---- both runs, side by side


def bench(exhibit, name="noise_scale", strength=None, right=()) -> list[BenchFrame]:
    mistake = BENCH[name]
    strength = mistake.opening if strength is None else strength
    return list(compute_bench(exhibit, mistake, strength, SEED, right))


@pytest.mark.parametrize("name", BENCH)
def test_the_right_run_is_that_of_lesson_reverse(colour_exhibit, name):
    frames = bench(colour_exhibit, name)
    choices = ReverseChoices(
        num_steps=NUM_STEPS, kind=colour_exhibit.first_kind, guidance=GUIDANCE, seed=SEED,
        eta=BENCH[name].eta,
    )  # fmt: skip
    expected = list(compute_reverse(colour_exhibit, choices))
    assert len(frames) == len(expected) == NUM_STEPS + 1
    for frame, right in zip(frames, expected, strict=True):
        np.testing.assert_array_equal(frame.right.stacked, right.stacked)
        assert frame.t == right.t


@pytest.mark.parametrize("name, strength", NEUTRAL.items())
def test_at_the_neutral_place_the_pictures_are_the_same(colour_exhibit, name, strength):
    for frame in bench(colour_exhibit, name, strength):
        assert frame.error == frame.guess_error == 0
        assert frame.t_broken == frame.t
        right, broken, difference = np.split(frame.stacked, 3)
        np.testing.assert_array_equal(right, broken)
        assert np.unique(difference).tolist() == [128]


def test_both_begin_with_the_same_noise(colour_exhibit):
    for name in BENCH:
        if name != "data_range":  # the noise is the same, but shown by another range
            assert bench(colour_exhibit, name)[0].error == 0, name


def test_a_shorter_run_waits_for_the_other(colour_exhibit):
    frames = bench(colour_exhibit, "few_steps", 2)
    assert [frame.t_broken for frame in frames] == [40, 20] + [0] * (NUM_STEPS - 1)
    for frame in frames[2:]:
        np.testing.assert_array_equal(frame.x_t, frames[-1].x_t)


def test_a_known_right_run_is_not_computed_again(answering):
    exhibit = answering(lambda x_t, t: 0.9 * x_t)
    frames = bench(exhibit)
    assert len(exhibit.denoiser.calls) == 2 * NUM_STEPS
    again = bench(exhibit, right=[frame.right for frame in frames])
    assert len(exhibit.denoiser.calls) == 3 * NUM_STEPS
    for one, other in zip(frames, again, strict=True):
        np.testing.assert_array_equal(one.stacked, other.stacked)


def test_a_network_without_kinds_is_told_nothing(answering):
    exhibit = answering(lambda x_t, t: 0.9 * x_t)
    exhibit.denoiser.conditions = []
    bench(exhibit)
    told = {(call["condition"], call["guidance"]) for call in exhibit.denoiser.calls}
    assert told == {(None, 1.0)}


def test_errors_are_shares_of_black_for_white(colour_exhibit):
    from dataclasses import replace

    [frame, *_] = bench(colour_exhibit)
    black, white = (np.full((8, 8, 3), level, np.uint8) for level in (0, 255))
    half = black.copy()
    half[:4] = 255
    right = replace(frame.right, x_t=black, x_0_hat=white)
    made = BenchFrame(right, 0, white, white)
    assert (made.error, made.guess_error) == (1.0, 0.0)
    assert BenchFrame(right, 0, half, half).error == pytest.approx(np.sqrt(0.5))
    errors = BenchErrors.of([made, made])
    assert errors == BenchErrors([frame.t] * 2, [1.0, 1.0], [0.0, 0.0])
    assert made.stacked[:, 0, 0].tolist() == [0] * 8 + [255] * 8 + [255] * 8
    swapped = BenchFrame(replace(right, x_t=white), 0, black, black)
    assert swapped.stacked[-1, 0, 0] == 0


# ---- where schedules end


def test_what_is_left_at_the_end_of_the_known_schedules(answering):
    exhibit = answering(lambda x_t, t: x_t)
    exhibit.denoiser.schedule = cosine(1000)
    ends = {end.name: end for end in schedules_ends(exhibit)}
    assert [name for name, end in ends.items() if end.own] == ["cosine"]
    assert ends["scaled_linear"].alpha_bar == pytest.approx(0.0047, abs=5e-5)  # Lin et al.'s figure
    assert ends["linear"].alpha_bar == pytest.approx(4e-5, rel=0.02)
    for end in ends.values():
        assert end.snr == pytest.approx(end.alpha_bar / (1 - end.alpha_bar))
        assert end.signal_scale == pytest.approx(end.alpha_bar**0.5)


def test_a_mistake_moves_one_switch():
    for mistake in BENCH.values():
        assert isinstance(mistake, Mistake)
        changed = mistake.switches(mistake.opening)
        moved = {name for name, value in vars(changed).items() if value != vars(Switches())[name]}
        assert moved == {mistake.switch}
