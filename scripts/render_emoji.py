"""Render the emoji set that the *emoji* denoiser learns: checkpoints/emoji/images.npz.

    python -m scripts.render_emoji [--font FILE] [--emoji-test FILE] [--output FILE] [--sheet PNG]

Needs two Debian packages, and only here: fonts-noto-color-emoji (the drawings) and unicode-data
(which emoji exist, their names and their kinds). The app and the training read the file it writes.
"""

import argparse
import hashlib
import re
import struct
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from explorer.images.resampling import area_resize

FONT = Path("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf")
EMOJI_TEST = Path("/usr/share/unicode/emoji/emoji-test.txt")
OUTPUT = Path("checkpoints/emoji/images.npz")

SIDE = 64
FILL = 0.92  # of the frame, along the glyph's longer side
BITMAP_SIZE = 109  # the one size that the font's bitmaps have
HELD_OUT_SHARE = 0.05
SMALLEST_KIND = 5

GROUPS = (
    "Smileys & Emotion",
    "Animals & Nature",
    "Food & Drink",
    "Travel & Places",
    "Activities",
)
KINDS_LEFT_OUT = {"emotion", "place-map", "hotel", "time"}
MORE_KINDS = {
    "person",
    "person-role",
    "person-fantasy",
    "body-parts",
    "clothing",
    "computer",
    "household",
    "light & video",
    "musical-instrument",
    "science",
    "tool",
}
SKIN_TONES = range(0x1F3FB, 0x1F400)
HAIR = range(0x1F9B0, 0x1F9B4)
GENDER_SIGNS = (0x2640, 0x2642)
MAN_OR_WOMAN = (0x1F468, 0x1F469)
JOINER = 0x200D
NAMES_LEFT_OUT = {
    # the same person again
    "man: beard",
    "woman: beard",
    "pregnant man",
    "pregnant person",
    "mx claus",
    "person with crown",
    # a sign more than a picture
    "elevator",
    "love hotel",
    "mahjong red dragon",
}

LINE = re.compile(r"^(?P<points>[0-9A-F ]+?)\s*; fully-qualified\s*# \S+ E[\d.]+ (?P<name>.+)$")


@dataclass(frozen=True)
class Emoji:
    name: str
    kind: str
    points: tuple[int, ...]

    @property
    def text(self) -> str:
        return "".join(map(chr, self.points))


def read_emoji(path: Path) -> list[Emoji]:
    """The fully qualified emoji that we draw, in Unicode's order."""
    group = kind = ""
    chosen: list[Emoji] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# group:"):
            group = line.split(":", 1)[1].strip()
        elif line.startswith("# subgroup:"):
            kind = line.split(":", 1)[1].strip()
        elif match := LINE.match(line):
            points = tuple(int(point, 16) for point in match["points"].split())
            emoji = Emoji(match["name"], kind, points)
            if wants_kind(group, kind) and not is_variant(emoji):
                chosen.append(emoji)
    sizes = Counter(emoji.kind for emoji in chosen)
    return [emoji for emoji in chosen if sizes[emoji.kind] >= SMALLEST_KIND]


def wants_kind(group: str, kind: str) -> bool:
    return kind in MORE_KINDS or (group in GROUPS and kind not in KINDS_LEFT_OUT)


def is_variant(emoji: Emoji) -> bool:
    """Whether this is another emoji with a skin tone, hair or gender put on."""
    points = emoji.points
    return (
        emoji.name in NAMES_LEFT_OUT
        or any(point in SKIN_TONES or point in HAIR or point in GENDER_SIGNS for point in points)
        or (points[0] in MAN_OR_WOMAN and JOINER in points)
    )


def is_held_out(name: str) -> bool:
    """A stable 5 %: decided by the name alone, so that adding emoji moves none."""
    digest = hashlib.sha256(name.encode("utf-8")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < HELD_OUT_SHARE


def render(text: str, font: ImageFont.FreeTypeFont) -> np.ndarray:
    """One glyph, centred on white: (SIDE, SIDE, 3) uint8."""
    if font.getlength(text) > 1.5 * BITMAP_SIZE:
        raise ValueError(f"{text!r} is not one glyph of this font")
    bitmap = Image.new("RGBA", (256, 256))
    ImageDraw.Draw(bitmap).text((60, 60), text, font=font, embedded_color=True)
    visible = np.asarray(bitmap.getchannel("A")) > 8
    box = Image.fromarray(visible).getbbox()
    if box is None:
        raise ValueError(f"{text!r} has no ink in this font")
    glyph = Image.alpha_composite(Image.new("RGBA", bitmap.size, "white"), bitmap).crop(box)
    factor = FILL * SIDE / max(glyph.size)
    # Area averaging onto a frame of whole source pixels keeps edges clean without ringing.
    frame = round(SIDE / factor)
    canvas = Image.new("RGB", (frame, frame), "white")
    canvas.paste(glyph.convert("RGB"), ((frame - glyph.width) // 2, (frame - glyph.height) // 2))
    return np.rint(area_resize(np.asarray(canvas), SIDE, SIDE)).astype(np.uint8)


def font_names(path: Path) -> dict[int, str]:
    """The font's own name table: 0 copyright, 5 version, 13 licence, 14 its address."""
    font = path.read_bytes()
    (tables,) = struct.unpack_from(">H", font, 4)
    for index in range(tables):
        tag, _, start, _ = struct.unpack_from(">4sIII", font, 12 + 16 * index)
        if tag == b"name":
            break
    else:
        return {}
    _, count, strings = struct.unpack_from(">HHH", font, start)
    names: dict[int, str] = {}
    for index in range(count):
        record = struct.unpack_from(">HHHHHH", font, start + 6 + 12 * index)
        platform, _, _, name_id, length, offset = record
        if platform == 3:
            begin = start + strings + offset
            names[name_id] = font[begin : begin + length].decode("utf-16-be")
    return names


def contact_sheet(images: np.ndarray, kinds: np.ndarray, columns: int = 32) -> Image.Image:
    """All images, each kind beginning a new row."""
    rows: list[np.ndarray] = []
    for kind in dict.fromkeys(kinds.tolist()):
        members = images[kinds == kind]
        for start in range(0, len(members), columns):
            rows.append(members[start : start + columns])
    sheet = np.full((len(rows) * SIDE, columns * SIDE, 3), 255, np.uint8)
    for index, row in enumerate(rows):
        strip = np.concatenate(list(row), axis=1)
        sheet[index * SIDE : (index + 1) * SIDE, : strip.shape[1]] = strip
    return Image.fromarray(sheet)


def main() -> None:
    parser = argparse.ArgumentParser(description="Render the emoji set.")
    parser.add_argument("--font", type=Path, default=FONT)
    parser.add_argument("--emoji-test", type=Path, default=EMOJI_TEST)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    parser.add_argument("--sheet", type=Path, help="also write a contact sheet (PNG)")
    arguments = parser.parse_args()

    font = ImageFont.truetype(str(arguments.font), BITMAP_SIZE)
    about = font_names(arguments.font)
    pictures: dict[bytes, Emoji] = {}
    images: list[np.ndarray] = []
    for emoji in read_emoji(arguments.emoji_test):
        image = render(emoji.text, font)
        twin = pictures.setdefault(image.tobytes(), emoji)
        if twin is not emoji:
            print(f"left out: {emoji.name} looks just like {twin.name}")
            continue
        images.append(image)
    chosen = list(pictures.values())
    kinds = np.array([emoji.kind for emoji in chosen])
    held_out = np.array([is_held_out(emoji.name) for emoji in chosen])
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        arguments.output,
        images=np.stack(images),
        names=np.array([emoji.name for emoji in chosen]),
        kinds=kinds,
        held_out=held_out,
        font=np.array(f"Noto Color Emoji, {about.get(5, 'unknown version')}"),
        copyright=np.array(about.get(0, "")),
        licence=np.array("SIL Open Font License, Version 1.1"),
    )
    if arguments.sheet:
        contact_sheet(np.stack(images), kinds).save(arguments.sheet)
    print(
        f"{len(chosen)} emoji in {len(set(kinds.tolist()))} kinds, {held_out.sum()} held out, "
        f"{arguments.output.stat().st_size:,} bytes: {arguments.output}"
    )


if __name__ == "__main__":
    main()
