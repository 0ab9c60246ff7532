"""Any picture becomes what the network sees, or is refused in one sentence."""

import numpy as np
import pytest
from PIL import Image

from explorer.images.digit_strokes import STROKES, WIDTHS
from explorer.images.digits import draw_digit
from explorer.images.uploads import PictureError, read_digit, read_picture
from tests.hostile.picture_files import encode as encoded
from tests.hostile.picture_files import png

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 128, 0), (0, 0, 255), (255, 255, 255)


def quarters(side=128):
    """Red and green above, blue and white below."""
    image = Image.new("RGB", (side, side), RED)
    half = side // 2
    image.paste(GREEN, (half, 0, side, half))
    image.paste(BLUE, (0, half, half, side))
    image.paste(WHITE, (half, half, side, side))
    return image


def corners(pixels):
    height, width = pixels.shape[:2]
    near, far = (height // 8, width // 8), (height - 1 - height // 8, width - 1 - width // 8)
    spots = [near, (near[0], far[1]), (far[0], near[1]), far]
    return [tuple(pixels[spot].tolist()) for spot in spots]


def refused(source, match, read=read_picture):
    with pytest.raises(PictureError, match=match) as caught:
        read(source)
    sentence = str(caught.value)
    assert "\n" not in sentence and sentence.endswith(".")


@pytest.mark.parametrize("form", ["PNG", "BMP", "TIFF", "GIF", "WEBP", "PPM", "TGA", "JPEG2000"])
def test_formats_without_loss(form):
    options = {"lossless": True} if form == "WEBP" else {}
    pixels = read_picture(encoded(quarters(), form, **options), (3, 64, 64))
    assert pixels.shape == (64, 64, 3) and pixels.dtype == np.uint8
    assert corners(pixels) == [RED, GREEN, BLUE, WHITE]


def test_the_same_from_bytes_path_and_pixels(tmp_path):
    content = encoded(quarters())
    path = tmp_path / "picture.png"
    path.write_bytes(content)
    wanted = read_picture(content)
    for source in (path, str(path), np.asarray(quarters()), np.asarray(quarters().convert("RGBA"))):
        np.testing.assert_array_equal(read_picture(source), wanted)


def test_a_picture_of_the_right_size_is_left_as_it_is():
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    np.testing.assert_array_equal(read_picture(encoded(Image.fromarray(pixels))), pixels)


@pytest.mark.parametrize("factor", [2, 3, 8, 13])
def test_shrinking_averages_areas(factor):
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (64 * factor, 64 * factor, 3), dtype=np.uint8)
    means = pixels.reshape(64, factor, 64, factor, 3).mean(axis=(1, 3))
    read = read_picture(encoded(Image.fromarray(pixels), compress_level=0), (3, 64, 64))
    assert np.abs(read - means).max() <= 0.501


def test_a_large_jpeg_is_read_as_its_original():
    image = quarters(2000)
    pixels = read_picture(encoded(image, "JPEG", quality=95))
    assert np.abs(pixels.astype(int) - read_picture(encoded(image))).mean() < 3


def test_wide_and_tall_pictures_lose_their_sides():
    wide = Image.new("RGB", (300, 100), RED)
    wide.paste(BLUE, (100, 0, 200, 100))
    assert corners(read_picture(encoded(wide))) == [BLUE] * 4
    assert corners(read_picture(encoded(wide.rotate(90, expand=True)))) == [BLUE] * 4


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_exif_turns_the_picture_upright(orientation, form):
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = quarters()
    if orientation in turns:  # the way back of what the tag asks for
        stored = stored.transpose(turns[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    pixels = read_picture(encoded(stored, form, exif=exif))
    for found, wanted in zip(corners(pixels), [RED, GREEN, BLUE, WHITE], strict=True):
        np.testing.assert_allclose(found, wanted, atol=12)


def test_a_broken_exif_block_is_ignored():
    content = encoded(quarters(), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 40)
    assert read_picture(content).shape == (64, 64, 3)


@pytest.mark.parametrize(
    ("mode", "colour"), [("RGBA", (255, 0, 0, 0)), ("LA", (0, 0)), ("RGBa", (0, 0, 0, 0))]
)
def test_what_is_transparent_is_white(mode, colour):
    image = Image.new(mode, (80, 80), colour)
    source = image.convert("RGBA") if mode == "RGBa" else image
    assert (read_picture(encoded(source)) == 255).all()


def test_half_transparent_black_is_mid_grey():
    assert (read_picture(encoded(Image.new("RGBA", (80, 80), (0, 0, 0, 128)))) == 127).all()


def test_transparency_without_an_alpha_channel():
    red = Image.new("RGB", (64, 64), RED)
    assert (read_picture(encoded(red, transparency=RED)) == 255).all()
    assert (read_picture(encoded(Image.new("L", (64, 64), 7), transparency=7)) == 255).all()
    palette = quarters(64).quantize(4)
    clear = palette.getpixel((0, 0))
    pixels = read_picture(encoded(palette, transparency=clear))
    assert corners(pixels) == [WHITE, GREEN, BLUE, WHITE]


def test_palettes_are_looked_up():
    assert corners(read_picture(encoded(quarters().quantize(8)))) == [RED, GREEN, BLUE, WHITE]


@pytest.mark.parametrize("mode", ["1", "L"])
def test_grey_fills_all_three_channels(mode):
    image = quarters().convert("L").convert(mode, dither=Image.Dither.NONE)
    pixels = read_picture(encoded(image))
    assert (pixels == pixels[..., :1]).all()
    assert corners(pixels)[3] == WHITE


def test_grey_for_a_grey_network_is_luminance():
    pixels = read_picture(encoded(quarters()), (1, 28, 28))
    assert pixels.shape == (28, 28, 1)
    assert [corner[0] for corner in corners(pixels)] == [76, 75, 29, 255]


def ramp():
    return np.linspace(0, 65535, 64).astype(np.uint16)[None].repeat(64, axis=0)


def test_sixteen_bits_keep_their_scale():
    wanted = np.rint(ramp() / 257).astype(np.uint8)
    for form in ("PNG", "TIFF"):
        pixels = read_picture(encoded(Image.fromarray(ramp()), form), (1, 64, 64))
        np.testing.assert_array_equal(pixels[..., 0], wanted)
    dark = Image.fromarray(np.full((64, 64), 2570, np.uint16))
    assert (read_picture(encoded(dark)) == 10).all()


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        (np.linspace(0, 1, 64), np.linspace(0, 255, 64)),
        (np.linspace(0, 255, 64), np.linspace(0, 255, 64)),
        (np.linspace(-5, 5, 64), np.linspace(0, 255, 64)),
        (np.full(64, np.nan), np.zeros(64)),
    ],
    ids=["unit", "bytes", "own range", "nan"],
)
def test_floats_are_scaled_sensibly(values, wanted):
    image = Image.fromarray(values.astype(np.float32)[None].repeat(64, axis=0))
    pixels = read_picture(encoded(image, "TIFF"), (1, 64, 64))
    np.testing.assert_allclose(pixels[0, :, 0], wanted, atol=0.51)


@pytest.mark.parametrize("top", [200, 60000, 2_000_000])
def test_whole_numbers_are_scaled_sensibly(top):
    image = Image.fromarray(np.linspace(0, top, 64).astype(np.int32)[None].repeat(64, axis=0))
    pixels = read_picture(encoded(image, "TIFF"), (1, 64, 64))
    brightest = {200: 200, 60000: 233, 2_000_000: 255}[top]
    assert pixels.min() == 0 and abs(int(pixels.max()) - brightest) <= 1


def test_cmyk_jpegs_have_their_colours():
    pixels = read_picture(encoded(Image.new("CMYK", (80, 80), (0, 255, 255, 0)), "JPEG"))
    np.testing.assert_allclose(pixels[32, 32], RED, atol=12)


def test_an_animation_shows_its_first_frame():
    frames = [Image.new("RGB", (64, 64), colour) for colour in (BLUE, RED, GREEN)]
    for form in ("GIF", "WEBP", "PNG"):
        content = encoded(frames[0], form, save_all=True, append_images=frames[1:])
        np.testing.assert_allclose(read_picture(content)[32, 32], BLUE, atol=6)


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (3000, 10), (10, 3000), (1, 5000), (65, 64)])
def test_odd_sizes_fit(size):
    pixels = read_picture(encoded(Image.new("RGB", size, GREEN)))
    assert pixels.shape == (64, 64, 3) and (pixels == GREEN).all()


def test_tiny_pictures_are_enlarged_smoothly():
    image = Image.fromarray(np.array([[0, 255], [255, 0]], np.uint8))
    pixels = read_picture(encoded(image))[..., 0].astype(int)
    assert len(np.unique(pixels)) > 20
    assert np.abs(np.diff(pixels, axis=1)).max() < 30


def test_a_network_need_not_be_square():
    assert read_picture(encoded(quarters()), (3, 32, 64)).shape == (32, 64, 3)
    with pytest.raises(ValueError, match="1 or 3"):
        read_picture(encoded(quarters()), (2, 32, 32))


@pytest.mark.parametrize("read", [read_picture, read_digit])
@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "empty"),
        (b"Dear diary, today I drew a cat.", "not a picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
        (b"\x89PNG\r\n\x1a\n", "not a picture"),
        (b"\xff\xd8\xff\xe0", "not a picture"),
        (png(64, 64, 2, 8)[:60], "damaged or incomplete"),
        (encoded(quarters())[:-60], "damaged or incomplete"),
        (encoded(quarters(), "JPEG")[:600], "damaged or incomplete|not a picture"),
        (encoded(quarters(), "GIF")[:60], "damaged or incomplete|not a picture"),
    ],
    ids=["empty", "text", "eps", "svg", "png magic", "jpeg magic", "hollow", "png", "jpeg", "gif"],
)
def test_what_is_no_picture_is_refused(content, match, read):
    refused(content, match, read)


def test_large_canvases_are_refused():
    refused(np.broadcast_to(np.uint8(0), (8000, 8000)), "too many pixels .8000x8000.: at most 60 m")
    refused(np.broadcast_to(np.uint8(0), (3, 20_001)), "too long .20001x3.: at most 20,000 pixels")


@pytest.mark.parametrize("shape", [(0, 4, 3), (4, 4, 2), (4,), (1, 4, 4, 3)])
def test_other_arrays_are_refused(shape):
    refused(np.zeros(shape, np.uint8), "must be uint8")
    refused(np.zeros((4, 4, 3), np.float32), "must be uint8")


def test_a_random_change_anywhere_never_gives_another_error():
    rng = np.random.default_rng(0)
    noise = Image.fromarray(rng.integers(0, 256, (40, 40, 3), dtype=np.uint8))
    for form in ("PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP", "ICO"):
        whole = np.frombuffer(encoded(noise, form), np.uint8)
        for _ in range(30):
            changed = whole.copy()
            spots = rng.integers(0, len(changed), 3)
            changed[spots] = rng.integers(0, 256, 3)
            try:
                assert read_picture(changed.tobytes()).shape == (64, 64, 3)
            except PictureError as error:
                assert "\n" not in str(error)


@pytest.mark.parametrize("way", ["paper", "blackboard", "clear black", "clear white", "sixteen"])
def test_digits_are_read_from_any_sheet(way):
    seven = draw_digit(STROKES[7][2], WIDTHS[2])
    ink = np.pad(np.kron(seven, np.ones((9, 9), np.uint8)), ((30, 90), (200, 0)))
    sheets = {
        "paper": 255 - ink,
        "blackboard": ink,
        "clear black": np.dstack([ink * 0] * 3 + [ink]),
        "clear white": np.dstack([ink * 0 + 255] * 3 + [ink]),
        "sixteen": (255 - ink).astype(np.uint16) * 257,
    }
    fitted = read_digit(encoded(Image.fromarray(sheets[way])))
    assert fitted.shape == (28, 28, 1) and fitted.dtype == np.uint8
    moved = (np.roll(fitted[..., 0].astype(int), (y, x), (0, 1)) for y in (0, 1) for x in (0, 1))
    assert min(np.abs(candidate - seven).mean() for candidate in moved) < 6


def test_an_empty_sheet_says_so():
    refused(np.full((300, 300, 4), 0, np.uint8), "empty", read_digit)
    refused(encoded(Image.new("L", (300, 300), 200)), "empty", read_digit)
