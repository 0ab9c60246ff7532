"""What somebody asks for by name, from a program or a command line: all of it checked.

Unlike a page or a link, where what makes no sense is mended: here it is refused, in a sentence.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from explorer.exhibits.exhibit import Exhibit
from explorer.images.data_uri import read_data_uri
from explorer.images.gallery import NEVER_SEEN
from explorer.images.uploads import read_picture
from explorer.page.moment import Moment, S
from explorer.page.recipe import LARGEST_SEED, OWN_NAMES
from explorer.page.settings import Setting, read_settings, settings_of
from explorer.page.shelf import Shelf
from explorer.page.visit import FIRST_SEED, Choice
from explorer.page.words import TEXT

WORDS = TEXT["asking"]
TOLD = Setting(bool, False)
SEED = Setting(int, FIRST_SEED, 0, LARGEST_SEED)


def ask(
    shelf: Shelf,
    declared: type[S],
    denoiser: Any,
    picture: Any,
    t: Any,
    seed: Any = FIRST_SEED,
    told: Any = False,
    settings: Mapping[str, Any] | None = None,
) -> Moment[S]:
    """The moment that is asked for. ValueError, with a sentence, for whatever does not fit."""
    exhibit = find_exhibit(shelf, denoiser)
    choice = find_choice(shelf, exhibit, picture)
    known = settings_of(declared)
    checked = {name: known[name].check(name, value) for name, value in (settings or {}).items()}
    return Moment(
        exhibit,
        choice,
        Setting(int, 0, 0, exhibit.T).check("t", t),
        seed if isinstance(seed, int) and 0 <= seed <= LARGEST_SEED else SEED.check("seed", seed),
        read_settings(declared, checked, exhibit),
        TOLD.check("told", told),
        shelf.compute_long,
    )


def find_exhibit(shelf: Shelf, name: Any) -> Exhibit:
    if name not in [*shelf.exhibits]:  # a list may be asked for anything, a dict only for names
        raise ValueError(WORDS["denoiser"].format(names=", ".join(shelf.exhibits)))
    return shelf.exhibits[name]


def check_kind(exhibit: Exhibit, kind: Any) -> str | None:
    kinds = exhibit.denoiser.conditions
    if kind not in ["", None, *kinds]:
        raise ValueError(WORDS["kind"].format(kinds=", ".join(kinds), kind=repr(kind)))
    return kind or None


def find_choice(shelf: Shelf, exhibit: Exhibit, picture: Any) -> Choice:
    """A gallery's picture by its name, or one of the caller's own as a data URI."""
    if not isinstance(picture, str):
        raise ValueError(WORDS["picture"].format(picture=repr(picture)))
    for gallery in (exhibit.gallery, shelf.pictures(exhibit)):
        if picture in gallery:
            return Choice.of(gallery[picture])
    if not picture.startswith("data:"):
        raise ValueError(WORDS["no_picture"].format(picture=repr(picture)))
    pixels = read_picture(read_data_uri(picture), exhibit.denoiser.shape)
    return Choice(OWN_NAMES[0], None, NEVER_SEEN, pixels, own=True)


def find_pixels(shelf: Shelf, exhibit: Exhibit, picture: Any) -> np.ndarray:
    """(H, W, C) uint8."""
    return find_choice(shelf, exhibit, picture).pixels
