"""A recipe: the same in an address and in JSON; reading it mends whatever is amiss."""

import json

import numpy as np
import pytest

from explorer.images.encoding import png_data_uri
from explorer.lessons.break_it.compute import Settings
from explorer.page.recipe import MOST_SETTINGS, OWN_NAMES, Recipe

FULL = {
    "model": "tiny",
    "picture": "old dog",
    "t": 13,
    "seed": 2**63 - 1,
    "told": True,
    "lesson": "break_it",
    "settings": {"break_it": {"mistake": "few_steps", "strength": 3.5}, "quiz": {"on": True}},
}


@pytest.fixture
def read(shelf):
    return lambda source: Recipe.read(source, shelf)


def own_picture(shape=(8, 8, 3)) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, shape, np.uint8)


def test_json_and_back(read):
    recipe = read(FULL)
    assert recipe.to_json() == FULL
    assert read(json.dumps(recipe.to_json())) == recipe
    assert read(json.dumps(recipe.to_json()).encode()) == recipe


def test_an_address_says_the_same(read):
    query = read(FULL).to_query()
    assert query == (
        "denoiser=tiny&image=old+dog&t=13&seed=9223372036854775807&told=true&lesson=break_it"
        "&break_it.mistake=few_steps&break_it.strength=3.5&quiz.on=true"
    )
    again = read(f"https://explorer.example/some/path?{query}#there")
    assert again == read(query) == read(f"?{query}")
    assert again.to_query() == query  # (an address's numbers are texts until a lesson reads them)


def test_a_lesson_reads_its_settings_alike_from_both(read, shelf):
    for recipe in (read(FULL), read(read(FULL).to_query())):
        moment = recipe.moment(shelf, "break_it", Settings)
        assert moment.settings == Settings("few_steps", 3.5)
        assert moment.picture.name == "old dog"
        assert (moment.t, moment.seed, moment.told) == (13, 2**63 - 1, True)


@pytest.mark.parametrize("denoiser, shape", [("tiny", (8, 8, 3)), ("strokes", (28, 28, 1))])
def test_a_picture_of_ones_own_travels_pixel_for_pixel(read, shelf, denoiser, shape):
    pixels = own_picture(shape)
    recipe = read({"model": denoiser, "own": png_data_uri(pixels), "picture": OWN_NAMES[1]})
    for same in (recipe, read(recipe.to_query()), read(json.dumps(recipe.to_json()))):
        choice = same.choice(shelf)
        assert (choice.name, choice.own, choice.kind) == (OWN_NAMES[1], True, None)
        np.testing.assert_array_equal(choice.pixels, pixels)


def test_a_picture_of_another_size_or_none_at_all_is_passed_over(read, shelf):
    for own in (png_data_uri(own_picture((9, 9, 3))), "data:image/png;base64,AAAA", "%%%", 5, "a"):
        recipe = read({"own": own, "picture": "old dog"})
        assert (recipe.own, recipe.picture) == (None, "old dog")
    assert read({"picture": OWN_NAMES[0]}).picture == shelf.first.first_picture.name


def test_nothing_said_is_the_page_as_it_opens(read, shelf):
    opens = {"model": "tiny", "picture": shelf.first.first_picture.name, "t": 20, "seed": 9}
    for nothing in ("", "?", {}, None, 5, [], "{}", "{", b"\xff", "https://explorer.example/"):
        assert read(nothing).to_json() == opens


HOSTILE = [
    "0", "-1e999", "NaN", "null", "[]", "{", "../../etc/passwd", "http://[evil", "\x00", "\ud800",
    "<script>", "%00", "9" * 5000, "a" * 100_000, None, [], {}, True, 1e400, b"x", object(),
]  # fmt: skip


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_is_written_a_recipe_is_read(read, shelf, value):
    names = ("model", "denoiser", "picture", "image", "t", "seed", "told", "lesson", "own")
    said = dict.fromkeys([*names, "break_it.strength", ".", "a.", "__proto__.x", 5], value)
    for source in (value, said, {"settings": value}, {"settings": {"break_it": value}}):
        recipe = read(source)
        assert recipe.model in shelf.exhibits
        assert 0 <= recipe.t <= 40
        assert 0 <= recipe.seed < 2**63
        moment = recipe.moment(shelf, "break_it", Settings)
        assert 0.5 <= moment.settings.strength <= 1.5
        assert read(recipe.to_query()).to_query() == recipe.to_query()
        json.dumps(recipe.to_json())


def test_no_recipe_grows_without_end(read):
    many = {f"a{k}": {f"b{n}": 1 for n in range(50)} for k in range(50)}
    assert sum(map(len, read({"settings": many}).settings.values())) == MOST_SETTINGS
    assert len(read({f"a.b{k}": "1" for k in range(10**4)}).settings["a"]) == MOST_SETTINGS
    assert read({"settings": {"a": {"b": "x" * 1000}}}).settings == {}
