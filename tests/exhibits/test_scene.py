"""Lesson 1: x_t is what the formula says, and the browser is sent all that it needs for it."""

import numpy as np
import pytest
import torch

from explorer.diffusion.noise import noise_from_seed
from explorer.diffusion.schedules import cosine, linear
from explorer.exhibits.scene import (
    compute_forward_noising,
    compute_noisy_image,
    neighbours,
    power_share,
)

T = 50
SCHEDULES = {"cosine": cosine(T), "linear": linear(T)}


@pytest.fixture(params=[(8, 8, 3), (28, 28, 1)], ids=["colour", "grey"])
def pixels(request):
    return np.random.default_rng(1).integers(0, 256, request.param, dtype=np.uint8)


@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
@pytest.mark.parametrize("t", [0, 1, 17, 49, 50])
def test_x_t_is_the_formula(schedule, t, pixels):
    noisy = compute_noisy_image(schedule, pixels, t, seed=3)
    x_0 = pixels.transpose(2, 0, 1) / 127.5 - 1
    eps = noise_from_seed((1, *x_0.shape), 3)[0].numpy()
    alpha_bar = schedule.alpha_bar[t].item()
    signal, noise = np.sqrt(alpha_bar), np.sqrt(1 - alpha_bar)
    np.testing.assert_allclose(noisy.x_t, signal * x_0 + noise * eps, atol=2e-6)
    np.testing.assert_allclose(noisy.signal_part, signal * x_0, atol=2e-6)
    np.testing.assert_allclose(noisy.noise_part, noise * eps, atol=2e-6)
    np.testing.assert_allclose(noisy.x_t, noisy.signal_part + noisy.noise_part, atol=2e-6)
    assert noisy.t == t
    assert noisy.signal_scale**2 + noisy.noise_scale**2 == pytest.approx(1)
    if t > 0:
        assert noisy.snr == pytest.approx((noisy.signal_scale / noisy.noise_scale) ** 2)
    assert noisy.x_t.dtype == noisy.signal_part.dtype == noisy.noise_part.dtype == np.float32


def test_at_time_0_the_image_is_clean(pixels):
    noisy = compute_noisy_image(SCHEDULES["cosine"], pixels, 0, seed=3)
    np.testing.assert_array_equal(noisy.x_t, compute_forward_noising(cosine(T), pixels, 9).x_0)
    assert not noisy.noise_part.any()
    assert noisy.snr == np.inf


@pytest.mark.parametrize("t", [-1, T + 1, 10_000])
def test_a_time_outside_is_refused_with_a_sentence(t, pixels):
    with pytest.raises(ValueError, match=rf"\bt\b.*{T}"):
        compute_noisy_image(SCHEDULES["cosine"], pixels, t, seed=0)


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_seed_outside_is_refused_with_a_sentence(seed, pixels):
    with pytest.raises(ValueError, match="seed"):
        compute_forward_noising(SCHEDULES["cosine"], pixels, seed)


def test_the_browser_is_sent_the_image_the_noise_and_the_schedule(pixels):
    schedule = SCHEDULES["linear"]
    forward = compute_forward_noising(schedule, pixels, seed=11)
    assert forward.T == T
    assert forward.x_0.shape == forward.eps.shape == pixels.transpose(2, 0, 1).shape
    np.testing.assert_array_equal(np.rint((forward.x_0 + 1) * 127.5), pixels.transpose(2, 0, 1))
    np.testing.assert_array_equal(forward.alpha_bar, schedule.alpha_bar.numpy())
    again = compute_forward_noising(schedule, pixels, seed=11)
    other = compute_forward_noising(schedule, pixels, seed=12)
    np.testing.assert_array_equal(forward.eps, again.eps)
    assert not np.array_equal(forward.eps, other.eps)


@pytest.mark.parametrize("name", ["t", "seed"])
def test_a_number_of_a_wrong_type_is_refused(colour_exhibit, name):
    pixels = colour_exhibit.first_picture.pixels
    for junk in (None, "abc", [5], {}, True, 1.5, float("nan"), 10**400):
        values = {"t": 5, "seed": 1, name: junk}
        with pytest.raises(ValueError, match=rf"^{name} must be an integer in .*, not .+\.$"):
            compute_noisy_image(colour_exhibit.schedule, pixels, **values)


def test_an_image_of_power_one_has_alpha_bar_of_the_power_and_a_fainter_one_has_less():
    schedule = SCHEDULES["cosine"]
    black = power_share(schedule, np.zeros((8, 8, 1), np.uint8))
    torch.testing.assert_close(black, schedule.alpha_bar)
    grey = np.full((8, 8, 1), 191, np.uint8)  # about 0.5
    power = (191 / 127.5 - 1) ** 2
    for t in (10, 25, 40):
        signal, noise = schedule.alpha_bar[t].item() * power, 1 - schedule.alpha_bar[t].item()
        assert power_share(schedule, grey)[t].item() == pytest.approx(signal / (signal + noise))
    assert power_share(schedule, grey)[0] == 1


def test_neighbours_are_alike_in_a_picture_and_strangers_in_noise(gradient):
    picture = compute_noisy_image(SCHEDULES["cosine"], gradient, 0, seed=1)
    noise = compute_noisy_image(SCHEDULES["cosine"], gradient, SCHEDULES["cosine"].T, seed=1)
    assert neighbours(picture.x_t) > 0.95
    assert abs(neighbours(noise.x_t)) < 0.05
    assert neighbours(np.zeros((3, 8, 8), np.float32)) == 0


@pytest.fixture
def gradient():
    across = np.linspace(0, 255, 64)
    return np.repeat((across[:, None] + across[None, :])[..., None] / 2, 3, axis=2).astype(np.uint8)
