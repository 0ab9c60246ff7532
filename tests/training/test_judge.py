"""The judge of kinds: on bars that anyone could tell apart."""

import json
from dataclasses import replace

import pytest
import torch
from torch.testing import assert_close

from explorer.denoiser.checkpoints import CHECKPOINTS
from explorer.denoiser.ideal import IdealDenoiser
from explorer.denoiser.judge import Judge, load_judge, save_judge
from explorer.denoiser.quality import grain
from explorer.diffusion.schedules import cosine
from explorer.images.digits import drawn_digits
from explorer.training.config import DataConfig
from explorer.training.datasets import Dataset, to_model_space
from explorer.training.judge import (
    NUM_COPIES,
    RECIPES,
    judge_denoiser,
    judge_on_real,
    roughen,
    share_named_rightly,
    train_judge,
)

DIGITS = (1, 28, 28)
RECIPE = replace(RECIPES["digits"], epochs=30)


def test_it_learns_leaves_the_global_random_state_alone_and_comes_back_from_disk(bars, tmp_path):
    before = torch.get_rng_state()
    judge = train_judge(bars.images, bars.condition, 10, RECIPE)
    assert torch.equal(torch.get_rng_state(), before)
    share = share_named_rightly(judge, bars.held_out_images, bars.held_out_condition)
    assert share > 0.5  # by chance 0.1; bars are two rows apart and shifted by up to two
    save_judge(judge, tmp_path / "judge.safetensors")
    again = load_judge(tmp_path / "judge.safetensors", DIGITS, 10)
    x = torch.rand(4, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert_close(again(x), judge(x), atol=0.05, rtol=0.05)


def test_the_shipped_judge_names_drawn_digits():
    judge = load_judge(CHECKPOINTS / "digits" / "judge.safetensors", DIGITS, 10)
    pictures = list(drawn_digits())
    pixels = torch.stack([torch.from_numpy(picture.pixels.copy()) for picture in pictures])
    labels = torch.tensor([int(picture.kind) for picture in pictures])
    assert share_named_rightly(judge, pixels.permute(0, 3, 1, 2), labels) > 0.9


@pytest.mark.parametrize(
    "shape, convolutions", [((3, 8, 8), 2), (DIGITS, 6), ((3, 9, 64), 8), ((3, 64, 64), 8)]
)
def test_a_picture_is_halved_until_8_pixels_are_left(shape, convolutions):
    judge = Judge(shape, 7).eval()
    assert sum(isinstance(layer, torch.nn.Conv2d) for layer in judge) == convolutions
    levels = torch.nn.Sequential(*list(judge)[:-4])
    assert max(levels(torch.zeros(1, *shape)).shape[2:]) <= 8
    kind, sureness = judge.verdict(torch.zeros(5, *shape))
    assert (kind.shape, kind.dtype) == ((5,), torch.int64)
    assert ((sureness >= 1 / 7) & (sureness <= 1)).all()


def test_a_judge_of_all_emoji_is_small():
    numbers = sum(x.numel() for x in Judge((3, 64, 64), 51).state_dict().values())
    assert 2 * numbers < 1_500_000  # bytes, in half precision


def test_rough_pictures_are_blurred_noisy_and_of_another_contrast_but_stay_pictures():
    generator = torch.Generator().manual_seed(0)
    edge = torch.full((400, 1, 16, 16), -0.5)
    edge[..., 8:] = 0.5
    rough = roughen(edge, generator)
    assert rough.abs().max() <= 1
    again = roughen(edge, torch.Generator().manual_seed(0))
    assert torch.equal(rough, again)
    noise = grain(rough)
    assert 0.4 < (noise > 1e-3).double().mean() < 0.6
    assert noise.max() < 0.25
    quiet = rough[noise < 1e-3].mean(dim=(1, 2))  # (N, 16), across the edge
    contrast = quiet[:, -1] - quiet[:, 0]
    assert 0.7 <= contrast.min() < 0.8
    assert 1.2 < contrast.max() <= 1.3
    step = (quiet[:, 8] - quiet[:, 7]) / contrast  # 1/3 when it is wholly blurred
    assert 1 / 3 - 1e-5 <= step.min() < 0.5
    assert 0.4 < (step > 0.999).double().mean() < 0.6


@pytest.fixture(scope="module")
def colours() -> Dataset:
    """Kind 0 is red and kind 1 is blue; the fourth held-out picture bears the wrong name."""
    condition = torch.arange(8) % 2
    pixels = torch.zeros(8, 3, 8, 8, dtype=torch.uint8)
    pixels[condition == 0, 0] = pixels[condition == 1, 2] = 255
    return Dataset(pixels[:4], condition[:4], pixels[4:], torch.tensor([0, 1, 0, 0]), ["r", "b"])


@pytest.fixture(scope="module")
def colour_recipe():
    data = DataConfig(set="emoji", shape=(3, 8, 8), mirror=True, shift=1)
    return replace(RECIPES["emoji"], augmentation=data, epochs=30)


def test_its_own_error_is_told_and_that_of_a_perfect_denoiser_is_none(colours, colour_recipe):
    ideal = IdealDenoiser(
        to_model_space(colours.images), cosine(), colours.condition, colours.conditions
    )
    figures, judge = judge_denoiser(ideal, colours, colour_recipe, 6)
    assert figures == {
        "sampler": "ddim, 50 steps, eta 0, guidance 1",
        "num_judged": 6,
        "judge_names_samples_rightly": 1.0,
        "judge_on_real_seen": 1.0,
        "num_real_held_out": 4,
        "judge_on_real_held_out": 0.75,
        "num_held_out_copies": NUM_COPIES,
        "judge_on_held_out_copies": 0.75,
    }
    assert judge_on_real(judge, colours, colour_recipe).items() <= figures.items()


def test_the_shipped_digits_own_error_is_that_of_the_metrics():
    quality = json.loads((CHECKPOINTS / "digits" / "metrics.json").read_text())["sample_quality"]
    assert quality["num_real_held_out"] == 10_000
    assert quality["judge_on_real_seen"] > quality["judge_on_real_held_out"] > 0.99
    assert quality["judge_on_held_out_copies"] > 0.98
