"""The command line writes what the page shows for the same link, and says what does not fit."""

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer import cli
from explorer.images.data_uri import read_data_uri
from explorer.lessons.lesson import find_lessons
from explorer.lessons.single_step.compute import Settings
from explorer.lessons.single_step.panel import show_single_step
from explorer.page.recipe import Recipe
from explorer.page.settings import settings_of

LESSONS = {lesson.name: lesson for lesson in find_lessons()}
SHORT = {"reverse": ["--steps", "3"]}  # settings that make a run short


@pytest.fixture
def run(monkeypatch, shelf, capsys):
    """`run("recipe", link)` -> exit status, what was printed, and what was complained of."""
    monkeypatch.setattr(cli, "load_exhibits", lambda *_: shelf.exhibits)

    def go(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        status = cli.main([str(one) for one in arguments])
        return status, *capsys.readouterr()

    return go


def pictures(folder: Path) -> dict[str, np.ndarray]:
    return {file.stem: np.asarray(Image.open(file)) for file in sorted(folder.glob("*.png"))}


def decoded(uri: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(read_data_uri(uri))))


@pytest.mark.parametrize("name", LESSONS)
def test_every_lesson_is_written(run, shelf, tmp_path, name):
    """All that it computes, once as files and once as a moment's results."""
    lesson, link = LESSONS[name], "?denoiser=tiny&image=old+dog&t=13&seed=5"
    status, _, wrong = run("run", name, "--recipe", link, "--out", tmp_path, *SHORT.get(name, []))
    assert (status, wrong) == (0, "")
    found, numbers = pictures(tmp_path), json.loads((tmp_path / "numbers.json").read_text())
    assert set(numbers) == set(lesson.computes)
    given = dict(zip(*[iter(SHORT.get(name, []))] * 2, strict=True))
    settings = {flag[2:]: value for flag, value in given.items()}
    recipe = Recipe.read(
        f"{link}&" + "&".join(f"{name}.{k}={v}" for k, v in settings.items()), shelf
    )
    moment = recipe.moment(shelf, name, lesson.settings)
    result = lesson.computes[name](moment)
    if hasattr(result, "pictures"):
        expected = result.pictures
    else:
        expected = {
            f"{step:03d}-{picture}": pixels
            for step, one in enumerate(result)
            for picture, pixels in one.pictures.items()
        }
    assert expected.keys() <= found.keys()
    for picture, pixels in expected.items():
        np.testing.assert_array_equal(found[picture].reshape(pixels.shape), pixels)


def test_the_files_are_the_pages_pictures_and_its_figures(run, shelf, tmp_path):
    link = "https://explorer.example/?denoiser=tiny&image=old+dog&seed=5&single_step.beta=0.8"
    run("run", "single_step", "--recipe", link, "--out", tmp_path)
    moment = Recipe.read(link, shelf).moment(shelf, "single_step", Settings)
    row = show_single_step(moment)["row"]["pictures"]
    for shown, written in zip(
        row,
        [pictures(tmp_path)[name] for name in ("clean", "noisy", "again", "guess")],
        strict=True,
    ):
        np.testing.assert_array_equal(decoded(shown["uri"]), written)
    numbers = json.loads((tmp_path / "numbers.json").read_text())["single_step"]
    assert f"t = {numbers['t']}" in row[1]["note"]


def test_flags_say_otherwise_than_the_recipe(run, tmp_path):
    recipe = tmp_path / "recipe.json"
    recipe.write_text(json.dumps({"model": "tiny", "t": 13, "picture": "old dog"}))
    run("run", "forward_noising", "--recipe", recipe, "--t", "30", "--out", tmp_path / "one")
    run("run", "forward_noising", "--model", "tiny", "--picture", "old dog", "--t", 30, "--out",
        tmp_path / "two")  # fmt: skip
    one, two = pictures(tmp_path / "one"), pictures(tmp_path / "two")
    assert one.keys() == two.keys() == {"x_0", "x_t", "signal_part", "noise_part"}
    assert all((one[name] == two[name]).all() for name in one)
    assert json.loads((tmp_path / "one/numbers.json").read_text())["forward_noising"]["t"] == 30


def test_another_model_brings_a_picture_of_its_own(run, tmp_path):
    status, _, wrong = run("run", "noise_prediction", "--model", "strokes", "--out", tmp_path)
    assert (status, wrong) == (0, "")
    assert pictures(tmp_path)["x_0"].shape == (28, 28)


@pytest.mark.parametrize(
    "flags, words",
    [
        (["--model", "nothing"], "denoiser must be one of tiny, strokes."),
        (["--picture", "nothing"], "The gallery has no picture called 'nothing'."),
        (["--t", "41"], "t must be a whole number from 0 to 40, not 41."),
        (["--t", "abc"], "t must be a whole number from 0 to 40, not 'abc'."),
        (["--told", "yes"], "told must be true or false, not 'yes'."),
        (["--beta", "9"], "beta must be a number from 0.05 to 3, not 9."),
        (["--recipe", "no/such/file.json"], "No such file"),
    ],
)
def test_what_does_not_fit_is_said_in_a_sentence(run, tmp_path, flags, words):
    status, printed, wrong = run("run", "single_step", "--out", tmp_path / "out", *flags)
    assert (status, printed) == (2, "")
    assert words in wrong
    assert "Traceback" not in wrong
    assert not (tmp_path / "out").exists()


def test_a_link_is_printed_as_a_recipe(run):
    link = (
        "https://explorer.example/?denoiser=tiny&image=old+dog&t=99&lesson=break_it"
        "&break_it.mistake=few_steps&break_it.strength=5&break_it.other=1&nothing.at=all"
    )
    status, printed, _ = run("recipe", link)
    assert status == 0
    assert json.loads(printed) == {
        "model": "tiny",
        "picture": "old dog",
        "t": 40,
        "seed": 9,
        "lesson": "break_it",
        "settings": {"break_it": {"mistake": "few_steps", "strength": 5.0}},
    }


def test_every_setting_has_a_flag(capsys):
    for name, lesson in LESSONS.items():
        with pytest.raises(SystemExit):
            cli.main(["run", name, "--help"])
        said = capsys.readouterr().out
        for setting in settings_of(lesson.settings):
            assert cli.flag_of(setting) in said


@pytest.mark.slow
def test_it_is_a_command(tmp_path, digits_alone):
    command = [sys.executable, "-m", "explorer", "run", "break_it", "--model", "digits"]
    done = subprocess.run(
        [*command, "--t", "400", "--checkpoints", digits_alone, "--out", tmp_path],
        capture_output=True, text=True, timeout=120, cwd=Path(cli.__file__).parents[1],
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert len(pictures(tmp_path)) == 3 * 17
