import numpy as np
import pytest
import torch

from explorer.diffusion.noise import draw_noise, make_generators, noise_from_seed


def test_image_i_has_seed_plus_i():
    batch = noise_from_seed((3, 1, 4, 4), 7)
    assert batch.dtype == torch.float32 and batch.shape == (3, 1, 4, 4)
    for i in range(3):
        torch.testing.assert_close(batch[i], noise_from_seed((1, 1, 4, 4), 7 + i)[0])
    torch.testing.assert_close(batch.flip(0), noise_from_seed((3, 1, 4, 4), [9, 8, 7]))
    torch.testing.assert_close(batch[:1], noise_from_seed((1, 1, 4, 4), np.int64(7)))


def test_it_is_standard_normal():
    noise = noise_from_seed((100, 1, 32, 32), 0)
    assert abs(noise.mean()) < 5 / noise.numel() ** 0.5
    assert abs(noise.var() - 1) < 5 * (2 / noise.numel()) ** 0.5


def test_generators_move_on():
    generators = make_generators(2, 0)
    first, second = (draw_noise((1, 2, 2), generators) for _ in range(2))
    assert not torch.equal(first, second)
    torch.testing.assert_close(first, noise_from_seed((2, 1, 2, 2), 0))


@pytest.mark.parametrize(
    ("seed", "sentence"),
    [
        (2**63 - 1, r"not 9223372036854775808"),  # image 1 would have 2**63
        ("ab", r"must be an integer in 0\.\.2\*\*63 - 1, not 'ab'"),
        ([1, "2"], r"must be an integer in 0\.\.2\*\*63 - 1, not '2'"),
        ([1], "one number for each of 2"),
    ],
)
def test_bad_seeds_are_refused(seed, sentence):
    with pytest.raises(ValueError, match=sentence):
        make_generators(2, seed)
