"""A curve's picture goes through its points, from lowest to highest, on white paper."""

import numpy as np
import pytest

from explorer.images.curve import MARGIN, SIDE, curve_picture

LOW, HIGH = SIDE - 1 - MARGIN, MARGIN  # rows


def rows_of(picture: np.ndarray) -> np.ndarray:
    """Where the ink's middle is in each column."""
    ink = 255 - picture[..., 0].astype(float)
    return (ink * np.arange(SIDE)[:, None]).sum(0) / np.maximum(ink.sum(0), 1e-9)


@pytest.mark.parametrize("scale", [1, 1e-6, 1e6])
def test_it_rises_and_falls_as_the_values_do(scale):
    picture = curve_picture([scale * y for y in (0.0, 1.0, 0.5)])
    assert picture.shape == (SIDE, SIDE, 3)
    rows = rows_of(picture)
    quarter = (SIDE - 2 * MARGIN) // 4
    assert rows[MARGIN + quarter] == pytest.approx((LOW + HIGH) / 2, abs=2)
    assert rows[SIDE // 2] == pytest.approx(HIGH, abs=2)
    assert rows[SIDE - 1 - MARGIN] == pytest.approx((LOW + HIGH) / 2, abs=2)
    assert (picture[:, : MARGIN - 1] == 255).all()


def test_a_flat_curve_is_a_level_line():
    assert np.ptp(rows_of(curve_picture([3, 3, 3]))[MARGIN : SIDE - MARGIN]) == 0


@pytest.mark.parametrize("y", [[], [1], [1, np.nan], [1, np.inf], [[1, 2]]])
def test_what_is_no_curve_is_refused(y):
    with pytest.raises(ValueError, match="two or more finite numbers"):
        curve_picture(y)
