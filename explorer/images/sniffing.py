"""What a picture file is, and its bare picture: found out before any decoder sees a byte.

Knows nothing of decoders. Texts, profiles and previews are taken out where a small file could make
gigabytes of them (a thousand EXIF tags may all point at the same megabyte).
"""

import struct

BEGINNINGS = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"BM": "BMP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"II+\0": "TIFF",
    b"MM\0+": "TIFF",
    b"\0\0\0\x0cjP  \r\n\x87\n": "JPEG2000",
    b"\xff\x4f\xff\x51": "JPEG2000",
    b"\0\0\1\0": "ICO",
    **{b"P" + kind: "PPM" for kind in (b"1", b"2", b"3", b"4", b"5", b"6", b"f", b"F")},
}
AVIF_BRANDS = {b"avif", b"avis"}
HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
PNG_CHUNKS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
# All but JFIF's and Adobe's, which tell the colours.
JPEG_NOTES = {bytes([kind]) for kind in (*range(0xE1, 0xEE), 0xEF, 0xFE)}
MOST_PARTS = 100_000  # of a file; thousands are usual
ORIENTATION = 0x0112


def sniff(content: bytes) -> str:
    """The format's name as Pillow has it, or HEIF; a TGA has no mark, so it is what is left."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    if content[4:8] == b"ftyp":
        size = int.from_bytes(content[:4])
        brands = {content[at : at + 4] for at in (8, *range(16, min(size, 256), 4))}
        if brands & AVIF_BRANDS:
            return "AVIF"
        if brands & HEIF_BRANDS:
            return "HEIF"
    found = (form for mark, form in BEGINNINGS.items() if content.startswith(mark))
    return next(found, "TGA")


def bare(content: bytes, form: str) -> tuple[bytes, bytes]:
    """The file without what is not the picture, and the EXIF block that was in it (or b"")."""
    if form == "PNG":
        return _bare_png(content)
    if form == "JPEG":
        return _bare_jpeg(content)
    if form == "AVIF":  # no decoder knows the new name; how it is turned stands elsewhere
        return content.replace(b"Exif", b"Exix"), b""
    return content, b""


def orientation(exif: bytes) -> int:
    """How the EXIF block says that the picture is turned: 1 (it is not) to 8."""
    exif = exif.removeprefix(b"Exif\0\0")
    order = ">" if exif.startswith(b"MM") else "<"
    try:
        (start,) = struct.unpack_from(order + "I", exif, 4)
        (count,) = struct.unpack_from(order + "H", exif, start)
        for k in range(count):
            tag, _, _, value = struct.unpack_from(order + "HHIH", exif, start + 2 + 12 * k)
            if tag == ORIENTATION:
                return value if 1 <= value <= 8 else 1
    except struct.error:  # a broken EXIF block is no reason to refuse a sound picture
        pass
    return 1


def icon_sizes(content: bytes) -> list[tuple[int, int]]:
    """What the pictures inside an ICO say of themselves: the ICO's own word is never checked."""
    sizes = []
    for k in range(int.from_bytes(content[4:6], "little")):
        start = int.from_bytes(content[18 + 16 * k : 22 + 16 * k], "little")
        is_png = content[start : start + 8] == b"\x89PNG\r\n\x1a\n"
        form, at = (">II", start + 16) if is_png else ("<ii", start + 4)
        if at + 8 <= len(content):
            width, height = struct.unpack_from(form, content, at)
            sizes.append((abs(width), abs(height)))
    return sizes


def _bare_png(content: bytes) -> tuple[bytes, bytes]:
    kept, exif, at = bytearray(content[:8]), b"", 8
    for _ in range(MOST_PARTS):
        end = at + 12 + int.from_bytes(content[at : at + 4])
        kind = content[at + 4 : at + 8]
        if kind == b"eXIf":
            exif = content[at + 8 : end - 4]
        elif kind in PNG_CHUNKS:
            kept += content[at:end]
        at = end
        if at >= len(content):
            break
    return bytes(kept), exif


def _bare_jpeg(content: bytes) -> tuple[bytes, bytes]:
    kept, exif, at = bytearray(content[:2]), b"", 2
    for _ in range(MOST_PARTS):
        marker, kind = content[at : at + 1], content[at + 1 : at + 2]
        if marker != b"\xff" or kind == b"\xda":  # the scan, to the end
            return bytes(kept) + content[at:], exif
        end = at + 2 + max(2, int.from_bytes(content[at + 2 : at + 4]))
        if kind == b"\xff":  # a byte that only fills
            end = at + 1
        elif kind == b"\xe1" and content[at + 4 : at + 10] == b"Exif\0\0":
            exif = exif or content[at + 10 : end]
        elif kind not in JPEG_NOTES:
            kept += content[at:end]
        at = end
    return bytes(kept), exif
