"""What stands ready for every visitor: the exhibits, their thumbnails, one finished run of each.

Shared and read-only, but for MNIST's digits, which are added when the first visitor asks for them.
Each is made once, whoever comes at the same time, and whole or not at all.
"""

import logging
import os
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any, TypeVar

from explorer.exhibits.exhibit import Exhibit
from explorer.exhibits.runs import ReverseChoices, ReverseFrame, compute_reverse
from explorer.images.encoding import film_sheet, png_data_uri, sprite
from explorer.images.gallery import Gallery, Picture
from explorer.images.mnist import load_mnist, mnist_gallery
from explorer.page.line import Line
from explorer.page.moment import at_home
from explorer.page.visit import FIRST_SEED

log = logging.getLogger(__name__)
Made = TypeVar("Made")
COLUMNS, CELL = 32, 48  # of the thumbnails' sheet
FILM_COLUMNS = 6
FIRST_RUN = ReverseChoices(num_steps=25, guidance=2.0, seed=FIRST_SEED)


@dataclass(frozen=True, eq=False)
class FirstRun:
    """A finished run, and its frames as the browser is sent them."""

    frames: list[ReverseFrame]
    pictures: list[str]  # data URIs


@dataclass
class Shelf:
    """`folder` is where thumbnail sheets are written, for the browser to fetch; long runs wait in
    `line`, those of programs in `api_line`; `compute_long` computes them.
    """

    exhibits: dict[str, Exhibit]
    folder: Path
    line: Line = field(default_factory=partial(Line, at_once=2))
    api_line: Line = field(default_factory=partial(Line, at_once=2, length=10))
    mnist: Gallery | None = None
    compute_long: Callable[..., Iterator[Any]] = at_home
    _kept: dict[str, Any] = field(default_factory=dict)
    _making: dict[str, Lock] = field(default_factory=lambda: defaultdict(Lock))
    _ready: Event = field(default_factory=Event)

    @property
    def first(self) -> Exhibit:
        return next(iter(self.exhibits.values()))

    def exhibit(self, name: Any) -> Exhibit:
        """The exhibit called `name`; the first one if there is none of that name."""
        return self.exhibits.get(name, self.first) if isinstance(name, str) else self.first

    def pictures(self, exhibit: Exhibit) -> Gallery:
        """What the gallery shows: MNIST's digits instead of our own once they are here."""
        return self.mnist if exhibit.has_digits and self.mnist is not None else exhibit.gallery

    def picture(self, exhibit: Exhibit, name: Any) -> Picture:
        """By name, wherever it is; the exhibit's first one if there is none of that name."""
        for gallery in (exhibit.gallery, self.pictures(exhibit)):
            if isinstance(name, str) and name in gallery:
                return gallery[name]
        return exhibit.first_picture

    def picker_value(self, exhibit: Exhibit, selected: str) -> dict[str, Any]:
        """For the `Picker`."""
        gallery = self.pictures(exhibit)
        path = self.folder / f"{exhibit.name}-{len(gallery)}.webp"
        with self._making[path.name]:
            if not path.exists():
                write_whole(path, sprite([one.pixels for one in gallery], COLUMNS, CELL))
        return {
            "sheet": f"gradio_api/file={path}",
            "columns": COLUMNS,
            "cell": CELL,
            "pictures": [
                {"name": picture.name, "kind": picture.kind, "seen": picture.seen}
                for picture in gallery
            ],
            "selected": selected,
        }

    def download_mnist(self) -> None:
        """Fetch MNIST's test digits (or find them in the cache); MnistError says why not."""
        with self._making["mnist"]:
            if self.mnist is None:
                arrays = load_mnist(parts=("test_images", "test_labels"))
                self.mnist = mnist_gallery(arrays["test_images"], arrays["test_labels"])

    def once(self, name: str, make: Callable[[], Made]) -> Made:
        """What `make` gives, made for the first who asks and kept under its name."""
        with self._making[name]:
            if name not in self._kept:
                self._kept[name] = make()
            return self._kept[name]

    def first_run(self, exhibit: Exhibit) -> FirstRun:
        """A finished run, so that no visitor meets an empty frame."""

        def make() -> FirstRun:
            choices = replace(FIRST_RUN, kind=exhibit.first_kind)
            frames = list(compute_reverse(exhibit, choices))
            return FirstRun(frames, [png_data_uri(frame.stacked) for frame in frames])

        return self.once(f"run of {exhibit.name}", make)

    def make_film(self, exhibit: Exhibit) -> dict[str, Any]:
        """The finished run's x_t as a file for the browser: `Film` in components/types.d.ts."""

        def make() -> dict[str, Any]:
            frames = self.first_run(exhibit).frames
            path = self.folder / f"{exhibit.name}-run.jpg"
            write_whole(path, film_sheet([frame.x_t for frame in frames], FILM_COLUMNS))
            return {
                "sheet": f"gradio_api/file={path}",
                "columns": FILM_COLUMNS,
                "cell": frames[0].x_t.shape[0],
                "times": [frame.t for frame in frames],
            }

        return self.once(f"film of {exhibit.name}", make)

    def film(self, exhibit: Exhibit) -> dict[str, Any] | None:
        """The same if it is ready: nobody waits for it."""
        return self._kept.get(f"film of {exhibit.name}")

    def prepare(self) -> Thread:
        """Begin to make what every visitor needs, so that the first one need not wait."""
        thread = Thread(target=self._prepare, name="shelf", daemon=True)
        thread.start()
        return thread

    def _prepare(self) -> None:
        for exhibit in self.exhibits.values():
            try:
                self.picker_value(exhibit, exhibit.first_picture.name)
                self.make_film(exhibit)
            except Exception:  # the page opens all the same; whoever needs it meets the fault
                log.exception("What %s opens with could not be made.", exhibit.name)
        self._ready.set()

    def is_ready(self) -> bool:
        """Are the networks warm, and is there something to show?"""
        return self._ready.is_set()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that is never seen half written."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        try:
            file.write(content)
            file.close()
            os.replace(file.name, path)
        except BaseException:
            file.close()
            os.unlink(file.name)
            raise
