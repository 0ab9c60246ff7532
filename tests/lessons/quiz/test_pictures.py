"""The quiz's pictures: each set has its right one first, and it is what the question says."""

import numpy as np
import pytest
import torch

from explorer.exhibits.predictions import compute_noise_prediction
from explorer.exhibits.runs import ReverseChoices, compute_reverse
from explorer.images.curve import MARGIN, SIDE
from explorer.lessons.break_it.compute import Switches
from explorer.lessons.quiz.pictures import (
    NUM_STEPS,
    PICTURES,
    SEED,
    TOO_LARGE,
    TOO_SMALL,
    error_curves,
    error_maps,
    make_pictures,
    run,
)


@pytest.fixture(scope="module")
def made(colour_exhibit):
    return make_pictures(colour_exhibit)


@pytest.fixture(scope="module")
def frames(colour_exhibit):
    kind = colour_exhibit.first_kind
    return {
        steps: list(
            compute_reverse(colour_exhibit, ReverseChoices(num_steps=steps, kind=kind, seed=SEED))
        )
        for steps in (NUM_STEPS, NUM_STEPS // 2)
    }


def test_each_set_has_as_many_pictures_as_it_says_and_only_one_is_right(made):
    assert {name: len(pictures) for name, pictures in made.items()} == PICTURES
    for right, *others in made.values():
        assert all(right.shape != other.shape or (right != other).any() for other in others)


def test_runs_are_shown_where_the_question_says(made, frames):
    whole, half = frames[NUM_STEPS], frames[NUM_STEPS // 2]
    expected = {
        "half_of_a_run": [whole[8].x_t, half[-1].x_t, whole[8].x_0_hat, whole[0].x_t],
        "first_guess": [whole[0].x_0_hat, whole[-1].x_t, whole[12].x_t, whole[0].x_t],
        "guesses_in_a_run": [whole[k].x_0_hat for k in (0, 2, NUM_STEPS)],
    }
    for name, pictures in expected.items():
        np.testing.assert_array_equal(made[name], pictures)
    np.testing.assert_array_equal(made["noise_made_smaller"][1], whole[-1].x_t)
    np.testing.assert_array_equal(made["noise_made_smaller"][3], whole[0].x_0_hat)


def test_the_run_with_too_little_noise_keeps_some(made):
    small, right, large, _ = (picture.astype(float) for picture in made["noise_made_smaller"])
    assert np.abs(small - right).mean() > 1
    assert np.abs(large - right).mean() > 0.1


@pytest.mark.parametrize("factor", [TOO_SMALL, TOO_LARGE])
def test_what_is_predicted_is_made_smaller_or_larger_at_every_step(answering, factor):
    exhibit = answering(lambda x_t, t: 0.5 * x_t)
    exhibit.denoiser.conditions = []
    *steps, _ = run(exhibit, Switches(noise_factor=factor), num_steps=3)
    for step in steps:
        torch.testing.assert_close(step.eps_hat, factor * 0.5 * step.x_t)
    assert {call["condition"] for call in exhibit.denoiser.calls} == {None}  # it knows no kinds


def test_the_maps_are_the_errors_of_one_image(answering):
    exhibit = answering(lambda x_t, t: 0 * x_t)  # then the error is the noise itself
    maps = error_maps(exhibit)
    eps = compute_noise_prediction(exhibit, exhibit.first_picture.pixels, 3, SEED).eps
    expected = np.clip((eps.mean(0) + 1) * 127.5, 0, 255)
    for one in maps:
        np.testing.assert_allclose(one[..., 0], expected, atol=0.51)
    assert [int(call["t"]) for call in exhibit.denoiser.calls] == [1, 8, 36, 3]


def test_the_curves_have_the_shapes_that_the_reasons_tell(real_exhibits):
    def heights(picture: np.ndarray) -> np.ndarray:
        rows = [np.flatnonzero(picture[:, x, 0] < 200).mean() for x in range(MARGIN, SIDE - MARGIN)]
        return SIDE - np.array(rows)

    told, guess, plain = map(heights, error_curves(real_exhibits["digits"]))
    middle = len(told) // 2
    assert abs(int(told.argmin()) - middle) <= 8  # the valley, at the true t
    assert guess[0] < guess[middle] < guess[-1]
    assert plain[0] > plain[middle] > plain[-1]
