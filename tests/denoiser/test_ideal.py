"""The ideal denoiser against the definition of a posterior mean, in float64 and one at a time."""

import math

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from explorer.denoiser.ideal import IdealDenoiser
from explorer.diffusion.forward import diffuse
from explorer.diffusion.samplers import sample
from explorer.diffusion.schedules import NoiseSchedule, cosine, linear

SHAPE = (2, 3, 3)


def images(count: int, seed: int = 0) -> Tensor:
    return torch.rand(count, *SHAPE, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def noise(count: int, seed: int = 1) -> Tensor:
    return torch.randn(count, *SHAPE, generator=torch.Generator().manual_seed(seed))


def posterior_mean(pictures: Tensor, schedule: NoiseSchedule, x_t: Tensor, t: int) -> Tensor:
    """E[x_0 | x_t] for one x_t, by Bayes' rule as it is written: sum of p(x_t | x^i) x^i."""
    signal, noise = schedule.signal_scale[t].item(), schedule.noise_scale[t].item()
    log_likelihood = [
        -((x_t.double() - signal * picture.double()) ** 2).sum().item() / (2 * noise**2)
        for picture in pictures
    ]
    highest = max(log_likelihood)
    weight = [math.exp(value - highest) for value in log_likelihood]
    mean = torch.zeros(SHAPE, dtype=torch.float64)
    for share, picture in zip(weight, pictures, strict=True):
        mean += share / sum(weight) * picture.double()
    return mean


@pytest.mark.parametrize("schedule", [cosine(), linear()], ids=["cosine", "linear"])
@pytest.mark.parametrize("t", [1, 100, 500, 800, 1000])
def test_it_is_the_posterior_mean(schedule, t):
    pictures = images(20)
    x_t = diffuse(schedule, images(4), t, noise(4))
    expected = torch.stack([posterior_mean(pictures, schedule, x, t) for x in x_t])
    x_0_hat = IdealDenoiser(pictures, schedule).predict_x_0(x_t, torch.full((4,), t))
    assert_close(x_0_hat.double(), expected, atol=1e-4, rtol=0)


@pytest.mark.parametrize("schedule", [cosine(), linear()], ids=["cosine", "linear"])
@pytest.mark.parametrize("t", [1, 3, 10, 100])
def test_near_duplicates_are_told_apart_as_in_float64(schedule, t):
    picture = images(1).repeat(1, 1, 22, 22)[:, :, :64, :64]
    twin = picture.clone()
    twin[0, 1, 20, 30] += 1 / 127.5  # one grey level of one pixel
    far = -picture
    ideal = IdealDenoiser(torch.cat([picture, far, twin]), schedule)
    x_0 = picture.expand(16, -1, -1, -1)
    eps = torch.randn(x_0.shape, generator=torch.Generator().manual_seed(t))
    x_t = diffuse(schedule, x_0, t, eps)
    signal, noise = schedule.signal_scale[t], schedule.noise_scale[t]
    squared = x_t[:, None].double() - signal * ideal.images.view(3, *picture.shape[1:]).double()
    expected = (-squared.square().flatten(2).sum(2) / (2 * noise**2)).softmax(1)
    assert t > 1 or 0.001 < expected[:, 0].min() < 0.4  # a hard case: the noise hides which it was
    times = torch.full((16,), t)
    # What is known of a scene once, and put together for every t.
    of_x_0, of_eps = ideal.products(picture), ideal.products(eps)
    products = diffuse(schedule, of_x_0.expand(16, 3), t, of_eps)
    for weights in (ideal.weights(x_t, times), ideal.weights(x_t, times, products=products)):
        assert_close(weights.double(), expected, atol=1e-3, rtol=0)


def test_a_told_twin_of_another_kind_has_no_weight():
    pictures, schedule, t = images(1).repeat(2, 1, 1, 1), cosine(), torch.tensor([1])
    ideal = IdealDenoiser(pictures, schedule, torch.tensor([0, 1]), ["one", "other"])
    x_t = diffuse(schedule, pictures[:1], 1, noise(1))
    assert ideal.weights(x_t, t).tolist() == [[0.5, 0.5]]
    assert ideal.weights(x_t, t, torch.tensor([1])).tolist() == [[0.0, 1.0]]


def test_each_row_has_its_own_t():
    pictures, schedule = images(20), cosine()
    ideal, t = IdealDenoiser(pictures, schedule), torch.tensor([1, 400, 1000])
    x_t = diffuse(schedule, images(3), t, noise(3))
    together = ideal.predict_eps(x_t, t)
    alone = torch.cat([ideal.predict_eps(x_t[i : i + 1], t[i : i + 1]) for i in range(3)])
    assert_close(together, alone)


def test_of_one_image_it_recovers_the_noise_exactly():
    picture, schedule, t = images(1), cosine(), torch.tensor([1, 300, 700, 1000])
    eps = noise(4)
    x_t = diffuse(schedule, picture.expand(4, *SHAPE), t, eps)
    ideal = IdealDenoiser(picture, schedule)
    assert torch.equal(ideal.predict_x_0(x_t, t), picture.expand(4, *SHAPE))
    # x_t - signal x_0 loses digits where noise_scale is small: 0.006 at t = 1.
    assert_close(ideal.predict_eps(x_t, t), eps, atol=5e-5, rtol=0)


def test_a_condition_leaves_only_its_own_images():
    pictures, schedule = images(6), cosine()
    condition_of, t = torch.tensor([0, 0, 1, 1, 1, 1]), torch.tensor([700, 700])
    ideal = IdealDenoiser(pictures, schedule, condition_of, ["few", "many"])
    x_t = noise(2)
    told = ideal.predict_x_0(x_t, t, torch.tensor([0, 1]))
    few, many = IdealDenoiser(pictures[:2], schedule), IdealDenoiser(pictures[2:], schedule)
    assert_close(told[:1], few.predict_x_0(x_t[:1], t[:1]))
    assert_close(told[1:], many.predict_x_0(x_t[1:], t[1:]))


def test_guidance_is_the_formula():
    ideal = IdealDenoiser(images(6), cosine(), torch.tensor([0, 0, 1, 1, 1, 1]), ["few", "many"])
    x_t, t, condition = noise(2), torch.tensor([600, 900]), torch.tensor([1, 0])
    eps_c, eps_u = ideal.predict_eps(x_t, t, condition), ideal.predict_eps(x_t, t)
    for guidance in (0.0, 1.0, 2.5):
        guided = ideal.predict_eps(x_t, t, condition, guidance)
        assert_close(guided, eps_u + guidance * (eps_c - eps_u))


def test_sampling_with_it_lands_on_an_image_of_the_set():
    pictures = images(5)
    ideal = IdealDenoiser(pictures, cosine())
    *_, last = sample(ideal, sampler="ddim", num_steps=100, seed=0, batch_size=8)
    distance = (last.x_t[:, None] - pictures).abs().amin(1).flatten(1).amax(1)
    assert distance.max() < 0.02


def test_bad_arguments_say_what_is_allowed():
    ideal = IdealDenoiser(images(2), cosine())
    with pytest.raises(ValueError, match=r"1\.\.1000"):
        ideal.predict_eps(noise(1), torch.tensor([0]))
    with pytest.raises(ValueError, match="x_t must have shape"):
        ideal.predict_eps(torch.zeros(1, 1, 3, 3), torch.tensor([1]))
    with pytest.raises(ValueError, match="knows no conditions"):
        ideal.predict_eps(noise(1), torch.tensor([1]), torch.tensor([0]))
    with pytest.raises(ValueError, match="N at least 1"):
        IdealDenoiser(torch.zeros(0, *SHAPE), cosine())
    with pytest.raises(ValueError, match="given together"):
        IdealDenoiser(images(2), cosine(), torch.tensor([0, 1]))
    with pytest.raises(ValueError, match="2 indices"):
        IdealDenoiser(images(2), cosine(), torch.tensor([0]), ["a"])


def test_a_condition_that_no_image_has_is_refused():
    ideal = IdealDenoiser(images(2), cosine(), torch.tensor([0, 0]), ["some", "none"])
    with pytest.raises(ValueError, match="no image of the set"):
        ideal.predict_eps(noise(1), torch.tensor([1]), torch.tensor([1]))


def test_the_nearest_image_to_one_of_the_set_is_itself():
    pictures = images(20)
    distance, index = IdealDenoiser(pictures, cosine()).nearest(pictures)
    assert index.flatten().tolist() == list(range(20))
    assert distance.flatten().tolist() == [0.0] * 20


def test_the_nearest_images_come_in_order_with_their_distance():
    pictures = images(20)
    [x] = images(1, seed=5)
    expected = (pictures - x).square().mean(dim=(1, 2, 3)).sqrt()
    distance, index = IdealDenoiser(pictures, cosine()).nearest(x[None], count=3)
    assert index[0].tolist() == expected.argsort()[:3].tolist()
    assert_close(distance[0], expected.sort().values[:3])
    assert IdealDenoiser(pictures[:2], cosine()).nearest(x[None], count=3)[1].shape == (1, 2)


def test_weights_say_which_image_it_was():
    pictures, schedule = images(20), cosine()
    ideal, t = IdealDenoiser(pictures, schedule), torch.tensor([1, 500, 1000])
    weights = ideal.weights(diffuse(schedule, pictures[:3], t, noise(3)), t)
    assert_close(weights.sum(1), torch.ones(3))
    assert weights[0, 0] == 1  # hardly any noise: it is certain
    assert weights[2].max() < 0.2  # nothing but noise: it could have been any
