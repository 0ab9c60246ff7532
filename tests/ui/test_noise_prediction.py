"""Panel 2 in a real browser: maps, figures and curves are about the t at which the slider rests."""

import numpy as np
import pytest

from explorer.exhibits.predictions import compute_noise_prediction, error_curves
from explorer.images.encoding import to_pixels

LESSON = "noise_prediction"
pytestmark = pytest.mark.ui

SEED = 7
MOMENT = ".noise-maps .moment"
BLUE_WHITE_RED = [[5, 48, 97], [67, 147, 195], [247, 247, 247], [214, 96, 77], [103, 0, 31]]


def coloured(values: np.ndarray, reach: float) -> np.ndarray:
    """(H, W) signed numbers -> (H, W, 3) colours of the scale from -reach to reach."""
    stops = np.array(BLUE_WHITE_RED, float)
    place = np.rint((values / reach + 1) * 127.5).clip(0, 255) / 255 * 4
    columns = [np.interp(place, range(5), stops[:, c]) for c in range(3)]
    return np.rint(np.stack(columns, axis=-1))


@pytest.fixture
def result_at(real_exhibits):
    def make(denoiser: str, t: int, kind: str | None = None):
        exhibit = real_exhibits[denoiser]
        return compute_noise_prediction(exhibit, exhibit.first_picture.pixels, t, SEED, kind)

    return make


def figures(page) -> dict[str, str]:
    names = ("mse", "correlation", "ideal_mse")
    return {name: page.text_content(f".noise-maps .{name}") for name in names}


def read(shown: str) -> float:
    """A number as the page writes it: 0.0123, 20,291 or 5.90·10⁻¹⁰."""
    raised = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    return float(shown.translate(raised).replace("·10", "e").replace("−", "-").replace(",", ""))


@pytest.mark.parametrize("denoiser, t", [("emoji", 500), ("emoji", 120), ("digits", 800)])
def test_the_figures_are_the_experiments(tab, result_at, denoiser, t):
    page = tab.at(denoiser, t, SEED).page
    shown, result = figures(page), result_at(denoiser, t)
    assert read(shown["mse"]) == pytest.approx(result.mse, rel=0.1, abs=1e-4)
    assert read(shown["correlation"]) == pytest.approx(result.correlation, abs=0.002)
    assert f"t = {t}." in page.inner_text(MOMENT)
    if denoiser == "emoji":
        assert read(shown["ideal_mse"]) == pytest.approx(result.ideal_mse, rel=0.1, abs=1e-9)
    else:  # its training images are not here
        assert page.is_hidden(".noise-maps .ideal")


def test_grey_images_have_no_channels_to_choose(tab, result_at):
    page = tab.at("digits", 500, SEED).page
    assert page.is_hidden(".noise-maps .channel")
    shown = tab.pixels(".noise-maps .eps").astype(int)
    assert np.abs(shown - coloured(result_at("digits", 500).eps[0], 3)).max() <= 3


def test_a_slow_drag_asks_for_one_prediction_at_a_time(tab):
    page = tab.at("digits", 500, SEED).page
    tab.listen()
    waiting = []
    page.on("request", lambda request: request.method == "POST" and waiting.append(1))
    page.on("requestfinished", lambda request: request.method == "POST" and waiting.append(-1))
    for t in range(500, 700, 10):
        tab.move_t(t)
    tab.wait_prediction(690)
    assert np.cumsum(waiting).max() == 1
    assert set(tab.asked) == {"show_prediction"}


def test_the_maps_show_true_and_predicted_noise_and_their_difference(tab, result_at, real_exhibits):
    tab.at("emoji", 500, SEED)
    result = result_at("emoji", 500)
    reach = 3 / np.sqrt(3)  # the mean of three channels' noises
    eps, eps_hat = result.eps.mean(0), result.eps_hat.mean(0)
    exact = np.abs(tab.pixels(".noise-maps .eps").astype(int) - coloured(eps, reach))
    assert exact.max() <= 3  # one step of the scale, at most
    for name, values in (("eps_hat", eps_hat), ("difference", eps_hat - eps)):
        shown = tab.pixels(f".noise-maps .{name}").astype(int)
        assert np.abs(shown - coloured(values, reach)).mean() < 2  # sent in 24ths
    guess = tab.pixels(".noise-maps .x_0_hat").astype(int)
    assert np.abs(guess - to_pixels(result.x_0_hat)).max() <= 3
    picture = real_exhibits["emoji"].first_picture.pixels
    np.testing.assert_array_equal(tab.pixels(".noise-maps .x_0"), picture)


def test_a_channel_of_ones_choice(tab, result_at):
    page = tab.at("emoji", 500, SEED).page
    select = page.locator(".noise-maps select")
    assert page.inner_text(".noise-maps .high") == "+1.73"
    tab.listen()
    for channel in range(3):
        select.select_option(str(channel))
        shown = tab.pixels(".noise-maps .eps").astype(int)
        assert np.abs(shown - coloured(result_at("emoji", 500).eps[channel], 3)).max() <= 3
    assert (page.inner_text(".noise-maps .low"), page.inner_text(".noise-maps .high")) == (
        "−3", "+3",
    )  # fmt: skip
    select.select_option("mean")
    assert tab.asked == []


def test_after_a_burst_of_moves_the_newest_prediction_stays(tab, result_at):
    page = tab.at("emoji", 500, SEED).page
    tab.listen()
    times = [*range(480, 80, -4), 600]
    tab.move_t(*times)
    tab.wait_prediction(600)
    assert len(tab.asked) <= 3  # of a hundred moves
    tab.listen()  # until all is quiet
    assert tab.slider() == 600
    for part in ("[data-feed]", ".noise-maps"):
        seen = page.locator(f"[data-scene]:has({part})").get_attribute("data-prediction")
        assert seen == "600"
    assert "t = 600." in page.inner_text(MOMENT)
    assert read(figures(page)["mse"]) == pytest.approx(result_at("emoji", 600).mse, rel=0.1)


def test_at_0_it_says_that_there_is_nothing_to_predict(tab):
    page = tab.at("emoji", 0, SEED).page
    assert "no noise to predict" in page.inner_text(MOMENT)
    assert set(figures(page).values()) == {"–"}
    np.testing.assert_array_equal(
        tab.pixels(".noise-maps .x_0_hat"), tab.pixels(".noise-maps .x_0")
    )
    assert len(np.unique(tab.pixels(".noise-maps .difference").reshape(-1, 3), axis=0)) == 1


def test_telling_the_network_the_kind_changes_its_answer(tab, result_at, real_exhibits):
    page = tab.at("emoji", 700, SEED).page
    tab.unfold("What does this network put out?")
    before = figures(page)
    kind = real_exhibits["emoji"].first_picture.kind
    with page.expect_response("**/gradio_api/run/predict*"):
        page.get_by_label("Tell the network what kind").check()
    page.wait_for_function(
        "(old) => document.querySelector('.noise-maps .mse').textContent !== old",
        arg=before["mse"],
    )
    assert read(figures(page)["mse"]) == pytest.approx(result_at("emoji", 700, kind).mse, rel=0.1)
    page.get_by_label("Tell the network what kind").uncheck()
    page.wait_for_function(
        "(old) => document.querySelector('.noise-maps .mse').textContent === old",
        arg=before["mse"],
    )


def test_the_error_figure_follows_t_and_the_network(tab, result_at, real_exhibits):
    page = tab.at("emoji", 500, SEED).page
    tab.unfold("How wrong is it")
    figure = tab.figure("error-figure")
    assert len(figure["data"]) == 8  # two points, four curves, two bands of their mean's error
    assert figure["shapes"] == [[500, 500]]
    curves = error_curves(real_exhibits["emoji"])
    assert figure["data"][2]["x"] == curves.t
    tab.move_t(250)
    at_250 = """(name) => {
        const plot = document.querySelector('#error-figure .js-plotly-plot');
        return plot?.layout?.shapes?.[0]?.x0 === 250 && plot.data.length === 8;
    }"""
    page.wait_for_function(at_250)
    figure = tab.figure("error-figure")
    result = result_at("emoji", 250)
    assert [point["x"] for point in figure["data"][:2]] == [[250], [250]]
    assert figure["data"][0]["y"][0] == pytest.approx(result.mse, rel=1e-3)
    assert figure["data"][1]["y"][0] == pytest.approx(max(result.ideal_mse, 1e-4), rel=1e-3)
    tab.choose_network("digits")
    page.wait_for_function(
        """(seen) => {
            const plot = document.querySelector('#error-figure .js-plotly-plot');
            return plot?._fullData?.[2]?.y?.[0] === seen;
        }""",
        arg=error_curves(real_exhibits["digits"]).curves["seen"][0],
    )
