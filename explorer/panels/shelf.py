"""What stands ready for every visitor: the exhibits, their thumbnails, one finished run of each.

Shared and read-only, but for MNIST's digits, which are added when the first visitor asks for them.
Handlers are functions that take the shelf first; `MethodType(handler, shelf)` gives it to them
in a way that Gradio can look into (it cannot look into a functools.partial).
"""

from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from explorer.experiments.exhibits import Exhibit
from explorer.experiments.reverse import ReverseChoices, ReverseFrame, compute_reverse
from explorer.images.encoding import sprite
from explorer.images.gallery import Gallery, Picture
from explorer.images.mnist import load_mnist, mnist_gallery
from explorer.panels.line import Line
from explorer.panels.visit import FIRST_SEED

COLUMNS, CELL = 32, 48  # of the thumbnails' sheet
FIRST_RUN = ReverseChoices(num_steps=25, guidance=2.0, seed=FIRST_SEED)


@dataclass
class Shelf:
    """`folder` is where thumbnail sheets are written, for the browser to fetch; long runs wait in
    `line`.
    """

    exhibits: dict[str, Exhibit]
    folder: Path
    line: Line = field(default_factory=partial(Line, at_once=2))
    mnist: Gallery | None = None
    _first_runs: dict[str, list[ReverseFrame]] = field(default_factory=dict)

    @property
    def first(self) -> Exhibit:
        return next(iter(self.exhibits.values()))

    def exhibit(self, name: str | None) -> Exhibit:
        """The exhibit called `name`; the first one if there is none of that name."""
        return self.exhibits.get(name or "", self.first)

    def pictures(self, exhibit: Exhibit) -> Gallery:
        """What the gallery shows: MNIST's digits instead of our own once they are here."""
        return self.mnist if exhibit.is_grey and self.mnist is not None else exhibit.gallery

    def picture(self, exhibit: Exhibit, name: str | None) -> Picture:
        """By name, wherever it is; the exhibit's first one if there is none of that name."""
        for gallery in (exhibit.gallery, self.pictures(exhibit)):
            if name is not None and name in gallery:
                return gallery[name]
        return exhibit.first_picture

    def picker_value(self, exhibit: Exhibit, selected: str) -> dict[str, Any]:
        """For the `Picker`."""
        gallery = self.pictures(exhibit)
        path = self.folder / f"{exhibit.name}-{len(gallery)}.webp"
        if not path.exists():
            path.write_bytes(
                sprite([picture.pixels for picture in gallery], columns=COLUMNS, cell=CELL)
            )
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
        arrays = load_mnist(parts=("test_images", "test_labels"))
        self.mnist = mnist_gallery(arrays["test_images"], arrays["test_labels"])

    def first_run(self, exhibit: Exhibit) -> list[ReverseFrame]:
        """A finished run, made once, so that no visitor meets an empty frame."""
        if exhibit.name not in self._first_runs:
            choices = replace(FIRST_RUN, kind=exhibit.first_kind)
            self._first_runs[exhibit.name] = list(compute_reverse(exhibit, choices))
        return self._first_runs[exhibit.name]
