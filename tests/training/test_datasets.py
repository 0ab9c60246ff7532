"""Training sets: nothing held out is ever seen, and augmentation does what it says and no more."""

import pytest
import torch
from torch import Tensor

from explorer.training.config import Config, DataConfig
from explorer.training.datasets import augment, draw_batch, load_dataset, to_model_space


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def images(count: int, side: int = 16) -> Tensor:
    return torch.rand(count, 2, side, side, generator=generator()) * 2 - 1


def test_emoji_seen_and_held_out_share_no_picture():
    dataset = load_dataset(Config.read("emoji").data)
    seen = {picture.numpy().tobytes() for picture in dataset.images}
    held_out = {picture.numpy().tobytes() for picture in dataset.held_out_images}
    assert not seen & held_out
    assert len(dataset.images) >= 800
    assert 0.03 < len(dataset.held_out_images) / len(dataset.images) < 0.09
    assert dataset.images.shape[1:] == (3, 64, 64)
    assert dataset.images.dtype == torch.uint8
    for condition in (dataset.condition, dataset.held_out_condition):
        assert 0 <= condition.min() <= condition.max() < len(dataset.conditions)
    assert set(dataset.condition.tolist()) == set(range(len(dataset.conditions)))


def test_digits_are_learned_from_mnists_training_half_and_held_out_is_its_test_half(bars):
    assert bars.images.shape == (30, 1, 28, 28)
    assert bars.held_out_images.shape == (10, 1, 28, 28)
    assert bars.conditions == [str(digit) for digit in range(10)]
    assert bars.condition.tolist() == [i % 10 for i in range(30)]


def test_an_unknown_set_is_refused():
    with pytest.raises(ValueError, match="'emoji' or 'digits'"):
        load_dataset(DataConfig("cats", (1, 2, 2)))


def test_model_space_runs_from_minus_1_to_1():
    assert to_model_space(torch.tensor([0, 255], dtype=torch.uint8)).tolist() == [-1, 1]


def test_a_batch_is_training_images_with_their_own_conditions(bars, config):
    x_0, condition = draw_batch(bars, config.data, 50, generator())
    assert x_0.shape == (50, 1, 28, 28)
    brightest_row = x_0[:, 0].mean(2).argmax(1)
    assert torch.equal((brightest_row - 4) // 2, condition)
    again, _ = draw_batch(bars, config.data, 50, generator())
    assert torch.equal(again, x_0)


def test_without_augmentation_nothing_changes():
    x_0 = images(4)
    assert torch.equal(augment(x_0, DataConfig("emoji", (2, 16, 16)), generator()), x_0)


def test_mirroring_turns_about_half_of_the_images():
    x_0 = images(200, side=4)
    mirrored = augment(x_0, DataConfig("emoji", (2, 4, 4), mirror=True), generator())
    turned = (mirrored == x_0.flip(3)).flatten(1).all(1)
    kept = (mirrored == x_0).flatten(1).all(1)
    assert (turned ^ kept).all()
    assert 70 < turned.sum() < 130


def test_shifting_moves_at_most_so_far_and_repeats_the_edge():
    x_0 = torch.full((200, 1, 16, 16), -1.0)
    x_0[:, :, 8, 8] = 1
    moved = augment(x_0, DataConfig("digits", (1, 16, 16), shift=3), generator())
    place = moved.flatten(1).argmax(1)
    down, right = place // 16 - 8, place % 16 - 8
    assert set(down.tolist()) == set(right.tolist()) == set(range(-3, 4))
    bright_edge = torch.ones(20, 1, 16, 16)
    moved = augment(bright_edge, DataConfig("digits", (1, 16, 16), shift=3), generator())
    assert torch.equal(moved, bright_edge)


def test_scaling_shrinks_about_half_and_stays_in_range():
    x_0 = images(200)
    scaled = augment(x_0, DataConfig("emoji", (2, 16, 16), scale=(0.8, 0.9)), generator())
    kept = (scaled == x_0).flatten(1).all(1)
    assert 70 < kept.sum() < 130
    assert scaled.abs().max() <= 1
    square = torch.full((1, 1, 40, 40), -1.0)
    square[:, :, 10:30, 10:30] = 1
    config = DataConfig("emoji", (1, 40, 40), scale=(0.5, 0.5))
    shrunk = augment(square.expand(20, 1, 40, 40), config, generator())
    areas = {round((picture > 0).sum().item()) for picture in shrunk}
    assert areas == {400, 100}
