import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.diffusion.noise import noise_from_seed
from explorer.diffusion.seeds import check_seed, make_generator

# Alike in their lower 32 bits, or in their halves the other way round.
KIN = [0, 2**32, 7, 7 + 2**32, 7 + 2**40, 7 + 2**62, 2**31, 2**31 + 2**33, 2**32 - 1, 2**63 - 1]
KIN += [(3 << 32) + 5, (5 << 32) + 3]


def raw(seed: int, count: int = 1300) -> np.ndarray:
    """The lower 31 bits of the generator's words."""
    drawn = torch.empty(count, dtype=torch.int32).random_(generator=make_generator(seed))
    return drawn.numpy()


@pytest.mark.reference
@pytest.mark.parametrize("seed", [2**32, 2**32 + 7, 2**53 + 1, 2**62 + 3, 2**63 - 1])
def test_a_long_seed_starts_the_twister_as_numpy_starts_it_from_both_halves(seed):
    theirs = np.random.RandomState([seed % 2**32, seed >> 32])
    np.testing.assert_array_equal(
        raw(seed), theirs.randint(0, 2**32, 1300, dtype=np.uint32) & (2**31 - 1)
    )


@pytest.mark.parametrize("seed", [0, 7, 2**32 - 1])
def test_a_short_seed_gives_what_pytorch_gives(seed):
    drawn = torch.randn(1, 4, 4, generator=torch.Generator().manual_seed(seed))
    torch.testing.assert_close(noise_from_seed((1, 1, 4, 4), seed)[0], drawn, rtol=0, atol=0)


def test_kindred_seeds_give_independent_noise():
    noises = {seed: noise_from_seed((1, 1, 100, 100), seed).flatten() for seed in KIN}
    for seed, noise in noises.items():
        assert abs(noise.mean()) < 0.05, seed
        assert abs(noise.var() - 1) < 0.07, seed
    for one, other in itertools.combinations(KIN, 2):
        correlation = torch.corrcoef(torch.stack([noises[one], noises[other]]))[0, 1]
        assert abs(correlation) < 0.05, (one, other)


def test_a_batch_runs_on_over_the_edge_of_32_bits():
    batch = noise_from_seed((3, 1, 4, 4), 2**32 - 2)
    for i in range(3):
        torch.testing.assert_close(batch[i], noise_from_seed((1, 1, 4, 4), 2**32 - 2 + i)[0])


@given(st.integers(0, 2**63 - 1))
@settings(max_examples=50, derandomize=True, deadline=None)
def test_every_integer_in_range_is_a_seed(seed):
    assert check_seed(seed) == check_seed(np.uint64(seed)) == seed


JUNK = (-1, 2**63, 10**400, True, 7.0, float("nan"), "7", b"7", None, [7], {}, torch.tensor([1, 2]))


@pytest.mark.parametrize("junk", JUNK, ids=[repr(junk)[:20] for junk in JUNK])
def test_all_else_is_refused_in_a_short_sentence(junk):
    with pytest.raises(ValueError, match=r"^seed must be an integer in 0\.\.2\*\*63 - 1") as caught:
        check_seed(junk)
    assert len(str(caught.value)) < 100
