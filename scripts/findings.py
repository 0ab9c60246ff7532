"""Measure what the lessons tell of the shipped networks, and keep it in their metrics.json.

    python -m scripts.findings --data mnist.npz [--only PART ...]

Writes "findings" of each checkpoint: every figure that a sentence of the page quotes and that
training does not measure, each with how many runs or images it is over. Takes about half an hour
of two CPU cores; each part is kept as soon as it is there.
"""

import argparse
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from explorer.denoiser.checkpoints import CHECKPOINTS
from explorer.denoiser.denoiser import PredictsEps
from explorer.denoiser.quality import grain, nearest_distance, sharpness
from explorer.denoiser.turns import Turns, share
from explorer.diffusion.forward import diffuse
from explorer.diffusion.predictions import x_0_from_eps
from explorer.diffusion.samplers import sample, timesteps
from explorer.experiments.exhibits import Exhibit, load_exhibits
from explorer.experiments.relay import Relay, noise_over_due
from explorer.experiments.reverse import band_rings, detail_over_time
from explorer.experiments.schedules import distance, long_plan, sampler_plans, spacing_plans
from explorer.experiments.told_time import BELIEVERS, NUM_STEPS, ToldTime
from explorer.images.mnist import load_mnist
from explorer.training.config import Config
from explorer.training.datasets import augment, to_model_space
from explorer.training.outputs import read_metrics, update_metrics

SEEDS = range(9, 17)  # of the runs that samplers and spacings are compared by
STEPS = 50
NOISY = 0.1  # grain above this can be seen at once
LIE = 200
LATE = (1000, 990, 980, 960, 940, 900)  # times near T, where a run begins


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
        return _end_of(self, long_plan(self.base.T))

    def conditions(self, count: int) -> Tensor:
        """Kinds to ask for, `count` of them, one after the other."""
        return torch.arange(count) % len(self.base.denoiser.conditions)

    @property
    def few(self) -> int:
        """So many runs are cheap enough."""
        return 30 if self.is_digits else 6


# ---- runs


def draw(denoiser: PredictsEps, condition: Tensor, seed: int = 500, **options: Any) -> Tensor:
    """The pictures of runs of STEPS steps, (B, C, H, W) clipped to [-1, 1]."""
    options = {"num_steps": STEPS} | options
    *_, last = sample(denoiser, seed=[*range(seed, seed + len(condition))], condition=condition,
                      **options)  # fmt: skip
    return last.x_t.clamp(-1, 1)


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
                placed = type(plan)("own", "ddim", kept)
                rows.setdefault("placed", []).append(_away(subject, placed, end))
                rows.setdefault("placed_times", []).append(kept)
                rows.setdefault("log_snr_times", []).append(plan.times)
    return {"steps": list(steps), "num": len(SEEDS), "seeds": _seeds(), **rows}


def _seeds() -> str:
    return f"{SEEDS.start} to {SEEDS.stop - 1}"


def _end_of(subject: Subject, plan: Any) -> Tensor:
    kind = subject.base.condition(subject.base.first_kind)
    assert kind is not None
    return draw(subject.base.denoiser, kind.repeat(len(SEEDS)), SEEDS.start, num_steps=None,
                times=plan.times, sampler=plan.sampler)  # fmt: skip


def _away(subject: Subject, plan: Any, end: Tensor) -> float:
    pictures = _end_of(subject, plan)
    pairs = zip(pictures.numpy(), end.numpy(), strict=True)
    return _round(np.mean([distance(one, other) for one, other in pairs]))


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
        return _round(grain(pictures).mean())

    return {
        "by": LIE, "num": count, "steps": NUM_STEPS, "guidance": 2.0, "right": of("both", 0),
        **{one: {"more": of(one, LIE), "less": of(one, -LIE)} for one in BELIEVERS},
    }  # fmt: skip


# ---- single predictions


def near_end(subject: Subject) -> dict[str, dict[str, Any]]:
    """Errors near T, where a run begins: of the noise, of the image, and of the clipped image."""
    x_0 = subject.images
    found = {}
    for name, network in subject.networks.items():
        rows: dict[str, list[float]] = {"eps": [], "x_0": [], "clipped": [], "beyond": []}
        for t in LATE:
            eps = torch.randn(x_0.shape, generator=torch.Generator().manual_seed(t))
            eps_hat, x_0_hat = _ask(network.denoiser, x_0, t, eps)
            rows["eps"].append(_mse(eps_hat, eps))
            rows["x_0"].append(_mse(x_0_hat, x_0))
            rows["clipped"].append(_mse(x_0_hat.clamp(-1, 1), x_0))
            rows["beyond"].append(_round((x_0_hat.abs() > 1).double().mean()))
        found[name] = {"t": list(LATE), "num": len(x_0), **rows}
    return found


def _ask(denoiser: PredictsEps, x_0: Tensor, t: int, eps: Tensor) -> tuple[Tensor, Tensor]:
    """eps_hat and x_0_hat (not clipped) in float64, for x_0 noised to t; nobody is told a kind."""
    x_t = diffuse(denoiser.schedule, x_0.double(), t, eps.double())
    parts = [
        denoiser.predict_eps(part, torch.full((len(part),), t)).double()
        for part in x_t.float().split(25)
    ]
    eps_hat = torch.cat(parts)
    return eps_hat, x_0_from_eps(denoiser.schedule, x_t, t, eps_hat)


def drowned(subject: Subject) -> dict[str, Any]:
    """The t at which the noise is as strong as the images, in each band of detail.

    White noise has the same power in every frequency; images have most of theirs in the coarse
    ones, which so stand out of the noise the longest. The mean colour is left out.
    """
    spectrum = np.abs(np.fft.fft2(subject.images.numpy(), axes=(2, 3))) ** 2  # (N, C, H, W)
    pixels = math.prod(subject.images.shape[-2:])
    found: dict[str, Any] = {"num": len(subject.images)}
    for name, ring in band_rings(*subject.images.shape[-2:]).items():
        power = float(spectrum[:, :, ring].mean()) / pixels  # where white noise has 1
        found[name] = subject.base.schedule.nearest_t(math.sqrt(power))
    return found


def as_trained(subject: Subject) -> dict[str, Any]:
    """Errors on training images as they are and on such copies of them as training showed; how
    often the network beats exact memory of the former on a single image.
    """
    base, config = subject.base, Config.read("emoji").data
    seen, kinds = subject.images[::2], subject.kinds[::2]
    copies = augment(seen, config, torch.Generator().manual_seed(1))
    times = (25, 475, 950, 975)
    found: dict[str, Any] = {"t": list(times), "num": len(seen)}
    for t in times:
        eps = torch.randn(seen.shape, generator=torch.Generator().manual_seed(t))
        for name, x_0 in (("plain", seen), ("copies", copies)):
            for who, denoiser in (("network", base.denoiser), ("memory", base.ideal)):
                error = _each(_ask(denoiser, x_0, t, eps)[0], eps)
                found.setdefault(f"{who}_{name}", []).append(_round(error.mean()))
                if name == "plain":
                    found[f"_{who}"] = error
        x_t = diffuse(base.schedule, seen, t, eps)
        told = base.denoiser.predict_eps(x_t, torch.full((len(seen),), t), kinds)
        memory = found.pop("_memory")
        for name, error in (("untold", found.pop("_network")), ("told", _each(told, eps))):
            found.setdefault(f"beats_{name}", []).append(_round((error < memory).double().mean()))
    return found


def _each(eps_hat: Tensor, eps: Tensor) -> Tensor:
    return (eps_hat.double() - eps).square().flatten(1).mean(1)


# ---- relays


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
        return {"first": first, "steps": steps, "sampler": sampler, "right": _round(right),
                "noisy": _round(noisy)}  # fmt: skip

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
                found[key] = [_round(one) for one in ratio[:, rows].mean(1)]
                found[f"{key}_eps_hat"] = [_round(one) for one in size[:, rows].mean(1)]
    return found


def eps_relay(subject: Subject) -> dict[str, Any]:
    """Runs of emoji-eps, and of relays with emoji: the paper's white, the distance, the sharpness.

    white: share of the outermost two pixels that are white, as in every training image.
    """
    v, eps = subject.base.denoiser, subject.networks["emoji-eps"].denoiser
    wanted = ("face-smiling", "cat-face", "transport-ground", "animal-bird", "food-fruit", "tool")
    kinds = [subject.base.denoiser.conditions.index(kind) for kind in wanted]
    condition = torch.tensor(kinds)
    training = _pictures(subject.base)[0]
    mean = _Constant(v, training.mean(0, keepdim=True))

    def row(first: str, steps: int, sampler: str = "ddim") -> dict[str, Any]:
        networks = {"v": v, "eps": eps, "mean": mean}
        second = networks["v" if first == "eps" else "eps"]
        pictures = draw(_relay(networks[first], second, steps), condition, sampler=sampler)
        edge = torch.ones(pictures.shape[-2:], dtype=torch.bool)
        edge[2:-2, 2:-2] = False
        white = (pictures.amin(1) > 0.9)[:, edge].double().mean()
        return {
            "first": first, "steps": steps, "sampler": sampler, "white": _round(white),
            "distance": _round(nearest_distance(pictures, training).mean()),
            "sharpness": _round(sharpness(pictures).mean()),
        }  # fmt: skip

    rows = [row("v", STEPS), row("eps", STEPS), row("eps", STEPS, "ddpm")]
    rows += [row("v", steps) for steps in (1, 3, 5)]
    rows += [row("mean", 1), row("eps", 1), row("eps", 3)]
    return {"num": len(condition), "steps": STEPS, "rows": rows}


class _Constant:
    """A denoiser that always guesses the same clean image."""

    def __init__(self, like: PredictsEps, x_0: Tensor):
        self.schedule, self.shape, self.conditions = like.schedule, like.shape, like.conditions
        self._x_0 = x_0

    def predict_eps(
        self, x_t: Tensor, t: Tensor, condition: Any = None, guidance: Any = 1
    ) -> Tensor:
        at = t.view(-1, 1, 1, 1)
        signal, noise = self.schedule.signal_scale[at], self.schedule.noise_scale[at]
        return ((x_t - signal * self._x_0) / noise).to(x_t)


def _relay(first: Any, second: Any, steps: int) -> PredictsEps:
    return (
        first if steps == STEPS else Relay(first, second, timesteps(first.schedule.T, STEPS)[steps])
    )


# ---- which part is measured of which family, and where it goes

Part = Callable[[Subject], dict[str, Any]]
OF_BASE: dict[str, Part] = {
    "samplers": samplers, "spacing": spacing, "settles": settles, "lies": lies, "drowned": drowned,
}  # fmt: skip


def parts(subject: Subject) -> Iterator[tuple[str, str, Callable[[], dict[str, Any]]]]:
    """(checkpoint, part, how to measure it)."""
    base = subject.base.name
    for name, part in OF_BASE.items():
        yield base, name, lambda part=part: part(subject)
    if subject.is_digits:
        yield "digits-blind", "relay", lambda: blind_relay(subject)
        yield "digits-blind", "runaway", lambda: runaway(subject)
    else:
        yield base, "as_trained", lambda: as_trained(subject)
        yield "emoji-eps", "relay", lambda: eps_relay(subject)


def subjects(data: Path) -> Iterator[Subject]:
    shelf = load_exhibits(CHECKPOINTS, share=partial(share, turns=Turns(1), prepared=True))
    emoji, digits = shelf["emoji"], shelf["digits"]
    images, kinds = _pictures(emoji)
    yield Subject(
        {"emoji": emoji, "emoji-eps": emoji.variants["emoji-eps"]},
        images[::9], kinds[::9],
    )  # fmt: skip
    test = load_mnist(data, parts=("test_images", "test_labels"))
    every = len(test["test_images"]) // 100  # they may be sorted by label
    yield Subject(
        {"digits": digits} | {name: digits.variants[name] for name in digits.variants},
        to_model_space(torch.from_numpy(test["test_images"][::every][:100, None])),
        torch.from_numpy(test["test_labels"][::every][:100]).long(),
    )  # fmt: skip


def _pictures(exhibit: Exhibit) -> tuple[Tensor, Tensor]:
    """The gallery's training images (N, C, H, W) in [-1, 1], and their kinds."""
    seen = exhibit.gallery.select(seen=True)
    pixels = torch.stack([torch.from_numpy(one.pixels.copy()).permute(2, 0, 1) for one in seen])
    kinds = [exhibit.denoiser.conditions.index(one.kind) for one in seen]
    return to_model_space(pixels).contiguous(), torch.tensor(kinds)


def _mse(found: Tensor, true: Tensor) -> float:
    return _round((found.double() - true).square().mean())


def _round(value: Any) -> float:
    return float(f"{float(value):.4g}")


def keep(checkpoint: str, part: str, figures: dict[str, Any]) -> None:
    """Beside what is in its "findings" already."""
    folder = CHECKPOINTS / checkpoint
    findings = read_metrics(folder).get("findings", {})
    update_metrics(folder, {"findings": findings | {part: figures}})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="mnist.npz")
    parser.add_argument("--family", choices=["emoji", "digits"], help="default: both")
    parser.add_argument("--only", nargs="+", metavar="PART", help="default: all")
    arguments = parser.parse_args()

    def wanted(name: str) -> bool:
        return arguments.only is None or name in arguments.only

    for subject in subjects(arguments.data):
        if arguments.family not in (None, subject.base.name):
            continue
        if wanted("near_end"):
            for checkpoint, figures in near_end(subject).items():
                keep(checkpoint, "near_end", figures)
        for checkpoint, part, measure in parts(subject):
            if wanted(part):
                begun = time.monotonic()
                keep(checkpoint, part, measure())
                print(f"{checkpoint} {part}: {time.monotonic() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main()
