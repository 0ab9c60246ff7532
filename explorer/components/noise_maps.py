"""The noise maps: true noise, predicted noise and their difference on one signed colour scale.

Knows nothing of networks: it draws the scene and the prediction that scene.js has of the noiser.
"""

from typing import Any

import gradio as gr

from .files import read_parts


class NoiseMaps(gr.HTML):
    """Three maps with one colour bar, x_0 beside x_0_hat, and the figures. It has no value."""

    def __init__(self, **settings: Any):
        super().__init__(
            apply_default_css=False,
            **read_parts("noise_maps"),
            **settings,
        )

    def api_info(self) -> dict[str, Any]:
        return {"type": "object"}
