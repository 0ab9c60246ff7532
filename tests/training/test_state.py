"""resume.pt: refused in one sentence, before anything is changed, unless it is this run's."""

import io
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from explorer.training.config import Config
from explorer.training.errors import TrainingError
from explorer.training.loop import train
from explorer.training.state import STATE
from explorer.training.trainer import Trainer


def with_training(config: Config, **changes: Any) -> Config:
    return replace(config, training=replace(config.training, **changes))


def with_model(config: Config, **changes: Any) -> Config:
    return replace(config, model=replace(config.model, **changes))


def with_data(config: Config, **changes: Any) -> Config:
    return replace(config, data=replace(config.data, **changes))


@pytest.fixture
def saved(tmp_path: Path, make_trainer: Callable[..., Trainer]) -> Path:
    """The state of a run's first step."""
    train(make_trainer(), tmp_path, interrupted=lambda: True)
    return tmp_path / STATE


def refusal(trainer: Trainer, path: Path) -> str:
    """The sentence that the state is refused with; neither it nor the weights are touched."""
    content = path.read_bytes()
    weights = [parameter.detach().clone() for parameter in trainer.parameters]
    with pytest.raises(TrainingError) as refused:
        train(trainer, path.parent)
    assert path.read_bytes() == content
    assert trainer.step == 0
    for before, after in zip(weights, trainer.parameters, strict=True):
        assert torch.equal(before, after)
    sentence = str(refused.value)
    assert sentence.count("\n") == 0
    return sentence


def test_a_file_that_is_no_state_is_refused(saved, make_trainer):
    whole = saved.read_bytes()
    files = {
        "cut": whole[: len(whole) // 2],
        "almost whole": whole[:-100],
        "empty": b"",
        "text": b"step = 7\n",
        "a pickle that would run code": pickle.dumps(print),
        "a list": pickled([1, 2]),
        "another dict": pickled({"step": 1, "seconds": 0.5, "network": {}}),
        "another format": pickled(torch.load(saved) | {"format": 2}),
    }
    for what, content in files.items():
        saved.write_bytes(content)
        said = refusal(make_trainer(), saved)
        assert f"{saved} is" in said, what
        assert "choose another --out, or delete it to begin anew" in said, what


def pickled(content: Any) -> bytes:
    file = io.BytesIO()
    torch.save(content, file)
    return file.getvalue()


def test_a_state_whose_contents_are_damaged_is_refused(saved, make_trainer):
    whole = torch.load(saved, weights_only=True)
    name, tensor = next(iter(whole["tensors"].items()))
    others = {key: value for key, value in whole["tensors"].items() if key != name}
    memory = next(key for key in others if key.endswith("exp_avg"))
    faults = {
        "step": [-1, 0, 1.5, True, "1", None],
        "seconds": [-1.0, float("nan"), float("inf"), "1"],
        "run": [None, [], {}],
        "tensors": [
            None,
            others,
            whole["tensors"] | {"another": tensor},
            whole["tensors"] | {name: tensor.double()},
            whole["tensors"] | {name: tensor[:1]},
            whole["tensors"] | {name: tensor.tolist()},
            whole["tensors"] | {name: tensor * torch.nan},
            whole["tensors"] | {memory: others[memory] + torch.inf},
        ],
    }
    for key, values in faults.items():
        for value in values:
            saved.write_bytes(pickled(whole | {key: value}))
            assert str(saved) in refusal(make_trainer(), saved), (key, value)


def test_a_state_of_another_run_is_refused_and_what_differs_is_named(saved, config, make_trainer):
    narrower = config.model.network | {"widths": [8, 32]}
    linear = {"name": "linear", "T": 1000}
    other = {
        "model.prediction = 'v', and this one has 'eps'": with_model(config, prediction="eps"),
        "model.network.widths = [16, 32], and this one has [8, 32]": with_model(
            config, network=narrower
        ),
        "model.schedule.name = 'cosine', and this one has 'linear'": with_model(
            config, schedule=linear
        ),
        "model.network.timed = None, and this one has False": with_model(
            config, network=config.model.network | {"timed": False}
        ),
        "training.seed = 5, and this one has 6": with_training(config, seed=6),
        "training.batch = 8, and this one has 4": with_training(config, batch=4),
        "data.mirror = False, and this one has True": with_data(config, mirror=True),
        "data.scale = None, and this one has [0.9, 1.0]": with_data(config, scale=(0.9, 1.0)),
        "training.ema = 0.9, and this one has 0.5; training": with_training(
            config, ema=0.5, clip_gradient=2.0
        ),
    }
    for words, changed in other.items():
        said = refusal(make_trainer(changed), saved)
        assert f"{saved} is the state of a run that had" in said
        assert words in said


def test_a_state_of_other_images_is_refused(saved, bars, config, make_trainer):
    trainer = make_trainer()
    others = replace(bars, images=bars.images.flip(2))
    other = Trainer(trainer.denoiser, others, config, compiled=False)
    assert " had images = " in refusal(other, saved)


def test_the_last_step_alone_may_change(saved, config, make_trainer):
    longer = make_trainer(with_training(config, steps=15))
    assert not train(longer, saved.parent)
    assert longer.step == 15
    shorter = make_trainer(with_training(config, steps=14))
    said = refusal(shorter, saved)
    assert said == f"{saved} has taken 15 steps already, of 14 in all."


def test_what_is_no_number_is_never_saved(saved, make_trainer):
    content = saved.read_bytes()
    trainer = make_trainer()
    trainer.resume(saved.parent)
    next(iter(trainer.ema)).fill_(torch.nan)
    with pytest.raises(FloatingPointError, match="no longer numbers at step 1"):
        trainer.save(saved.parent)
    assert saved.read_bytes() == content
