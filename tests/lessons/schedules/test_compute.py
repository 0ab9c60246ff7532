"""Schedules at equal t and equal SNR; runs whose calls are counted; times given to a run."""

import math

import numpy as np
import pytest
import torch

from explorer.diffusion.noise import noise_from_seed
from explorer.diffusion.samplers import sample, timesteps
from explorer.diffusion.schedules import SCHEDULES, NoiseSchedule, cosine, linear
from explorer.diffusion.spacing import log_snr_times
from explorer.exhibits.found import findings
from explorer.images.encoding import to_model_space
from explorer.lessons.schedules.compute import (
    BENT,
    CHOICES,
    Settings,
    compare_schedules,
    compute_schedules,
    compute_schedules_curves,
    compute_schedules_race,
    compute_schedules_times,
    equal_snr_t,
    make_schedule,
    schedule_curve,
    schedule_curves,
)
from explorer.lessons.schedules.race import (
    GREY_LEVELS,
    MOST_TIMES,
    Plan,
    compute_run,
    distance,
    long_plan,
    read_times,
    sampler_plans,
    spacing_plans,
)

every_choice = pytest.mark.parametrize("name", CHOICES)
every_gamma = pytest.mark.parametrize("gamma", [0.3, 1.0, 3.0])


@pytest.fixture
def pixels(colour_exhibit):
    return colour_exhibit.gallery["old dog"].pixels


def exact(schedule: NoiseSchedule, x_0: torch.Tensor):
    """The network that knows the image and reads x_t by `schedule` at the t it is told."""

    def answer(x_t, t):
        signal, noise = (
            schedule.at(a, t, x_t) for a in (schedule.signal_scale, schedule.noise_scale)
        )
        return (x_t - signal * x_0) / noise

    return answer


# ---- equal SNR


@every_choice
@every_gamma
@pytest.mark.parametrize("own", [cosine(), linear()], ids=["cosine", "linear"])
def test_equal_snr_is_equal_to_within_one_step_of_the_schedule(name, gamma, own):
    schedule = make_schedule(name, 1000, gamma)
    for t in (1, 2, 10, 100, 333, 500, 750, 990, 999, 1000):
        found = equal_snr_t(schedule, own, t)
        wanted = schedule.snr[t]
        assert found == 1 or own.snr[found - 1] >= wanted
        assert found == 1000 or own.snr[found + 1] <= wanted
        if own.snr[-1] <= wanted <= own.snr[1]:  # the network's schedule has such a t
            apart = abs(own.sigma - schedule.sigma[t])
            assert apart[found] == apart[1:].min()


@every_choice
def test_a_schedule_finds_each_of_its_own_times(name):
    schedule = make_schedule(name, 100)
    assert [equal_snr_t(schedule, schedule, t) for t in range(101)] == list(range(101))


@every_choice
@pytest.mark.parametrize("t", [1, 13, 20, 39, 40])
def test_the_snrs_shown_are_those_of_the_pictures(colour_exhibit, pixels, name, t):
    found = compare_schedules(colour_exhibit, pixels, t, seed=4, name=name, gamma=2.0)
    x_0 = to_model_space(pixels).astype(float)
    eps = noise_from_seed((1, *x_0.shape), 4)[0].numpy().astype(float)
    for mixture in (found.chosen, found.same_t, found.same_snr):
        alpha_bar = mixture.snr / (1 + mixture.snr)
        expected = (
            math.sqrt(alpha_bar) * x_0 + math.sqrt(1 - alpha_bar) * eps
        )  # one and the same eps
        np.testing.assert_allclose(mixture.x_t, expected, atol=1e-5)
    assert found.chosen.snr == make_schedule(name, 40, 2.0).snr[t].item()
    assert found.same_t.snr == colour_exhibit.schedule.snr[t].item()
    assert found.same_snr.snr == colour_exhibit.schedule.snr[found.same_snr.t].item()
    assert (found.chosen.t, found.same_t.t) == (t, t)
    apart = np.abs(found.chosen.x_t - found.same_snr.x_t).mean()
    assert found.difference == pytest.approx(127.5 * apart)


@pytest.mark.parametrize("t", [50, 300, 600, 900])
def test_with_a_thousand_steps_the_pictures_look_the_same(ideal_over, tiny_gallery, pixels, t):
    from explorer.exhibits.exhibit import Exhibit

    denoiser = ideal_over(tiny_gallery, T=1000)
    exhibit = Exhibit("long", denoiser, None, tiny_gallery, {})
    for name in SCHEDULES:
        found = compare_schedules(exhibit, pixels, t, seed=4, name=name)
        assert found.difference < 0.5  # of 255
    linear_one = compare_schedules(exhibit, pixels, t, seed=4, name="linear")
    assert np.abs(linear_one.chosen.x_t - linear_one.same_t.x_t).mean() * GREY_LEVELS > 3


def test_the_networks_own_schedule_changes_nothing(colour_exhibit, pixels):
    found = compare_schedules(colour_exhibit, pixels, 17, seed=4, name="cosine")
    np.testing.assert_array_equal(found.chosen.x_t, found.same_t.x_t)
    np.testing.assert_array_equal(found.chosen.x_t, found.same_snr.x_t)
    assert found.same_snr.t == 17
    assert found.mse == pytest.approx(found.mse_same_t)


def test_bent_by_1_is_cosine_and_any_other_bend_is_not():
    assert torch.equal(make_schedule(BENT, 40, 1.0).alpha_bar, cosine(40).alpha_bar)
    assert not torch.equal(make_schedule(BENT, 40, 2.0).alpha_bar, cosine(40).alpha_bar)


def test_a_network_told_its_own_t_knows_the_noise_of_any_schedule(
    answering, colour_exhibit, pixels
):
    """The network that knows the image is exact at the t of its own schedule, and wrong at t."""
    x_0 = torch.from_numpy(to_model_space(pixels))
    exhibit = answering(exact(colour_exhibit.schedule, x_0))
    found = compare_schedules(exhibit, pixels, 20, seed=4, name=BENT, gamma=2.0)
    assert found.same_snr.t == 10  # (20 / 40)^2 = 10 / 40: exactly the same SNR
    assert found.mse == pytest.approx(0, abs=1e-9)
    assert found.mse_same_t > 0.01
    np.testing.assert_allclose(found.x_0_hat, x_0, atol=1e-5)
    [call] = exhibit.denoiser.calls  # both questions in one batch
    assert call["t"].tolist() == [10, 20]


@every_choice
def test_at_0_everything_is_clean_and_nobody_is_asked(answering, pixels, name):
    exhibit = answering(lambda x_t, t: x_t)
    found = compare_schedules(exhibit, pixels, 0, seed=4, name=name)
    for mixture in (found.chosen, found.same_t, found.same_snr):
        np.testing.assert_array_equal(mixture.x_t, to_model_space(pixels))
        assert (mixture.t, mixture.snr) == (0, math.inf)
    assert (found.x_0_hat, found.mse, found.mse_same_t) == (None, None, None)
    assert exhibit.denoiser.calls == []


def test_an_unknown_schedule_is_refused_with_a_sentence():
    with pytest.raises(ValueError, match="must be one of linear"):
        make_schedule("stairs", 40)


def test_curves_are_the_schedules(colour_exhibit):
    curves = schedule_curves(colour_exhibit, gamma=2.0)
    assert set(curves) == set(CHOICES)
    for name, curve in curves.items():
        schedule = make_schedule(name, 40, 2.0)
        assert curve.t.tolist() == list(range(1, 41))
        np.testing.assert_array_equal(curve.alpha_bar, schedule.alpha_bar[1:])
        np.testing.assert_allclose(10**curve.log_snr, schedule.snr[1:])
    thinned = schedule_curve(cosine()).t
    assert (thinned[0], thinned[-1]) == (1, 1000)
    assert len(thinned) < 200


# ---- what is set, and what a program is given

HOSTILE = ["many", None, [], {}, float("nan"), -1e99, 10**400, True, "\ud800", "x" * 10**5]


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:12])
@pytest.mark.parametrize("name", vars(Settings()))
def test_whatever_is_asked_for_can_be_shown(moment, name, value):
    settings = moment(Settings, **{name: value}).settings
    assert settings.schedule == "linear"
    assert 0.3 <= settings.gamma <= 3
    assert 4 <= settings.calls <= 40
    assert 4 <= settings.steps <= 40
    assert read_times(settings.own, 40) == []


def test_more_steps_than_times_are_cut_to_as_many(moment):
    settings = moment(Settings, calls=50, steps=50).settings
    assert (settings.calls, settings.steps) == (40, 40)


def test_at_0_a_program_is_told_no_snr(moment):
    numbers = compute_schedules(moment(Settings, t=0)).numbers
    assert set(numbers["snr"].values()) == {None}
    assert numbers["mse"] is None


def test_a_programs_curves_are_the_schedules(moment, colour_exhibit):
    curves = compute_schedules_curves(moment(Settings, gamma=0.5)).numbers
    assert set(curves) == {*CHOICES, "own"}
    for name, schedule in ((BENT, cosine(40, gamma=0.5)), ("own", colour_exhibit.schedule)):
        assert curves[name]["t"] == list(range(1, 41))
        assert curves[name]["alpha_bar"] == schedule.alpha_bar[1:].tolist()


def test_a_programs_times_are_the_plans(moment):
    times = compute_schedules_times(moment(Settings, steps=4, own="30, 20")).numbers
    assert times["even"] == [40, 30, 20, 10, 0]
    assert times["own"] == [40, 30, 20, 0]


def test_a_program_is_told_whenever_a_run_has_ended(moment):
    results = list(compute_schedules_race(moment(Settings, calls=8)))
    names = ["ddim", "dpmpp_2m", "heun", "ddpm", "long"]
    assert [list(one.pictures) for one in results] == [names[:k] for k in range(1, 6)]
    assert all(one["distance"] is None for one in results[3].numbers.values())
    assert [one["distance"] is None for one in results[4].numbers.values()] == [False] * 3 + [
        True
    ] * 2


# ---- samplers


@pytest.mark.parametrize("calls", [1, 2, 9, 10, 39, 40])
def test_every_sampler_asks_the_network_as_often_as_it_says(answering, calls):
    """Counted by the network itself."""
    for plan in sampler_plans(40, calls):
        exhibit = answering(lambda x_t, t: 0.3 * x_t)
        *_, end = compute_run(exhibit, plan, seed=3, kind=None)
        assert end.calls == len(exhibit.denoiser.calls)
        unused = 1 if plan.sampler == "heun" and calls % 2 == 0 else 0
        assert end.calls == calls - unused
        assert (end.step, end.done) == (plan.num_steps, True)


def test_each_sampler_is_in_the_race_once():
    assert [plan.sampler for plan in sampler_plans(40, 8)] == ["ddim", "dpmpp_2m", "heun", "ddpm"]


def test_a_planned_run_is_a_plain_run(colour_exhibit):
    for plan in sampler_plans(40, 8):
        plain = sample(
            colour_exhibit.denoiser,
            sampler=plan.sampler, num_steps=plan.num_steps, seed=3,
            condition=colour_exhibit.condition("dog"),
        )  # fmt: skip
        for step, now in zip(plain, compute_run(colour_exhibit, plan, 3, "dog"), strict=True):
            np.testing.assert_array_equal(now.x_0_hat, step.x_0_hat[0].numpy())


def test_the_long_run_is_as_long_as_there_are_times():
    assert long_plan(1000).num_steps == 250
    assert long_plan(40).num_steps == 40


def test_the_network_is_told_the_kind_only_if_it_knows_it(answering):
    exhibit = answering(lambda x_t, t: 0 * x_t)
    for kind in ("dog", None, "unicorn"):
        list(compute_run(exhibit, sampler_plans(40, 1)[0], seed=0, kind=kind))
    told = [call["condition"] for call in exhibit.denoiser.calls]
    assert told[0].tolist() == [1]
    assert told[1:] == [None, None]


def test_distance_is_counted_in_grey_levels_of_what_is_shown():
    black, white = np.full((3, 2, 2), -1.0), np.full((3, 2, 2), 1.0)
    assert distance(black, white) == pytest.approx(255)
    assert distance(white, 7 * white) == 0  # both are shown white
    half = black.copy()
    half[0] = 1
    assert distance(black, half) == pytest.approx(255 / math.sqrt(3))


# ---- step spacing


@pytest.mark.parametrize("steps", [1, 4, 10, 40])
def test_each_spacing_is_walked_as_it_is_shown(answering, steps):
    for plan in spacing_plans(cosine(40), steps):
        exhibit = answering(lambda x_t, t: 0.3 * x_t)
        runs = list(compute_run(exhibit, plan, seed=3, kind=None))
        assert [int(call["t"]) for call in exhibit.denoiser.calls] == plan.times[:-1]
        assert len(runs) == plan.num_steps + 1 == steps + 1
        assert plan.sampler == "ddim"


def test_the_even_spacing_is_every_other_runs():
    even, *others = spacing_plans(cosine(40), 10)
    assert even.times == timesteps(40, 10)
    assert all(plan.times != even.times for plan in others)


def test_a_visitor_places_the_steps():
    assert read_times("976, 873 and then 477;106.", 1000) == [1000, 976, 873, 477, 106, 0]
    assert read_times("106 873 873 0 1000 1001", 1000) == [1000, 873, 106, 0]
    for nothing in ("", "x", "0", "1000", "-", "1e9999", "12.5"):
        assert read_times(nothing, 1000) == []
    many = read_times(" ".join(map(str, range(1, 400))) * 9, 1000)
    assert len(many) == MOST_TIMES + 2 == len(set(many))
    *others, own = spacing_plans(cosine(40), 10, "30 20")
    assert (own.name, own.times) == ("own", [40, 30, 20, 0])
    assert [plan.name for plan in others] == ["even", "quadratic", "log_snr"]


@pytest.mark.slow
def test_the_figures_in_the_file_are_still_those_of_the_network(real_exhibits):
    """Those of 10 steps for digits.

    The long run's 250 calls end within 2 grey levels of 50 well-placed ones of a better sampler.
    """
    exhibit = real_exhibits["digits"]
    spacing, samplers = (findings(exhibit, part) for part in ("spacing", "samplers"))
    assert spacing is not None and samplers is not None
    plans = [*sampler_plans(exhibit.T, 10)[1:3], *spacing_plans(exhibit.schedule, 10)]
    plans.append(Plan("placed", "ddim", spacing["placed_times"][0]))
    apart = {plan.name: [] for plan in plans}
    long_run = Plan("long", "dpmpp_2m", log_snr_times(exhibit.schedule, 50))
    for seed in range(9, 17):
        *_, long = compute_run(exhibit, long_run, seed, "3")
        for plan in plans:
            *_, end = compute_run(exhibit, plan, seed, "3")
            apart[plan.name].append(distance(end.x_0_hat, long.x_0_hat))
    apart["ddim"] = apart["even"]
    for name, values in apart.items():
        told = (samplers if name in samplers else spacing)[name][0]
        assert told == pytest.approx(np.mean(values), abs=1)


@pytest.mark.parametrize("name", ["emoji", "digits"])
def test_a_few_steps_well_placed_are_worth_as_many_crowded_ones(real_exhibits, name):
    spacing = findings(real_exhibits[name], "spacing")
    assert spacing is not None
    for place, steps in enumerate(spacing["steps"]):
        assert len(spacing["placed_times"][place]) - 1 <= steps // 2
        assert spacing["placed"][place] < spacing["log_snr"][place] * 1.15
        assert spacing["placed"][place] < spacing["even"][place] * 0.9
