"""Seeds: any integer in 0..2**63 - 1, each with a random generator of its own.

PyTorch starts its CPU generator, a Mersenne Twister, from a seed's lower 32 bits alone: 7 and
7 + 2**32 would be one seed. Here a longer seed starts it whole, in the way that the Twister's
authors give for keys of several words (Matsumoto and Nishimura, `init_by_array`, 2002). Knows
nothing of noise.
"""

from typing import Any

import torch

from explorer.diffusion.checks import as_integer, shown

SEED_LIMIT = 2**63
LENGTH, WORD = 624, 2**32  # words of the Twister's state, and how many values a word has
STATE = slice(24, 24 + 8 * LENGTH)  # bytes: where PyTorch keeps it, 64 bits a word


def check_seed(seed: Any) -> int:
    """The seed as an int.

    Raises:
        ValueError: it is no integer in 0..2**63 - 1. (True is none, nor is 7.0; numpy's are.)
    """
    number = as_integer(seed)
    if number is None or not 0 <= number < SEED_LIMIT:
        raise ValueError(f"seed must be an integer in 0..2**63 - 1, not {shown(seed)}.")
    return number


def make_generator(seed: int) -> torch.Generator:
    """A generator on the CPU; below 2**32 it is `manual_seed`'s. ValueError as `check_seed`."""
    high, low = divmod(check_seed(seed), WORD)
    if high == 0:
        return torch.Generator().manual_seed(low)
    generator = torch.Generator().manual_seed(19650218)
    state = generator.get_state()
    words = state[STATE].view(torch.int64)
    words.copy_(torch.tensor(_mixed(words.tolist(), [low, high])))
    return generator.set_state(state)


def _mixed(words: list[int], key: list[int]) -> list[int]:
    """The Twister's state with all of the key stirred into it: `init_by_array`."""

    def stir(place: int, factor: int, addend: int) -> None:
        before = words[place - 1]
        words[place] = ((words[place] ^ ((before ^ before >> 30) * factor)) + addend) % WORD
        if place == LENGTH - 1:
            words[0] = words[place]

    for k in range(LENGTH):
        j = k % len(key)
        stir(1 + k % (LENGTH - 1), 1664525, key[j] + j)
    for k in range(1, LENGTH):
        place = 1 + k % (LENGTH - 1)
        stir(place, 1566083941, -place)
    words[0] = WORD // 2
    return words
