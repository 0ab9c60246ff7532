"""What becomes of whole runs: samplers, spacings, when detail settles, and lies about t."""

from typing import Any

import numpy as np
from torch import Tensor

from explorer.denoiser.quality import grain
from explorer.diffusion.samplers import sample
from explorer.lessons.reverse.compute import detail_over_time
from explorer.lessons.schedules.race import Plan, distance, sampler_plans, spacing_plans
from explorer.lessons.told_time.compute import BELIEVERS, NUM_STEPS, ToldTime
from scripts.findings.subject import SEEDS, STEPS, Subject, draw, end_of, rounded

LIE = 200


def samplers(subject: Subject) -> dict[str, Any]:
    """How far each sampler ends from the long run, in grey levels, against network calls."""
    calls, end = (10, 20, 50), subject.long_run
    table = {name: [] for name in ("ddim", "dpmpp_2m", "heun")}
    for count in calls:
        for plan in sampler_plans(subject.base.T, count):
            if plan.name in table:
                table[plan.name].append(_away(subject, plan, end))
    return {"calls": list(calls), "num": len(SEEDS), "seeds": _seeds(), **table}


def spacing(subject: Subject) -> dict[str, Any]:
    """The same against where the steps lie; `placed` is even in log-SNR without the two crowds."""
    steps, end = (10, 20), subject.long_run
    T, rows = subject.base.T, {}
    for count in steps:
        for plan in spacing_plans(subject.base.schedule, count):
            rows.setdefault(plan.name, []).append(_away(subject, plan, end))
            if plan.name == "log_snr":
                kept = [t for t in plan.times if t in (0, T) or 0.04 * T < t < 0.99 * T]
                placed = Plan("own", "ddim", kept)
                rows.setdefault("placed", []).append(_away(subject, placed, end))
                rows.setdefault("placed_times", []).append(kept)
                rows.setdefault("log_snr_times", []).append(plan.times)
    return {"steps": list(steps), "num": len(SEEDS), "seeds": _seeds(), **rows}


def _seeds() -> list[int]:
    """The first and the last."""
    return [SEEDS.start, SEEDS.stop - 1]


def _away(subject: Subject, plan: Plan, end: Tensor) -> float:
    pictures = end_of(subject, plan)
    pairs = zip(pictures.numpy(), end.numpy(), strict=True)
    return rounded(np.mean([distance(one, other) for one, other in pairs]))


def settles(subject: Subject) -> dict[str, Any]:
    """From which t on less than a quarter, and a tenth, of each band's power is missing for good.

    Of the mean over the runs, with no guidance.
    """
    count = subject.few
    found: dict[str, Any] = {"num": count, "steps": STEPS}
    for sampler in ("ddim", "ddpm"):
        run = list(sample(subject.base.denoiser, sampler=sampler, num_steps=STEPS,
                          seed=[*range(count)], condition=subject.conditions(count)))  # fmt: skip
        curves = [
            detail_over_time([(s.t, s.x_0_hat[i].numpy()) for s in run], run[-1].x_t[i].numpy())
            for i in range(count)
        ]
        times = curves[0].t
        for name in curves[0].bands:
            mean = np.mean([curve.bands[name] for curve in curves], axis=0)
            found.setdefault(sampler, {})[name] = [
                _settled(times, mean, share) for share in (0.25, 0.1)
            ]
        order = [
            [_settled(one.t, np.array(one.bands[name]), 0.1) for name in one.bands]
            for one in curves
        ]
        found[sampler]["in_order"] = sum(a >= b >= c for a, b, c in order)
    return found


def _settled(times: list[int], missing: np.ndarray, share: float) -> int:
    """The first t from which on `missing` stays below the share."""
    above = np.flatnonzero(missing >= share)
    return times[0] if len(above) == 0 else times[min(above[-1] + 1, len(times) - 1)]


def lies(subject: Subject) -> dict[str, Any]:
    """The grain of runs that were told LIE too much or too little, by who believed it."""
    count, T = subject.few, subject.base.T
    condition = subject.conditions(count)

    def of(believer: Any, by: int) -> float:
        liar = ToldTime(subject.base.denoiser, lambda t: (t + by).clamp(1, T), believer)
        pictures = draw(liar, condition, num_steps=NUM_STEPS, guidance=2.0)
        return rounded(grain(pictures).mean())

    return {
        "by": LIE, "num": count, "steps": NUM_STEPS, "guidance": 2.0, "right": of("both", 0),
        **{one: {"more": of(one, LIE), "less": of(one, -LIE)} for one in BELIEVERS},
    }  # fmt: skip
