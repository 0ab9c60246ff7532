"""A recipe: all that a visitor has set, as plain data, and the same wherever it is written down.

    address     ?denoiser=emoji&image=pizza&t=400&seed=7&lesson=break_it&break_it.strength=0.9
    JSON        {"model": "emoji", "picture": "pizza", ..., "settings": {"break_it": {...}}}

Reading mends and never raises: what makes no sense is as if it had not been said. Knows nothing of
Gradio, nor of what a lesson's settings mean (see `page.settings`, which mends those).
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from explorer.exhibits.exhibit import Exhibit
from explorer.images.data_uri import read_data_uri
from explorer.images.encoding import png_data_uri
from explorer.images.gallery import NEVER_SEEN
from explorer.images.uploads import PictureError, read_again
from explorer.page.moment import Moment, S
from explorer.page.settings import NoSettings, read_settings
from explorer.page.visit import FIRST_SEED, Choice
from explorer.page.words import TEXT

if TYPE_CHECKING:
    from explorer.page.shelf import Shelf

LARGEST_SEED = 2**63 - 1
OWN_NAMES = (TEXT["rail"]["your_upload"], TEXT["rail"]["your_drawing"])
MOST_SETTINGS, LONGEST = 200, 300  # of one recipe; characters of a value
NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
IN_THE_ADDRESS = {"model": "denoiser", "picture": "image"}  # as older links have it; others as here


@dataclass(frozen=True)
class Recipe:
    """What the page shows.

    Attributes:
        model: a network's name.
        picture: of the gallery, or what the visitor's own is called.
        own: the visitor's own picture at the network's size, as a PNG data URI.
        t, seed: in 0..T; in 0..2**63 - 1.
        told: is the network told the picture's kind?
        lesson: the one in sight.
        settings: lesson -> setting -> value; what is not there is as the lesson opens.
    """

    model: str
    picture: str
    t: int
    seed: int = FIRST_SEED
    told: bool = False
    lesson: str | None = None
    own: str | None = None
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def read(cls, source: Any, shelf: "Shelf") -> "Recipe":
        """From an address or its query, from JSON, or from a mapping of either's names."""
        said = _names(source)
        exhibit = shelf.exhibit(said.get("model"))
        own = _own(said.get("own"), exhibit)
        name = said.get("picture")
        if own is None:
            name = shelf.picture(exhibit, name).name
        elif name not in OWN_NAMES:
            name = OWN_NAMES[0]
        lesson = said.get("lesson")
        return cls(
            exhibit.name,
            str(name),
            clean_t(said["t"], exhibit) if "t" in said else exhibit.T // 2,
            clean_seed(said["seed"]) if "seed" in said else FIRST_SEED,
            said.get("told") in (True, "true"),
            lesson if isinstance(lesson, str) and NAME.fullmatch(lesson) else None,
            own,
            _settings(said.get("settings")),
        )

    @classmethod
    def of(cls, moment: Moment[Any], lesson: str | None, **settings: Mapping[str, Any]) -> "Recipe":
        """What is set at a moment, with each lesson's settings as they are given."""
        choice = moment.picture
        own = png_data_uri(choice.pixels) if choice.own else None
        return cls(
            moment.exhibit.name, choice.name, moment.t, moment.seed, moment.told, lesson, own,
            {name: values for name, values in settings.items() if values},
        )  # fmt: skip

    def choice(self, shelf: "Shelf") -> Choice:
        """The picture itself."""
        exhibit = shelf.exhibit(self.model)
        if self.own is not None:
            pixels = read_again(read_data_uri(self.own), exhibit.denoiser.shape)
            return Choice(self.picture, None, NEVER_SEEN, pixels, own=True)
        return Choice.of(shelf.picture(exhibit, self.picture))

    def rail(self, shelf: "Shelf") -> Moment[NoSettings]:
        """The moment, for what heeds no lesson's settings."""
        return self.moment(shelf, "", NoSettings)

    def moment(self, shelf: "Shelf", lesson: str, declared: type[S]) -> Moment[S]:
        """What the handlers of a lesson, whose settings are `declared` so, are given."""
        exhibit = shelf.exhibit(self.model)
        settings = read_settings(declared, self.settings.get(lesson, {}), exhibit)
        return Moment(
            exhibit, self.choice(shelf), self.t, self.seed, settings, self.told, shelf.compute_long
        )

    def to_query(self) -> str:
        """For an address, behind its question mark."""
        said = {name: value for name, value in self.to_json().items() if name != "settings"}
        said |= {
            f"{lesson}.{name}": value
            for lesson, values in self.settings.items()
            for name, value in values.items()
        }
        named = {IN_THE_ADDRESS.get(name, name): _text(value) for name, value in said.items()}
        return urlencode(named)

    def to_json(self) -> dict[str, Any]:
        """What is as it always is (not told, no own picture ...) is left out."""
        return {
            name: value
            for name, value in asdict(self).items()
            if value or value == 0 and value is not False
        }


def canonical(said: Mapping[str, Any]) -> dict[str, Any]:
    """A recipe's names as an address has them."""
    return {IN_THE_ADDRESS.get(name, name): value for name, value in said.items()}


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


def _names(source: Any) -> dict[str, Any]:
    """Whatever was written down -> by a recipe's names, settings in their tables."""
    if isinstance(source, bytes):
        source = source.decode("utf-8", "replace")
    if isinstance(source, str):
        source = _parse(source)
    if not isinstance(source, Mapping):
        return {}
    said: dict[str, Any] = {"settings": {}}
    if isinstance(source.get("settings"), Mapping):
        said["settings"] = {**source["settings"]}
    for name, value in list(source.items())[: 2 * MOST_SETTINGS]:
        if not isinstance(name, str) or name == "settings":
            continue
        lesson, dot, setting = name.partition(".")
        if not dot:
            ours = {there: here for here, there in IN_THE_ADDRESS.items()}
            said[ours.get(name, name)] = value
        elif isinstance(table := said["settings"].setdefault(lesson, {}), dict):
            table[setting] = value
    return said


def _parse(text: str) -> Any:
    text = text.strip()
    if text.startswith("{"):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return {}
    try:
        parts = urlsplit(text)
        query = parts.query or ("" if parts.scheme else parts.path.lstrip("?"))
        return dict(parse_qsl(query, keep_blank_values=True, max_num_fields=2 * MOST_SETTINGS))
    except ValueError:
        return {}


def _settings(tables: Any) -> dict[str, dict[str, Any]]:
    """Of what could be settings, as many as there could be."""
    read: dict[str, dict[str, Any]] = {}
    for lesson, name, value in list(_flat(tables))[:MOST_SETTINGS]:
        read.setdefault(lesson, {})[name] = value
    return read


def _flat(tables: Any) -> Iterator[tuple[str, str, Any]]:
    for lesson, table in tables.items() if isinstance(tables, Mapping) else ():
        for name, value in table.items() if isinstance(table, Mapping) else ():
            names = isinstance(lesson, str) and isinstance(name, str)
            if names and NAME.fullmatch(lesson) and NAME.fullmatch(name) and _is_plain(value):
                yield lesson, name, value


def _is_plain(value: Any) -> bool:
    """A number, or a text of bearable length that can be sent (half a surrogate pair cannot)."""
    if isinstance(value, str):
        return len(value) <= LONGEST and value.isprintable()
    return isinstance(value, bool | int | float)


def _own(uri: Any, exhibit: Exhibit) -> str | None:
    """A picture of the network's size, anew as a PNG of our own; None for anything else."""
    try:
        if isinstance(uri, str) and not uri.startswith("data:"):  # as an address carries it
            uri = f"data:image/png;base64,{base64.b64encode(_unpack(uri)).decode()}"
        return png_data_uri(read_again(read_data_uri(uri), exhibit.denoiser.shape))
    except (PictureError, ValueError, TypeError):
        return None


def _unpack(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text(value: Any) -> str:
    """As it stands in an address."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, str) and value.startswith("data:"):
        return value.partition(",")[2].replace("+", "-").replace("/", "_").rstrip("=")
    return str(value)
