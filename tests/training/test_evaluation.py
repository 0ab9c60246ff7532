"""Evaluation: figures whose true values are known."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from explorer.denoiser.denoiser import Denoiser
from explorer.denoiser.ideal import IdealDenoiser
from explorer.diffusion.predictions import eps_from_x_0
from explorer.diffusion.schedules import cosine
from explorer.training.datasets import Dataset, to_model_space
from explorer.training.evaluation import (
    TIMES,
    copies,
    draw_samples,
    eps_mse,
    error_curves,
    nearest_distance,
    sheet,
)

SHAPE = (1, 8, 8)
SCHEDULE = cosine()


def images(count: int, seed: int = 0) -> Tensor:
    return torch.randint(
        0, 256, (count, *SHAPE), generator=torch.Generator().manual_seed(seed), dtype=torch.uint8
    )


@pytest.fixture
def dataset() -> Dataset:
    return Dataset(images(6), torch.arange(6) % 2, images(4, 1), torch.arange(4) % 2, ["a", "b"])


@pytest.fixture
def denoiser() -> Denoiser:
    """One that always answers "no noise"."""

    class Zero(nn.Module):
        def __init__(self):
            super().__init__()
            self.somewhere = nn.Parameter(torch.zeros(1))

        def forward(self, x_t, t, condition):
            return x_t * 0

    return Denoiser(Zero(), SCHEDULE, "eps", SHAPE, ["a", "b"])


def test_the_error_of_an_exact_denoiser_is_0():
    x_0 = to_model_space(images(1)).expand(5, *SHAPE)

    class Exact(IdealDenoiser):
        def predict_eps(self, x_t, t, condition=None, guidance=1.0):
            return eps_from_x_0(SCHEDULE, x_t, t, x_0[: len(x_t)])

    curve = eps_mse(Exact(x_0[:1], SCHEDULE), x_0, None, batch=2)
    assert curve.shape == (len(TIMES), len(x_0))
    assert curve.max() < 1e-9


def test_the_error_of_no_answer_is_1(denoiser):
    curve = eps_mse(denoiser, to_model_space(images(40)), None, batch=7)
    assert all(0.9 < error < 1.1 for error in curve.mean(1))
    torch.testing.assert_close(curve, eps_mse(denoiser, to_model_space(images(40)), None, batch=40))


def test_the_conditions_go_with_their_images():
    told = []

    class Listener(IdealDenoiser):
        def predict_eps(self, x_t, t, condition=None, guidance=1.0):
            told.append(condition.tolist())
            return x_t

    x_0 = to_model_space(images(5))
    eps_mse(Listener(x_0, SCHEDULE), x_0, torch.arange(5), batch=2)
    assert told == [[0, 1], [2, 3], [4]] * 20


def test_error_curves_are_of_both_parts(denoiser, dataset):
    curves = error_curves(denoiser, dataset)
    assert (curves["t"], curves["num_seen"], curves["num_held_out"]) == (TIMES, 6, 4)
    assert curves["mean"]["ideal_seen"] < 0.01  # it knows all six, which are unlike each other
    assert curves["mean"]["ideal_held_out"] > 1
    assert all(len(curves[name]) == 20 for name in curves["mean"])
    assert curves["mean"]["seen"] == pytest.approx(1, abs=0.1)
    # It answers nothing, so that an image's error is the mean square of its N pixels' noise, whose
    # variance is 2 / N; four images halve the deviation.
    spread = curves["standard_error"]["held_out"]
    assert len(spread) == 20
    assert np.mean(spread) == pytest.approx(math.sqrt(2 / math.prod(SHAPE)) / 2, rel=0.25)


def test_of_a_sorted_set_all_kinds_are_measured(denoiser):
    """MNIST's file may be sorted by digit: its first thousands are not like the rest."""
    pixels = torch.cat([torch.zeros(50, *SHAPE), torch.full((50, *SHAPE), 255)]).byte()
    seen = []

    class Listener(Denoiser):
        def predict_eps(self, x_t, t, condition=None, guidance=1.0):
            seen.extend((x_t.mean(dim=(1, 2, 3)) > 0).tolist() if int(t[0]) == 25 else [])
            return x_t

    listener = Listener(denoiser.network, SCHEDULE, "eps", SHAPE, ["a", "b"])
    sorted_set = Dataset(pixels, torch.zeros(100).long(), images(1), torch.zeros(1).long(), ["a"])
    curves = error_curves(listener, sorted_set, most=20)
    assert curves["num_seen"] == 20
    assert 4 < sum(seen[:20]) < 16


def test_a_sample_depends_on_its_own_seed_alone(dataset):
    ideal = IdealDenoiser(
        to_model_space(dataset.images), SCHEDULE, dataset.condition, dataset.conditions
    )
    condition = torch.tensor([0, 1, 1, 0, 1])
    together = torch.cat(list(draw_samples(ideal, condition, seed=7, batch=5)))
    apart = torch.cat(list(draw_samples(ideal, condition, seed=7, batch=2)))
    torch.testing.assert_close(together, apart, atol=1e-5, rtol=0)
    assert together.abs().max() <= 1
    assert not torch.equal(together[1], together[2])


def test_a_sheet_has_a_row_for_each_condition(denoiser):
    pixels = sheet(denoiser, columns=3)
    assert pixels.shape == (2 * 8, 2 * 3 * 8, 1)
    assert pixels.dtype == "uint8"


def test_a_shifted_mirrored_copy_is_at_no_distance():
    train = to_model_space(images(5))
    copy = train[3:4].flip(3).roll((2, -4), dims=(2, 3))
    assert nearest_distance(copy, train).item() < 1e-6
    assert nearest_distance(copy.roll(1, dims=2), train).item() > 0.1


def test_distance_is_in_units_of_the_brightness():
    train = torch.full((1, *SHAPE), -1.0)
    grey = torch.tensor([-1.0, -0.8, 0.0, 1.0])[:, None, None, None].expand(4, *SHAPE)
    torch.testing.assert_close(nearest_distance(grey, train), torch.tensor([0, 0.1, 0.5, 1.0]))


def test_samples_of_the_ideal_denoiser_are_all_copies(dataset):
    ideal = IdealDenoiser(
        to_model_space(dataset.images), SCHEDULE, dataset.condition, dataset.conditions
    )
    result = copies(ideal, dataset, num=8)
    assert result["num_samples"] == 8
    assert result["samples"]["share_below_0.05"] == 1
    assert result["held_out"]["share_below_0.10"] == 0
