"""Memory: what exact memory must answer is known; the network is whatever the test makes it."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from explorer.diffusion.forward import diffuse
from explorer.diffusion.noise import noise_from_seed
from explorer.exhibits.predictions import compute_noise_prediction
from explorer.images.encoding import to_model_space, to_pixels
from explorer.lessons.memory.compute import (
    compute_recall,
    nearest_training_images,
    run_with_memory,
)


@pytest.fixture
def seen(colour_exhibit):
    return colour_exhibit.gallery.select(seen=True)


@pytest.fixture
def never_seen(colour_exhibit):
    return colour_exhibit.gallery.select(seen=False)


def far(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.sqrt(((one / 255.0 - other / 255.0) ** 2).mean()))


def test_the_nearest_to_a_training_image_is_itself_at_distance_0(colour_exhibit, seen):
    for picture in seen:
        first, second = nearest_training_images(colour_exhibit, picture.pixels, 2)
        assert (first.name, first.distance) == (picture.name, 0)
        np.testing.assert_array_equal(first.pixels, picture.pixels)
        assert second.distance == pytest.approx(far(picture.pixels, second.pixels), rel=1e-5)


def test_a_picture_never_seen_has_only_training_images_for_neighbours(
    colour_exhibit, seen, never_seen
):
    pixels = never_seen[0].pixels
    found = nearest_training_images(colour_exhibit, pixels, 10)
    expected = sorted(seen, key=lambda picture: far(picture.pixels, pixels))
    assert [neighbour.name for neighbour in found] == [picture.name for picture in expected]


def test_memory_gives_a_seen_image_back_exactly_while_there_is_little_noise(colour_exhibit, seen):
    for picture in seen:
        [recall] = compute_recall(colour_exhibit, [picture.pixels], t=2, seed=3)
        np.testing.assert_array_equal(recall.memory.x_0_hat, picture.pixels)
        assert recall.memory.favourite == picture.name
        assert recall.memory.weight == pytest.approx(1)
        assert recall.memory_error == 0


def test_of_an_image_never_seen_memory_insists_on_another(colour_exhibit, seen, never_seen):
    [recall] = compute_recall(colour_exhibit, [never_seen[0].pixels], t=2, seed=3)
    [picture] = [picture for picture in seen if picture.name == recall.memory.favourite]
    np.testing.assert_array_equal(recall.memory.x_0_hat, picture.pixels)
    assert recall.memory_error == pytest.approx(far(picture.pixels, never_seen[0].pixels))
    # The tiny exhibit's network knows this picture.
    assert recall.error == 0
    assert recall.nearest.distance > 0.1


def test_the_network_is_asked_what_lesson_2_asks_it(answering, seen, never_seen):
    exhibit = answering(lambda x_t, t: 0.8 * x_t)
    pictures = [seen[1].pixels, never_seen[1].pixels]
    recalls = compute_recall(exhibit, pictures, t=13, seed=3)
    for recall, pixels in zip(recalls, pictures, strict=True):
        normal = compute_noise_prediction(exhibit, pixels, 13, 3)
        np.testing.assert_array_equal(recall.x_0, pixels)
        np.testing.assert_array_equal(recall.x_t, to_pixels(normal.x_t))
        np.testing.assert_array_equal(recall.x_0_hat, to_pixels(normal.x_0_hat))
        assert recall.error == pytest.approx(far(recall.x_0_hat, pixels))
    assert len(exhibit.denoiser.calls) == 3  # both pictures in one call


def test_memory_is_the_ideal_denoisers_answer(colour_exhibit, seen):
    [recall] = compute_recall(colour_exhibit, [seen[0].pixels], t=36, seed=3)
    x_0 = torch.from_numpy(to_model_space(seen[0].pixels))[None]
    x_t = diffuse(colour_exhibit.schedule, x_0, 36, noise_from_seed(tuple(x_0.shape), 3))
    expected = colour_exhibit.ideal.predict_x_0(x_t, torch.tensor([36]))
    np.testing.assert_array_equal(recall.memory.x_0_hat, to_pixels(expected[0].numpy()))


def test_where_no_training_image_is_at_hand_none_is_named(grey_exhibit):
    [recall] = compute_recall(grey_exhibit, [grey_exhibit.first_picture.pixels], t=13, seed=3)
    assert (recall.memory, recall.memory_error, recall.nearest) == (None, None, None)
    assert nearest_training_images(grey_exhibit, grey_exhibit.first_picture.pixels, 3) == []
    with pytest.raises(ValueError, match="not here to compare with"):
        run_with_memory(grey_exhibit, "3", seed=3)


@pytest.mark.parametrize("t", [0, 41])
def test_at_a_t_that_is_none_it_says_so(colour_exhibit, seen, t):
    with pytest.raises(ValueError, match=r"^t must be an integer in 1\.\.40, not "):
        compute_recall(colour_exhibit, [seen[0].pixels], t, seed=3)


def test_a_run_of_exact_memory_ends_on_a_training_image(colour_exhibit):
    exhibit = replace(colour_exhibit, denoiser=colour_exhibit.ideal)
    frames = list(run_with_memory(exhibit, None, seed=5, num_steps=20))
    assert [frame.t for frame in frames] == list(range(40, -1, -2))
    assert frames[-1].nearest.distance < 0.01
    for frame in frames[:-1]:  # network and memory are one here
        assert np.abs(frame.memory.x_0_hat.astype(int) - frame.x_0_hat).max() <= 1
        assert frame.nearest.name == nearest_training_images(exhibit, frame.x_0_hat, 1)[0].name
    assert frames[-1].memory is frames[-2].memory
    views = np.split(frames[3].side_by_side, 4, axis=1)
    expected = (
        frames[3].x_t, frames[3].x_0_hat, frames[3].memory.x_0_hat, frames[3].nearest.pixels,
    )  # fmt: skip
    for view, picture in zip(views, expected, strict=True):
        np.testing.assert_array_equal(view, picture)


def test_a_run_draws_the_kind_that_it_is_asked_for(colour_exhibit):
    for kind in ("cat", "dog"):
        last = list(run_with_memory(colour_exhibit, kind, seed=1, num_steps=20))[-1]
        pictures = colour_exhibit.gallery.select(kind=kind)
        assert min(far(last.x_t, picture.pixels) for picture in pictures) < 0.01
