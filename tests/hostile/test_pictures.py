"""The hostile pictures are what their names say."""

import io

import pytest
from PIL import Image

from tests.hostile.pictures import hostile_pictures


@pytest.mark.filterwarnings("ignore")
def test_the_large_ones_are_sound_files_of_their_size():
    pictures = hostile_pictures()
    sizes = {}
    for name in ("40mp_rgb_progressive.jpeg", "40mp_rgba16.png", "40mp_int32.tiff", "1x19999.png"):
        with Image.open(io.BytesIO(pictures[name])) as image:
            sizes[name] = image.size
    assert sizes == {
        "40mp_rgb_progressive.jpeg": (6324, 6324),
        "40mp_rgba16.png": (6324, 6324),
        "40mp_int32.tiff": (6324, 6324),
        "1x19999.png": (1, 19_999),
    }
    assert len(pictures) >= 140
