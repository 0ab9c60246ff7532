"""One step by hand: the toy and the network's own mixture are one thing."""

import math

import numpy as np
import pytest
import torch

from explorer.diffusion.forward import diffuse
from explorer.exhibits.predictions import compute_noise_prediction
from explorer.images.encoding import to_model_space
from explorer.lessons.single_step.compute import compute_single_step

BETAS = [0.05, 0.1, 0.5, 1, 3]
FLOAT32 = np.finfo(np.float32).eps  # the gap between 1 and the next number


@pytest.fixture
def pixels(colour_exhibit):
    return colour_exhibit.gallery["old dog"].pixels


@pytest.mark.parametrize("beta", BETAS)
def test_the_true_noise_gives_the_image_back_but_for_rounding(colour_exhibit, pixels, beta):
    step = compute_single_step(colour_exhibit, pixels, beta, seed=3)
    np.testing.assert_array_equal(step.x_0, to_model_space(pixels))
    np.testing.assert_array_equal(step.x_noisy, step.x_0 + np.float32(step.beta) * step.eps)
    # Three roundings, of numbers no larger than this, each by half a gap at most.
    largest = np.abs(step.x_noisy).max() + np.abs(step.eps).max() * step.beta
    assert 0 < step.rounding <= 3 * largest * FLOAT32 / 2
    assert step.rounding == np.abs(step.x_0_again - step.x_0).max()


@pytest.mark.parametrize("beta", BETAS)
def test_scaled_down_it_is_what_the_forward_process_gives(colour_exhibit, pixels, beta):
    step = compute_single_step(colour_exhibit, pixels, beta, seed=3)
    schedule = colour_exhibit.schedule
    assert step.beta == schedule.sigma[step.t].item()
    assert step.t == schedule.nearest_t(beta)
    assert step.signal_scale == pytest.approx(schedule.signal_scale[step.t].item())
    assert step.noise_scale == pytest.approx(schedule.noise_scale[step.t].item())
    x_0, eps = (torch.from_numpy(image)[None] for image in (step.x_0, step.eps))
    torch.testing.assert_close(
        torch.from_numpy(step.x_t)[None], diffuse(schedule, x_0, step.t, eps), rtol=0, atol=1e-6
    )


@pytest.mark.parametrize("beta", BETAS)
def test_the_networks_recovery_is_that_of_its_normal_prediction(answering, pixels, beta):
    exhibit = answering(lambda x_t, t: 0.7 * x_t + 0.1)  # wrong, and known
    step = compute_single_step(exhibit, pixels, beta, seed=3)
    normal = compute_noise_prediction(exhibit, pixels, step.t, seed=3)
    np.testing.assert_allclose(step.x_t, normal.x_t, atol=1e-6)
    np.testing.assert_allclose(step.eps_hat, normal.eps_hat, atol=1e-6)
    np.testing.assert_allclose(step.x_0_hat, normal.x_0_hat, atol=2e-5)
    assert step.typical_error == pytest.approx(step.beta * math.sqrt(normal.mse), rel=1e-4)
    assert step.largest_error >= step.typical_error > 0.01


def test_no_noise_at_all_becomes_the_least_that_the_network_knows(colour_exhibit, pixels):
    step = compute_single_step(colour_exhibit, pixels, 0.0, seed=3)
    assert step.t == 1
    assert step.beta == colour_exhibit.schedule.sigma[1].item()


@pytest.mark.parametrize("beta", [-1, math.nan, math.inf])
def test_a_strength_that_is_none_is_refused(colour_exhibit, pixels, beta):
    with pytest.raises(ValueError, match="finite number"):
        compute_single_step(colour_exhibit, pixels, beta, seed=3)
