"""What tests of the upper layers share: tiny exhibits whose answers are known, and the real app.

Everything is imported where it is used, so that tests of the maths need neither gradio nor plotly.
"""

import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest

SIDE = 8  # pixels of a side of the tiny pictures
TINY_T = 40


# Gradio's doings, and no faults of ours: its queue asks pandas for two things that pandas 3 no
# longer wants to be asked, and it leaves event loops and a trial socket to the garbage collector.
NOT_OURS = (
    ("'future.no_silent_downcasting' is dep", DeprecationWarning),
    ("The copy keyword is deprecated", DeprecationWarning),
    (r"unclosed <socket.*laddr=\('0\.0\.0\.0', 0\)>", ResourceWarning),
    (r"unclosed <socket.socket fd=\d+, family=1,", ResourceWarning),
    ("unclosed event loop", ResourceWarning),
)


def pytest_configure(config: pytest.Config) -> None:
    for message, category in NOT_OURS:
        config.addinivalue_line("filterwarnings", f"ignore:{message}:{category.__name__}")
        warnings.filterwarnings("ignore", message, category)  # for what is left at the very end


@pytest.fixture(scope="session")
def eventually() -> Callable:
    """`eventually(condition, seconds)` waits until the condition holds, or fails the test."""

    def wait(condition: Callable[[], object], seconds: float = 20, what: str = "") -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"not within {seconds} s: {what or condition}"
            time.sleep(0.02)

    return wait


# ---- tiny exhibits


@dataclass(eq=False)
class StubDenoiser:
    """Predicts `answer(x_t, t)`: noise that the test decides on. Keeps a record of its calls."""

    answer: Callable
    schedule: object
    shape: tuple[int, int, int]
    conditions: list[str]
    prediction: str = "eps"
    calls: list[dict] = field(default_factory=list)

    def predict_eps(self, x_t, t, condition=None, guidance=1.0):
        self.calls.append({"t": t, "condition": condition, "guidance": guidance})
        return self.answer(x_t, t)


@pytest.fixture(scope="session")
def stub_denoiser() -> type[StubDenoiser]:
    return StubDenoiser


@pytest.fixture(scope="session")
def tiny_gallery():
    """Six pictures (8, 8, 3) of two kinds, two of them never seen in training."""
    from explorer.images.gallery import Gallery, Picture

    rng = np.random.default_rng(0)
    names = ("black cat", "white cat", "wild cat", "old dog", "young dog", "hot dog")
    pixels = rng.integers(0, 256, (len(names), SIDE, SIDE, 3), dtype=np.uint8)
    return Gallery(
        [
            Picture(name, name.split()[1], index % 3 != 2, pixels[index])
            for index, name in enumerate(names)
        ]
    )


@pytest.fixture(scope="session")
def ideal_over() -> Callable:
    """`ideal_over(gallery, T)`: the exact denoiser of a gallery's pictures and kinds."""
    import torch

    from explorer.denoiser.ideal import IdealDenoiser
    from explorer.diffusion.schedules import cosine
    from explorer.images.encoding import to_model_space

    def make(gallery, T: int = TINY_T):  # noqa: N803 - the papers' name
        x_0 = torch.from_numpy(np.stack([to_model_space(picture.pixels) for picture in gallery]))
        kinds = torch.tensor([gallery.kinds.index(picture.kind) for picture in gallery])
        return IdealDenoiser(x_0, cosine(T), kinds, gallery.kinds, "ideal")

    return make


@pytest.fixture(scope="session")
def tiny_metrics() -> dict:
    curves = {name: [0.9, 0.1] for name in ("seen", "held_out", "ideal_seen", "ideal_held_out")}
    counts = {"num_seen": 4000, "num_held_out": 2, "num_ideal": 3}
    return {"eps_mse": {"t": [10, 30], **curves, **counts, "mean": {"seen": 0.5}}}


@pytest.fixture(scope="session")
def colour_exhibit(tiny_gallery, ideal_over, tiny_metrics):
    """8x8 RGB; its "network" is the exact denoiser of its own pictures, so runs end on them."""
    from explorer.experiments.exhibits import Exhibit

    denoiser = ideal_over(tiny_gallery)
    return Exhibit("tiny", denoiser, denoiser, tiny_gallery, tiny_metrics)


@pytest.fixture(scope="session")
def grey_exhibit(ideal_over):
    """28x28 grey: the project's digits, with no ideal denoiser beside it and nothing measured."""
    from explorer.experiments.exhibits import Exhibit
    from explorer.images.digits import drawn_digits

    gallery = drawn_digits()
    return Exhibit("strokes", ideal_over(gallery), None, gallery, {})


@pytest.fixture
def answering(colour_exhibit) -> Callable:
    """`answering(answer)`: the colour exhibit with a network that predicts `answer(x_t, t)`."""
    from dataclasses import replace

    def make(answer: Callable, **settings):
        stub = StubDenoiser(
            answer, colour_exhibit.schedule, colour_exhibit.denoiser.shape, ["cat", "dog"]
        )
        return replace(colour_exhibit, denoiser=stub, **settings)

    return make


@pytest.fixture
def shelf(colour_exhibit, grey_exhibit, tmp_path):
    """Both tiny exhibits, the colour one first."""
    from explorer.panels.shelf import Shelf

    return Shelf({"tiny": colour_exhibit, "strokes": grey_exhibit}, tmp_path)


# ---- the real thing


@pytest.fixture(scope="session")
def real_exhibits() -> dict:
    """The checkpoints of the repository, on the CPU."""
    from explorer.experiments.exhibits import load_exhibits
    from explorer.serving import CHECKPOINTS

    return load_exhibits(CHECKPOINTS, "cpu")


@pytest.fixture(scope="session")
def app_url() -> Iterator[str]:
    """The real app, served once for all tests: `python app.py` without the waiting."""
    from explorer.serving import Settings, serve

    app, address = serve(Settings(host="127.0.0.1", device="cpu"), block=False)
    yield address
    app.close(verbose=False)
