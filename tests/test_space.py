"""The repository as a Hugging Face Space: what its front matter promises is here."""

import re
from pathlib import Path

import yaml
from huggingface_hub import RepoCard, SpaceHardware
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
SPACE = RepoCard.load(ROOT / "README.md").data.to_dict()


def requirements(name: str) -> dict[str, Requirement]:
    """What a requirements file asks for, by name; options and comments aside."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    asked = [line.partition("#")[0].strip() for line in lines]
    found = [Requirement(line) for line in asked if line and not line.startswith("-")]
    return {one.name: one for one in found}


NEEDED = requirements("requirements.txt")


def test_a_space_installs_the_gradio_of_our_requirements():
    assert str(NEEDED["gradio"].specifier) == f"=={SPACE['sdk_version']}"


def test_zero_gpu_has_its_python_and_its_torch():
    assert SPACE["python_version"] == "3.12"
    offered = list(
        NEEDED["torch"].specifier.filter(["2.7.1", "2.8.0", "2.9.1", "2.10.0", "2.11.0"])
    )
    assert offered == ["2.8.0", "2.9.1", "2.10.0", "2.11.0"]


def test_development_is_pinned_within_what_users_may_install():
    [pinned] = requirements("constraints.txt").values()
    assert re.fullmatch(r"==[\d.]+", str(pinned.specifier))
    assert NEEDED[pinned.name].specifier.contains(str(pinned.specifier).removeprefix("=="))
    options = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8").splitlines()
    assert {"-r requirements.txt", "-c constraints.txt"} <= set(options)


def test_what_the_front_matter_names_is_here():
    assert SPACE["suggested_hardware"] == SpaceHardware.ZERO_A10G
    assert (ROOT / SPACE["app_file"]).is_file()
    folder, _, picture = SPACE["thumbnail"].partition("/resolve/main/")
    assert (ROOT / picture).is_file() and folder.startswith("https://huggingface.co/spaces/")
    assert len(SPACE["short_description"]) <= 60  # the Hub's limit


def test_the_data_sets_are_those_of_the_networks_cards():
    cards = (ROOT / "checkpoints").glob("*/README.md")
    named = [
        yaml.safe_load(card.read_text("utf-8").split("---")[1]).get("datasets") for card in cards
    ]
    assert set(SPACE["datasets"]) == {name for names in named for name in names or []}
