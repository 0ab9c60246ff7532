"""The gallery: lookup, search, marks, refusals, and what the committed emoji set promises."""

import hashlib
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from explorer.images.gallery import Gallery, GalleryError, Picture, load_gallery

ROOT = Path(__file__).parents[2]
EMOJI = ROOT / "checkpoints" / "emoji" / "images.npz"


def picture(name: str, kind: str = "things", seen: bool = True, side: int = 4) -> Picture:
    return Picture(name, kind, seen, np.zeros((side, side, 3), np.uint8))


@pytest.fixture
def small():
    return Gallery(
        [
            picture("heart-shaped lamp", "household"),
            picture("red heart", "heart"),
            picture("cat face", "animal-mammal", seen=False),
            picture("caterpillar", "animal-bug"),
            picture("woman’s hat", "clothing"),
            picture("strawberry", "food-fruit"),
        ]
    )


@pytest.fixture(scope="module")
def emoji():
    return load_gallery(EMOJI)


def names(pictures):
    return [found.name for found in pictures]


def test_lookup_order_and_shape(small):
    assert len(small) == 6
    assert small["red heart"].kind == "heart"
    assert "red heart" in small and "blue heart" not in small
    assert small.kinds == [
        "household",
        "heart",
        "animal-mammal",
        "animal-bug",
        "clothing",
        "food-fruit",
    ]
    assert small.shape == (3, 4, 4)
    with pytest.raises(GalleryError, match="'blue heart'"):
        small["blue heart"]


def test_marks_are_the_words_of_the_page(small):
    assert small["red heart"].mark == "seen in training"
    assert small["cat face"].mark == "never seen"
    assert names(small.select(seen=False)) == ["cat face"]
    assert names(small.select(kind="heart", seen=True)) == ["red heart"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("heart", ["red heart", "heart-shaped lamp"]),
        ("HEARTS", ["red heart", "heart-shaped lamp"]),
        ("cat", ["cat face", "caterpillar"]),
        ("animal", ["caterpillar", "cat face"]),
        ("face animal", ["cat face"]),
        ("pillar", ["caterpillar"]),
        ("woman's HAT", ["woman’s hat"]),
        ("strawberries", ["strawberry"]),
        ("red cat", []),
        ("(.*", ["heart-shaped lamp", "red heart", "cat face"]),
    ],
)
def test_search_takes_all_words_and_puts_the_closest_first(small, query, found):
    assert names(small.search(query))[:3] == found[:3]


def test_search_within_a_kind(small):
    assert names(small.search("", kind="heart")) == ["red heart"]
    assert small.search("cat", kind="heart") == []
    assert names(small.search()) == names(small)


def test_pixels_are_read_only(small):
    with pytest.raises(ValueError, match="read-only"):
        small["red heart"].pixels[0, 0] = 1


@pytest.mark.parametrize(
    ("pictures", "sentence"),
    [
        ([], "at least one"),
        ([picture("a"), picture("a")], "same name"),
        ([picture("a"), picture("b", side=5)], "one shape"),
    ],
)
def test_a_gallery_refuses_nonsense(pictures, sentence):
    with pytest.raises(GalleryError, match=sentence):
        Gallery(pictures)


def arrays(**changes):
    whole = {
        "images": np.zeros((2, 4, 4, 3), np.uint8),
        "names": np.array(["a", "b"]),
        "kinds": np.array(["k", "k"]),
        "held_out": np.array([False, True]),
    }
    return {name: array for name, array in {**whole, **changes}.items() if array is not None}


def test_a_file_comes_back_as_a_gallery(tmp_path):
    np.savez_compressed(tmp_path / "images.npz", **arrays())
    gallery = load_gallery(tmp_path / "images.npz")
    assert [(item.name, item.seen) for item in gallery] == [("a", True), ("b", False)]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"names": None}, "must hold"),
        ({"images": np.zeros((2, 4, 4, 3), np.float32)}, "uint8"),
        ({"images": np.zeros((2, 4, 4), np.uint8)}, "uint8"),
        ({"kinds": np.array(["k"])}, "different lengths"),
        ({"names": np.array("a")}, "different lengths"),
        ({"names": np.array(["a", "b"], object)}, "damaged"),
    ],
)
def test_a_foreign_file_gives_one_sentence(tmp_path, changes, sentence):
    np.savez(tmp_path / "images.npz", allow_pickle=True, **arrays(**changes))
    with pytest.raises(GalleryError, match=sentence):
        load_gallery(tmp_path / "images.npz")


@pytest.mark.parametrize("content", [b"", b"not an archive", None, "cut"])
def test_a_missing_or_damaged_file_gives_one_sentence(tmp_path, content):
    path = tmp_path / "images.npz"
    if content == "cut":
        path.write_bytes(EMOJI.read_bytes()[:50_000])
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(GalleryError, match="missing" if content is None else "damaged") as caught:
        load_gallery(path)
    assert "\n" not in str(caught.value)


def test_the_gallery_needs_numpy_alone():
    code = (
        "import sys, explorer.images.gallery, explorer.images.mnist;"
        "assert not {'PIL', 'torch', 'gradio', 'plotly'} & set(sys.modules), 'too much'"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_the_emoji_set_is_large_and_small_enough(emoji):
    assert len(emoji) >= 850
    assert len(emoji.kinds) >= 40
    assert emoji.shape == (3, 64, 64)
    assert EMOJI.stat().st_size < 5_000_000
    assert min(Counter(item.kind for item in emoji).values()) >= 5


def test_the_emoji_set_holds_out_a_stable_twentieth(emoji):
    held_out = {item.name for item in emoji if not item.seen}
    assert 40 <= len(held_out) <= 0.07 * len(emoji)
    shares = {
        item.name: int(hashlib.sha256(item.name.encode()).hexdigest()[:16], 16) / 2**64
        for item in emoji
    }
    assert held_out == {name for name, share in shares.items() if share < 0.05}


def test_the_emoji_set_has_no_twins_flags_or_skin_tones(emoji):
    assert len({item.pixels.tobytes() for item in emoji}) == len(emoji)
    for item in emoji:
        assert not any(word in item.name for word in ("skin tone", "flag:", "keycap", "arrow:"))


def test_every_emoji_is_centred_on_white_and_whole(emoji):
    for item in emoji:
        ink = (item.pixels < 255).any(axis=-1)
        rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
        assert (item.pixels[[0, -1]] == 255).all() and (item.pixels[:, [0, -1]] == 255).all()
        assert max(np.ptp(rows), np.ptp(columns)) + 1 >= 58, item.name
        assert abs(rows[0] + rows[-1] - 63) <= 2 and abs(columns[0] + columns[-1] - 63) <= 2


@pytest.mark.parametrize("query", ["cat", "heart", "apple", "rocket", "pizza", "smiling face"])
def test_what_people_look_for_is_there(emoji, query):
    assert emoji.search(query)


def test_the_licence_lies_beside_the_pictures():
    assert "SIL Open Font License" in (EMOJI.parent / "IMAGES.md").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in (EMOJI.parent / "OFL.txt").read_text("utf-8")
    with np.load(EMOJI) as archive:
        assert "Noto Color Emoji" in str(archive["font"])
        assert "Open Font License" in str(archive["licence"])
