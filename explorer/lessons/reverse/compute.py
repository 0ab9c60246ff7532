"""Lesson "reverse": a run from noise to image, and when detail settles in it.

Detail is measured by spatial frequency: x_0_hat beside the finished picture.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from explorer.exhibits import runs
from explorer.exhibits.exhibit import Exhibit
from explorer.exhibits.runs import MOST_FRAMES, ReverseChoices, ReverseFrame, count_predictions
from explorer.page.kinds import known_kind
from explorer.page.moment import Moment
from explorer.page.result import Result
from explorer.page.settings import number, one_of, text, whole
from explorer.page.words import SHARED


@dataclass(frozen=True)
class Settings:
    """Of a run.

    Attributes:
        start: from pure noise, or from the visitor's picture, noised to t.
        kind: what is asked for; "" is anything.
        eta: heeded by DDIM only.
    """

    start: str = one_of("noise", ("noise", "picture"))
    kind: str | None = text(None)
    guidance: float = number(2.0, 0, 8, step=0.5)
    sampler: str = one_of("ddim", SHARED["samplers"])
    steps: int = whole(50, 1, MOST_FRAMES)
    eta: float = number(0.0, 0, 1)

    def mended(self, exhibit: Exhibit) -> "Settings":
        """With a kind that the network knows."""
        return replace(self, kind=known_kind(exhibit, self.kind))


@dataclass(frozen=True, eq=False)
class DetailOverTime:
    """How far x_0_hat is from the final image, in three bands of detail, frame by frame.

    bands: name -> (frames,) error as a share of that band's power in the final image.
    """

    t: list[int]
    bands: dict[str, list[float]]


def run_choices(moment: Moment[Settings]) -> ReverseChoices:
    """The run that is set, of no more steps than there are times."""
    settings = moment.settings
    t_start = moment.noisy().t if settings.start == "picture" else None
    return ReverseChoices(
        sampler=settings.sampler,
        num_steps=min(settings.steps, t_start or moment.T),
        kind=settings.kind or None,
        guidance=settings.guidance,
        eta=settings.eta,
        seed=moment.seed,
        t_start=t_start,
    ).checked(moment.T)


def run_frames(moment: Moment[Settings]) -> Iterator[ReverseFrame]:
    """That run, a frame a step; the noise that it starts from is the first."""
    choices = run_choices(moment)
    return moment.compute_long(
        count_predictions(choices), runs.compute_reverse, moment.exhibit, choices, moment.pixels
    )


def compute_reverse(moment: Moment[Settings]) -> Iterator[Result]:
    """The same, each frame's three views."""
    for frame in run_frames(moment):
        yield Result(
            {"x_t": frame.x_t, "x_0_hat": frame.x_0_hat, "eps_hat": frame.eps_hat},
            {"t": frame.t, "step": frame.step, "total": frame.total},
        )


def compute_reverse_detail(moment: Moment[Settings]) -> Result:
    """How far x_0_hat is from the final image in each band of detail, over the run's times."""
    detail = compute_detail_over_time(list(run_frames(moment)))
    return Result(numbers={"t": detail.t} | detail.bands)


def compute_detail_over_time(frames: Sequence[ReverseFrame]) -> DetailOverTime:
    """When coarse shapes, parts and fine detail of x_0_hat reach their final form."""
    guesses = [(frame.t, _planes(frame.x_0_hat)) for frame in frames]
    return detail_over_time(guesses, _planes(frames[-1].x_t))


def detail_over_time(
    guesses: Sequence[tuple[int, np.ndarray]], final: np.ndarray
) -> DetailOverTime:
    """The same of arrays: (t, x_0_hat) frame by frame and the finished picture, (C, H, W) each."""
    true, bands = np.fft.fft2(final), {}
    for name, ring in band_rings(*final.shape[-2:]).items():
        power = max(float((np.abs(true[:, ring]) ** 2).sum()), 1e-12)
        errors = (np.abs(np.fft.fft2(guess) - true)[:, ring] ** 2 for _, guess in guesses)
        bands[name] = [float(error.sum()) / power for error in errors]
    return DetailOverTime([t for t, _ in guesses], bands)


def band_rings(height: int, width: int) -> dict[str, np.ndarray]:
    """Rings of spatial frequency, in cycles per image: below 4 (what is left at 8 pixels across;
    the mean is in none), 4 to 10, and above. name -> (H, W) bool.
    """
    cycles = np.hypot(
        np.fft.fftfreq(height, 1 / height)[:, None], np.fft.fftfreq(width, 1 / width)[None, :]
    )
    return {
        "coarse shapes": (cycles >= 0.5) & (cycles < 4),
        "parts": (cycles >= 4) & (cycles < 10),
        "fine detail": cycles >= 10,
    }


def _planes(pixels: np.ndarray) -> np.ndarray:
    """(H, W, C) uint8 -> (C, H, W) float64 in 0..1."""
    return pixels.astype(np.float64).transpose(2, 0, 1) / 255
