"""The rail: the image, t, the noise's seed and the network, for all panels at once."""

import secrets
from dataclasses import dataclass
from typing import Any

import gradio as gr

from explorer.components.feed import Feed
from explorer.components.pad import Pad
from explorer.components.picker import Picker
from explorer.components.seed_box import SeedBox
from explorer.components.slider import Slider
from explorer.components.upload import Upload
from explorer.exhibits.exhibit import Exhibit
from explorer.images.data_uri import read_data_uri
from explorer.images.digits import EmptyDrawingError
from explorer.images.gallery import NEVER_SEEN, GalleryError
from explorer.images.mnist import MnistError
from explorer.images.picture_files import reads_heic
from explorer.images.uploads import PictureError, read_digit, read_picture
from explorer.page.listeners import EVERY, HIDDEN, NEWEST, QUICK, Options, carried
from explorer.page.moment import Moment
from explorer.page.recipe import clean_seed, clean_t
from explorer.page.settings import NoSettings
from explorer.page.shelf import Shelf
from explorer.page.visit import (
    FIRST_SEED,
    Choice,
    card,
    everything,
    prediction_message,
    schedules_message,
)
from explorer.page.words import TEXT

WORDS = TEXT["rail"]
# Queued, for only an error that comes through the queue is shown to the visitor.
UPLOADS: Options = {**HIDDEN, "trigger_mode": "always_last", "concurrency_limit": 4}
DRAWINGS: Options = {**HIDDEN, "trigger_mode": "multiple", "concurrency_limit": 1}  # in their order


@dataclass(frozen=True)
class Rail:
    """The rail's components.

    `choice` is the visitor's picked image; `told`: is the network told the image's kind? `feed` is
    what all scenes and predictions are sent to.
    """

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
    told: gr.Checkbox
    feed: Feed

    @property
    def inputs(self) -> list[Any]:
        """What every handler that computes something is given first; see `read_rail`."""
        return [self.denoiser, self.choice, self.t, self.seed, self.told]


def read_rail(
    shelf: Shelf, denoiser: str | None, choice: Choice, t: Any, seed: Any, told: Any = False
) -> Moment[NoSettings]:
    """The rail's values, mended where a visitor (or a change under way) left them amiss."""
    exhibit = shelf.exhibit(denoiser)
    if to_shape(choice) != exhibit.denoiser.shape:  # the network has just been changed
        choice = Choice.of(exhibit.first_picture)
    return Moment(
        exhibit, choice, clean_t(t, exhibit), clean_seed(seed), NoSettings(), told is True,
        shelf.compute_long,
    )  # fmt: skip


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
                    mnist = gr.Button(WORDS["mnist"], size="sm", visible=exhibit.has_digits)
                    mnist_hint = gr.Markdown(WORDS["mnist_hint"], visible=exhibit.has_digits)
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
            told = gr.Checkbox(False, label=WORDS["told"], elem_id="told")
    feed = Feed(opening(shelf), follows="#t-slider")
    return Rail(
        gr.State(choice), picked, denoiser, t, seed, dice, picker, upload, pad, mnist, mnist_hint,
        told, feed,
    )  # fmt: skip


def opening(shelf: Shelf) -> dict[str, Any]:
    """The schedules, the scene and the prediction that the page is built with."""
    exhibit = shelf.first
    scene = everything(exhibit, Choice.of(exhibit.first_picture), exhibit.T // 2, FIRST_SEED)
    return schedules_message(shelf.exhibits.values()) | scene


def ends(exhibit: Exhibit) -> str:
    clean, noise = WORDS["clean"], WORDS["noise"].format(T=exhibit.T)
    return f"<span>{clean}</span><span>{noise}</span>"


def pad_settings(exhibit: Exhibit) -> dict[str, Any]:
    return {"size": exhibit.denoiser.shape[1], "ink": exhibit.presentation.ink}


def own_picture(exhibit: Exhibit, source: str | bytes, name: str) -> Choice:
    try:
        if exhibit.has_digits:
            pixels = read_digit(source)
        else:
            pixels = read_picture(source, exhibit.denoiser.shape)
    except (PictureError, EmptyDrawingError) as error:
        raise gr.Error(str(error), print_exception=False) from error
    return Choice(name, None, NEVER_SEEN, pixels, own=True)


def roll() -> int:
    """A seed that nobody chose."""
    return secrets.randbelow(100_000)


@dataclass(frozen=True)
class RailHandlers:
    """What the rail's parts call: each answers with what the browser shows next."""

    shelf: Shelf

    def show_scene(
        self, denoiser: str, choice: Choice, t: Any, seed: Any, told: bool
    ) -> tuple[dict[str, Any], str]:
        """Image, noise and prediction anew, and the card."""
        moment = read_rail(self.shelf, denoiser, choice, t, seed, told)
        return scene_of(moment), card(moment.picture)

    def show_prediction(
        self, denoiser: str, choice: Choice, t: Any, seed: Any, told: bool
    ) -> dict[str, Any]:
        moment = read_rail(self.shelf, denoiser, choice, t, seed, told)
        return {"prediction": prediction_of(moment)}

    def pick(
        self, denoiser: str, choice: Choice, t: Any, seed: Any, told: bool, event: gr.EventData
    ) -> tuple[Any, ...]:
        """The picture that was clicked in the gallery."""
        exhibit = self.shelf.exhibit(denoiser)
        picked = Choice.of(self.shelf.picture(exhibit, carried(event, "name")))
        return picked, *self.show_scene(denoiser, picked, t, seed, told)

    def take_upload(
        self, denoiser: str, choice: Choice, t: Any, seed: Any, told: bool, path: str | None
    ) -> tuple[Any, ...]:
        """The visitor's file, as the network sees it; a sentence if it cannot be used."""
        if path is None:  # the upload was cleared
            return (gr.skip(),) * 3
        own = own_picture(self.shelf.exhibit(denoiser), path, WORDS["your_upload"])
        return own, *self.show_scene(denoiser, own, t, seed, told)

    def take_drawing(
        self, denoiser: str, choice: Choice, t: Any, seed: Any, told: bool, event: gr.EventData
    ) -> tuple[Any, ...]:
        """The visitor's drawing, as the network sees it."""
        if carried(event, "empty"):
            return (gr.skip(),) * 3
        try:
            picture = read_data_uri(carried(event, "png"))
        except PictureError as error:
            raise gr.Error(WORDS["drawing_lost"], print_exception=False) from error
        own = own_picture(self.shelf.exhibit(denoiser), picture, WORDS["your_drawing"])
        return own, *self.show_scene(denoiser, own, t, seed, told)

    def fetch_mnist(self, denoiser: str, choice: Choice) -> dict[str, Any]:
        """MNIST's own test digits into the gallery, at the visitor's wish."""
        try:
            self.shelf.download_mnist()
        except (MnistError, GalleryError) as error:
            raise gr.Error(str(error), print_exception=False) from error
        return self.shelf.picker_value(self.shelf.exhibit(denoiser), choice.name)


def scene_of(moment: Moment[Any]) -> dict[str, Any]:
    """For the feed: all that there is of the moment."""
    return everything(moment.exhibit, moment.picture, moment.t, moment.seed, moment.told)


def prediction_of(moment: Moment[Any]) -> dict[str, Any]:
    return prediction_message(
        moment.exhibit, moment.picture, moment.t, moment.seed, moment.told
    )  # fmt: skip


def wire_rail(rail: Rail, shelf: Shelf) -> None:
    """Another image or seed: a new scene. Another t: a new prediction, the newest value only."""
    on, scene = RailHandlers(shelf), [rail.feed, rail.card]
    image = [rail.choice, *scene]
    # "always_last" would send a waiting event's data as it was the first time: an old click.
    rail.picker.pick(on.pick, rail.inputs, image, **EVERY)
    rail.upload.input(on.take_upload, [*rail.inputs, rail.upload], image, **UPLOADS)
    rail.pad.drawn(on.take_drawing, rail.inputs, image, **DRAWINGS)
    rail.mnist.click(
        on.fetch_mnist, [rail.denoiser, rail.choice], rail.picker, api_visibility="private"
    )
    rail.dice.click(roll, None, rail.seed, **QUICK)
    rail.seed.seeded(on.show_scene, rail.inputs, scene, **NEWEST)
    changed = [rail.t.change, rail.told.change, rail.feed.behind]
    gr.on(changed, on.show_prediction, rail.inputs, rail.feed, **NEWEST)
