"""Our pictures, ready to be picked: found by name and kind, marked seen in training or never seen.

Knows nothing of models, of where a picture will be shown, or of how it was drawn.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer.images.arrays import ArraysError, read_arrays

SEEN = "seen in training"
NEVER_SEEN = "never seen"
ARRAYS = ("images", "names", "kinds", "held_out")
MOST_PICTURES, LONGEST_NAME = 5000, 200  # one sheet of thumbnails has room for them


class GalleryError(ValueError):
    """The gallery's file cannot be used, or it holds no such picture; the message says which."""


@dataclass(frozen=True, eq=False)
class Picture:
    """One image of a gallery. `pixels`: (H, W, C) uint8 in 0..255, read-only."""

    name: str
    kind: str
    seen: bool
    pixels: np.ndarray

    @property
    def mark(self) -> str:
        """The words beside it: "seen in training" or "never seen"."""
        return SEEN if self.seen else NEVER_SEEN


class Gallery:
    """Pictures of one shape, in order, each with a name of its own."""

    def __init__(self, pictures: Sequence[Picture]):
        if not pictures:
            raise GalleryError("A gallery needs at least one picture.")
        self._pictures = tuple(pictures)
        self._by_name = {picture.name: picture for picture in self._pictures}
        if len(self._by_name) < len(self._pictures):
            raise GalleryError("Two pictures of a gallery have the same name.")
        if len({picture.pixels.shape for picture in self._pictures}) > 1:
            raise GalleryError("The pictures of a gallery must have one shape.")
        for picture in self._pictures:
            picture.pixels.setflags(write=False)

    def __len__(self) -> int:
        return len(self._pictures)

    def __iter__(self) -> Iterator[Picture]:
        return iter(self._pictures)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __getitem__(self, name: str) -> Picture:
        """The picture called `name`; `GalleryError` if there is none."""
        try:
            return self._by_name[name]
        except KeyError:
            raise GalleryError(f"The gallery has no picture called {name!r}.") from None

    @property
    def shape(self) -> tuple[int, int, int]:
        """(C, H, W) of every picture, as a denoiser gives its own."""
        height, width, channels = self._pictures[0].pixels.shape
        return channels, height, width

    @property
    def kinds(self) -> list[str]:
        """Every kind once, in the order in which it first appears."""
        return list(dict.fromkeys(picture.kind for picture in self._pictures))

    def select(self, *, kind: str | None = None, seen: bool | None = None) -> list[Picture]:
        """The pictures of one kind, or those that training saw (or never saw), in order."""
        return [
            picture
            for picture in self._pictures
            if (kind is None or picture.kind == kind) and (seen is None or picture.seen == seen)
        ]

    def search(self, query: str = "", kind: str | None = None) -> list[Picture]:
        """The pictures whose name or kind holds every word of `query`, the closest first.

        Letter case does not matter and a plural finds the singular ("cats"). Whole words of the
        name come before beginnings of words, and those before the rest; then short names come
        first. An empty query finds everything, in order.
        """
        words = _words(query)
        found = [(_distance(words, picture), picture) for picture in self.select(kind=kind)]
        kept = [
            (distance, len(_words(picture.name)), picture)
            for distance, picture in found
            if distance is not None
        ]
        if not words:
            return [picture for _, _, picture in kept]
        return [picture for _, _, picture in sorted(kept, key=lambda entry: entry[:2])]


def load_gallery(path: str | Path) -> Gallery:
    """The gallery in a file of `images` (N, H, W, C) uint8, `names`, `kinds` and `held_out` (N,).

    Raises `GalleryError` when the file is missing, damaged or of another form.
    """
    path = Path(path)
    try:
        arrays = read_arrays(path, ARRAYS)
    except KeyError:
        raise GalleryError(f"The gallery's file {path} must hold {', '.join(ARRAYS)}.") from None
    except ArraysError as error:
        state = "is damaged" if path.exists() else "is missing"
        raise GalleryError(f"The gallery's file {path} {state}: {error}.") from error
    images, names, kinds, held_out = (arrays[name] for name in ARRAYS)
    count = len(names) if names.ndim == 1 else -1
    if images.ndim != 4 or images.dtype != np.uint8 or images.shape[3] not in (1, 3):
        raise GalleryError(f"The gallery's file {path} must hold images (N, H, W, C) in uint8.")
    if not images.shape[:1] == kinds.shape == held_out.shape == (count,):
        raise GalleryError(f"The gallery's file {path} has arrays of different lengths.")
    if count > MOST_PICTURES:
        raise GalleryError(f"The gallery's file {path} has more than {MOST_PICTURES} pictures.")
    if names.dtype.kind != "U" or kinds.dtype.kind != "U" or held_out.dtype != bool:
        raise GalleryError(f"The gallery's file {path} has names, kinds or marks of a wrong type.")
    if not all(map(_is_name, [*names.tolist(), *kinds.tolist()])):
        raise GalleryError(f"The gallery's file {path} has a name that cannot be shown.")
    return Gallery(
        [
            Picture(str(name), str(kind), not bool(unseen), pixels)
            for name, kind, unseen, pixels in zip(names, kinds, held_out, images, strict=True)
        ]
    )


def _is_name(text: str) -> bool:
    return text.isprintable() and 0 < len(text) <= LONGEST_NAME


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold().replace("’", "").replace("'", ""))


def _distance(words: list[str], picture: Picture) -> int | None:
    """How far the worst word is from this picture: 0 a word of its name ... None not there."""
    named = _words(picture.name)
    everything = named + _words(picture.kind)
    distances = [_word_distance(word, named, everything) for word in words]
    if None in distances:
        return None
    return max((distance for distance in distances if distance is not None), default=0)


def _word_distance(word: str, named: list[str], everything: list[str]) -> int | None:
    forms = [word]
    if len(word) > 3:
        forms += [word[: -len(ending)] for ending in ("s", "es") if word.endswith(ending)]
        forms += [word[:-3] + "y"] if word.endswith("ies") else []
    if any(form in named for form in forms):
        return 0
    if any(form in everything for form in forms):
        return 1
    if any(other.startswith(form) for form in forms for other in everything):
        return 2
    if any(form in other for form in forms for other in everything):
        return 3
    return None
