"""The message between server and browser: what is packed here is what a browser unpacks."""

import base64
import json

import numpy as np
import pytest

from explorer.components.signals import EPS_STEP, prediction, scene, schedules
from explorer.diffusion.schedules import cosine


def unpack(text: str, kind: str, shape: tuple[int, ...]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), kind).reshape(shape)


@pytest.fixture(params=[(3, 8, 8), (1, 28, 28)], ids=["colour", "grey"])
def shape(request):
    return request.param


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_a_scene_comes_back_whole(shape, rng):
    pixels = rng.integers(0, 256, shape)
    x_0 = (pixels / 127.5 - 1).astype(np.float32)
    eps = rng.standard_normal(shape).astype(np.float32)
    message = scene(x_0=x_0, eps=eps, network="net", key="k", choices={"seed": 7})
    message = json.loads(json.dumps(message))
    assert (message["key"], message["network"]) == ("k", "net")
    assert message["choices"] == {"seed": 7}
    assert message["shape"] == list(shape)
    np.testing.assert_array_equal(unpack(message["x_0"], "u1", shape), pixels)
    np.testing.assert_array_equal(unpack(message["eps"], "<f4", shape), eps)


def test_schedules_come_with_their_networks_names():
    alpha_bar = cosine(1000).alpha_bar.numpy()
    sent = json.loads(json.dumps(schedules({"net": alpha_bar})))
    assert list(sent) == ["net"]
    assert sent["net"][0] == 1
    np.testing.assert_allclose(sent["net"], alpha_bar, rtol=1e-6)


def test_a_prediction_is_drawn_to_a_24th(shape, rng):
    eps_hat = rng.standard_normal(shape).astype(np.float32)
    x_0_hat = rng.uniform(-1.5, 1.5, shape).astype(np.float32)
    figures = {"mse": 0.1, "correlation": 0.9, "ideal_mse": None}
    message = prediction(key="k", t=3, eps_hat=eps_hat, x_0_hat=x_0_hat, figures=figures)
    message = json.loads(json.dumps(message))
    assert (message["key"], message["t"], message["figures"]) == ("k", 3, figures)
    drawn = unpack(message["eps_hat"], "i1", shape) * message["eps_step"]
    np.testing.assert_allclose(drawn, eps_hat, atol=EPS_STEP / 2 + 1e-6)
    guess = unpack(message["x_0_hat"], "u1", shape) / 127.5 - 1
    np.testing.assert_allclose(guess, x_0_hat.clip(-1, 1), atol=1 / 255 + 1e-6)


def test_noise_beyond_the_scale_is_cut_not_wrapped_around():
    eps_hat = np.array([-1e6, -6.0, 6.0, 1e6], np.float32).reshape(1, 2, 2)
    steps = unpack(prediction(key="k", t=1, eps_hat=eps_hat)["eps_hat"], "i1", (4,))
    assert steps.tolist() == [-128, -128, 127, 127]


def test_without_noise_there_is_no_prediction():
    assert prediction(key="k", t=0) == {"key": "k", "t": 0, "figures": {}}
