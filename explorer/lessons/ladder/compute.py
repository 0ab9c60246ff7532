"""Lesson "how many steps?": runs of 1, 2, 4 ... steps from the same noise; and single jumps.

x_0_hat = (x_t - noise_scale eps_hat) / signal_scale, and so
x_0_hat - x_0 = -(noise_scale / signal_scale) (eps_hat - eps)
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import torch

from explorer.denoiser.quality import grain, nearest_distance
from explorer.diffusion.forward import diffuse
from explorer.diffusion.noise import noise_from_seed
from explorer.diffusion.predictions import x_0_from_eps
from explorer.diffusion.samplers import network_calls
from explorer.exhibits.exhibit import Exhibit
from explorer.exhibits.runs import ReverseChoices, count_predictions, sample_steps
from explorer.images.encoding import png_data_uri, to_model_space, to_pixels
from explorer.page.kinds import known_kind
from explorer.page.moment import Moment
from explorer.page.result import Result
from explorer.page.settings import flag, one_of, text
from explorer.page.words import SHARED

RUNGS = (1, 2, 4, 8, 16, 50, 250, 1000)
CHEAP, TOP, LONG = 8, 250, 1000  # steps: climbed at once, by the button, and on request
GUIDANCE = 2.0
NUM_JUMPS = 8
NEARLY = 0.98


@dataclass(frozen=True)
class Settings:
    """Of every run of the ladder.

    Attributes:
        long: on to LONG steps.
        kind: what is asked for; "" is anything.
    """

    long: bool = flag(False)
    kind: str | None = text(None)
    sampler: str = one_of("ddim", SHARED["samplers"])

    @property
    def highest(self) -> int:
        """The most steps that are asked for."""
        return LONG if self.long else TOP

    def mended(self, exhibit: Exhibit) -> "Settings":
        """With a kind that the network knows."""
        return replace(self, kind=known_kind(exhibit, self.kind))


@dataclass(frozen=True, eq=False)
class Rung:
    """A run of num_steps steps, of which `step` are done.

    x_t: (C, H, W) float32, the noise at first and the finished picture at the end.
    network_calls: of the whole run.
    seconds: what the steps so far have taken.
    quality: figures of the finished picture by name, see `judge_picture`.
    """

    num_steps: int
    network_calls: int
    x_t: np.ndarray
    step: int = 0
    seconds: float = 0.0
    quality: dict[str, Any] = field(default_factory=dict)

    @property
    def done(self) -> bool:
        return self.step == self.num_steps

    @cached_property
    def pixels(self) -> np.ndarray:
        """(H, W, C) uint8."""
        return to_pixels(self.x_t)

    @cached_property
    def uri(self) -> str:
        """The same as a PNG, made once: the whole row is shown after each step of one rung."""
        return png_data_uri(self.pixels)


@dataclass(frozen=True, eq=False)
class Jump:
    """x_0_hat from one prediction at t, (C, H, W) float32 and not clipped.

    amplification: noise_scale / signal_scale.
    eps_error, x_0_error: root mean squared; the second is the first times the amplification.
    """

    t: int
    x_0_hat: np.ndarray
    amplification: float
    eps_error: float
    x_0_error: float

    @property
    def pixels(self) -> np.ndarray:
        """(H, W, C) uint8 of x_0_hat."""
        return to_pixels(self.x_0_hat)


@dataclass(frozen=True)
class QualityCurve:
    """One sampler's samples, measured: a list entry a number of steps; figures by name."""

    sampler: str
    steps: list[int]
    network_calls: list[int]
    mean: dict[str, list[float]]
    standard_error: dict[str, list[float]]


@dataclass(frozen=True)
class QualityTable:
    """What metrics.json says of quality against steps.

    held_out: the same figures of num_held_out real images that the network never saw;
        held_out_error: their standard errors.
    how: how it was measured, in the file's own words.
    """

    curves: list[QualityCurve]
    held_out: dict[str, float]
    num_held_out: int
    how: dict[str, Any]
    held_out_error: dict[str, float] = field(default_factory=dict)


def ladder_choices(moment: Moment[Settings]) -> ReverseChoices:
    """What all rungs have in common; num_steps is not looked at."""
    settings = moment.settings
    return ReverseChoices(
        sampler=settings.sampler,
        kind=settings.kind or None,
        guidance=GUIDANCE,
        seed=moment.seed,
    )


def compute_ladder(moment: Moment[Settings]) -> Iterator[Result]:
    """All runs that have come to their end, whenever another one has: "steps_16" and so on."""
    rungs = foot_of_ladder(moment.exhibit, ladder_choices(moment))
    for rung in climb_to(moment.settings.highest, moment, rungs):
        if rung.done:
            yield ladder_result([one for one in rungs.values() if one.done])


def ladder_result(rungs: Sequence[Rung]) -> Result:
    return Result(
        {f"steps_{rung.num_steps}": rung.pixels for rung in rungs},
        {
            "steps": [rung.num_steps for rung in rungs],
            "network_calls": [rung.network_calls for rung in rungs],
            "seconds": [rung.seconds for rung in rungs],
            "quality": [rung.quality for rung in rungs],
        },
    )


def compute_ladder_jumps(moment: Moment[Settings]) -> Result:
    """The picture noised to eight times, and from each the clean image in one jump: "t_500" ..."""
    jumps = compute_jumps(moment.exhibit, moment.pixels, moment.seed)
    names = ("t", "eps_error", "amplification", "x_0_error")
    return Result(
        {f"t_{jump.t}": jump.pixels for jump in jumps},
        {name: [getattr(jump, name) for jump in jumps] for name in names},
    )


def foot_of_ladder(exhibit: Exhibit, choices: ReverseChoices) -> dict[int, Rung]:
    """Every rung that T allows, not climbed yet: each shows the noise that its run starts from."""
    noise = noise_from_seed((1, *exhibit.denoiser.shape), choices.seed)[0].numpy()
    return {
        num_steps: Rung(num_steps, network_calls(choices.sampler, num_steps), noise)
        for num_steps in RUNGS
        if num_steps <= exhibit.T
    }


def climb_to(highest: int, moment: Moment[Settings], rungs: dict[int, Rung]) -> Iterator[Rung]:
    """From the cheap end, whatever is not climbed yet: a rung again after each of its steps.

    rungs: by their number of steps; filled in place.
    """
    choices = ladder_choices(moment)
    left = [rung for rung in rungs.values() if not rung.done and rung.num_steps <= highest]
    for start in left:
        todo = count_predictions(replace(choices, num_steps=start.num_steps))
        for rung in moment.compute_long(todo, climb, moment.exhibit, choices, start):
            rungs[rung.num_steps] = rung
            yield rung


def climb(exhibit: Exhibit, choices: ReverseChoices, rung: Rung) -> Iterator[Rung]:
    """Run the sampler for this rung, from its noise on: the rung again after each step.

    choices.num_steps is not looked at.

    Raises:
        ValueError: at the first step, with a sentence, if a choice is out of range.
    """
    steps = sample_steps(exhibit, replace(choices, num_steps=rung.num_steps))
    seconds, begun = 0.0, time.perf_counter()
    next(steps)  # the noise itself
    for count in range(1, rung.num_steps + 1):
        x_t = next(steps).x_t
        seconds += time.perf_counter() - begun
        done = count == rung.num_steps
        quality = judge_picture(exhibit, x_t) if done else {}
        yield replace(rung, x_t=x_t[0].cpu().numpy(), step=count, seconds=seconds, quality=quality)
        begun = time.perf_counter()  # the time between is not the run's


def judge_picture(exhibit: Exhibit, x_0: torch.Tensor) -> dict[str, Any]:
    """Figures of a picture (1, C, H, W), clipped to [-1, 1]: what this exhibit has the means for.

    Returns:
        "kind" and "sureness" by the judge, if there is one; "distance" to the nearest training
        image (root mean squared, brightness in 0..1), if these are at hand; and "grain".
    """
    x_0 = x_0.cpu().clamp(-1, 1)
    figures: dict[str, Any] = {"grain": float(grain(x_0))}
    if exhibit.judge is not None:
        kind, sureness = exhibit.judge.verdict(x_0)
        figures |= {"kind": exhibit.denoiser.conditions[int(kind)], "sureness": float(sureness)}
    if exhibit.ideal is not None:
        distance = nearest_distance(x_0.to(exhibit.ideal.device), exhibit.ideal.images)
        figures["distance"] = float(distance)
    return figures


def judge_on_real(exhibit: Exhibit) -> dict[str, Any] | None:
    """The judge's own error, from metrics.json: None if there is no judge, or nobody measured it.

    Returns:
        "judge_on_real_held_out" and "judge_on_real_seen", shares named rightly of real pictures
        that it never saw and of those that it learnt from; "num_real_held_out" of the former.
    """
    quality = exhibit.metrics.get("sample_quality", {})
    told = exhibit.judge is not None and "judge_on_real_held_out" in quality
    return quality if told else None


def compute_jumps(exhibit: Exhibit, pixels: np.ndarray, seed: int) -> list[Jump]:
    """The picture noised to T/8, 2T/8 ... T, and from each the clean image in one jump.

    Args:
        pixels: (H, W, C) uint8, the clean image.
        seed: of the noise, the same one for every t.
    """
    schedule = exhibit.schedule
    t = torch.arange(1, NUM_JUMPS + 1) * schedule.T // NUM_JUMPS
    x_0 = torch.from_numpy(to_model_space(pixels))[None].repeat(NUM_JUMPS, 1, 1, 1)
    eps = noise_from_seed((1, *x_0.shape[1:]), seed).expand_as(x_0)
    x_t = diffuse(schedule, x_0, t, eps)
    eps_hat = exhibit.denoiser.predict_eps(x_t, t)
    x_0_hat = x_0_from_eps(schedule, x_t, t, eps_hat)
    return [
        Jump(
            t=int(t[k]),
            x_0_hat=x_0_hat[k].numpy(),
            amplification=float(schedule.sigma[t[k]]),
            eps_error=_root_mean_square(eps_hat[k] - eps[k]),
            x_0_error=_root_mean_square(x_0_hat[k] - x_0[k]),
        )
        for k in range(NUM_JUMPS)
    ]


def quality_table(exhibit: Exhibit) -> QualityTable | None:
    """The table that ships with the checkpoint, or None if it has none."""
    measured = exhibit.metrics.get("quality_by_steps")
    if not measured:
        return None
    held_out, rows = measured["held_out_images"], measured["rows"]
    curves = []
    for sampler in dict.fromkeys(row["sampler"] for row in rows):
        own = sorted((row for row in rows if row["sampler"] == sampler), key=lambda r: r["steps"])
        figures = {
            key: {name: [row[key][name] for row in own] for name in held_out["mean"]}
            for key in ("mean", "standard_error")
        }
        steps, calls = ([row[key] for row in own] for key in ("steps", "network_calls"))
        curves.append(QualityCurve(sampler, steps, calls, **figures))
    error = held_out.get("standard_error", {})
    return QualityTable(curves, held_out["mean"], held_out["num"], measured["how"], error)


def enough_steps(table: QualityTable, sampler: str = "ddim") -> dict[str, Any] | None:
    """The fewest steps from which on the judge names NEARLY as many rightly as after the most.

    Returns:
        "enough" steps, and the "share" named rightly after them; "most" and "most_share". None if
        no judge measured it.
    """
    curve = next((curve for curve in table.curves if curve.sampler == sampler), None)
    if curve is None or "named_rightly" not in curve.mean:
        return None
    share = curve.mean["named_rightly"]
    enough = len(share) - 1
    while enough > 0 and share[enough - 1] >= NEARLY * share[-1]:
        enough -= 1
    return {
        "enough": curve.steps[enough], "share": share[enough],
        "most": curve.steps[-1], "most_share": share[-1],
    }  # fmt: skip


def _root_mean_square(difference: torch.Tensor) -> float:
    return float(difference.double().square().mean().sqrt())
