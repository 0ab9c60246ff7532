"""The quiz's pictures, made by the network in sight for questions that are to be read off them.

Of a set to pick from, the first picture is the right one; a set to put in order is in its order.
"""

import numpy as np
import torch

from explorer.diffusion.forward import diffuse
from explorer.diffusion.noise import noise_from_seed
from explorer.diffusion.walk import Step
from explorer.exhibits.broken_run import Switches, broken_run
from explorer.exhibits.exhibit import Exhibit
from explorer.exhibits.predictions import compute_noise_prediction
from explorer.images.curve import curve_picture
from explorer.images.encoding import to_model_space, to_pixels

# Each set's name, and how many pictures it has.
PICTURES = {
    "error_maps": 3,
    "guesses_in_a_run": 3,
    "half_of_a_run": 4,
    "first_guess": 4,
    "noise_made_smaller": 4,
    "error_by_told_t": 3,
    "error_of_the_guess": 3,
}
SEED = 5
NUM_STEPS = 16
NUM_TIMES = 24  # points of a curve
AS_IT_SHOULD_BE = Switches()
TOO_SMALL, TOO_LARGE = 0.9, 1.1  # what the predicted noise is multiplied by


def make_pictures(exhibit: Exhibit) -> dict[str, list[np.ndarray]]:
    """Every set of PICTURES: (H, W, C) uint8 each."""
    right, half = run(exhibit), run(exhibit, num_steps=max(1, min(NUM_STEPS, exhibit.T) // 2))
    small, large = (
        run(exhibit, Switches(noise_factor=factor))[-1].x_t for factor in (TOO_SMALL, TOO_LARGE)
    )
    first, early, middle, late, last = (
        right[round(share * (len(right) - 1))] for share in (0, 0.125, 0.5, 0.75, 1)
    )
    told, guess, plain = error_curves(exhibit)
    chosen = {
        "guesses_in_a_run": [first.x_0_hat, early.x_0_hat, last.x_0_hat],
        "half_of_a_run": [middle.x_t, half[-1].x_t, middle.x_0_hat, first.x_t],
        "first_guess": [first.x_0_hat, last.x_t, late.x_t, first.x_t],
        "noise_made_smaller": [small, last.x_t, large, first.x_0_hat],
    }
    return {
        "error_maps": error_maps(exhibit),
        **{name: [to_pixels(x[0].cpu().numpy()) for x in xs] for name, xs in chosen.items()},
        "error_by_told_t": [told, guess, plain],
        "error_of_the_guess": [guess, told, plain],
    }


def run(
    exhibit: Exhibit, switches: Switches = AS_IT_SHOULD_BE, num_steps: int = NUM_STEPS
) -> list[Step]:
    """From the one noise, told the exhibit's first kind."""
    steps = broken_run(
        exhibit.patient_denoiser,
        switches,
        num_steps=min(num_steps, exhibit.T),
        seed=SEED,
        condition=exhibit.condition(exhibit.first_kind),
    )
    return list(steps)


def error_maps(exhibit: Exhibit) -> list[np.ndarray]:
    """eps - eps_hat near t = 0, then further on, on one scale: grey where there is no error."""
    maps = []
    for share in (0.025, 0.2, 0.9):
        t = max(1, round(share * exhibit.T))
        found = compute_noise_prediction(
            exhibit, exhibit.first_picture.pixels, t, SEED, compare_ideal=False
        )
        maps.append(to_pixels((found.eps - found.eps_hat).mean(0, keepdims=True)))
    return maps


def error_curves(exhibit: Exhibit) -> list[np.ndarray]:
    """Mean squared errors on the first picture, log scale, from t = 0 to T: of the noise at T / 2
    by the t that the network is told; of the guessed image by t; of the noise by t.
    """
    schedule = exhibit.schedule
    times = torch.linspace(0.025 * exhibit.T, 0.975 * exhibit.T, NUM_TIMES).round().long()
    x_0 = torch.from_numpy(to_model_space(exhibit.first_picture.pixels))[None]
    eps = noise_from_seed(tuple(x_0.shape), SEED)
    x_0, eps = (image.expand(NUM_TIMES, *image.shape[1:]) for image in (x_0, eps))

    def log_error(t: torch.Tensor | int) -> torch.Tensor:
        eps_hat = exhibit.patient_denoiser.predict_eps(diffuse(schedule, x_0, t, eps), times)
        return (eps_hat.cpu() - eps).double().square().flatten(1).mean(1).clamp(min=1e-12).log10()

    of_eps = log_error(times)
    of_x_0 = of_eps + 2 * schedule.sigma[times].log10()
    return [curve_picture(curve.numpy()) for curve in (log_error(exhibit.T // 2), of_x_0, of_eps)]
