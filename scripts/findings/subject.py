"""What is measured: a family of networks, images to ask them about, and what they draw."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from explorer.diffusion.predictor import Predictor
from explorer.diffusion.samplers import sample
from explorer.exhibits.exhibit import Exhibit
from explorer.lessons.schedules.race import Plan, long_plan
from explorer.training.datasets import to_model_space

SEEDS = range(9, 17)  # of the runs that samplers and spacings are compared by
STEPS = 50


@dataclass(frozen=True)
class Subject:
    """A family of networks, its base first, and images to ask them about.

    images: (N, C, H, W) in [-1, 1], which the family is compared on; kinds: (N,) theirs.
    """

    networks: Mapping[str, Exhibit]
    images: Tensor
    kinds: Tensor

    @property
    def base(self) -> Exhibit:
        return next(iter(self.networks.values()))

    @property
    def is_digits(self) -> bool:
        return self.base.is_grey

    @cached_property
    def long_run(self) -> Tensor:
        """What the runs of SEEDS come to in very many steps."""
        return end_of(self, long_plan(self.base.T))

    def conditions(self, count: int) -> Tensor:
        """Kinds to ask for, `count` of them, one after the other."""
        return torch.arange(count) % len(self.base.denoiser.conditions)

    @property
    def few(self) -> int:
        """So many runs are cheap enough."""
        return 30 if self.is_digits else 6


def draw(denoiser: Predictor, condition: Tensor, seed: int = 500, **options: Any) -> Tensor:
    """The pictures of runs of STEPS steps, (B, C, H, W) clipped to [-1, 1]."""
    options = {"num_steps": STEPS} | options
    *_, last = sample(denoiser, seed=[*range(seed, seed + len(condition))], condition=condition,
                      **options)  # fmt: skip
    return last.x_t.clamp(-1, 1)


def end_of(subject: Subject, plan: Plan) -> Tensor:
    """The pictures that SEEDS come to by this plan, all of one kind."""
    kind = subject.base.condition(subject.base.first_kind)
    assert kind is not None
    return draw(subject.base.denoiser, kind.repeat(len(SEEDS)), SEEDS.start, num_steps=None,
                times=plan.times, sampler=plan.sampler)  # fmt: skip


def training_pictures(exhibit: Exhibit) -> tuple[Tensor, Tensor]:
    """The gallery's training images (N, C, H, W) in [-1, 1], and their kinds."""
    seen = exhibit.gallery.select(seen=True)
    pixels = torch.stack([torch.from_numpy(one.pixels.copy()).permute(2, 0, 1) for one in seen])
    kinds = [exhibit.denoiser.conditions.index(one.kind) for one in seen]
    return to_model_space(pixels).contiguous(), torch.tensor(kinds)


def rounded(value: Any) -> float:
    return float(f"{float(value):.4g}")
