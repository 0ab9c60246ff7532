"""A training run's every hyperparameter, read from a TOML file in `configs/`.

What each may be stands beside it. It knows nothing of how they are used.
"""

import inspect
import os
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, get_args

from explorer.denoiser.denoiser import Prediction
from explorer.diffusion.schedules import SCHEDULES
from explorer.training.allowed import (
    FLAG,
    NAME,
    number,
    one_of,
    range_within,
    read_table,
    refuse_unknown,
    several,
    shown,
    whole,
)
from explorer.training.errors import TrainingError

CONFIGS = Path(__file__).parent / "configs"
STEPS = whole(1, 10**9)
LEVELS = 8  # at most: each halves the picture


@dataclass(frozen=True)
class DataConfig:
    set: Annotated[str, one_of("emoji", "digits")]
    shape: Annotated[tuple[int, int, int], several(whole(1, 1024), 3, 3)]  # (C, H, W)
    mirror: Annotated[bool, FLAG] = False
    shift: Annotated[int, whole(0, 1024)] = 0  # pixels
    scale: Annotated[tuple[float, float] | None, range_within(0.1, 10)] = None


@dataclass(frozen=True)
class NetworkConfig:
    """The arguments of `explorer.denoiser.unet.UNet`, but for those that follow from the data."""

    widths: Annotated[tuple[int, ...], several(whole(8, 2048, multiple_of=8), 1, LEVELS)]
    blocks: Annotated[tuple[int, ...], several(whole(1, 16), 1, LEVELS)]
    attention: Annotated[tuple[bool, ...], several(FLAG, 1, LEVELS)]
    embedding_width: Annotated[int, whole(2, 2048, multiple_of=2)] = 128
    timed: Annotated[bool, FLAG] = True


def _network(value: Any, place: str) -> dict[str, Any]:
    """The table as it is: a checkpoint's config.json keeps it so."""
    read = read_table(NetworkConfig, value, place)
    if not len(read.widths) == len(read.blocks) == len(read.attention):
        raise TrainingError(f"{place}: widths, blocks and attention must be equally long.")
    return value


def _table(value: Any, place: str) -> dict[str, Any]:
    """The table as it is: it is not about training."""
    if not isinstance(value, dict):
        raise TrainingError(f"{place} is {shown(value)}, but it has to be a table.")
    return value


def _schedule(value: Any, place: str) -> dict[str, Any]:
    """The table as it is, if the schedule that it names can be made of it."""
    if not isinstance(value, dict):
        raise TrainingError(f"{place} is {shown(value)}, but it has to be a table.")
    make = SCHEDULES[one_of(*SCHEDULES)(value.get("name"), f"{place}.name")]
    numbers = {key: given for key, given in value.items() if key != "name"}
    refuse_unknown(numbers, list(inspect.signature(make).parameters), f"{place} {value['name']!r}")
    for key, given in numbers.items():
        # Samples are drawn in 50 steps, to be measured.
        check = whole(50, 10_000) if key == "T" else number(-1000, 1000)
        check(given, f"{place}.{key}")
    try:
        make(**numbers)
    except ValueError as error:
        raise TrainingError(f"{place}: {error}") from error
    return value


@dataclass(frozen=True)
class ModelConfig:
    schedule: Annotated[dict[str, Any], _schedule]
    prediction: Annotated[str, one_of(*get_args(Prediction))]
    network: Annotated[dict[str, Any], _network]


@dataclass(frozen=True)
class TrainingConfig:
    steps: Annotated[int, STEPS]
    batch: Annotated[int, whole(1, 10**6)]  # over all GPUs
    learning_rate: Annotated[float, number(0, 1, but_not=0)]
    weight_decay: Annotated[float, number(0, 10)]
    warm_up: Annotated[int, whole(0, 10**9)]  # steps
    condition_dropout: Annotated[float, number(0, 1)]
    ema: Annotated[float, number(0, 1, but_not=1)]
    clip_gradient: Annotated[float, number(0, 10**6, but_not=0)]
    seed: Annotated[int, whole(0, 2**63 - 1)]


@dataclass(frozen=True)
class Config:
    name: Annotated[str, NAME]
    data: DataConfig
    model: ModelConfig
    training: TrainingConfig
    source: dict[str, Any] = field(repr=False)  # the file as read, kept in the checkpoint
    # Trained only to be compared with this one.
    variant_of: Annotated[str | None, NAME] = None
    # How the app shows it (see `explorer.exhibits.presentation`).
    presentation: Annotated[dict[str, Any], _table] = field(default_factory=dict)

    @classmethod
    def read(cls, name_or_path: str) -> "Config":
        """From `configs/<name>.toml`, or from any TOML file.

        Raises:
            TrainingError: there is no such file, or it is not of this form; a ValueError.
        """
        path = Path(name_or_path)
        if path.suffix != ".toml":
            path = CONFIGS / f"{name_or_path}.toml"
        if not os.path.isfile(path):  # unlike Path.is_file, it takes any path
            names = ", ".join(sorted(p.stem for p in CONFIGS.glob("*.toml")))
            raise TrainingError(f"There is no config {shown(name_or_path)} (there: {names}).")
        try:
            source = tomllib.loads(path.read_text(encoding="utf-8"))
            config = read_table(cls, source, source=source)
            config.check_base(path.parent)
        except (OSError, ValueError, RecursionError) as error:  # a file that is no TOML fails so
            raise TrainingError(f"{path} is not a training config: {error}") from error
        return config

    def check_base(self, folder: Path) -> None:
        """Raise TrainingError if there is no config of what this is a variant of."""
        base = self.variant_of
        if base is None:
            return
        there = any((place / f"{base}.toml").is_file() for place in (folder, CONFIGS))
        if base == self.name or not there:
            raise TrainingError(
                f"variant_of is {base!r}, but it has to be the name of another config, "
                f"in {folder} or among the shipped ones."
            )

    def with_steps(self, steps: int) -> "Config":
        """The same run, its learning rate falling to zero at another step."""
        return replace(self, training=replace(self.training, steps=steps))

    def checkpoint_config(self, conditions: list[str], steps_taken: int = 0) -> dict[str, Any]:
        """What `explorer.denoiser.checkpoints` needs to rebuild the denoiser, and how it came.

        "trained_with" holds the config file as it was, and beside it what this run made of it.
        "variant_of" is there for variants only: the app does not offer them as networks to choose.
        """
        run = {"steps_until_zero_learning_rate": self.training.steps, "steps_taken": steps_taken}
        variant = {"variant_of": self.variant_of} if self.variant_of else {}
        source = {name: value for name, value in self.source.items() if name != "presentation"}
        return {
            "format": 1,
            **variant,
            "shape": list(self.data.shape),
            "conditions": conditions,
            "schedule": self.model.schedule,
            "prediction": self.model.prediction,
            "network": self.model.network,
            **({"presentation": self.presentation} if self.presentation else {}),
            "trained_with": {**source, "run": run},
        }
