"""What a config says of how its pictures are shown; whatever is of no use is as if not said."""

import json
from dataclasses import fields

import pytest

from explorer.denoiser.checkpoints import CHECKPOINTS
from explorer.exhibits.presentation import Presentation, read_presentation

FULL = {
    "order": 3,
    "opens_with": "pizza",
    "never_seen": "penguin",
    "first_kind": "food",
    "easy_kinds": ["food", "drink"],
    "strip_kinds": ["drink"],
    "ink": "digit",
    "compares": {"raw": {"v": "food", "eps": "food-eps"}},
}


def test_all_that_it_says_is_heard():
    read = read_presentation({"presentation": FULL})
    lists = {"easy_kinds": ("food", "drink"), "strip_kinds": ("drink",)}
    assert read == Presentation(**FULL | lists)
    assert set(FULL) == {field.name for field in fields(Presentation)}


@pytest.mark.parametrize("junk", [None, 5, "x", [], {"order": 1}, {}, [[]], True, "x" * 200, -1])
def test_junk_is_as_if_nothing_had_been_said(junk):
    nothing = Presentation()
    assert read_presentation({"presentation": junk}).ink == "colour"
    for name in FULL:
        read = read_presentation({"presentation": {name: junk}})
        value = getattr(read, name)
        assert value in (getattr(nothing, name), junk, ()), name


@pytest.mark.parametrize(
    ("shape", "conditions", "ink"),
    [
        ([1, 28, 28], list("0123456789"), "digit"),
        ([1, 28, 28], ["shirt", "shoe"], "colour"),  # Fashion-MNIST: nobody draws a digit for it
        ([3, 32, 32], list("0123456789"), "colour"),
        (None, None, "colour"),
    ],
)
def test_only_a_network_of_digits_is_drawn_digits_for(shape, conditions, ink):
    assert read_presentation({"shape": shape, "conditions": conditions}).ink == ink


def test_what_ours_name_is_there(shipped):
    for name, exhibit in shipped.items():
        said = json.loads((CHECKPOINTS / name / "config.json").read_text())["presentation"]
        for picture in ("opens_with", "never_seen"):
            assert picture not in said or said[picture] in exhibit.gallery
        kinds = [said["first_kind"], *said.get("easy_kinds", []), *said["strip_kinds"]]
        assert set(kinds) <= set(exhibit.denoiser.conditions)
        compared = {one for fold in said["compares"].values() for one in fold.values()}
        assert compared <= {name, *exhibit.variants}
