"""Figures of pictures: on pictures whose figures are known."""

import math

import pytest
import torch

from explorer.denoiser.checkpoints import CHECKPOINTS
from explorer.denoiser.judge import load_judge
from explorer.denoiser.quality import grain, nearest_distance
from explorer.images.digits import drawn_digits
from explorer.images.encoding import to_model_space


def wave(cycles: float, side: int = 64) -> torch.Tensor:
    """(1, 1, side, side): so many waves from left to right."""
    x = torch.arange(side) / side
    return torch.sin(2 * math.pi * cycles * x).expand(1, 1, side, side)


def noise(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(0))


def test_distance_is_in_units_of_the_brightness_and_to_the_nearest():
    images = torch.stack([torch.full((3, 8, 8), -1.0), torch.full((3, 8, 8), 1.0)])
    x = torch.tensor([-1.0, -0.8, 0.0, 0.9])[:, None, None, None].expand(4, 3, 8, 8)
    expected = torch.tensor([0, 0.1, 0.5, 0.05])
    torch.testing.assert_close(nearest_distance(x, images), expected)
    torch.testing.assert_close(nearest_distance(x, images.flatten(1)), expected)


def test_a_copy_is_at_no_distance_and_a_shifted_one_is():
    images = noise(30, 3, 64, 64).clamp(-1, 1)
    assert nearest_distance(images[7:8], images).item() == 0
    assert nearest_distance(images[7:8].roll(1, 3), images).item() > 0.1


@pytest.mark.parametrize("shape", [(4, 3, 64, 64), (4, 1, 29, 33)])
@pytest.mark.parametrize("sigma", [0, 0.01, 0.1])
def test_the_grain_of_white_noise_on_a_flat_picture_is_the_noises_deviation(shape, sigma):
    picture = torch.full(shape, 0.2)
    assert grain(picture + sigma * noise(*shape)).tolist() == pytest.approx([sigma] * 4, rel=0.1)


def test_upright_and_level_edges_are_no_grain_and_noise_on_them_is():
    edges = torch.zeros(1, 3, 64, 64)
    edges[..., 20:, :] += 0.7
    edges[..., 30:] -= 0.4
    assert grain(edges).item() == pytest.approx(0, abs=1e-7)
    assert grain(edges + 0.05 * noise(1, 3, 64, 64)).item() == pytest.approx(0.05, rel=0.05)
    assert grain(wave(3)).item() == pytest.approx(0, abs=1e-7)


def test_the_shipped_judge_is_sure_of_what_it_can_read():
    judge = load_judge(CHECKPOINTS / "digits" / "judge.safetensors", (1, 28, 28), 10)
    drawn = drawn_digits()
    pictures = [drawn[f"{digit}, hand 1"] for digit in range(10)]
    x = torch.stack([torch.from_numpy(to_model_space(picture.pixels)) for picture in pictures])
    digit, sureness = judge.verdict(x)
    assert (digit == torch.arange(10)).sum() >= 9
    assert ((sureness >= 0.1) & (sureness <= 1)).all()
    torch.testing.assert_close(sureness, judge(x).detach().softmax(1).amax(1))
