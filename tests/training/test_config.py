"""Config files: the shipped ones are whole, and a wrong one is refused in one sentence."""

from copy import deepcopy

import pytest

from explorer.denoiser.checkpoints import CHECKPOINTS, build_denoiser, read_json
from explorer.training.config import CONFIGS, Config

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


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("steps = 12", ""),
        ("steps = 12", "steps = 12\nstepps = 13"),
        ("steps = 12", "steps ="),
        ("[data]", "[date]"),
        ('name = "bars"', ""),
        ("[data]", "data = 3\n[other]"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path, config_file, old, new):
    path = tmp_path / "wrong.toml"
    path.write_text(config_file.read_text().replace(old, new))
    with pytest.raises(ValueError, match=r"wrong\.toml is not a training config"):
        Config.read(str(path))
