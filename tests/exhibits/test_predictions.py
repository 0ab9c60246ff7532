"""Lesson 2: networks whose answers are known get the figures that they must get."""

import numpy as np
import pytest
import torch

from explorer.exhibits.predictions import compute_noise_prediction, error_curves
from explorer.images.encoding import to_model_space


@pytest.fixture
def pixels(colour_exhibit):
    return colour_exhibit.gallery["old dog"].pixels


def exact(exhibit, pixels):
    """The network that knows the image: eps = (x_t - signal_scale x_0) / noise_scale."""
    x_0 = torch.from_numpy(to_model_space(pixels)).double()
    schedule = exhibit.schedule

    def answer(x_t, t):
        signal, noise = schedule.signal_scale[t][0], schedule.noise_scale[t][0]
        return ((x_t.double() - signal * x_0) / noise).float()

    return answer


@pytest.mark.parametrize("t", [1, 12, 39, 40])
def test_an_exact_network_makes_no_error_and_knows_the_image(answering, colour_exhibit, pixels, t):
    exhibit = answering(exact(colour_exhibit, pixels))
    result = compute_noise_prediction(exhibit, pixels, t, seed=4)
    assert result.mse == pytest.approx(0, abs=1e-9)
    assert result.correlation == pytest.approx(1, abs=1e-6)
    np.testing.assert_allclose(result.eps_hat, result.eps, atol=1e-5)
    tolerance = 1e-5 / colour_exhibit.schedule.signal_scale[t].item()  # it grows with the noise
    np.testing.assert_allclose(result.x_0_hat, to_model_space(pixels), atol=tolerance)


@pytest.mark.parametrize("t", [1, 20, 40])
def test_a_network_that_says_no_noise_gets_the_noises_power(answering, pixels, t):
    result = compute_noise_prediction(answering(lambda x_t, t: 0 * x_t), pixels, t, seed=4)
    assert result.mse == pytest.approx(float((result.eps.astype(float) ** 2).mean()))
    assert result.correlation == 0


def test_a_network_that_is_always_wrong_has_correlation_minus_one(
    answering, colour_exhibit, pixels
):
    right = exact(colour_exhibit, pixels)
    exhibit = answering(lambda x_t, t: -right(x_t, t))
    result = compute_noise_prediction(exhibit, pixels, 9, seed=4)
    assert result.mse == pytest.approx(4 * float((result.eps.astype(float) ** 2).mean()), rel=1e-5)
    assert result.correlation == pytest.approx(-1, abs=1e-6)


def test_x_0_hat_and_eps_hat_add_up_to_x_t(colour_exhibit, pixels):
    result = compute_noise_prediction(colour_exhibit, pixels, 30, seed=1)
    signal = colour_exhibit.schedule.signal_scale[30].item()
    noise = colour_exhibit.schedule.noise_scale[30].item()
    both = signal * result.x_0_hat + noise * result.eps_hat
    np.testing.assert_allclose(both, result.x_t, atol=1e-5)


def test_the_ideal_denoiser_is_asked_where_there_is_one(answering, colour_exhibit, pixels):
    ideal = compute_noise_prediction(colour_exhibit, pixels, 20, seed=1)
    assert ideal.ideal_mse == pytest.approx(ideal.mse)  # here it is the network itself
    assert ideal.ideal_mse < 1e-3  # t = 20 of 40: it still recognises one of six pictures
    assert (
        compute_noise_prediction(answering(lambda x, t: x, ideal=None), pixels, 20, 1).ideal_mse
        is None
    )
    for t in (1, 3, 20, 39, 40):  # and of one scene at every t
        result, times = compute_noise_prediction(colour_exhibit, pixels, t, 1), torch.tensor([t])
        x_t, eps = (torch.from_numpy(array)[None] for array in (result.x_t, result.eps))
        expected = (colour_exhibit.ideal.predict_eps(x_t, times) - eps).square().mean()
        assert result.ideal_mse == pytest.approx(float(expected), rel=1e-3, abs=1e-9)
    quick = compute_noise_prediction(colour_exhibit, pixels, 20, seed=1, compare_ideal=False)
    assert quick.ideal_mse is None


def test_the_network_is_told_the_kind_only_if_it_knows_it(answering, pixels):
    exhibit = answering(lambda x_t, t: x_t)
    for kind in ("dog", None, "unicorn"):
        compute_noise_prediction(exhibit, pixels, 5, seed=0, kind=kind)
    told = [call["condition"] for call in exhibit.denoiser.calls]
    assert told[0].tolist() == [1]
    assert told[1:] == [None, None]


@pytest.mark.parametrize("t", [0, -1, 41])
def test_a_time_outside_is_refused_with_a_sentence(colour_exhibit, pixels, t):
    with pytest.raises(ValueError, match=r"t must be an integer in 1\.\.40, not .*\."):
        compute_noise_prediction(colour_exhibit, pixels, t, seed=0)


def test_the_same_seed_gives_the_same_noise_and_another_another(colour_exhibit, pixels):
    one, two, other = (compute_noise_prediction(colour_exhibit, pixels, 9, s) for s in (5, 5, 6))
    np.testing.assert_array_equal(one.x_t, two.x_t)
    np.testing.assert_array_equal(one.eps_hat, two.eps_hat)
    assert not np.array_equal(one.eps, other.eps)


def test_curves_come_with_their_counts(colour_exhibit, answering):
    curves = error_curves(colour_exhibit)
    assert curves.t == [10, 30]
    assert curves.counts == {"seen": 4000, "held_out": 2, "ideal_seen": 3, "ideal_held_out": 2}
    assert curves.curves.keys() == curves.counts.keys()


@pytest.mark.parametrize("metrics", [{}, {"eps_mse": None}, {"training": {}}])
def test_without_measurements_there_are_no_curves(answering, metrics):
    assert error_curves(answering(lambda x, t: x, metrics=metrics)) is None


def test_curves_of_which_some_were_not_measured(answering, tiny_metrics):
    measured = {k: v for k, v in tiny_metrics["eps_mse"].items() if not k.startswith("ideal")}
    exhibit = answering(lambda x, t: x, metrics={"eps_mse": measured})
    assert set(error_curves(exhibit).curves) == {"seen", "held_out"}


def test_the_shipped_networks_know_most_of_the_noise(shipped):
    for exhibit in shipped.values():
        picture = exhibit.first_picture
        result = compute_noise_prediction(exhibit, picture.pixels, 500, seed=7)
        assert result.mse < 0.1
        assert result.correlation > 0.95
        curves = error_curves(exhibit)
        assert set(curves.curves) == {"seen", "held_out", "ideal_seen", "ideal_held_out"}
        assert all(len(curve) == len(curves.t) for curve in curves.curves.values())
        assert all(1 <= t <= exhibit.T for t in curves.t)


@pytest.mark.parametrize("name", ["t", "seed"])
def test_a_number_of_a_wrong_type_is_refused(colour_exhibit, name):
    pixels = colour_exhibit.first_picture.pixels
    for junk in (None, "abc", [5], {}, True, 1.5, float("nan"), 10**400):
        values = {"t": 5, "seed": 1, name: junk}
        with pytest.raises(ValueError, match=rf"^{name} must be an integer in .*, not .+\.$"):
            compute_noise_prediction(colour_exhibit, pixels, **values)
