"""What tests of the upper layers share: tiny exhibits whose answers are known, and the real app.

Everything is imported where it is used, so that tests of the maths need neither gradio nor plotly.
"""

import math
import os
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

if worker := os.environ.get(
    "PYTEST_XDIST_WORKER"
):  # two at work: one core each, ports of their own
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ["GRADIO_SERVER_PORT"] = str(7860 + 100 * int(worker.removeprefix("gw")))

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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser's tests go last: Playwright's event loop keeps this thread from then on."""
    items.sort(key=lambda item: item.get_closest_marker("ui") is not None)


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
    counts = {"num_seen": 4000, "num_held_out": 2, "num_ideal": 3, "num_ideal_held_out": 2}
    return {"eps_mse": {"t": [10, 30], **curves, **counts, "mean": {"seen": 0.5}}}


@pytest.fixture(scope="session")
def colour_exhibit(tiny_gallery, ideal_over, tiny_metrics):
    """8x8 RGB; its "network" is the exact denoiser of all its pictures, so runs end on them."""
    from explorer.exhibits.exhibit import Exhibit
    from explorer.images.gallery import Gallery

    ideal = ideal_over(Gallery(tiny_gallery.select(seen=True)))
    return Exhibit("tiny", ideal_over(tiny_gallery), ideal, tiny_gallery, tiny_metrics)


@pytest.fixture(scope="session")
def grey_exhibit(ideal_over):
    """28x28 grey: the project's digits, with no ideal denoiser beside it and nothing measured.

    All its variants are the network itself.
    """
    from explorer.exhibits.exhibit import Exhibit
    from explorer.exhibits.presentation import Presentation
    from explorer.images.digits import drawn_digits

    gallery = drawn_digits()
    compares = {
        "targets": {"eps": "digits", "x_0": "digits-x0", "v": "digits-v"},
        "blind": {"told": "digits", "blind": "digits-blind"},
        "raw": {"v": "emoji", "eps": "emoji-eps"},
    }
    shown = Presentation(
        opens_with="3, hand 1",
        first_kind="3",
        strip_kinds=("2", "3", "5", "8"),
        ink="digit",
        compares=compares,
    )
    strokes = Exhibit("strokes", ideal_over(gallery), None, gallery, {}, presentation=shown)
    names = [name for fold in compares.values() for name in fold.values()]
    return replace(strokes, variants=dict.fromkeys(names, strokes))


@pytest.fixture
def answering(colour_exhibit) -> Callable:
    """`answering(answer)`: the colour exhibit with a network that predicts `answer(x_t, t)`."""

    def make(answer: Callable, **settings):
        stub = StubDenoiser(
            answer, colour_exhibit.schedule, colour_exhibit.denoiser.shape, ["cat", "dog"]
        )
        return replace(colour_exhibit, denoiser=stub, **settings)

    return make


@pytest.fixture
def shelf(colour_exhibit, grey_exhibit, tmp_path):
    """Both tiny exhibits, the colour one first."""
    from explorer.page.shelf import Shelf

    return Shelf({"tiny": colour_exhibit, "strokes": grey_exhibit}, tmp_path)


@pytest.fixture(scope="session")
def page(colour_exhibit, grey_exhibit, tmp_path_factory):
    """Of the tiny exhibits; built once, for it takes a second."""
    from explorer.interface import build_interface
    from explorer.page.shelf import Shelf

    exhibits = {"tiny": colour_exhibit, "strokes": grey_exhibit}
    return build_interface(Shelf(exhibits, tmp_path_factory.mktemp("sheets")))


@pytest.fixture
def choice_of(shelf):
    """`choice_of("old dog")`, or the first picture of an exhibit: `choice_of(None, "strokes")`."""
    from explorer.page.visit import Choice

    def make(name: str | None = None, denoiser: str = "tiny") -> Choice:
        return Choice.of(shelf.picture(shelf.exhibit(denoiser), name))

    return make


@pytest.fixture
def moment(shelf, choice_of):
    """`moment(Settings, t=13, seed=3, beta=0.5)`: what a handler of that lesson is given."""
    from explorer.page.moment import Moment
    from explorer.page.settings import NoSettings, read_settings

    def make(
        declared: type = NoSettings,
        picture: str | None = None,
        *,
        denoiser: str = "tiny",
        t: int = 20,
        seed: int = 7,
        told: bool = False,
        **values,
    ) -> Moment:
        exhibit = shelf.exhibit(denoiser)
        settings = read_settings(declared, values, exhibit)
        return Moment(exhibit, choice_of(picture, denoiser), t, seed, settings, told)

    return make


@pytest.fixture
def play(shelf, monkeypatch):
    """`play(running)`: all that the page is sent of a run, answer after answer.

    What comes is sent at the end, however long it takes; or at once, where a test says so.
    """
    from explorer.page import runs
    from explorer.page.runs import Live, stream

    if runs.SEND_EVERY:
        monkeypatch.setattr(runs, "SEND_EVERY", math.inf)

    def go(running, live=None) -> list[dict]:
        return list(stream(live or Live(), running, shelf.line))

    return go


@pytest.fixture
def event():
    """`event(name="pizza")`: what a component of ours tells."""
    return SimpleNamespace


@pytest.fixture
def request_for():
    """`request_for(t="400")`: a page opened at ?t=400."""
    return lambda **query: SimpleNamespace(query_params=query)


# ---- the real thing


@pytest.fixture(scope="session")
def digits_alone(tmp_path_factory) -> Path:
    """A folder of one network: a process that is given it is there sooner."""
    folder = tmp_path_factory.mktemp("checkpoints")
    (folder / "digits").symlink_to(Path(__file__).parents[1] / "checkpoints" / "digits")
    return folder


@pytest.fixture(scope="session")
def shipped() -> dict:
    """The checkpoints of the repository, and no engine is made for any: to read, not to run."""
    from explorer.denoiser.checkpoints import CHECKPOINTS
    from explorer.exhibits.exhibit import load_exhibits

    return load_exhibits(CHECKPOINTS)


@pytest.fixture(scope="session")
def real_exhibits() -> dict:
    """The checkpoints of the repository, on the CPU, run by the engine that the app has."""
    from explorer.denoiser.checkpoints import CHECKPOINTS
    from explorer.denoiser.engine import CORES
    from explorer.denoiser.turns import Turns, share
    from explorer.exhibits.exhibit import load_exhibits

    turns = Turns(CORES)
    return load_exhibits(CHECKPOINTS, "cpu", lambda one: share(one, turns, prepared=True))


@pytest.fixture(scope="session")
def app_url() -> Iterator[str]:
    """The real app, served once for all tests: `python app.py` without the waiting."""
    from explorer.serving import Settings, serve

    app, address = serve(Settings(host="127.0.0.1", device="cpu"), block=False)
    yield address
    app.close(verbose=False)
