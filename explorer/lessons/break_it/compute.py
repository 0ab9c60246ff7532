"""Lesson "break it": a run of the sampler with one thing done wrong, beside a run done right.

Both start from the same noise. `broken_run` is the sampler written out in one piece, with a switch
wherever mistakes are often made; with no switch moved it gives what `sample` gives, bit for bit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from explorer.diffusion.checks import check_number
from explorer.diffusion.schedules import SCHEDULES
from explorer.exhibits.broken_run import NUM_STEPS, Switches, broken_run
from explorer.exhibits.exhibit import Exhibit
from explorer.exhibits.runs import ReverseChoices, ReverseFrame, compute_reverse
from explorer.images.encoding import to_pixels
from explorer.page.moment import Moment
from explorer.page.result import Result
from explorer.page.settings import number, one_of

GUIDANCE = 2.0


@dataclass(frozen=True)
class Mistake:
    """One switch, and how far it may be moved.

    Attributes:
        switch: its name in `Switches`.
        opening: its value when the mistake is chosen.
        slider: lowest, highest and step of its strength; None if it is only on or off.
        eta: of both runs. 0 is DDIM, 1 is DDPM.
    """

    switch: str
    opening: float | str
    slider: tuple[float, float, float] | None = None
    eta: float = 0.0

    def switches(self, strength: float | None) -> Switches:
        """Moved to `strength`, which is cut to the slider's range; on, if there is no slider."""
        value: Any = self.opening
        if self.slider is not None:
            lowest, highest, _ = self.slider
            strength = check_number("strength", self.opening if strength is None else strength)
            value = type(value)(min(max(strength, lowest), highest))
        return Switches(**{self.switch: value})


def mistakes(T: int) -> dict[str, Mistake]:  # noqa: N803 - the papers' name
    """Every mistake on the bench, for networks with T times."""
    return {
        "noise_scale": Mistake("noise_factor", 0.8, (0.5, 1.5, 0.01)),
        "few_steps": Mistake("num_steps", 1, (1, NUM_STEPS, 1)),
        "wrong_t": Mistake("t_shift", T // 5, (-T // 2, T // 2, 1)),
        "constant_t": Mistake("t_constant", T // 2, (1, T, 1)),
        "data_range": Mistake("darkest", 0.0),
        "clamp_x_t": Mistake("clamp", "x_t"),
        "last_noise": Mistake("last_noise", 1.0, (0.0, 1.0, 0.05), eta=1.0),
        "wrong_schedule": Mistake("schedule", "linear"),
        "short_schedule": Mistake("t_first", T * 4 // 5, (T // 2, T, 1)),
    }


NAMES = tuple(mistakes(1))  # (their ranges depend on T, their names do not)


@dataclass(frozen=True)
class Settings:
    """What goes wrong, and how badly; where its slider cannot say so, as badly as it opens with."""

    mistake: str = one_of(NAMES[0], NAMES)
    strength: float | None = number(None)

    def mended(self, exhibit: Exhibit) -> "Settings":
        """For the mistake's own slider."""
        mistake = mistakes(exhibit.T)[self.mistake]
        if mistake.slider is None:
            return replace(self, strength=None)
        low, high, _ = mistake.slider
        fits = self.strength is not None and low <= self.strength <= high
        return self if fits else replace(self, strength=float(mistake.opening))


@dataclass(frozen=True, eq=False)
class BenchFrame:
    """Both runs after equally many steps; pictures (H, W, C) uint8.

    A broken run of fewer steps stands still once it is done.

    Attributes:
        right: the right run's frame.
        t_broken, x_t, x_0_hat: the broken run's.
    """

    right: ReverseFrame
    t_broken: int
    x_t: np.ndarray
    x_0_hat: np.ndarray

    @property
    def t(self) -> int:
        return self.right.t

    @property
    def error(self) -> float:
        """Root mean square difference of the two x_t as shown: 0 is none, 1 is black for white."""
        return _rms(self.right.x_t, self.x_t)

    @property
    def guess_error(self) -> float:
        """The same of the two x_0_hat."""
        return _rms(self.right.x_0_hat, self.x_0_hat)

    @property
    def difference(self) -> np.ndarray:
        """(H, W, C) uint8: broken minus right, where mid-grey is no difference (so that the whole
        range fits, differences are shown at half their size).
        """
        return (128 + (self.x_t.astype(int) - self.right.x_t) // 2).astype(np.uint8)

    @property
    def stacked(self) -> np.ndarray:
        """(3 H, W, C) uint8: right, broken, difference."""
        return np.concatenate([self.right.x_t, self.x_t, self.difference], axis=0)


@dataclass(frozen=True)
class BenchErrors:
    """How far the runs are apart, frame by frame; `t` is the right run's."""

    t: list[int]
    error: list[float]
    guess_error: list[float]

    @classmethod
    def of(cls, frames: Sequence[BenchFrame]) -> "BenchErrors":
        return cls(
            [frame.t for frame in frames],
            [frame.error for frame in frames],
            [frame.guess_error for frame in frames],
        )


def _rms(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.sqrt(np.square(a.astype(float) - b).mean())) / 255


def compute_bench(
    exhibit: Exhibit,
    mistake: Mistake,
    strength: float | None,
    seed: int,
    right: Sequence[ReverseFrame] = (),
) -> Iterator[BenchFrame]:
    """Both runs, step by step.

    The network is asked for its first kind of picture, with a little guidance.

    Args:
        strength: what the mistake's slider says.
        right: the frames of the right run, if they are known from an earlier one with the same
            seed and the same eta.
    """
    kind = exhibit.first_kind
    choices = ReverseChoices(
        num_steps=NUM_STEPS, kind=kind, guidance=GUIDANCE, eta=mistake.eta, seed=seed
    )
    switches = mistake.switches(strength)
    steps = broken_run(
        exhibit.patient_denoiser,
        switches,
        seed=seed,
        condition=exhibit.condition(kind),
        guidance=GUIDANCE if kind else 1.0,
        eta=mistake.eta,
    )
    step = next(steps)
    for frame in right or compute_reverse(exhibit, choices):
        x_t, x_0_hat = (as_shown(x, switches.darkest) for x in (step.x_t, step.x_0_hat))
        yield BenchFrame(frame, step.t, x_t, x_0_hat)
        step = next(steps, step)  # a run of fewer steps waits


def compute_break_it(moment: Moment[Settings]) -> Iterator[Result]:
    """Both runs of a moment, step by step; how far they are apart: 0 is not at all, 1 is black for
    white.
    """
    exhibit, settings = moment.exhibit, moment.settings
    mistake = mistakes(exhibit.T)[settings.mistake]
    for frame in compute_bench(exhibit, mistake, settings.strength, moment.seed):
        yield Result(
            {"right": frame.right.x_t, "broken": frame.x_t, "difference": frame.difference},
            {"t": frame.t, "t_broken": frame.t_broken, "error": frame.error},
        )


def as_shown(x: torch.Tensor, darkest: float) -> np.ndarray:
    """(1, C, H, W) -> (H, W, C) uint8: `darkest` and below is black, 1 and above is white."""
    x = (2 * x - (1 + darkest)) / (1 - darkest)  # from [darkest, 1] to [-1, 1]; -1 changes no bit
    return to_pixels(x[0].cpu().numpy())


def share_left(exhibit: Exhibit, switches: Switches) -> float:
    """alpha_bar where the broken run starts, by the network's own schedule."""
    return exhibit.schedule.alpha_bar[switches.t_first or exhibit.T].item()


@dataclass(frozen=True)
class SchedulesEnd:
    """What a schedule leaves of the picture at T. `own`: the network was trained with it."""

    name: str
    own: bool
    alpha_bar: float
    snr: float
    signal_scale: float


def schedules_ends(exhibit: Exhibit) -> list[SchedulesEnd]:
    """Of every schedule that we know."""
    return [
        SchedulesEnd(
            name=name,
            own=torch.equal(schedule.alpha_bar, exhibit.schedule.alpha_bar),
            alpha_bar=schedule.alpha_bar[-1].item(),
            snr=schedule.snr[-1].item(),
            signal_scale=schedule.signal_scale[-1].item(),
        )
        for name, schedule in ((name, make(exhibit.T)) for name, make in SCHEDULES.items())
    ]
