"""A training run's every hyperparameter, read from a TOML file in `configs/`.

It knows nothing of how they are used.
"""

import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

CONFIGS = Path(__file__).parent / "configs"


@dataclass(frozen=True)
class DataConfig:
    set: str  # "emoji" or "digits"
    shape: tuple[int, int, int]  # (C, H, W)
    mirror: bool = False
    shift: int = 0  # pixels
    scale: tuple[float, float] | None = None


@dataclass(frozen=True)
class ModelConfig:
    schedule: dict[str, Any]
    prediction: str  # "eps", "x_0" or "v"
    network: dict[str, Any]


@dataclass(frozen=True)
class TrainingConfig:
    steps: int
    batch: int  # over all GPUs
    learning_rate: float
    weight_decay: float
    warm_up: int  # steps
    condition_dropout: float
    ema: float
    clip_gradient: float
    seed: int


@dataclass(frozen=True)
class Config:
    name: str
    data: DataConfig
    model: ModelConfig
    training: TrainingConfig
    source: dict[str, Any] = field(repr=False)  # the file as read, kept in the checkpoint
    variant_of: str | None = None  # trained only to be compared with this one

    @classmethod
    def read(cls, name_or_path: str) -> "Config":
        """From `configs/<name>.toml`, or from any TOML file.

        Raises:
            ValueError: there is no such file, or it is not of this form.
        """
        path = Path(name_or_path)
        if path.suffix != ".toml":
            path = CONFIGS / f"{name_or_path}.toml"
        if not path.is_file():
            names = ", ".join(sorted(p.stem for p in CONFIGS.glob("*.toml")))
            raise ValueError(f"There is no config {name_or_path!r} (there: {names}).")
        try:
            source = tomllib.loads(path.read_text(encoding="utf-8"))
            data: dict[str, Any] = {
                key: tuple(value) if isinstance(value, list) else value
                for key, value in source["data"].items()
            }
            return cls(
                name=source["name"],
                data=DataConfig(**data),
                model=ModelConfig(**source["model"]),
                training=TrainingConfig(**source["training"]),
                source=source,
                variant_of=source.get("variant_of"),
            )
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"{path} is not a training config ({error}).") from error

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
        return {
            "format": 1,
            **variant,
            "shape": list(self.data.shape),
            "conditions": conditions,
            "schedule": self.model.schedule,
            "prediction": self.model.prediction,
            "network": self.model.network,
            "trained_with": {**self.source, "run": run},
        }
