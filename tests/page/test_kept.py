"""What a browser kept is given back as far as it fits; nothing that it holds breaks the page."""

import gradio as gr
import numpy as np
import pytest

from explorer.images.encoding import png_data_uri
from explorer.lessons.break_it.mistakes import slider_of, slider_settings
from explorer.page.kept import OWN_NAMES, Kept, controls_of, give_back, own_picture_again
from explorer.page.visit import Choice, card

NAME = OWN_NAMES[0]


@pytest.fixture
def given_back(page, shelf, event):
    """`given_back(settings)`: elem_id -> what its control is sent, of those that are sent any."""
    controls = controls_of(page.blocks.values())

    def make(settings, denoiser: str = "tiny") -> dict:
        told = event(picture=None, settings=settings)
        choice, *values = give_back(Kept(shelf, controls, slider_of), denoiser, told)
        assert choice == gr.skip()
        sent = zip(controls, values, strict=True)
        return {one.elem_id: value for one, value in sent if value != gr.skip()}

    return make


def test_every_setting_of_the_page_has_a_name_of_its_own(page):
    names = [control.elem_id for control in controls_of(page.blocks.values())]
    assert None not in names
    assert len(set(names)) == len(names)
    assert {"told", "start", "sampler", "steps", "eta", "climb-kind", "mistake"} <= set(names)


@pytest.mark.parametrize("denoiser", ["tiny", "strokes"])
def test_the_visitors_picture_comes_back_to_the_pixel(shelf, denoiser):
    exhibit = shelf.exhibit(denoiser)
    pixels = np.random.default_rng(3).integers(0, 256, exhibit.first_picture.pixels.shape, np.uint8)
    again = own_picture_again(exhibit, {"name": NAME, "uri": png_data_uri(pixels)})
    assert (again.name, again.own) == (NAME, True)
    np.testing.assert_array_equal(again.pixels, pixels)
    assert "data-own" in card(again)
    assert "data-own" not in card(Choice.of(exhibit.first_picture))


def test_a_picture_that_does_not_fit_is_passed_over(shelf):
    small = png_data_uri(shelf.first.first_picture.pixels)
    wrong = [None, 5, "x", [], {}, {"name": NAME}, {"name": NAME, "uri": None}]
    wrong += [{"name": NAME, "uri": uri} for uri in ("", "data:image/png;base64,AAAA", 7, [])]
    wrong += [{"name": name, "uri": small} for name in ("<b>Mine</b>", None, [], "old dog")]
    assert [own_picture_again(shelf.first, one) for one in wrong] == [gr.skip()] * len(wrong)
    assert own_picture_again(shelf.exhibit("strokes"), {"name": NAME, "uri": small}) == gr.skip()


def test_settings_come_back(given_back):
    settings = {"told": True, "start": "picture", "steps": 33, "kind": "dog", "sampler": "ddpm"}
    sent = given_back(settings)
    assert {name: update["value"] for name, update in sent.items()} == settings


def test_a_strength_comes_with_its_mistake(given_back, shelf):
    mistake = "few_steps"
    slider = slider_settings(shelf.first, mistake)
    assert slider["maximum"] > 2
    kept = {"mistake": mistake, "mistake-strength": slider["maximum"]}
    sent = given_back(kept)["mistake-strength"]
    assert (sent["value"], sent["maximum"]) == (slider["maximum"], slider["maximum"])
    assert given_back({"mistake": mistake})["mistake-strength"]["value"] == slider["value"]


def test_settings_that_do_not_fit_are_passed_over(given_back):
    wrong = {"told": "yes", "start": "there", "steps": 10**9, "eta": True, "sampler": ["ddim"]}
    wrong |= {"guidance": None, "beta": "0.5", "mistake": {}, "mistake-strength": 99, "other": 1}
    wrong |= {"told-slider": float("nan"), "told-how": 0, "schedule-gamma": [2]}
    assert given_back(wrong) == {}
    for junk in (None, 5, "x", [1, 2], {}):
        assert given_back(junk) == {}
    # A kind of another network: this one's first, as after a change of the network.
    assert given_back({"kind": "dog"}, "strokes")["kind"]["value"] == "3"
