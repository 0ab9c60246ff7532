"""Denoising Explorer. Importing any part of it comes by here first: nothing is sent anywhere.

The libraries below read these when they are imported, and two of them would call home: ONNX Runtime
looks up a telemetry host and leaves an identifier in the home folder, Gradio and the Hub's client
count their uses. On a ZeroGPU Space `spaces` must be imported before torch.
"""

import os

# Promises, whatever the surroundings say.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
# A taste: Gradio keeps statistics of events, for a page that we do not serve, at 2 to 8 ms each.
os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", "1000000000")


def on_zero_gpu() -> bool:
    """Is this a ZeroGPU Space?"""
    return os.environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "t", "true")


if on_zero_gpu():
    # It takes the place of CUDA in this process.
    import spaces  # noqa: F401 # pyright: ignore[reportMissingImports]
