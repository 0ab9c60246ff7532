import math

import numpy as np
import pytest
import torch

from explorer.diffusion.schedules import SCHEDULES, NoiseSchedule, cosine, linear, sigmoid

every_schedule = pytest.mark.parametrize("name", SCHEDULES)


@every_schedule
@pytest.mark.parametrize("T", [1, 7, 1000])
def test_arrays_have_length_T_plus_1_and_obey_their_definitions(name, T):
    schedule = SCHEDULES[name](T)

    assert schedule.T == T
    for array in (
        schedule.alpha_bar,
        schedule.beta,
        schedule.snr,
        schedule.sigma,
        schedule.signal_scale,
        schedule.noise_scale,
    ):
        assert array.shape == (T + 1,)
        assert array.dtype == torch.float64
        assert array.device.type == "cpu"
    alpha_bar = schedule.alpha_bar
    assert alpha_bar[0] == 1 and schedule.beta[0] == 0 and schedule.sigma[0] == 0
    assert schedule.snr[0] == math.inf
    assert (alpha_bar.diff() < 0).all()
    assert ((schedule.beta[1:] > 0) & (schedule.beta[1:] < 1)).all()
    torch.testing.assert_close(torch.cumprod(1 - schedule.beta, 0), alpha_bar)
    torch.testing.assert_close(
        schedule.signal_scale**2 + schedule.noise_scale**2, torch.ones_like(alpha_bar)
    )
    torch.testing.assert_close(schedule.sigma[1:] ** -2, schedule.snr[1:])


def test_linear_is_that_of_ho_et_al():
    schedule = linear()
    torch.testing.assert_close(
        schedule.beta[[1, 1000]], torch.tensor([1e-4, 0.02], dtype=torch.float64)
    )
    torch.testing.assert_close(schedule.beta[1:].diff().std().item(), 0.0, atol=1e-12, rtol=0)
    # The amplification of an error in eps_hat, which the lesson quotes.
    assert [round(schedule.sigma[t].item(), 2) for t in (100, 500)] == [0.34, 3.42]


def test_cosine_follows_its_curve_but_for_the_last_step():
    schedule = cosine()
    t = torch.arange(1000, dtype=torch.float64)
    f = torch.cos((t / 1000 + 0.008) / 1.008 * math.pi / 2) ** 2
    torch.testing.assert_close(schedule.alpha_bar[:1000], f / f[0])
    assert schedule.beta[1000] == pytest.approx(0.999)
    assert 1.9e4 < schedule.sigma[1000] < 2.1e4


def test_bent_time_reads_the_same_curve_at_another_t():
    plain, bent = cosine(100), cosine(100, gamma=2)
    for t in (0, 10, 20, 50, 90):  # (t / 100)^2 is a whole hundredth: 0, 1, 4, 25, 81
        assert bent.alpha_bar[t] == pytest.approx(plain.alpha_bar[t * t // 100].item(), rel=1e-12)
    assert torch.equal(cosine(100, gamma=1.0).alpha_bar, plain.alpha_bar)


def test_below_1_a_bend_takes_the_image_sooner_and_above_1_later():
    sooner, plain, later = (cosine(gamma=gamma).alpha_bar[1:-1] for gamma in (0.3, 1, 3))
    assert (sooner < plain).all()
    assert (plain < later).all()


def test_sigmoid_follows_its_curve_and_ends_at_its_floor():
    schedule = sigmoid()

    def height(t):  # of the curve from -3 to 3, as it stands in the paper's code
        return 1 / (1 + math.exp(-(t / 1000 * 6 - 3)))

    expected = (height(1000) - height(250)) / (height(1000) - height(0))
    assert schedule.alpha_bar[250] == pytest.approx(expected)
    torch.testing.assert_close(
        schedule.alpha_bar[1:-1], 1 - schedule.alpha_bar[1:-1].flip(0), atol=1e-12, rtol=0
    )
    assert schedule.alpha_bar[1000] == pytest.approx(1e-9)


def test_alpha_bar_and_beta_describe_the_same_schedule():
    beta = [0.1, 0.2, 0.5]
    from_beta = NoiseSchedule.from_beta(beta)
    from_alpha_bar = NoiseSchedule(alpha_bar=np.array([1, 0.9, 0.72, 0.36]))
    torch.testing.assert_close(from_beta.alpha_bar, from_alpha_bar.alpha_bar)
    torch.testing.assert_close(
        from_beta.beta, torch.tensor([0, 0.1, 0.2, 0.5], dtype=torch.float64)
    )


def test_a_schedule_keeps_its_own_copy_of_the_array():
    array = torch.tensor([1.0, 0.5], dtype=torch.float64)
    schedule = NoiseSchedule(array)
    array[1] = 0.1
    assert schedule.alpha_bar[1] == 0.5


@pytest.mark.parametrize(
    ("alpha_bar", "sentence"),
    [
        ([1.0], r"T \+ 1 >= 2 numbers"),
        ([[1.0, 0.5]], "one-dimensional"),
        ([1.0, math.nan], r"finite numbers in \(0, 1\]"),
        ([1.0, math.inf], r"finite numbers in \(0, 1\]"),
        ([1.0, 0.0], r"finite numbers in \(0, 1\]"),
        ([0.9, 0.5], r"alpha_bar\[0\] must be 1"),
        ([1.0, 0.5, 0.6], "never rise"),
        ([1.0, 1.0, 0.6], r"alpha_bar\[1\] must be < 1"),
    ],
)
def test_a_bad_alpha_bar_is_refused(alpha_bar, sentence):
    with pytest.raises(ValueError, match=sentence):
        NoiseSchedule(alpha_bar)


@pytest.mark.parametrize("beta", [[], [0.0, 0.5], [-0.1], [1.0], [math.nan]])
def test_a_bad_beta_is_refused(beta):
    with pytest.raises(ValueError, match=r"each of them in \[0, 1\)"):
        NoiseSchedule.from_beta(beta)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [(name, {"T": 0}) for name in SCHEDULES]
    + [
        ("linear", {"beta_end": 2.0}),
        ("scaled_linear", {"beta_start": -1.0}),
        ("cosine", {"max_beta": 1.0}),
        ("cosine", {"s": -1.0}),
        ("cosine", {"gamma": 0.0}),
        ("cosine", {"gamma": math.nan}),
        ("cosine", {"gamma": math.inf}),
        ("cosine", {"gamma": 99.0}),
        ("sigmoid", {"start": 3.0}),
        ("sigmoid", {"tau": 0.0}),
    ],
)
def test_bad_constructor_arguments_are_refused(name, arguments):
    with pytest.raises(ValueError, match="must"):
        SCHEDULES[name](**arguments)


@every_schedule
def test_nearest_t_finds_each_t_from_its_own_sigma(name):
    schedule = SCHEDULES[name](50)
    assert [schedule.nearest_t(sigma.item()) for sigma in schedule.sigma] == list(range(51))
    assert schedule.nearest_t(1e9) == 50
    halfway = (schedule.sigma[7] + schedule.sigma[8]).item() / 2
    assert schedule.nearest_t(halfway - 1e-6) == 7
    assert schedule.nearest_t(halfway + 1e-6) == 8


@pytest.mark.parametrize("sigma", [-1.0, math.nan, math.inf])
def test_nearest_t_refuses_a_bad_sigma(sigma):
    with pytest.raises(ValueError, match="finite number >= 0"):
        linear().nearest_t(sigma)


def test_at_gives_one_coefficient_an_image_in_the_dtype_of_the_image():
    schedule = linear()
    like = torch.zeros(3, 1, 2, 2)
    got = schedule.at(schedule.sigma, torch.tensor([0, 1, 1000]), like)
    assert got.shape == (3, 1, 1, 1) and got.dtype == torch.float32
    torch.testing.assert_close(got.flatten(), schedule.sigma[[0, 1, 1000]].float())
    torch.testing.assert_close(
        schedule.at(schedule.sigma, 5, like), schedule.sigma[5].float().expand(3, 1, 1, 1)
    )
    assert schedule.at(schedule.sigma, torch.tensor([5], dtype=torch.int32), like[:1]).ndim == 4


@pytest.mark.parametrize(
    ("t", "sentence"),
    [
        (-1, r"^t must be an integer in 0\.\.10, not -1\.$"),
        (11, r"in 0\.\.10"),
        (torch.tensor([0, 11]), r"in 0\.\.10 .* from 0 to 11"),
        (torch.tensor([0.0, 1.0]), r"integers in 0\.\.10, not torch.float32"),
        (torch.tensor([True, True]), r"integers in 0\.\.10, not torch.bool"),
        (torch.tensor([1]), r"shape \(2,\)"),
        (torch.tensor([[1, 2]]), r"shape \(2,\)"),
    ],
)
def test_a_bad_t_is_refused(t, sentence):
    schedule = cosine(10)
    with pytest.raises(ValueError, match=sentence):
        schedule.at(schedule.sigma, t, torch.zeros(2, 1, 1, 1))


def test_a_schedule_is_frozen_and_says_what_it_is():
    schedule = cosine(10)
    assert repr(schedule).startswith("NoiseSchedule(T=10, sigma[T]=")
    with pytest.raises(AttributeError):
        schedule.alpha_bar = schedule.beta
