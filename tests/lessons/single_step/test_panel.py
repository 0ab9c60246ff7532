"""Panel "One step by hand": its pictures, its numbers, and code that runs as it stands."""

import re
import runpy

import numpy as np
import pytest

from explorer.images.encoding import png_data_uri, to_pixels
from explorer.lessons.single_step.compute import (
    Settings,
    SingleStep,
    compute_single_step,
    result,
)
from explorer.lessons.single_step.panel import code_text, row_of, show_single_step, waiting
from explorer.page.moment import Moment
from explorer.page.visit import Choice
from explorer.page.words import number


@pytest.mark.parametrize("denoiser", ["tiny", "strokes"])
def test_it_shows_the_way_there_and_back(moment, denoiser):
    now = moment(Settings, denoiser=denoiser, t=0)
    row, numbers, _ = show_single_step(now).values()
    step = compute_single_step(now.exhibit, now.pixels, 0.5, 7)
    images = (step.x_0, step.x_noisy, step.x_0_again, step.x_0_hat)
    shown = [picture["uri"] for picture in row["pictures"]]
    assert shown == [png_data_uri(to_pixels(image)) for image in images]
    assert shown == [png_data_uri(pixels) for pixels in result(now).pictures.values()]
    assert number(result(now).numbers["largest_error"]) in row["pictures"][3]["note"]
    assert shown[0] == shown[2] == png_data_uri(now.pixels)  # in whole pixels, nothing is lost
    assert f"t = {step.t}" in row["pictures"][1]["note"]
    assert number(step.rounding) in row["pictures"][2]["note"]
    assert number(step.largest_error) in row["pictures"][3]["note"]
    assert "{" not in re.sub(r"\\(frac|sqrt)\{.*\}", "", numbers)


def test_it_says_how_far_off_the_guess_is_typically_and_at_most():
    x_0 = np.zeros((1, 2, 2), np.float32)
    off = np.array([[[0.0, 0.6], [0.8, 0.0]]], np.float32)  # root mean square 0.5
    step = SingleStep(7, 0.5, x_0, x_0, x_0, x_0 + 0.25, x_0, x_0, x_0 + off)
    noted = [picture["note"] for picture in row_of(step)["pictures"]]
    assert noted[2] == "off by 0.25 at most: only rounding"
    assert noted[3] == "typically off by 0.5, at most by 0.8"


def test_the_sum_that_it_writes_out_is_right(moment):
    """Every line of the table is computed again from what stands in it."""
    numbers = show_single_step(moment(Settings))["numbers"]
    number = r"(-?\d+\.\d+)"
    found = re.findall(rf"{number} ([+-]) {number} \\cdot \({number}\) = {number}", numbers)
    assert len(found) == 3
    for start, sign, beta, eps, end in found:
        change = float(beta) * float(eps)
        total = float(start) + (change if sign == "+" else -change)
        assert total == pytest.approx(float(end), abs=4e-4)


def test_the_row_waits_with_as_many_places_as_it_will_need(moment):
    row = show_single_step(moment(Settings))["row"]
    labels = [picture["label"] for picture in row["pictures"]]
    assert [picture["label"] for picture in waiting()["pictures"]] == labels


@pytest.mark.parametrize("denoiser, image", [("emoji", "pizza"), ("digits", "7, hand 2")])
def test_the_code_runs_as_it_stands_and_prints_what_the_panel_shows(
    real_exhibits, tmp_path, capsys, denoiser, image
):
    exhibit = real_exhibits[denoiser]
    choice = Choice.of(exhibit.gallery[image])
    script = tmp_path / "step.py"
    [code] = re.findall(
        r"```python\n(.*)\n```", code_text(Moment(exhibit, choice, 13, 7, Settings(0.8))), re.DOTALL
    )
    script.write_text(code, encoding="utf-8")
    runpy.run_path(str(script), run_name="__main__")
    printed = [float(line.partition(":")[2]) for line in capsys.readouterr().out.splitlines()]
    step = compute_single_step(exhibit, choice.pixels, 0.8, 7)
    np.testing.assert_allclose(printed, [step.rounding, step.largest_error], rtol=1e-3, atol=1e-8)


def test_the_code_takes_one_of_ours_where_the_visitors_own_is_not_in_the_clone(shelf):
    exhibit = shelf.first
    own = Choice("my 'cat'", None, "never seen", exhibit.first_picture.pixels, own=True)
    assert repr(exhibit.first_picture.name) in code_text(Moment(exhibit, own, 13, 7, Settings()))
