"""The rail: whatever a visitor's hands or address do, its values are mended or refused politely."""

import base64
import io
import math

import gradio as gr
import numpy as np
import pytest
from gradio.data_classes import ImageData
from PIL import Image, ImageDraw

from explorer.components.upload import Upload
from explorer.images.mnist import MnistError
from explorer.images.uploads import read_picture
from explorer.page import rail
from explorer.page.rail import (
    RailHandlers,
    ends,
    pad_settings,
    read_rail,
)
from explorer.page.recipe import LARGEST_SEED, clean_seed, clean_t

GARBAGE = [None, "", "abc", "1e999", math.nan, math.inf, -math.inf, [], {}, [3], "0x10", b"7"]


@pytest.mark.parametrize("seed", [*GARBAGE, -1, -(10**30), 10**30, 7.9, True])
def test_any_seed_becomes_one_that_every_sampler_takes(seed):
    cleaned = clean_seed(seed)
    assert type(cleaned) is int
    assert 0 <= cleaned <= LARGEST_SEED


@pytest.mark.parametrize("seed", [0, 7, 2**53 + 1, LARGEST_SEED])
def test_a_good_seed_is_kept(seed):
    assert clean_seed(seed) == clean_seed(str(seed)) == seed


@pytest.mark.parametrize(
    "typed, seed",
    [("-1", 0), ("7.9", 7), (7.9, 7), ("1e3", 1000), (" 007 ", 7), ("9" * 20, LARGEST_SEED)],
)
def test_what_is_no_seed_is_cut_to_one(typed, seed):
    assert clean_seed(typed) == seed


@pytest.mark.parametrize("t", [*GARBAGE, -1, -(10**30), 10**30, 3.4])
def test_any_t_becomes_a_time(t, colour_exhibit):
    cleaned = clean_t(t, colour_exhibit)
    assert type(cleaned) is int
    assert 0 <= cleaned <= colour_exhibit.T


@pytest.mark.parametrize(
    "t, cleaned",
    [(0, 0), (40, 40), ("13", 13), (13.4, 13), (41, 40), (-1, 0), (None, 20), ("", 20)],
)
def test_a_time_is_cut_at_the_ends_and_the_middle_stands_for_none(t, cleaned, colour_exhibit):
    assert clean_t(t, colour_exhibit) == cleaned


def test_the_rails_values_fit_each_other(shelf, choice_of):
    moment = read_rail(shelf, "tiny", choice_of("hot dog"), "12", -1)
    assert (moment.exhibit.name, moment.picture.name, moment.t) == ("tiny", "hot dog", 12)
    # The network has just been changed, and the image has not followed yet.
    moment = read_rail(shelf, "strokes", choice_of("hot dog"), 12, 7)
    assert moment.picture.pixels.shape == (28, 28, 1)
    assert read_rail(shelf, "no such", choice_of(), 0, 0).exhibit.name == "tiny"
    assert read_rail(shelf, None, choice_of(), 0, 0).exhibit.name == "tiny"


@pytest.fixture
def handed(shelf, choice_of):
    """`handed("pick", "tiny", ...)` -> the choice that it answers with."""

    def call(name: str, denoiser: str, last):
        handlers, first = RailHandlers(shelf), choice_of(None, denoiser)
        handler = getattr(handlers, name)
        return handler(denoiser, first, 13, 7, False, last)[0]

    return call


def test_what_shows_a_new_picture_travels_with_it(shelf, choice_of, event):
    first = choice_of()
    picked, scene, html = RailHandlers(shelf).pick(
        "tiny", first, 12, 3, False, event(name="hot dog")
    )
    assert picked.name == scene["scene"]["choices"]["image"] == "hot dog"
    assert (scene["t"], scene["prediction"]["t"]) == (12, 12)
    assert scene["scene"]["key"] == scene["prediction"]["key"]
    assert "hot dog" in html


def test_a_click_in_the_gallery_picks_that_picture(handed, event):
    choice = handed("pick", "tiny", event(name="wild cat"))
    assert (choice.name, choice.kind, choice.mark) == ("wild cat", "cat", "never seen")
    assert not choice.own
    assert handed("pick", "strokes", event(name="7, hand 2")).kind == "7"


@pytest.mark.parametrize("told", [{}, {"name": None}, {"name": "no such picture"}])
def test_a_click_on_nothing_picks_the_first_picture(handed, event, told, colour_exhibit):
    assert handed("pick", "tiny", event(**told)).name == colour_exhibit.first_picture.name


# ---- uploads


def write(path, image) -> str:
    image.save(path)
    return str(path)


def test_an_upload_is_what_the_network_sees(handed, tmp_path):
    photo = Image.effect_noise((90, 60), 80).convert("RGB")
    choice = handed("take_upload", "tiny", write(tmp_path / "photo.png", photo))
    assert choice.own
    assert choice.kind is None
    assert choice.mark == "never seen"
    np.testing.assert_array_equal(choice.pixels, read_picture(tmp_path / "photo.png", (3, 8, 8)))


def test_what_is_transparent_in_an_upload_is_white(handed, tmp_path):
    clear = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    choice = handed("take_upload", "tiny", write(tmp_path / "clear.png", clear))
    assert (choice.pixels == 255).all()


def test_gradio_hands_over_the_file_as_it_is(tmp_path, monkeypatch):
    # Its own reading would turn what is transparent black, and 16-bit greys white.
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    (tmp_path / "broken.png").write_bytes(b"no picture at all")
    payload = ImageData(path=str(tmp_path / "broken.png"), orig_name="broken.png")
    assert Upload(type="filepath").preprocess(payload) == payload.path
    assert Upload(type="filepath").preprocess(None) is None


def test_an_upload_for_the_digits_network_is_fitted_as_a_digit(handed, tmp_path):
    paper = Image.new("L", (200, 200), 250)
    ImageDraw.Draw(paper).line((100, 40, 100, 160), fill=20, width=16)
    choice = handed("take_upload", "strokes", write(tmp_path / "one.png", paper))
    assert choice.pixels.shape == (28, 28, 1)
    assert choice.pixels.max() == 255
    assert choice.pixels[0, 0, 0] == 0


def test_a_cleared_upload_changes_nothing(handed):
    assert handed("take_upload", "tiny", None) == gr.skip()


@pytest.mark.parametrize(
    "content, says",
    [
        (b"", "This file is empty."),
        (b"plain words", "This file is not a picture that can be read here"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "cture"),
        (b"GIF89a", "cture"),
    ],
)
def test_a_file_that_is_no_picture_is_refused_in_one_sentence(handed, tmp_path, content, says):
    (tmp_path / "broken.png").write_bytes(content)
    for denoiser in ("tiny", "strokes"):
        with pytest.raises(gr.Error, match=says) as caught:
            handed("take_upload", denoiser, str(tmp_path / "broken.png"))
        assert caught.value.message.endswith(".")
        assert str(tmp_path) not in caught.value.message
        assert caught.value.print_exception is False  # a visitor's mistake is none of the log's


def test_an_empty_sheet_is_no_digit(handed, tmp_path):
    file = write(tmp_path / "white.png", Image.new("RGB", (50, 50), "white"))
    with pytest.raises(gr.Error, match="The drawing is empty"):
        handed("take_upload", "strokes", file)
    assert (handed("take_upload", "tiny", file).pixels == 255).all()  # but it is a picture


# ---- drawings


def sheet(ink: str, paper: str) -> str:
    drawing = Image.new("RGB", (308, 308), paper)
    ImageDraw.Draw(drawing).line((150, 60, 150, 240), fill=ink, width=24)
    file = io.BytesIO()
    drawing.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def test_a_drawn_digit_looks_as_mnists(handed, event):
    choice = handed("take_drawing", "strokes", event(png=sheet("white", "black"), empty=False))
    assert choice.own
    assert choice.name == rail.WORDS["your_drawing"]
    ink = np.argwhere(choice.pixels[..., 0] > 128)
    assert choice.pixels.shape == (28, 28, 1)
    assert ink[:, 0].max() - ink[:, 0].min() in (18, 19)  # 20 pixels high
    np.testing.assert_allclose(ink.mean(axis=0), [14, 14], atol=0.6)


def test_a_drawn_picture_keeps_its_place_and_colours(handed, event):
    choice = handed("take_drawing", "tiny", event(png=sheet("#0072b2", "white"), empty=False))
    assert choice.pixels.shape == (8, 8, 3)
    assert (choice.pixels[:, 0] == 255).all()
    red, _, blue = choice.pixels[4, 3].astype(int)
    assert blue > red + 50


def test_a_cleared_sheet_changes_nothing(handed, event):
    assert handed("take_drawing", "strokes", event(png="", empty=True)) == gr.skip()


@pytest.mark.parametrize("png", ["", "data:image/png;base64,%%%", "data:image/png;base64,aGVsbG8="])
def test_a_drawing_that_did_not_arrive_is_one_sentence(handed, event, png):
    for denoiser in ("tiny", "strokes"):
        with pytest.raises(gr.Error) as caught:
            handed("take_drawing", denoiser, event(png=png, empty=False))
        assert caught.value.message.endswith(".")


def test_the_pad_fits_the_network(colour_exhibit, grey_exhibit):
    assert pad_settings(colour_exhibit) == {"size": 8, "ink": "colour"}
    assert pad_settings(grey_exhibit) == {"size": 28, "ink": "digit"}


def test_both_ends_of_time_are_named(colour_exhibit):
    html = ends(colour_exhibit)
    assert html.index("0 clean") < html.index("40 noise")


# ---- MNIST at the visitor's wish


@pytest.fixture
def no_internet(monkeypatch):
    def refuse(*arguments, **settings):
        raise MnistError("MNIST could not be downloaded: try again later.")

    monkeypatch.setattr("explorer.page.shelf.load_mnist", refuse)


@pytest.fixture
def mnist(monkeypatch):
    """200 random "digits" in MNIST's form."""
    rng = np.random.default_rng(0)
    arrays = {
        "test_images": rng.integers(0, 256, (200, 28, 28), dtype=np.uint8),
        "test_labels": np.repeat(np.arange(10), 20).astype(np.uint8),
    }
    monkeypatch.setattr("explorer.page.shelf.load_mnist", lambda **settings: arrays)


def test_without_internet_mnist_is_one_sentence(shelf, choice_of, no_internet):
    with pytest.raises(gr.Error, match="could not be downloaded"):
        RailHandlers(shelf).fetch_mnist("strokes", choice_of(None, "strokes"))
    assert shelf.mnist is None


def test_mnist_replaces_the_drawn_digits_in_the_gallery_only(shelf, choice_of, mnist):
    drawn = choice_of(None, "strokes")
    value = RailHandlers(shelf).fetch_mnist("strokes", drawn)
    assert len(value["pictures"]) == 200
    assert {picture["kind"] for picture in value["pictures"]} == set("0123456789")
    assert not any(picture["seen"] for picture in value["pictures"])
    name = value["pictures"][-1]["name"]
    grey = shelf.exhibit("strokes")
    assert shelf.picture(grey, name).name == name
    assert shelf.picture(grey, drawn.name).name == drawn.name  # another visitor's is still there
    assert shelf.picker_value(shelf.first, "old dog")["pictures"][0]["name"] == "black cat"
