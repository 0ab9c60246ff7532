"""The messages of which scene.js knows what to show: schedules, a scene, predictions about it.

The *schedules* are sent once, for all networks. A *scene* is sent when the image, the seed or the
denoiser changes, and lets the browser compute x_t for every t by itself. A *prediction* is sent for
every t at which the slider rests.
"""

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np

EPS_STEP = 1 / 24  # one unit of the 8-bit eps_hat that is sent for drawing: range -5.3 .. 5.3


def schedules(alpha_bar: Mapping[str, np.ndarray]) -> dict[str, list[float]]:
    """alpha_bar (T + 1,) of each network, by its name."""
    return {name: [float(f"{x:.7g}") for x in values] for name, values in alpha_bar.items()}


def scene(
    *, x_0: np.ndarray, eps: np.ndarray, network: str, key: str, choices: dict[str, Any]
) -> dict[str, Any]:
    """What the browser needs of one image and one noise.

    Args:
        x_0: (C, H, W) in [-1, 1]; sent as the 8-bit pixels that it came from.
        eps: (C, H, W) float32; sent whole.
        network: whose schedule it is noised by.
        key: names the scene, so that a late prediction of another one is not drawn.
        choices: what the address shall carry.
    """
    return {
        "key": key,
        "network": network,
        "shape": list(x_0.shape),
        "x_0": _base64(np.rint((x_0 + 1) * 127.5).astype(np.uint8)),
        "eps": _base64(eps.astype("<f4")),
        "choices": choices,
    }


def prediction(
    *,
    key: str,
    t: int,
    eps_hat: np.ndarray | None = None,
    x_0_hat: np.ndarray | None = None,
    figures: dict[str, float | None] | None = None,
) -> dict[str, Any]:
    """One prediction at t; without eps_hat (at t = 0) it says that there is none.

    Args:
        eps_hat: (C, H, W), rounded to 8 bits for drawing.
        x_0_hat: (C, H, W), clipped to [-1, 1] for drawing.
        figures: "mse", "correlation", "ideal_mse", computed before any rounding.
    """
    message: dict[str, Any] = {"key": key, "t": t, "figures": figures or {}}
    if eps_hat is not None:
        steps = np.clip(np.rint(eps_hat / EPS_STEP), -128, 127).astype(np.int8)
        message |= {"eps_hat": _base64(steps), "eps_step": EPS_STEP}
    if x_0_hat is not None:
        message["x_0_hat"] = _base64(
            np.rint((np.clip(x_0_hat, -1, 1) + 1) * 127.5).astype(np.uint8)
        )
    return message


def _base64(array: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")
