"""It must know t: the truth changes nothing, and what a lie does is known where the data are."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from explorer.denoiser.ideal import IdealDenoiser
from explorer.diffusion.noise import noise_from_seed
from explorer.diffusion.predictions import x_0_from_eps
from explorer.exhibits.predictions import compute_noise_prediction
from explorer.exhibits.runs import ReverseChoices, compute_reverse
from explorer.images.encoding import to_model_space
from explorer.lessons.told_time.compute import (
    BELIEVERS,
    GUIDANCE,
    NUM_STEPS,
    ToldTime,
    believed,
    predict_told,
    run_both,
    tell_by,
    valley_times,
)

T = 40  # of the tiny exhibits


def same(times):
    return times


@pytest.fixture
def pixels(colour_exhibit):
    return colour_exhibit.gallery["old dog"].pixels


@pytest.fixture
def one_picture(colour_exhibit, pixels):
    """An exhibit whose network is exact for data of one single picture."""
    x_0 = torch.from_numpy(to_model_space(pixels))[None]
    return replace(colour_exhibit, denoiser=IdealDenoiser(x_0, colour_exhibit.schedule))


# ---- the truth


@pytest.mark.parametrize("name", ["emoji", "digits"])
def test_told_the_truth_it_is_the_networks_own_answer_bit_for_bit(real_exhibits, name):
    exhibit = real_exhibits[name]
    x_t = noise_from_seed((3, *exhibit.denoiser.shape), 5)
    t = torch.tensor([1, 400, exhibit.T])
    condition = exhibit.condition(exhibit.first_kind).repeat(3)
    for more in ((), (condition, 2.0)):
        told = ToldTime(exhibit.denoiser, same).predict_eps(x_t, t, *more)
        assert torch.equal(told, exhibit.denoiser.predict_eps(x_t, t, *more))


@pytest.mark.parametrize("t", [1, 20, 40])
def test_the_truth_among_the_told_times_is_the_normal_prediction(colour_exhibit, pixels, t):
    result = predict_told(colour_exhibit, pixels, t, 4, [3, t, 33])
    normal = compute_noise_prediction(colour_exhibit, pixels, t, 4)
    np.testing.assert_array_equal(result.x_t, normal.x_t)
    np.testing.assert_allclose(result.x_0_hat[1], normal.x_0_hat.clip(-1, 1), atol=1e-3)
    assert result.errors.eps_mse[1] == pytest.approx(normal.mse, rel=1e-4, abs=1e-9)


def test_a_run_that_is_told_the_truth_twice_is_one_run_twice(colour_exhibit):
    frames = list(run_both(colour_exhibit, same, seed=3))
    choices = ReverseChoices(
        num_steps=NUM_STEPS, seed=3, kind=colour_exhibit.first_kind, guidance=GUIDANCE
    )
    plain = list(compute_reverse(colour_exhibit, choices))
    assert [frame.t for frame in frames] == [frame.t for frame in plain]
    for frame, expected in zip(frames, plain, strict=True):
        np.testing.assert_array_equal(frame.truth, frame.lie)
        assert np.abs(frame.truth.astype(int) - expected.x_0_hat).max() <= 1


# ---- lies whose outcome is known


@pytest.mark.parametrize("told", [1, 12, 30, 40])
@pytest.mark.parametrize("t", [1, 12, 40])
def test_who_knows_the_picture_is_not_misled_but_misjudges_the_noise(one_picture, pixels, t, told):
    result = predict_told(one_picture, pixels, t, 4, [told])
    x_0 = to_model_space(pixels).astype(np.float64)
    schedule = one_picture.schedule
    tolerance = 1e-5 / schedule.signal_scale[told].item()
    np.testing.assert_allclose(result.x_0_hat[0], x_0, atol=tolerance)
    assert result.errors.x_0_mse[0] == pytest.approx(0, abs=tolerance**2)
    # eps_hat = (x_t - signal_scale[told] x_0) / noise_scale[told]
    eps = noise_from_seed((1, *x_0.shape), 4)[0].double().numpy()
    signal, noise = schedule.signal_scale, schedule.noise_scale
    eps_hat = ((signal[t] - signal[told]).item() * x_0 + noise[t].item() * eps) / noise[told].item()
    assert result.errors.eps_mse[0] == pytest.approx(((eps_hat - eps) ** 2).mean(), rel=1e-3)


@pytest.mark.parametrize("lie", ["constant", "shifted", "reversed"])
def test_who_knows_the_picture_draws_it_whatever_it_is_told(one_picture, pixels, lie):
    for frame in run_both(one_picture, tell_by(lie, 20, 9, T), seed=1):
        assert np.abs(frame.lie.astype(int) - pixels).max() <= 1


@pytest.mark.parametrize("t, told", [(20, 4), (20, 35), (5, 38), (40, 12)])
def test_the_sampler_is_given_the_picture_that_the_told_t_stands_for(colour_exhibit, t, told):
    # For a set of pictures: their mean, weighed as if x_t held told's share of noise.
    schedule, ideal = colour_exhibit.schedule, colour_exhibit.denoiser
    x_t = noise_from_seed((1, *ideal.shape), 8)
    images = ideal.images.double()
    signal, noise = schedule.signal_scale[told], schedule.noise_scale[told]
    distance = (x_t.double().flatten(1) - signal * images).square().sum(1)
    expected = (-distance / (2 * noise**2)).softmax(0) @ images
    liar = ToldTime(ideal, lambda times: torch.full_like(times, told))
    eps_hat = liar.predict_eps(x_t, torch.tensor([t]))
    x_0_hat = x_0_from_eps(schedule, x_t, t, eps_hat)
    tolerance = 1e-5 / min(schedule.signal_scale[t].item(), signal.item())
    np.testing.assert_allclose(x_0_hat.flatten(), expected, atol=tolerance)


def test_told_too_little_noise_more_is_left_and_told_too_much_less(answering, pixels):
    # Exact for data N(0, c^2): x_0_hat = gain x_t, the gain falling with the told t.
    exhibit = answering(lambda x_t, t: x_t)
    schedule, power = exhibit.schedule, 0.25

    def gain(t: int) -> float:
        alpha_bar = schedule.alpha_bar[t].item()
        return alpha_bar**0.5 * power / (alpha_bar * power + 1 - alpha_bar)

    def answer(x_t, t):
        scales = (
            schedule.at(schedule.signal_scale, t, x_t),
            schedule.at(schedule.noise_scale, t, x_t),
        )
        x_0_hat = torch.tensor([gain(int(time)) for time in t]).view(-1, 1, 1, 1) * x_t
        return (x_t - scales[0] * x_0_hat) / scales[1]

    exhibit.denoiser.answer = answer
    result = predict_told(exhibit, pixels, 25, 4, [12, 25, 38])
    for told, x_0_hat in zip(result.errors.told, result.x_0_hat, strict=True):
        np.testing.assert_allclose(x_0_hat, (gain(told) * result.x_t).clip(-1, 1), atol=1e-4)
    assert len(exhibit.denoiser.calls) == 1  # all told times in one call


# ---- who is told what


def test_the_lies():
    times = torch.tensor([40, 21, 3, 1])
    assert tell_by("constant", 20, 9, T)(times).tolist() == [9, 9, 9, 9]
    assert tell_by("shifted", 20, 9, T)(times).tolist() == [29, 10, 1, 1]
    assert tell_by("shifted", 9, 20, T)(times).tolist() == [40, 32, 14, 12]
    assert tell_by("shifted", 9, 9, T)(times).tolist() == times.tolist()
    assert tell_by("reversed", 20, 9, T)(times).tolist() == [1, 20, 38, 40]
    with pytest.raises(ValueError, match="lie must be"):
        tell_by("magic", 20, 9, T)


def test_one_run_hears_the_truth_and_the_other_the_lie(answering):
    seen = []
    exhibit = answering(lambda x_t, t: seen.append(x_t) or 0 * x_t)
    frames = list(run_both(exhibit, tell_by("reversed", 20, 9, T), seed=3))
    calls = exhibit.denoiser.calls
    assert len(calls) == NUM_STEPS
    assert len(frames) == NUM_STEPS + 1
    assert [call["t"].tolist() for call in calls] == [[f.t, T + 1 - f.t] for f in frames[:-1]]
    assert [frame.told for frame in frames] == [T + 1 - f.t for f in frames[:-1]] + [None]
    assert torch.equal(seen[0][0], seen[0][1])  # the same noise
    assert all(call["condition"].tolist() == [0, 0] for call in calls)
    assert frames[3].side_by_side.shape == (8, 16, 3)


def test_the_same_seed_gives_the_same_runs(colour_exhibit):
    lie = tell_by("constant", 20, 9, T)
    one, two, other = (list(run_both(colour_exhibit, lie, seed)) for seed in (5, 5, 6))
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a.side_by_side, b.side_by_side)
    assert any((a.side_by_side != b.side_by_side).any() for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("t", [1, 2, 500, 1000])
def test_the_valleys_times(t):
    times = valley_times(1000, t)
    assert times == sorted(set(times))
    assert {1, t, 1000} <= set(times)
    assert len(times) in (17, 18)


@pytest.mark.parametrize("t, told", [(0, 5), (41, 5), (5, 0), (5, 41)])
def test_a_time_outside_is_refused_with_a_sentence(colour_exhibit, pixels, t, told):
    with pytest.raises(ValueError, match=r"must be an integer in 1\.\.40"):
        predict_told(colour_exhibit, pixels, t, 0, [told])


# ---- what the page says of the shipped networks


def roughness(x: np.ndarray) -> float:
    """What differs between neighbouring pixels: noise and detail."""
    return float(np.abs(np.diff(x, axis=-1)).mean() + np.abs(np.diff(x, axis=-2)).mean())


@pytest.mark.parametrize("name", ["emoji", "digits"])
def test_a_small_t_leaves_noise_and_a_large_one_washes_detail_away(real_exhibits, name):
    exhibit = real_exhibits[name]
    for picture in list(exhibit.gallery)[:20:5]:
        result = predict_told(exhibit, picture.pixels, 500, 9, [250, 500, 900])
        small, truth, large = (roughness(x) for x in result.x_0_hat)
        assert small > 1.1 * truth
        assert large < 0.97 * truth


@pytest.mark.parametrize("name", ["emoji", "digits"])
@pytest.mark.parametrize("t", [150, 500, 850])
def test_the_noise_is_predicted_best_when_told_the_truth(real_exhibits, name, t):
    exhibit = real_exhibits[name]
    picture = exhibit.first_picture.pixels
    errors = predict_told(exhibit, picture, t, 9, valley_times(exhibit.T, t)).errors
    assert errors.told[int(np.argmin(errors.eps_mse))] == t
    best = int(np.argmin(errors.x_0_mse))
    assert abs(best - errors.told.index(t)) <= 2  # the picture forgives a small lie


def test_a_run_that_is_lied_to_ends_elsewhere(real_exhibits):
    digits = real_exhibits["digits"]
    *_, last = run_both(digits, tell_by("shifted", 500, 250, digits.T), seed=9)
    assert roughness(to_model_space(last.lie)) > 1.5 * roughness(to_model_space(last.truth))


# ---- who believes the lie


def test_who_believes_decides_where_the_told_t_goes(colour_exhibit, pixels, answering):
    """Closed forms, of a network that names x_t times its told t."""
    schedule = colour_exhibit.schedule
    exhibit = answering(lambda x_t, t: x_t * t.view(-1, 1, 1, 1) / 40)
    s, n = schedule.signal_scale, schedule.noise_scale
    for believer, asked, read in (("network", 9, 20), ("formula", 20, 9), ("both", 9, 9)):
        found = predict_told(exhibit, pixels, 20, 3, [9], believer)
        expected = (found.x_t - n[read].item() * found.x_t * asked / 40) / s[read].item()
        np.testing.assert_allclose(found.x_0_hat[0], expected.clip(-1, 1), atol=1e-5)


@pytest.mark.parametrize("believer", BELIEVERS)
def test_the_sampler_goes_by_the_believers_image(colour_exhibit, believer):
    """What the wrapped denoiser answers implies, at the true t, the image of whoever believes."""
    x_t = noise_from_seed((2, *colour_exhibit.denoiser.shape), 5)
    t, told = torch.tensor([20, 30]), torch.tensor([9, 35])
    liar = ToldTime(colour_exhibit.denoiser, lambda _: told, believer)
    x_0_hat = x_0_from_eps(colour_exhibit.schedule, x_t, t, liar.predict_eps(x_t, t))
    asked, read = believed(believer, t, told)
    eps_hat = colour_exhibit.denoiser.predict_eps(x_t, asked)
    expected = x_0_from_eps(colour_exhibit.schedule, x_t, read, eps_hat)
    torch.testing.assert_close(x_0_hat, expected, rtol=1e-4, atol=1e-4)
