"""resume.pt: all that a run has to remember, and which run it is.

Read as data, never as code; refused as a whole when it is damaged or another run's. It knows
nothing of steps and losses.
"""

import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from explorer.denoiser.files import write_whole
from explorer.training.allowed import number, shown, whole
from explorer.training.config import Config
from explorer.training.datasets import Dataset
from explorer.training.errors import TrainingError

STATE = "resume.pt"
ADVICE = "choose another --out, or delete it to begin anew."


@dataclass(frozen=True)
class RunState:
    run: dict[str, Any]  # see `identity`
    step: int
    seconds: float
    tensors: dict[str, Tensor]


def identity(config: Config, dataset: Dataset) -> dict[str, Any]:
    """By dotted name, as plain values: all that what a run learns follows from.

    Two things may change from one session to the next, and are not in it: the number of GPUs, and
    the last step, so that a run can be made longer (config.json tells of the last one asked for).
    """
    images = hashlib.sha256()
    for part in (dataset.images, dataset.condition):
        images.update(part.cpu().contiguous().numpy().data)
    whole_run = {
        "name": config.name,
        "data": asdict(config.data),
        "model": asdict(config.model),
        "training": asdict(config.training),
    }
    del whole_run["training"]["steps"]
    flat = dict(_flat(json.loads(json.dumps(whole_run))))  # tuples become lists, as in the file
    return flat | {"images": images.hexdigest()[:12], "conditions": dataset.conditions}


def _flat(table: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{within}{key}.")
        else:
            yield within + key, value


def write_state(path: Path, state: RunState) -> None:
    """Whole, or not at all: a crash midway leaves the previous one. Raises WriteError."""
    content = io.BytesIO()
    torch.save({"format": 1, **vars(state)}, content)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole({path: content.getvalue()})


def read_state(path: Path, run: dict[str, Any], like: dict[str, Tensor]) -> RunState:
    """The state in `path`, if it is of the run that `identity` describes.

    Args:
        like: the tensors to be filled: the saved ones have their names, shapes and types.

    Raises:
        TrainingError: it is damaged, of another form, or of another run; says what differs.
    """
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged or foreign file can fail in many ways
        raise TrainingError(f"{path} is damaged, or no state of a run: {ADVICE}") from error
    keys = {"format", "run", "step", "seconds", "tensors"}
    if not isinstance(content, dict) or content.keys() != keys or content.pop("format") != 1:
        raise TrainingError(f"{path} is no state of a run as this version saves it: {ADVICE}")
    state = RunState(**content)
    if not isinstance(state.run, dict):
        raise TrainingError(f"{path} does not say which run it is of: {ADVICE}")
    differences = [
        f"{key} = {shown(state.run.get(key))}, and this one has {shown(run.get(key))}"
        for key in {**run, **state.run}
        if state.run.get(key) != run.get(key)
    ]
    if differences:
        told = "; ".join(differences)
        raise TrainingError(f"{path} is the state of a run that had {told}: {ADVICE}")
    whole(1, 10**9)(state.step, f"{path}: step")
    number(0, 10**9)(state.seconds, f"{path}: seconds")
    _check_tensors(state.tensors, like, path)
    return state


def _check_tensors(saved: Any, like: dict[str, Tensor], path: Path) -> None:
    if not isinstance(saved, dict) or saved.keys() != like.keys():
        raise TrainingError(f"{path} does not hold the tensors of this run: {ADVICE}")
    for name, expected in like.items():
        if not _is_like(saved[name], expected):
            wanted = f"{tuple(expected.shape)} finite numbers, {expected.dtype}"
            raise TrainingError(f"{path} is damaged: its {name!r} is not {wanted}; {ADVICE}")


def _is_like(value: Any, expected: Tensor) -> bool:
    return (
        isinstance(value, Tensor)
        and (value.layout, value.device.type) == (torch.strided, "cpu")
        and (value.shape, value.dtype) == (expected.shape, expected.dtype)
        and bool(value.isfinite().all())
    )
