"""The rail: the image, t, the noise's seed and the network, for all panels at once."""

import secrets
from dataclasses import dataclass
from types import MethodType
from typing import Any, NamedTuple

import gradio as gr

from explorer.components.pad import Pad
from explorer.components.picker import Picker
from explorer.components.seed_box import LARGEST_SEED, SeedBox
from explorer.components.slider import Slider
from explorer.components.upload import Upload
from explorer.exhibits.exhibit import Exhibit
from explorer.images.data_uri import read_data_uri
from explorer.images.digits import EmptyDrawingError
from explorer.images.gallery import NEVER_SEEN, GalleryError
from explorer.images.mnist import MnistError
from explorer.images.picture_files import reads_heic
from explorer.images.uploads import PictureError, read_digit, read_picture
from explorer.page.listeners import QUICK, carried
from explorer.page.shelf import Shelf
from explorer.page.visit import FIRST_SEED, Choice, card
from explorer.page.words import TEXT

WORDS = TEXT["rail"]


@dataclass(frozen=True)
class Rail:
    """The rail's components. `choice` is the visitor's picked image."""

    choice: gr.State
    card: gr.HTML
    denoiser: gr.Radio
    t: Slider
    seed: SeedBox
    dice: gr.Button
    picker: Picker
    upload: Upload
    pad: Pad
    mnist: gr.Button
    mnist_hint: gr.Markdown

    @property
    def inputs(self) -> list[Any]:
        """What every handler that computes something is given first; see `read_rail`."""
        return [self.denoiser, self.choice, self.t, self.seed]


class Moment(NamedTuple):
    """The rail as handlers use it: all four fit each other."""

    exhibit: Exhibit
    choice: Choice
    t: int
    seed: int


def read_rail(shelf: Shelf, denoiser: str | None, choice: Choice, t: Any, seed: Any) -> Moment:
    """The rail's values, mended where a visitor (or a change under way) left them amiss."""
    exhibit = shelf.exhibit(denoiser)
    if to_shape(choice) != exhibit.denoiser.shape:  # the network has just been changed
        choice = Choice.of(exhibit.first_picture)
    return Moment(exhibit, choice, clean_t(t, exhibit), clean_seed(seed))


def read_moment(shelf: Shelf, denoiser: str, choice: Choice, t: Any, seed: Any) -> Moment:
    """The rail, with t at least 1: at t = 0 there is no noise to predict."""
    moment = read_rail(shelf, denoiser, choice, t, seed)
    return moment._replace(t=max(1, moment.t))


def to_shape(choice: Choice) -> tuple[int, ...]:
    """(C, H, W)."""
    height, width, channels = choice.pixels.shape
    return channels, height, width


def build_rail(shelf: Shelf) -> Rail:
    """Lay out the rail, opening with the first exhibit's first picture and t in the middle."""
    exhibit = shelf.first
    choice = Choice.of(exhibit.first_picture)
    with gr.Column(elem_id="rail", scale=0, min_width=0):
        with gr.Column(elem_id="rail-bar", min_width=0):
            picked = gr.HTML(card(choice), elem_id="card")
            with gr.Column(elem_id="rail-time", min_width=0):
                t = Slider(
                    0, exhibit.T, exhibit.T // 2, step=1, label=WORDS["t"], elem_id="t-slider",
                    buttons=[],
                )  # fmt: skip
                gr.HTML(ends(exhibit), elem_id="t-ends")
        with gr.Column(elem_id="rail-more", min_width=0):
            with gr.Accordion(WORDS["choose"], open=False, elem_id="chooser"), gr.Tabs():
                with gr.Tab(WORDS["gallery"]):
                    picker = Picker(shelf.picker_value(exhibit, choice.name))
                    mnist = gr.Button(WORDS["mnist"], size="sm", visible=exhibit.is_grey)
                    mnist_hint = gr.Markdown(WORDS["mnist_hint"], visible=exhibit.is_grey)
                with gr.Tab(WORDS["upload"]):
                    upload = Upload(
                        sources=["upload", "clipboard", "webcam"], type="filepath",
                        format="png", label=WORDS["upload"], height=220, buttons=[],
                    )  # fmt: skip
                    heic = WORDS["heic"] if reads_heic() else ""
                    gr.Markdown(WORDS["upload_hint"].format(heic=heic))
                with gr.Tab(WORDS["draw"]):
                    pad = Pad(**pad_settings(exhibit))
                    gr.Markdown(WORDS["draw_hint"])
            with gr.Row(elem_id="seed-row"):
                seed = SeedBox(FIRST_SEED, label=WORDS["seed"], elem_id="seed")
                dice = gr.Button(WORDS["dice"], min_width=80, elem_id="dice")
            denoiser = gr.Radio(
                list(shelf.exhibits), value=exhibit.name, label=WORDS["denoiser"],
                elem_id="denoiser",
            )  # fmt: skip
    return Rail(
        gr.State(choice), picked, denoiser, t, seed, dice, picker, upload, pad, mnist, mnist_hint
    )


def ends(exhibit: Exhibit) -> str:
    clean, noise = WORDS["clean"], WORDS["noise"].format(T=exhibit.T)
    return f"<span>{clean}</span><span>{noise}</span>"


def pad_settings(exhibit: Exhibit) -> dict[str, Any]:
    return {"size": exhibit.denoiser.shape[1], "ink": "digit" if exhibit.is_grey else "colour"}


def clean_seed(seed: Any) -> int:
    """Any number, or nothing, as a seed that every sampler takes; as the box mends what is typed.

    Fractions are dropped, and what lies outside 0..2**63 - 1 is cut to it.
    """
    for read in (int, float):  # digits first: floats have no room for all of them
        try:
            number = int(read(seed))
        except (TypeError, ValueError, OverflowError):
            continue
        return max(0, min(LARGEST_SEED, number))
    return 0


def clean_t(t: Any, exhibit: Exhibit) -> int:
    """Any number as a time in 0..T; the middle for what is no number."""
    try:
        return max(0, min(exhibit.T, round(float(t))))
    except (TypeError, ValueError, OverflowError):
        return exhibit.T // 2


def pick(shelf: Shelf, denoiser: str, event: gr.EventData) -> Choice:
    """The picture that was clicked in the gallery."""
    return Choice.of(shelf.picture(shelf.exhibit(denoiser), carried(event, "name")))


def take_upload(shelf: Shelf, denoiser: str, path: str | None) -> Any:
    """The visitor's file, as the network sees it; a sentence if it cannot be used."""
    if path is None:  # the upload was cleared
        return gr.skip()
    return own_picture(shelf.exhibit(denoiser), path, WORDS["your_upload"])


def take_drawing(shelf: Shelf, denoiser: str, event: gr.EventData) -> Any:
    """The visitor's drawing, as the network sees it."""
    if carried(event, "empty"):
        return gr.skip()
    try:
        picture = read_data_uri(carried(event, "png"))
    except PictureError as error:
        raise gr.Error(WORDS["drawing_lost"], print_exception=False) from error
    return own_picture(shelf.exhibit(denoiser), picture, WORDS["your_drawing"])


def own_picture(exhibit: Exhibit, source: str | bytes, name: str) -> Choice:
    try:
        if exhibit.is_grey:
            pixels = read_digit(source)
        else:
            pixels = read_picture(source, exhibit.denoiser.shape)
    except (PictureError, EmptyDrawingError) as error:
        raise gr.Error(str(error), print_exception=False) from error
    return Choice(name, None, NEVER_SEEN, pixels, own=True)


def roll() -> int:
    """A seed that nobody chose."""
    return secrets.randbelow(100_000)


def fetch_mnist(shelf: Shelf, denoiser: str, choice: Choice) -> dict[str, Any]:
    """MNIST's own test digits into the gallery, at the visitor's wish."""
    try:
        shelf.download_mnist()
    except (MnistError, GalleryError) as error:
        raise gr.Error(str(error), print_exception=False) from error
    return shelf.picker_value(shelf.exhibit(denoiser), choice.name)


def wire_rail(rail: Rail, shelf: Shelf) -> list[Any]:
    """Gallery, upload, drawing and dice. Returns the events after which there is a new image."""
    # "always_last" would send a waiting event's data as it was the first time: an old click.
    every = QUICK | {"trigger_mode": "multiple"}
    # Only an error that comes through the queue is shown to the visitor.
    own = every | {"queue": True, "concurrency_limit": 4}
    picked = rail.picker.pick(MethodType(pick, shelf), rail.denoiser, rail.choice, **every)
    uploaded = rail.upload.input(
        MethodType(take_upload, shelf),
        [rail.denoiser, rail.upload],
        rail.choice,
        **own | {"trigger_mode": "always_last"},
    )
    drawn = rail.pad.drawn(
        MethodType(take_drawing, shelf),
        rail.denoiser,
        rail.choice,
        **own | {"concurrency_limit": 1},  # one stroke after another
    )
    rail.mnist.click(
        MethodType(fetch_mnist, shelf), [rail.denoiser, rail.choice], rail.picker,
        api_visibility="private",
    )  # fmt: skip
    rail.dice.click(roll, None, rail.seed, **QUICK)
    return [picked, uploaded, drawn]
