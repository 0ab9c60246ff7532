"""What the panels' handlers draw when a fold is opened, and the words that they show."""

import plotly.graph_objects as go
import pytest

from explorer.components.tour import Tour
from explorer.lessons.forward_noising.panel import draw_histogram, draw_schedule
from explorer.lessons.noise_prediction.panel import draw_error, output_text
from explorer.page.words import LESSONS, TEXT, lesson_words


@pytest.mark.parametrize("t", [0, 13, 40, None, "abc"])
@pytest.mark.parametrize("denoiser", ["tiny", "strokes"])
def test_the_folds_draw_at_any_t(shelf, choice_of, denoiser, t):
    rail = (denoiser, choice_of(None, denoiser), t, 7)
    for figure in (
        draw_histogram(shelf, *rail),
        draw_schedule(shelf, *rail),
        draw_error(shelf, *rail, False),
    ):
        assert isinstance(figure, go.Figure)
        assert figure.data


def test_the_figures_are_about_the_rails_moment(shelf, choice_of):
    rail = ("tiny", choice_of("old dog"), 13, 7)
    assert draw_schedule(shelf, *rail).layout.shapes[0].x0 == 13
    points = draw_error(shelf, *rail, False).data[:2]
    assert [list(point.x) for point in points] == [[13], [13]]
    assert points[0].y[0] == pytest.approx(points[1].y[0])  # its network is the ideal denoiser


def test_at_0_the_error_is_that_of_the_first_moment_that_has_one(shelf, choice_of):
    assert list(draw_error(shelf, "tiny", choice_of(), 0, 7, False).data[0].x) == [1]


def test_a_network_without_measurements_shows_this_images_point_alone(shelf, choice_of):
    figure = draw_error(shelf, "strokes", choice_of(None, "strokes"), 13, 7, False)
    assert len(figure.data) == 2
    assert list(figure.data[1].y) == [None]


def test_what_the_network_puts_out_is_said(answering):
    exhibit = answering(lambda x_t, t: x_t)
    assert "Ho et al." in output_text(exhibit)
    exhibit.denoiser.prediction = "v"
    assert "*v*" in output_text(exhibit)
    assert "{" not in output_text(exhibit)


def texts(branch, path="") -> list[tuple[str, str]]:
    if isinstance(branch, str):
        return [(path, branch)]
    if isinstance(branch, list):
        branch = dict(enumerate(branch))
    if not isinstance(branch, dict):
        return []  # a number
    return [found for key, value in branch.items() for found in texts(value, f"{path}.{key}")]


def test_every_text_is_something_a_visitor_can_read():
    words = TEXT | {name: lesson_words(name) for name in LESSONS}
    wrong = {
        path: text
        for path, text in texts(words)
        if not text or text.strip() != text or text.count("**") % 2 or "TODO" in text
    }
    assert wrong == {}


def test_no_placeholder_is_left_on_the_page(page):
    words = [
        str(getattr(block, attribute, ""))
        for block in page.blocks.values()
        for attribute in ("value", "label", "info")
        if not isinstance(block, Tour)  # the browser fills in the moment's numbers
    ]
    assert not [text for text in words if "{T}" in text or "{t}" in text]
