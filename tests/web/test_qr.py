"""The QR code of a link."""

import re

import pytest
import segno

from explorer.web.qr import LONGEST, qr_svg

LINK = "http://192.168.1.20:7860/?denoiser=emoji&image=hot+dog&t=400"


def dark(svg: str) -> set[tuple[int, int]]:
    """The modules that the drawing's strokes paint, as (column, row), by what SVG's path says."""
    path = re.search(r'class="qrline"[^>]* d="([^"]+)"', svg)
    assert path
    x, y, painted = 0.0, 0.0, set()
    for letter, numbers in re.findall(r"([Mmh])([-\d. ]+)", path[1]):
        values = [float(value) for value in re.findall(r"-?[\d.]+", numbers)]
        if letter == "h":
            painted |= {(int(x) + k, int(y)) for k in range(int(values[0]))}
            x += values[0]
        elif letter == "M":
            x, y = values
        else:
            x, y = x + values[0], y + values[1]
    return painted


def test_it_is_drawn_with_correction_m_and_a_quiet_zone():
    code = segno.make(LINK, error="m", boost_error=False)
    wanted = {(x + 4, y + 4) for y, row in enumerate(code.matrix) for x, on in enumerate(row) if on}
    svg = qr_svg(LINK).decode()
    assert dark(svg) == wanted
    side = len(code.matrix) + 8
    assert f'viewBox="0 0 {side} {side}"' in svg and code.error == "M"


@pytest.mark.parametrize("text", ["", "x" * (LONGEST + 1), "é" * (LONGEST // 2 + 1)])
def test_it_is_made_of_a_text_that_can_be_scanned(text):
    with pytest.raises(ValueError, match="QR code"):
        qr_svg(text)


def test_it_is_served(raw):
    status, headers, body = raw("GET", "/qr.svg?text=http%3A%2F%2Fhere%2F%3Ft%3D400%26seed%3D7")
    assert (status, headers["content-type"]) == (200, "image/svg+xml")
    assert body == qr_svg("http://here/?t=400&seed=7")
    assert raw("GET", "/qr.svg")[0] == raw("GET", "/qr.svg?text=" + 1500 * "x")[0] == 400
    assert raw("POST", "/qr.svg?text=x", b"{}")[0] == 404
