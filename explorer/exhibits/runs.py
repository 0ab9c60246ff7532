"""Runs: the way from noise to image, one frame a step, as several lessons show it.

Every frame comes from one run. (Step 16 of a 32-step run is not a 16-step run.)
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch

from explorer.diffusion.arguments import check_guidance, check_t_start
from explorer.diffusion.checks import check_integer
from explorer.diffusion.forward import diffuse
from explorer.diffusion.noise import noise_from_seed
from explorer.diffusion.samplers import check_sampler, network_calls, sample
from explorer.diffusion.seeds import check_seed
from explorer.diffusion.steps import check_eta
from explorer.diffusion.walk import Step
from explorer.exhibits.exhibit import Exhibit
from explorer.images.encoding import to_pixels

MOST_FRAMES = 250
EPS_RANGE = 3.0  # noise is shown from -3 to 3, grey being 0


@dataclass(frozen=True)
class ReverseChoices:
    """What a visitor sets for a run.

    t_start: None starts from pure noise at T; else from the picked image noised to t_start.
    kind: a condition's name, or None.
    eta: for "ddim" only.
    """

    sampler: str = "ddim"
    num_steps: int = 50
    kind: str | None = None
    guidance: float = 1.0
    eta: float = 0.0
    seed: int = 0
    t_start: int | None = None

    def checked(self, T: int) -> "ReverseChoices":  # noqa: N803 - the papers' name
        """The same, of plain numbers; even those that this run does not heed are in range.

        Raises:
            ValueError: with a sentence, if one is not.
        """
        most = check_t_start(self.t_start, T)
        return replace(
            self,
            sampler=check_sampler(self.sampler),
            num_steps=check_integer("num_steps", self.num_steps, 1, most),
            guidance=check_guidance(self.guidance),
            eta=check_eta(self.eta),
            seed=check_seed(self.seed),
            t_start=None if self.t_start is None else most,
        )


@dataclass(frozen=True, eq=False)
class ReverseFrame:
    """One kept step: its place among the `total` steps, and three pictures (H, W, C) uint8.

    At t = 0 nothing is predicted: the last prediction stays in sight.
    """

    step: int
    total: int
    t: int
    x_t: np.ndarray
    x_0_hat: np.ndarray
    eps_hat: np.ndarray

    @property
    def side_by_side(self) -> np.ndarray:
        """(H, 3 W, C) uint8: x_t, x_0_hat, eps_hat."""
        return np.concatenate([self.x_t, self.x_0_hat, self.eps_hat], axis=1)

    @property
    def stacked(self) -> np.ndarray:
        """(3 H, W, C) uint8: the same, one below the other."""
        return np.concatenate([self.x_t, self.x_0_hat, self.eps_hat], axis=0)


def compute_reverse(
    exhibit: Exhibit, choices: ReverseChoices, pixels: np.ndarray | None = None
) -> Iterator[ReverseFrame]:
    """Run the sampler and yield its frames: all of them, or about 250 evenly spaced ones.

    Args:
        pixels: (H, W, C) uint8, needed if choices.t_start is given.

    Raises:
        ValueError: at the call, with a sentence, if a choice is out of range.
    """
    x_t, choices = None, choices.checked(exhibit.T)
    if choices.t_start is not None:
        if pixels is None:
            raise ValueError("To start from an image, pick one first.")
        x_0 = exhibit.codec.encode(pixels)
        eps = noise_from_seed(tuple(x_0.shape), choices.seed)
        x_t = diffuse(exhibit.schedule, x_0, choices.t_start, eps)
    steps = sample_steps(exhibit, choices, x_t)

    def frames() -> Iterator[ReverseFrame]:
        every = max(1, -(-choices.num_steps // MOST_FRAMES))
        eps_hat = torch.zeros(1, *exhibit.denoiser.shape)
        for index, step in enumerate(steps):
            eps_hat = eps_hat if step.t == 0 else step.eps_hat
            if index % every == 0 or step.t == 0:
                yield ReverseFrame(
                    step=index,
                    total=choices.num_steps,
                    t=step.t,
                    x_t=to_pixels(step.x_t[0].cpu().numpy()),
                    x_0_hat=to_pixels(step.x_0_hat[0].cpu().numpy()),
                    eps_hat=to_pixels(eps_hat[0].cpu().numpy() / EPS_RANGE),
                )

    return frames()


def sample_steps(
    exhibit: Exhibit, choices: ReverseChoices, x_t: torch.Tensor | None = None
) -> Iterator[Step]:
    """The run itself, every step of it; from x_t (1, C, H, W) if choices.t_start is given.

    Raises:
        ValueError: at the call, with a sentence, if a choice is out of range.
    """
    choices = choices.checked(exhibit.T)
    condition = exhibit.condition(choices.kind)
    return sample(
        exhibit.patient_denoiser,
        sampler=choices.sampler,
        num_steps=choices.num_steps,
        seed=choices.seed,
        condition=condition,
        guidance=choices.guidance if condition is not None else 1.0,
        eta=choices.eta if choices.sampler == "ddim" else None,
        x_t=x_t,
        t_start=choices.t_start,
    )


def count_predictions(choices: ReverseChoices) -> int:
    """How many images the network is asked about in a run; guidance asks about each one twice."""
    calls = network_calls(choices.sampler, choices.num_steps)
    return calls if choices.kind is None or choices.guidance in (0, 1) else 2 * calls
