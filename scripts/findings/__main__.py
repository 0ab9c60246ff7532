"""Measure what the lessons tell of the shipped networks, and keep it in their metrics.json.

    python -m scripts.findings --data mnist.npz [--only PART ...]

Writes "findings" of each checkpoint: every figure that a sentence of the page quotes and that
training does not measure, each with how many runs or images it is over. Takes about half an hour
of two CPU cores; each part is kept as soon as it is there.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import torch

from explorer.denoiser.checkpoints import CHECKPOINTS
from explorer.denoiser.turns import Turns, share
from explorer.exhibits.exhibit import load_exhibits
from explorer.images.mnist import load_mnist
from explorer.training.datasets import to_model_space
from explorer.training.outputs import read_metrics, update_metrics
from scripts.findings.predictions import as_trained, drowned, near_end
from scripts.findings.relays import blind_relay, eps_relay, runaway
from scripts.findings.runs import lies, samplers, settles, spacing
from scripts.findings.subject import Subject, training_pictures

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
    images, kinds = training_pictures(emoji)
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


def keep(checkpoint: str, part: str, figures: dict[str, Any]) -> None:
    """Beside what is in its "findings" already."""
    folder = CHECKPOINTS / checkpoint
    findings = read_metrics(folder).get("findings", {})
    update_metrics(folder, {"findings": findings | {part: figures}})


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Measure what the lessons tell of the shipped networks."
    )
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
