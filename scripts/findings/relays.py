"""Runs in which one network makes the first steps, and another the rest."""

from typing import Any

import torch
from torch import Tensor

from explorer.denoiser.quality import grain, nearest_distance
from explorer.diffusion.predictor import Predictor
from explorer.diffusion.samplers import sample, timesteps
from explorer.exhibits.relay import Relay, noise_over_due
from scripts.findings.subject import STEPS, Subject, draw, rounded, training_pictures

NOISY = 0.1  # grain above this can be seen at once


def blind_relay(subject: Subject) -> dict[str, Any]:
    """Runs of the network without t, and of relays with the one that is told: how many the judge
    names rightly, and how many are still noisy.
    """
    told, blind = subject.base.denoiser, subject.networks["digits-blind"].denoiser
    condition = subject.conditions(subject.few)
    judge = subject.base.judge
    assert judge is not None

    def row(first: str, steps: int, sampler: str = "ddim") -> dict[str, Any]:
        networks = {"told": told, "blind": blind}
        second = "blind" if first == "told" else "told"
        runner = _relay(networks[first], networks[second], steps)
        pictures = draw(runner, condition, sampler=sampler)
        right = (judge.verdict(pictures)[0] == condition).double().mean()
        noisy = (grain(pictures) > NOISY).double().mean()
        return {"first": first, "steps": steps, "sampler": sampler, "right": rounded(right),
                "noisy": rounded(noisy)}  # fmt: skip

    rows = [row("blind", STEPS), row("blind", STEPS, "ddpm"), row("told", STEPS)]
    rows += [row("blind", steps) for steps in (3, 10, 25)]
    rows += [row("told", steps) for steps in (1, 3, 10, 25)]
    return {"num": len(condition), "steps": STEPS, "noisy_above": NOISY, "rows": rows}


def runaway(subject: Subject) -> dict[str, Any]:
    """The noise that is really in x_t, over what the schedule says, along whole runs."""
    condition = subject.conditions(subject.few)
    found: dict[str, Any] = {}
    for name in ("digits", "digits-blind"):
        seeds = [*range(500, 500 + len(condition))]
        run = sample(
            subject.networks[name].denoiser, num_steps=STEPS, seed=seeds, condition=condition
        )
        steps = list(run)
        ratio = torch.stack([noise_over_due(subject.base.schedule, s.x_t, s.t) for s in steps[:-1]])
        size = torch.stack(
            [s.eps_hat.double().square().flatten(1).mean(1).sqrt() for s in steps[:-1]]
        )
        noisy = grain(steps[-1].x_t.clamp(-1, 1)) > NOISY
        found["t"] = [s.t for s in steps[:-1]]
        for part, rows in (
            (("", ~noisy), ("_noisy", noisy)) if name == "digits-blind" else (("", noisy | True),)
        ):
            key = "told" if name == "digits" else f"blind{part}"
            found[f"num_{key}"] = int(rows.sum())
            if rows.any():
                found[key] = [rounded(one) for one in ratio[:, rows].mean(1)]
                found[f"{key}_eps_hat"] = [rounded(one) for one in size[:, rows].mean(1)]
    return found


def eps_relay(subject: Subject) -> dict[str, Any]:
    """Runs of emoji-eps, and of relays with emoji, one of each kind: the paper's white, the
    distance, and how many the judge names rightly.

    white: share of the outermost two pixels that are white, as in every training image.
    """
    v, eps, judge = (
        subject.base.denoiser,
        subject.networks["emoji-eps"].denoiser,
        subject.base.judge,
    )
    assert judge is not None
    condition = subject.conditions(len(v.conditions))
    training = training_pictures(subject.base)[0]
    mean = _Constant(v, training.mean(0, keepdim=True))

    def row(first: str, steps: int, sampler: str = "ddim") -> dict[str, Any]:
        networks = {"v": v, "eps": eps, "mean": mean}
        second = networks["v" if first == "eps" else "eps"]
        pictures = draw(_relay(networks[first], second, steps), condition, sampler=sampler)
        edge = torch.ones(pictures.shape[-2:], dtype=torch.bool)
        edge[2:-2, 2:-2] = False
        white = (pictures.amin(1) > 0.9)[:, edge].double().mean()
        return {
            "first": first, "steps": steps, "sampler": sampler, "white": rounded(white),
            "distance": rounded(nearest_distance(pictures, training).mean()),
            "right": rounded((judge.verdict(pictures)[0] == condition).double().mean()),
        }  # fmt: skip

    rows = [row("v", STEPS), row("eps", STEPS), row("eps", STEPS, "ddpm")]
    rows += [row("v", steps) for steps in (1, 3, 5)]
    rows += [row("mean", 1), row("eps", 1), row("eps", 3)]
    return {"num": len(condition), "steps": STEPS, "rows": rows}


class _Constant:
    """A denoiser that always guesses the same clean image."""

    def __init__(self, like: Predictor, x_0: Tensor):
        self.schedule, self.shape, self.conditions = like.schedule, like.shape, like.conditions
        self._x_0 = x_0

    def predict_eps(
        self, x_t: Tensor, t: Tensor, condition: Any = None, guidance: Any = 1
    ) -> Tensor:
        at = t.view(-1, 1, 1, 1)
        signal, noise = self.schedule.signal_scale[at], self.schedule.noise_scale[at]
        return ((x_t - signal * self._x_0) / noise).to(x_t)


def _relay(first: Predictor, second: Predictor, steps: int) -> Predictor:
    """`first` makes so many of a run's STEPS, `second` the rest."""
    if steps == STEPS:
        return first
    return Relay(first, second, timesteps(first.schedule.T, STEPS)[steps])
