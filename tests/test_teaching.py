"""docs/teaching.md: its links open what they say, and its figures are the files' own."""

import json
import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from explorer.denoiser.checkpoints import load_denoiser
from explorer.lessons.lesson import find_lessons
from explorer.page.settings import read_settings
from explorer.page.words import number

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")
LINKS = re.findall(r"\]\((http[^)]+)\)", TEXT)
FIGURE = re.compile(r"(?<![\w.])\d+\.\d+(?!\.\d)")


def metrics() -> dict:
    file = ROOT / "checkpoints" / "emoji" / "metrics.json"
    return json.loads(file.read_text(encoding="utf-8"))


def test_every_link_opens_a_lesson_with_settings_that_it_has(shipped):
    lessons, exhibit = {one.name: one for one in find_lessons()}, shipped["emoji"]
    seen = set()
    for link in LINKS:
        said = dict(parse_qsl(urlsplit(link).query))
        lesson = lessons[said.pop("lesson")]
        seen.add(lesson.name)
        assert 0 <= int(said.pop("t", 0)) <= exhibit.T
        assert said.pop("big", "1") == "1"
        for name, value in said.items():
            owner, _, setting = name.partition(".")
            assert owner == lesson.name, link
            read = getattr(read_settings(lesson.settings, {setting: value}, exhibit), setting)
            assert str(read) == value or float(read) == float(value), link
    assert len(LINKS) > 10
    assert seen >= {one.name for one in lessons.values() if one.group == "story"}


def test_its_figures_are_those_of_the_file():
    found = metrics()
    error, settles = found["eps_mse"], found["findings"]["settles"]
    at = {t: k for k, t in enumerate(error["t"])}
    rows = {
        row["steps"]: row["mean"]["named_rightly"]
        for row in found["quality_by_steps"]["rows"]
        if row["sampler"] == "ddim"
    }
    schedule = load_denoiser("emoji", device="cpu").schedule
    half = schedule.nearest_t(sigma=1.0)
    true = {number(error["seen"][at[t]]) for t in (25, 475, 975)}
    true |= {number(error["held_out"][at[475]]), number(error["ideal_held_out"][at[475]])}
    true |= {number(100 * rows[steps]) for steps in (1, 2, 4, 50)}
    true.add(number(float(schedule.alpha_bar[half]) ** 0.5))
    plain = re.sub(r"`[^`]*`|\([^)]*\)", "", TEXT)  # code and links
    assert set(FIGURE.findall(plain)) == true
    assert f"at t = {half} both" in TEXT
    assert f"from t = {settles['ddim']['fine detail'][0]} on" in TEXT
    assert f"until t = {settles['ddpm']['fine detail'][0]}" in TEXT
