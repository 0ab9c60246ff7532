"""Settings: declared once; read with whatever comes, checked where somebody asks."""

import math
from dataclasses import dataclass, replace

import pytest

from explorer.page.settings import (
    NoSettings,
    differing,
    flag,
    number,
    one_of,
    read_settings,
    settings_of,
    text,
    whole,
)


@dataclass(frozen=True)
class Settings:
    sampler: str = one_of("ddim", ("ddim", "ddpm"))
    steps: int = whole(50, 1, 250)
    eta: float = number(0.5, 0, 1)
    long: bool = flag(False)
    own: str = text()
    told: int | None = whole(None)

    def mended(self, exhibit) -> "Settings":
        told = exhibit.T // 4 if self.told is None else min(max(self.told, 1), exhibit.T)
        return replace(self, told=told)


KNOWN = settings_of(Settings)


@pytest.mark.parametrize(
    "name, value, read",
    [
        ("sampler", "ddpm", "ddpm"),
        ("sampler", "DDPM", "ddim"),
        ("sampler", 5, "ddim"),
        ("steps", "33", 33),
        ("steps", 33.4, 33),
        ("steps", 1e9, 250),
        ("steps", "-5", 1),
        ("steps", "many", 50),
        ("steps", math.nan, 50),
        ("steps", None, 50),
        ("steps", [], 50),
        ("steps", "9" * 400, 250),
        ("eta", "0.3", 0.3),
        ("eta", "1e400", 1),
        ("long", True, True),
        ("long", "true", True),
        ("long", "yes", False),
        ("long", 1, False),
        ("long", [], False),
        ("own", "900, 800", "900, 800"),
        ("own", "9" * 201, ""),
        ("told", "12", 12),
        ("told", "inf", None),
        ("told", "-inf", None),
    ],
)
def test_what_can_be_used_is_used_and_the_rest_is_as_it_opens(name, value, read):
    found = KNOWN[name].read(value)
    assert found == read
    assert isinstance(found, KNOWN[name].kind | None)


@pytest.mark.parametrize(
    "name, value, words",
    [
        ("sampler", "euler", "sampler must be one of ddim, ddpm, not 'euler'."),
        ("steps", 0, "steps must be a whole number from 1 to 250, not 0."),
        ("steps", 2.5, "steps must be a whole number from 1 to 250, not 2.5."),
        ("steps", "5", "steps must be a whole number from 1 to 250, not '5'."),
        ("steps", True, "steps must be a whole number from 1 to 250, not True."),
        ("eta", math.nan, "eta must be a number from 0 to 1, not nan."),
        ("eta", None, "eta must be a number from 0 to 1, not None."),
        ("long", 1, "long must be true or false, not 1."),
        ("own", "a" * 300, "own must be a text of up to 200 characters, not "),
        ("told", "x", "told must be a whole number, not 'x'."),
    ],
)
def test_who_asks_for_what_does_not_fit_is_told_what_does(name, value, words):
    with pytest.raises(ValueError, match="must be") as caught:
        KNOWN[name].check(name, value)
    assert str(caught.value).startswith(words)
    assert len(str(caught.value)) < 150


def test_what_fits_is_given_back():
    fits = {"sampler": "ddpm", "steps": 5, "eta": 1, "long": True, "own": "", "told": None}
    assert {name: KNOWN[name].check(name, value) for name, value in fits.items()} == fits


def test_the_network_has_the_last_word(colour_exhibit):
    assert read_settings(Settings, {}, colour_exhibit).told == 10
    assert read_settings(Settings, {"told": 99, "steps": "x"}, colour_exhibit) == Settings(told=40)
    assert read_settings(NoSettings, {"told": 99}, colour_exhibit) == NoSettings()


def test_only_what_must_be_said_is_said(colour_exhibit):
    opening = read_settings(Settings, {}, colour_exhibit)
    assert differing(opening, colour_exhibit) == {}
    said = differing(replace(opening, told=3, eta=0.25), colour_exhibit)
    assert said == {"told": 3, "eta": 0.25}
