"""Lesson "Predict the noise": the predicted noise beside the true one, and what follows from it."""

import numpy as np

from explorer.exhibits.predictions import NoisePrediction, compute_noise_prediction
from explorer.exhibits.runs import EPS_RANGE
from explorer.images.encoding import to_pixels
from explorer.page.moment import Moment
from explorer.page.result import Result
from explorer.page.settings import NoSettings


def prediction_of(moment: Moment[NoSettings]) -> NoisePrediction:
    """At t = 0 there is nothing to predict: then at 1."""
    moment = moment.noisy()
    return compute_noise_prediction(
        moment.exhibit, moment.pixels, moment.t, moment.seed, moment.kind
    )  # fmt: skip


def result(moment: Moment[NoSettings]) -> Result:
    """Noise is drawn from -3 to 3."""
    found = prediction_of(moment)
    noises: dict[str, np.ndarray] = {"eps": found.eps, "eps_hat": found.eps_hat}
    noises["difference"] = found.eps_hat - found.eps
    return Result(
        {"x_0": moment.pixels, "x_t": to_pixels(found.x_t), "x_0_hat": to_pixels(found.x_0_hat)}
        | {name: to_pixels(noise / EPS_RANGE) for name, noise in noises.items()},
        {
            "t": found.t,
            "mse": found.mse,
            "correlation": found.correlation,
            "ideal_mse": found.ideal_mse,
        },
    )
