"""Config files: the shipped ones are whole, and a wrong one is refused in one sentence."""

import tomllib
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.denoiser.checkpoints import CHECKPOINTS, build_denoiser, read_json
from explorer.training.config import CONFIGS, Config
from explorer.training.errors import TrainingError

SHIPPED = ["digits", "emoji"]
# Of each variant: all that is different from the network that it is a variant of.
VARIANTS = {
    "digits-blind": (("network", "timed"), False),
    "digits-v": (("prediction",), "v"),
    "digits-x0": (("prediction",), "x_0"),
    "emoji-eps": (("prediction",), "eps"),
}
TRAINED = [*SHIPPED, "digits-blind", "digits-v", "digits-x0"]


def test_every_config_is_known_to_these_tests():
    names = {path.stem for path in CONFIGS.glob("*.toml")}
    assert names == {*SHIPPED, *VARIANTS}


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_differs_in_one_thing_alone(name):
    (*parts, last), value = VARIANTS[name]
    family = name.partition("-")[0]
    expected = deepcopy(Config.read(family).source) | {"name": name, "variant_of": family}
    del expected["presentation"]  # a variant is shown as its family is
    place = expected["model"]
    for part in parts:
        place = place[part]
    assert place.get(last) != value
    place[last] = value
    config = Config.read(name)
    assert config.source == expected
    checkpoint = config.checkpoint_config(["a", "b"])
    assert checkpoint["variant_of"] == family
    denoiser = build_denoiser(checkpoint)
    assert denoiser.prediction == expected["model"]["prediction"]
    assert denoiser.network.timed is (name != "digits-blind")


def test_how_it_is_shown_stands_in_the_checkpoint_and_is_no_matter_of_training():
    config = Config.read("digits")
    checkpoint = config.checkpoint_config(["a"])
    assert checkpoint["presentation"]["opens_with"] == "3, hand 1"
    assert "presentation" not in checkpoint["trained_with"]


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_no_variant_does_not_say_so(name):
    assert "variant_of" not in Config.read(name).checkpoint_config(["a"])


@pytest.mark.parametrize("name", TRAINED)
def test_a_shipped_config_describes_the_shipped_denoiser(name):
    config = Config.read(name)
    shipped = read_json(CHECKPOINTS / name / "config.json")
    ours = config.checkpoint_config(shipped["conditions"], 1)
    for key in ("format", "shape", "conditions", "schedule", "prediction", "network"):
        assert ours[key] == shipped[key]
    for part in ("name", "data", "model", "training"):
        assert ours["trained_with"][part] == shipped["trained_with"][part]
    assert build_denoiser(ours).shape == config.data.shape
    assert config.model.schedule["T"] == 1000
    assert 0.1 <= config.training.condition_dropout <= 0.15


@pytest.mark.parametrize("name", TRAINED)
def test_a_shipped_denoiser_tells_how_long_it_was_trained(name):
    run = read_json(CHECKPOINTS / name / "config.json")["trained_with"]["run"]
    metrics = read_json(CHECKPOINTS / name / "metrics.json")
    assert run["steps_taken"] == metrics["training"]["steps"]
    assert run["steps_until_zero_learning_rate"] >= run["steps_taken"]


def test_a_checkpoint_tells_the_steps_asked_for_and_the_steps_taken(config):
    trained_with = config.with_steps(7).checkpoint_config(["a"], 5)["trained_with"]
    assert trained_with["training"]["steps"] == 12
    assert trained_with["run"] == {"steps_until_zero_learning_rate": 7, "steps_taken": 5}


def test_an_unknown_name_is_answered_with_the_known_ones():
    there = r"digits, digits-blind, digits-v, digits-x0, emoji, emoji-eps"
    with pytest.raises(ValueError, match=rf"no config 'digit' \(there: {there}\)"):
        Config.read("digit")


# What is put in the place of a line, and the words that say what is wrong with it.
WRONG = [
    ("steps = 12", "", "training.steps is missing"),
    ("steps = 12", "steps = 12\nstepps = 13", "training has no 'stepps' (it has steps, batch"),
    ("steps = 12", "steps =", "Invalid value"),
    ("[data]", "[date]", "a config has no 'date'"),
    ("[training]", "[trainig]", "a config has no 'trainig' (it has name, data, model, training"),
    ('name = "bars"', "", "name is missing"),
    ("[data]", "data = 3\n[other]", "a config has no 'other'"),
    ("[data]\n", "data = 3\n", "a config has no 'set', 'shape'"),
    ("[model.network]", "[model.net]", "model has no 'net'"),
    ('name = "bars"', "name = 5", "name is 5, but it has to be 1 to 64 letters"),
    ('name = "bars"', 'name = ""', "name is '', but"),
    ('name = "bars"', 'name = "../../climbed"', "name is '../../climbed', but"),
    ('name = "bars"', 'name = "a/b"', "name is 'a/b', but"),
    ('name = "bars"', "name = 'a\\b'", "but it has to be 1 to 64 letters"),
    ('name = "bars"', 'name = "bars\\n"', "name is 'bars\\n', but"),
    ('name = "bars"', 'name = "bars"\nvariant-of = "digits"', "a config has no 'variant-of'"),
    ('name = "bars"', 'name = "bars"\nvariant_of = "digit"', "variant_of is 'digit', but"),
    ('name = "bars"', 'name = "bars"\nvariant_of = "bars"', "name of another config"),
    ('name = "bars"', 'name = "bars"\nvariant_of = "../digits"', "variant_of is '../digits', but"),
    ('set = "digits"', 'set = "cats"', "data.set is 'cats', but it has to be one of emoji, digits"),
    ('set = "digits"', 'set = ["digits"]', "data.set is ['digits'], but"),
    ("shape = [1, 28, 28]", "shape = [28, 28]", "data.shape is [28, 28], but it has to be a list"),
    ("shape = [1, 28, 28]", "shape = [1, 28, 0]", "each of them a whole number from 1 to 1024"),
    ("shape = [1, 28, 28]", "shape = [1, 28.0, 28]", "data.shape is [1, 28.0, 28], but"),
    ("shape = [1, 28, 28]", "shape = [1, 28, 28]\nshift = -3", "data.shift is -3, but"),
    ("shape = [1, 28, 28]", "shape = [1, 28, 28]\nshift = 1.5", "data.shift is 1.5, but"),
    ("shape = [1, 28, 28]", "shape = [1, 28, 28]\nmirror = 1", "has to be true or false"),
    ("shape = [1, 28, 28]", "shape = [1, 28, 28]\nscale = [1.0, 0.9]", "the lower one first"),
    ("shape = [1, 28, 28]", "shape = [1, 28, 28]\nscale = [0, 1]", "data.scale is [0, 1], but"),
    ("shape = [1, 28, 28]", "shape = [1, 28, 28]\nscale = [nan, 1]", "data.scale is [nan, 1]"),
    ('"v"', '"V"', "model.prediction is 'V', but it has to be one of eps, x_0, v"),
    ('"cosine"', '"cosin"', "model.schedule.name is 'cosin', but it has to be one of linear"),
    ('name = "cosine"', 'nam = "cosine"', "model.schedule.name is None, but"),
    ("T = 1000", "T = true", "model.schedule.T is True, but it has to be a whole number from 50"),
    ("T = 1000", "T = 100000000", "model.schedule.T is 100000000, but"),
    ("T = 1000", "TT = 1000", "model.schedule 'cosine' has no 'TT' (it has T, s, max_beta"),
    ("T = 1000", "s = -1.0", "model.schedule: s must be a finite number >= 0"),
    ("widths = [16, 32]", "widths = [16, 33]", "each of them a multiple of 8 from 8 to 2048"),
    ("widths = [16, 32]", "widths = []", "model.network.widths is [], but"),
    ("widths = [16, 32]", "widths = [16]", "blocks and attention must be equally long"),
    ("blocks = [1, 1]", "blocks = [1, -1]", "model.network.blocks is [1, -1], but"),
    ("attention = [false, true]", "attention = [0, 1]", "each of them true or false"),
    ("embedding_width = 32", "embedding_width = 33", "embedding_width is 33, but"),
    ("embedding_width = 32", "timd = false", "model.network has no 'timd'"),
    ("steps = 12", 'steps = "12"', "training.steps is '12', but it has to be a whole number"),
    ("steps = 12", "steps = 12.0", "training.steps is 12.0, but"),
    ("steps = 12", "steps = true", "training.steps is True, but"),
    ("steps = 12", "steps = 0", "training.steps is 0, but it has to be a whole number from 1"),
    ("batch = 8", "batch = 0", "training.batch is 0, but"),
    ("learning_rate = 2e-3", "learning_rate = 0", "from 0 to 1, but not 0"),
    ("learning_rate = 2e-3", "learning_rate = nan", "training.learning_rate is nan, but"),
    ("learning_rate = 2e-3", 'learning_rate = "fast"', "training.learning_rate is 'fast', but"),
    ("weight_decay = 1e-3", "weight_decay = -1e-3", "training.weight_decay is -0.001, but"),
    ("weight_decay = 1e-3", "weight_decay = inf", "training.weight_decay is inf, but"),
    ("warm_up = 4", "warm_up = -4", "training.warm_up is -4, but"),
    ("condition_dropout = 0.25", "condition_dropout = 3", "condition_dropout is 3, but it has to"),
    (
        "ema = 0.9",
        "ema = 1.5",
        "training.ema is 1.5, but it has to be a number from 0 to 1",
    ),
    ("ema = 0.9", "ema = 1", "training.ema is 1, but"),
    ("ema = 0.9", "ema = false", "training.ema is False, but"),
    ("clip_gradient = 1.0", "clip_gradient = 0.0", "training.clip_gradient is 0.0, but"),
    ("seed = 5", "seed = -1", "training.seed is -1, but"),
    ("seed = 5", f"seed = {2**63}", "training.seed is 9223372036854775808, but"),
]


def refusal(path: Path) -> str:
    with pytest.raises(TrainingError) as refused:
        Config.read(str(path))
    start = f"{path} is not a training config: "
    assert str(refused.value).startswith(start)
    assert len(str(refused.value).splitlines()) == 1
    return str(refused.value).removeprefix(start)


def test_a_wrong_file_is_refused_and_what_is_wrong_is_named(tmp_path, config_file):
    path, text = tmp_path / "wrong.toml", config_file.read_text()
    for old, new, words in WRONG:
        assert old in text
        path.write_text(text.replace(old, new, 1))
        assert words in refusal(path), (old, new)


def test_a_file_that_is_no_toml_is_refused(tmp_path):
    path = tmp_path / "wrong.toml"
    for content in (b"", b"\xff\xfe", b"\0", b"a = " + b"[" * 20_000, b"a = " + b"9" * 5000):
        path.write_bytes(content)
        assert refusal(path)
    for name in ("", "\0", "x" * 5000, str(tmp_path), "..", "a\nb", "digits.toml"):
        with pytest.raises(TrainingError, match=r"^There is no config '.*' \(there: digits"):
            Config.read(name)


def test_whole_numbers_stand_for_numbers_and_ends_are_allowed(tmp_path, config_file):
    text = config_file.read_text()
    path = tmp_path / "right.toml"
    for old, new in {
        "clip_gradient = 1.0": "clip_gradient = 1",
        "weight_decay = 1e-3": "weight_decay = 0",
        "condition_dropout = 0.25": "condition_dropout = 1",
        "ema = 0.9": "ema = 0",
        "warm_up = 4": "warm_up = 0",
        "seed = 5": f"seed = {2**63 - 1}",
        'name = "bars"': 'name = "bars"\nvariant_of = "digits"',
    }.items():
        assert old in text
        path.write_text(text.replace(old, new))
        assert Config.read(str(path)).source == tomllib.loads(path.read_text())


def places(table: dict[str, Any], within: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in table.items():
        yield (*within, key)
        if isinstance(value, dict):
            yield from places(value, (*within, key))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=6,
)
SOURCES = {path.stem: tomllib.loads(path.read_text()) for path in CONFIGS.glob("*.toml")}


@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(data=st.data())
def test_any_mutation_of_a_shipped_config_is_read_or_refused_in_one_sentence(data):
    source = deepcopy(SOURCES[data.draw(st.sampled_from(sorted(SOURCES)))])
    for _ in range(data.draw(st.integers(1, 3))):
        *parts, last = data.draw(st.sampled_from(list(places(source))))
        table = source
        for part in parts:
            table = table[part]
        change = data.draw(st.sampled_from(["value", "delete", "add"]))
        if change == "value":
            table[last] = data.draw(ANYTHING)
        elif change == "delete":
            del table[last]
        else:
            table[data.draw(st.text())] = data.draw(ANYTHING)
    with patch("tomllib.loads", lambda text: source):
        try:
            config = Config.read("digits")
        except TrainingError as error:
            assert len(str(error).splitlines()) == 1
            return
    assert config.source == source
    checkpoint = config.checkpoint_config(["a"])
    assert checkpoint["network"] == source["model"]["network"]
    assert 0 < config.training.learning_rate <= 1
    assert 0 <= config.training.ema < 1
