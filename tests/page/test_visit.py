"""What a visitor has chosen: messages for the browser, names of scenes, the card."""

import base64
import copy
import json

import numpy as np
import pytest

from explorer.exhibits.predictions import compute_noise_prediction
from explorer.images.encoding import to_model_space
from explorer.page.visit import Choice, card, everything, prediction_message, scene_key

DANGEROUS = '<img src=x onerror="alert(1)">&\'"'


def test_a_card_shows_the_picture_its_name_and_its_mark(choice_of):
    seen, never = card(choice_of("old dog")), card(choice_of("hot dog"))
    assert "old dog" in seen
    assert '<span class="mark seen">seen in training</span>' in seen  # the dot's colour
    assert '<span class="mark never">never seen' in never
    assert 'src="data:image/png;base64,' in seen


def test_a_card_takes_any_name_for_words(choice_of):
    pixels = choice_of().pixels
    html = card(Choice(DANGEROUS, None, DANGEROUS, pixels, own=True))
    assert "<img src=x" not in html
    assert "onerror=&quot;" in html
    assert html.count("<img") == 1


def test_a_scene_has_its_own_name(shelf, choice_of, grey_exhibit):
    tiny = shelf.exhibit("tiny")
    a, b = choice_of("old dog"), choice_of("hot dog")
    keys = [
        scene_key(tiny, a, 1),
        scene_key(tiny, b, 1),
        scene_key(tiny, a, 2),
        scene_key(grey_exhibit, choice_of(None, "strokes"), 1),
    ]
    assert len(set(keys)) == 4
    assert scene_key(tiny, Choice("other name", None, "", a.pixels), 1) == keys[0]


def test_the_message_carries_what_the_experiments_say(shelf, choice_of):
    tiny, choice = shelf.exhibit("tiny"), choice_of("old dog")
    message = json.loads(json.dumps(everything(tiny, choice, 13, seed=5)))
    result = compute_noise_prediction(tiny, choice.pixels, 13, seed=5)
    assert message["t"] == message["prediction"]["t"] == 13
    assert message["scene"]["key"] == message["prediction"]["key"]
    figures = message["prediction"]["figures"]
    assert figures == {
        name: pytest.approx(getattr(result, name)) for name in ("mse", "correlation", "ideal_mse")
    }
    eps = np.frombuffer(base64.b64decode(message["scene"]["eps"]), "<f4").reshape(3, 8, 8)
    np.testing.assert_array_equal(eps, result.eps)
    x_0 = np.frombuffer(base64.b64decode(message["scene"]["x_0"]), "u1") / 127.5 - 1
    np.testing.assert_allclose(x_0, to_model_space(choice.pixels).flatten(), atol=1e-6)


def test_the_address_names_gallery_pictures_but_no_ones_own(shelf, choice_of):
    tiny, choice = shelf.exhibit("tiny"), choice_of("old dog")
    choices = everything(tiny, choice, 13, seed=5)["scene"]["choices"]
    assert choices == {"denoiser": "tiny", "seed": "5", "image": "old dog", "own": None}
    own = Choice("your upload", None, "never seen", choice.pixels, own=True)
    assert everything(tiny, own, 13, seed=5)["scene"]["choices"]["image"] is None


def test_at_0_there_is_nothing_to_predict(answering, choice_of):
    exhibit = answering(lambda x_t, t: x_t)
    message = prediction_message(exhibit, choice_of(), 0, 5, told=True)
    assert "eps_hat" not in message
    assert message["figures"] == {}
    assert exhibit.denoiser.calls == []


def test_the_network_is_told_the_kind_only_if_it_is_to_be(answering, choice_of):
    exhibit = answering(lambda x_t, t: x_t)
    prediction_message(exhibit, choice_of("old dog"), 9, 5, told=True)
    prediction_message(exhibit, choice_of("old dog"), 9, 5, told=False)
    own = Choice("your upload", None, "never seen", choice_of().pixels, own=True)
    prediction_message(exhibit, own, 9, 5, told=True)
    told = [call["condition"] for call in exhibit.denoiser.calls]
    assert told[0].tolist() == [1]
    assert told[1:] == [None, None]


def test_a_choice_is_never_copied(choice_of):
    # Gradio copies a State for each visitor; pictures are shared, for nobody changes them.
    choice = choice_of()
    assert copy.deepcopy(choice) is choice
    assert not choice.pixels.flags.writeable
