"""The quiz: numbers against closed forms, and rounds in which exactly one run is broken."""

import numpy as np
import pytest
import torch

from explorer.diffusion.samplers import sample
from explorer.diffusion.schedules import NoiseSchedule
from explorer.diffusion.steps import ddim_step
from explorer.exhibits.predictions import compute_noise_prediction
from explorer.images.encoding import to_model_space, to_pixels
from explorer.lessons.quiz.compute import (
    FAR,
    MEASURES,
    NOISE_SCALE,
    NUM_RUNS,
    NUM_STEPS,
    PIXEL_SEED,
    WAYS,
    BrokenRow,
    amplification,
    amplified,
    error_percent,
    guess_a_pixel,
    half_power_t,
    play_round,
    signal_percent,
    step_a_pixel,
)

SEEDS = range(24)  # enough for every way and every place to come up


def test_the_numbers_are_the_schedules_and_the_pictures(answering):
    exhibit = answering(lambda x_t, t: x_t)
    exhibit.denoiser.schedule = NoiseSchedule([1.0, 0.8, 0.49, 0.2])
    power = np.square(to_model_space(exhibit.first_picture.pixels)).mean()
    share = [a * power / (a * power + 1 - a) for a in (1.0, 0.8, 0.49, 0.2)]
    assert half_power_t(exhibit) == min(range(4), key=lambda t: abs(share[t] - 0.5))
    assert signal_percent(exhibit, 1) == pytest.approx(100 * share[1], rel=1e-5)
    assert amplification(exhibit, 3) == pytest.approx(2)  # sqrt(0.8 / 0.2)


def test_of_the_cat_less_than_half_the_power_is_left_where_alpha_bar_is_one_half(real_exhibits):
    assert half_power_t(real_exhibits["emoji"]) == 452  # alpha_bar is one half at t = 496
    assert signal_percent(real_exhibits["emoji"], 500) == pytest.approx(42.5, abs=0.1)


def test_the_error_is_the_one_that_was_measured(colour_exhibit, grey_exhibit):
    assert error_percent(colour_exhibit, 30) == pytest.approx(10)
    with pytest.raises(ValueError, match="No error was measured of the network 'tiny' at t = 31"):
        error_percent(colour_exhibit, 31)
    with pytest.raises(ValueError, match="No error was measured of the network 'strokes'"):
        error_percent(grey_exhibit, 30)


@pytest.mark.parametrize("name", ["signal_percent", "amplification"])
@pytest.mark.parametrize("t", [-1, 41])
def test_a_time_that_the_network_does_not_know_is_refused(colour_exhibit, name, t):
    with pytest.raises(ValueError, match=rf"^t must be an integer in 0\.\.\d+, not {t}\.$"):
        MEASURES[name](colour_exhibit, t)


# ---- numbers to reckon with


@pytest.mark.parametrize("t", [25, 30])
def test_a_pixels_guess_and_next_step_are_the_networks_own(colour_exhibit, t):
    pixel = step_a_pixel(colour_exhibit, t, t - 8)
    pixels = colour_exhibit.first_picture.pixels
    found = compute_noise_prediction(colour_exhibit, pixels, t, PIXEL_SEED)
    [place] = np.flatnonzero(found.x_t.flat == np.float32(pixel["x_t"]))
    assert pixel["eps_hat"] == found.eps_hat.flat[place]
    assert pixel["x_0_hat"] == pytest.approx(found.x_0_hat.flat[place], abs=1e-5)
    x_t, x_0_hat = torch.tensor([[pixel["x_t"]]]), torch.tensor([[pixel["x_0_hat"]]])
    x_next = ddim_step(colour_exhibit.schedule, x_t, x_0_hat, t, t - 8)
    assert pixel["x_next"] == pytest.approx(x_next.item(), abs=1e-6)
    assert pixel["signal_scale"] == colour_exhibit.schedule.signal_scale[t]
    assert pixel["noise_next"] == colour_exhibit.schedule.noise_scale[t - 8]
    answers = [pixel[name] for name in ("x_0_hat", "not_divided", "swapped", "added")]
    assert min(abs(a - b) for k, a in enumerate(answers) for b in answers[:k]) > FAR


def test_a_network_that_finds_no_noise_has_no_pixel_to_ask_about(answering):
    with pytest.raises(ValueError, match="'tiny' has no pixel to ask about at t = 9"):
        guess_a_pixel(answering(lambda x_t, t: 0 * x_t), 9)


def test_an_error_is_amplified_by_sigma(answering):
    exhibit = answering(lambda x_t, t: x_t)
    exhibit.denoiser.schedule = NoiseSchedule([1.0, 0.8, 0.49, 0.2])
    found = amplified(exhibit, 3)
    assert found["in_x_0_hat"] == pytest.approx(0.2)  # 0.1 sqrt(0.8 / 0.2)
    assert found["shrunk"] == pytest.approx(0.1 * 0.2**0.5)
    assert found["twice"] == pytest.approx(0.2 / 0.2**0.5)


@pytest.fixture(scope="module")
def rounds(colour_exhibit):
    return {seed: play_round(colour_exhibit, seed) for seed in SEEDS}


def test_every_way_and_every_place_comes_up(rounds):
    assert {played.way for played in rounds.values()} == set(WAYS)
    assert {played.broken for played in rounds.values()} == set(range(NUM_RUNS))


def test_a_round_is_four_pictures_of_which_one_is_not_what_it_should_be(rounds):
    for played in rounds.values():
        assert len(played.pictures) == NUM_RUNS
        assert {picture.shape for picture in played.pictures} == {(8, 8, 3)}
        assert (played.pictures[played.broken] != played.mended).any()


def test_the_other_runs_are_plain_runs(colour_exhibit, rounds, tiny_gallery):
    # The exact denoiser of six pictures ends on one of them, unless it is broken.
    known = np.stack([picture.pixels for picture in tiny_gallery]).astype(int)
    for played in rounds.values():
        right = [p for k, p in enumerate(played.pictures) if k != played.broken]
        for picture in [*right, played.mended]:
            assert np.abs(known - picture).max(axis=(1, 2, 3)).min() <= 2


def test_the_same_seed_gives_the_same_round(colour_exhibit, rounds):
    again = play_round(colour_exhibit, 3)
    assert (again.broken, again.way) == (rounds[3].broken, rounds[3].way)
    np.testing.assert_array_equal(again.pictures, rounds[3].pictures)


def test_a_network_that_knows_no_kinds_plays_too(answering):
    exhibit = answering(lambda x_t, t: 0.5 * x_t)
    exhibit.denoiser.conditions = []
    assert len(play_round(exhibit, 0).pictures) == NUM_RUNS
    assert {call["condition"] for call in exhibit.denoiser.calls} == {None}


def test_what_it_should_have_been_is_a_plain_run_of_the_broken_ones_noise_and_kind(
    colour_exhibit, rounds
):
    for seed, played in rounds.items():
        random = np.random.default_rng(seed)
        random.integers(NUM_RUNS), random.integers(len(WAYS))
        noise_seed = int(random.integers(2**31, size=NUM_RUNS)[played.broken])
        kind = int(random.choice(2, size=NUM_RUNS)[played.broken])
        [*_, last] = sample(
            colour_exhibit.denoiser,
            num_steps=NUM_STEPS,
            seed=noise_seed,
            condition=torch.tensor([kind]),
        )
        np.testing.assert_array_equal(played.mended, to_pixels(last.x_t[0].numpy()))


def test_one_step_is_a_run_of_one_step(answering):
    exhibit = answering(lambda x_t, t: 0.9 * x_t)
    exhibit.denoiser.conditions = []
    seed = next(seed for seed in SEEDS if play_round(exhibit, seed).way == "one_step")
    played = play_round(exhibit, seed)
    random = np.random.default_rng(seed)
    random.integers(NUM_RUNS), random.integers(len(WAYS))
    noise_seed = int(random.integers(2**31, size=NUM_RUNS)[played.broken])
    [*_, last] = sample(exhibit.denoiser, num_steps=1, seed=noise_seed)
    np.testing.assert_array_equal(played.pictures[played.broken], to_pixels(last.x_t[0].numpy()))


@pytest.mark.parametrize("way", WAYS)
def test_only_its_row_is_broken_and_in_the_way_it_says(stub_denoiser, colour_exhibit, way):
    schedule = colour_exhibit.schedule
    stub = stub_denoiser(lambda x_t, t: 0.3 * x_t, schedule, (3, 8, 8), [])
    x_t = torch.randn(3, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    t = torch.tensor([30, 30, 30])
    right = stub.predict_eps(x_t, t)
    broken = BrokenRow(stub, 1, way).predict_eps(x_t, t)
    torch.testing.assert_close(broken[[0, 2]], right[[0, 2]], rtol=0, atol=0)
    told = stub.calls[-1]["t"].tolist()
    assert told == ([30, 20, 30] if way == "constant_t" else [30, 30, 30])
    if way == "noise_scale":
        torch.testing.assert_close(broken[1], NOISE_SCALE * right[1])
    elif way == "data_range":
        alpha_bar = float(schedule.alpha_bar[30])
        x_0_hat = (x_t[1] - (1 - alpha_bar) ** 0.5 * broken[1]) / alpha_bar**0.5
        assert float(x_0_hat.min()) > -1e-5
        assert float(x_0_hat.max()) < 1 + 1e-5
    else:
        torch.testing.assert_close(broken[1], right[1], rtol=0, atol=0)
    assert t.tolist() == [30, 30, 30]
