"""Why noise? One prediction, three readings, one error: the closed forms that tie them."""

import numpy as np
import pytest

from explorer.exhibits.predictions import compute_noise_prediction
from explorer.exhibits.readings import (
    MEASURED,
    TARGETS,
    compute_loss_weights,
    compute_readings,
    measured_errors,
)
from explorer.images.encoding import to_model_space

T = 40  # of the tiny exhibits
TIMES = [1, 7, 20, 33, T]


@pytest.fixture
def wrong(answering):
    """A network that is off by some way at every t, and differently in every pixel."""
    return answering(lambda x_t, t: 0.9 * x_t.roll(1, -1) + 0.05)


@pytest.fixture
def pixels(colour_exhibit):
    return colour_exhibit.gallery["old dog"].pixels


@pytest.mark.parametrize("t", TIMES)
def test_the_three_errors_are_one(wrong, pixels, t):
    schedule = wrong.schedule
    signal, noise = schedule.signal_scale[t].item(), schedule.noise_scale[t].item()
    eps, x_0, v = (compute_readings(wrong, pixels, t, 5).of[name] for name in TARGETS)
    assert eps.mse > 0.1
    assert x_0.mse == pytest.approx((noise / signal) ** 2 * eps.mse, rel=1e-5)
    assert v.mse == pytest.approx(eps.mse / signal**2, rel=1e-5)
    for reading in (eps, x_0, v):  # and so in every pixel
        np.testing.assert_allclose(reading.error, reading.factor * eps.error, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("t", TIMES)
def test_each_truth_is_true_and_each_guess_fits_the_same_x_t(wrong, pixels, t):
    result = compute_readings(wrong, pixels, t, 5)
    signal, noise = result.signal_scale, result.noise_scale
    eps, x_0, v = (result.of[name] for name in TARGETS)
    np.testing.assert_array_equal(x_0.truth, to_model_space(pixels))
    np.testing.assert_allclose(v.truth, signal * eps.truth - noise * x_0.truth, atol=1e-9)
    np.testing.assert_allclose(v.guess, signal * eps.guess - noise * x_0.guess, atol=1e-9)
    x_t = signal * x_0.truth + noise * eps.truth
    np.testing.assert_allclose(signal * x_0.guess + noise * eps.guess, x_t, atol=1e-9)


@pytest.mark.parametrize("t", TIMES)
def test_it_is_the_prediction_of_the_other_lesson(wrong, pixels, t):
    result = compute_readings(wrong, pixels, t, 5)
    other = compute_noise_prediction(wrong, pixels, t, 5)
    np.testing.assert_allclose(result.of["eps"].guess, other.eps_hat, atol=1e-6)
    assert result.of["eps"].mse == pytest.approx(other.mse, rel=1e-5)


def test_the_network_is_asked_once(wrong, pixels):
    compute_readings(wrong, pixels, 20, 5)
    assert [call["t"].tolist() for call in wrong.denoiser.calls] == [[20]]


@pytest.mark.parametrize("t", [0, T + 1])
def test_a_time_outside_is_refused_with_a_sentence(colour_exhibit, pixels, t):
    with pytest.raises(ValueError, match=r"must be an integer in 1\.\.40"):
        compute_readings(colour_exhibit, pixels, t, 0)


# ---- what each loss weighs


@pytest.mark.parametrize("t", TIMES)
def test_a_loss_is_its_weight_times_the_error_of_x_0(wrong, pixels, t):
    weights = compute_loss_weights(wrong, t)
    here = weights.t.index(t)
    readings = compute_readings(wrong, pixels, t, 5).of
    for name in TARGETS:
        expected = weights.of[name][here] * readings["x_0"].mse
        assert readings[name].mse == pytest.approx(expected, rel=1e-5)


def test_the_weights_are_those_of_salimans_and_ho(colour_exhibit):
    weights = compute_loss_weights(colour_exhibit, 13)
    assert weights.t == sorted(set(weights.t))
    assert {1, 13, T} <= set(weights.t)
    alpha_bar = colour_exhibit.schedule.alpha_bar[weights.t].numpy()
    np.testing.assert_allclose(weights.of["eps"], alpha_bar / (1 - alpha_bar))
    np.testing.assert_array_equal(weights.of["x_0"], 1)
    np.testing.assert_allclose(weights.of["v"], 1 / (1 - alpha_bar))


# ---- what was measured


def test_the_measured_error_is_converted_and_not_changed(colour_exhibit, tiny_metrics):
    errors = measured_errors(colour_exhibit)
    assert errors.t == [10, 30]
    assert errors.counts == {"seen": 4000, "held_out": 2}
    for name in MEASURED:
        assert errors.eps[name] == tiny_metrics["eps_mse"][name]
        for t, eps, x_0 in zip(errors.t, errors.eps[name], errors.x_0[name], strict=True):
            assert x_0 == pytest.approx(eps / colour_exhibit.schedule.snr[t].item(), rel=1e-5)


def test_converting_the_mean_is_the_mean_of_what_is_converted(wrong):
    # Many images at one t: the factor is the same for all, so the order does not matter.
    results = [compute_readings(wrong, picture.pixels, 13, 5).of for picture in wrong.gallery]
    eps, x_0 = (np.mean([of[name].mse for of in results]) for name in ("eps", "x_0"))
    assert x_0 == pytest.approx(wrong.schedule.sigma[13].item() ** 2 * eps, rel=1e-5)


def test_without_measurements_there_is_nothing_to_convert(grey_exhibit):
    assert measured_errors(grey_exhibit) is None


# ---- what the page says of the shipped networks


@pytest.mark.parametrize("name", ["emoji", "digits"])
def test_noise_is_hardest_near_0_and_the_image_near_the_end(shipped, name):
    errors = measured_errors(shipped[name])
    for part in MEASURED:
        assert all(np.diff(errors.eps[part]) < 0)
        assert all(np.diff(errors.x_0[part]) > 0)
        # and all of it is inside the figure
        assert min(errors.eps[part] + errors.x_0[part]) > 1e-4
        assert max(errors.eps[part] + errors.x_0[part]) < 1


@pytest.mark.parametrize("name", ["emoji", "digits"])
@pytest.mark.parametrize("t", [1, 500, 1000])
def test_the_closed_form_holds_for_the_shipped_networks(shipped, name, t):
    exhibit = shipped[name]
    readings = compute_readings(exhibit, exhibit.first_picture.pixels, t, 9).of
    for reading in readings.values():
        assert reading.mse == pytest.approx(reading.factor**2 * readings["eps"].mse, rel=1e-5)
