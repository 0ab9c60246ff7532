"""The bench in a real browser: it runs when it comes into sight; mistakes change it."""

import numpy as np
import pytest

from explorer.lessons.break_it.compute import NUM_STEPS, compute_bench, mistakes

LESSON = "break_it"
pytestmark = pytest.mark.ui

ROOT = "#break-scrubber [data-run]"
SEED = 7


def run_id(tab) -> str:
    return tab.page.get_attribute(ROOT, "data-run")


def wait_run(tab, other_than: str) -> None:
    """Until all frames of a new run are there. Lessons above may still grow: stay with this one."""
    tab.page.wait_for_function(
        """([root, old, frames]) => {
            document.querySelector(root).scrollIntoView({ behavior: 'instant', block: 'center' });
            const { run, state, frames: here } = document.querySelector(root).dataset;
            return run && run !== old && state === 'done' && Number(here) === frames;
        }""",
        arg=[ROOT, other_than, NUM_STEPS + 1],
    )


def choose(tab, name: str) -> None:
    old = run_id(tab)
    tab.page.check(f"#mistake input[value={name}]")
    wait_run(tab, old)


def expected(exhibit, name: str, strength: float) -> np.ndarray:
    """(3, H, W, 3): the three views of the last frame."""
    *_, last = compute_bench(exhibit, mistakes(exhibit.T)[name], strength, SEED)
    views = np.split(last.stacked, 3)
    return np.stack([np.repeat(view, 3 // view.shape[-1], axis=-1) for view in views])


def assert_close(shown: np.ndarray, views: np.ndarray) -> None:
    """But for the last bits of a network that is run by another engine here than in the app."""
    assert np.abs(shown.astype(int) - views).max() <= 8
    assert np.abs(shown.astype(int) - views).mean() < 0.1


@pytest.fixture(scope="module")
def bench(tab):
    """The tab with the digits' first bench on show, reached by scrolling there."""
    tab.at("digits", 500, SEED)
    wait_run(tab, "")
    return tab


def test_it_shows_both_runs_with_no_click(bench, real_exhibits):
    views = expected(real_exhibits["digits"], "noise_scale", 0.8)
    assert_close(bench.pixels("#break-scrubber .views canvas"), views)
    assert "0.8 * network(x, t)" in bench.page.inner_text("#mistake-change")
    assert "%" in bench.page.inner_text("#break-verdict")


def test_a_slider_at_its_neutral_place_breaks_nothing(bench):
    old = run_id(bench)
    bench.set_number("#mistake-strength", 1)
    wait_run(bench, old)
    bench.wait_text("#break-verdict", "Nothing is broken")
    right, broken, difference = bench.pixels("#break-scrubber .views canvas")
    np.testing.assert_array_equal(right, broken)
    assert np.unique(difference).tolist() == [128]


def test_another_mistake_brings_its_code_and_its_slider(bench, real_exhibits):
    choose(bench, "few_steps")
    bench.wait_text("#mistake-change", "timesteps(T, 1)")
    assert bench.page.input_value("#mistake-strength input[type=number]") == "1"
    old = run_id(bench)
    bench.set_number("#mistake-strength", 4)
    wait_run(bench, old)
    bench.wait_text("#mistake-change", "timesteps(T, 4)")
    views = expected(real_exhibits["digits"], "few_steps", 4)
    assert_close(bench.pixels("#break-scrubber .views canvas"), views)
    choose(bench, "data_range")
    bench.wait_text("#mistake-change", "low, high = 0, 1")
    assert not bench.page.is_visible("#mistake-strength")


def test_the_difference_is_drawn_and_the_loop_unfolds(bench):
    choose(bench, "last_noise")
    bench.unfold("How does the difference grow?")
    figure = bench.figure("difference-figure")
    assert [len(trace["x"]) for trace in figure["data"]] == [NUM_STEPS + 1] * 2
    assert figure["data"][0]["y"][0] == 0 < figure["data"][0]["y"][-1]
    bench.unfold("The whole loop")
    assert (
        bench.page.inner_text("#mistake-loop del") == "if t_next > 0: x = x + fresh * new_noise()"
    )


def test_another_seed_is_another_pair_of_runs(bench):
    old = run_id(bench)
    bench.set_number("#seed", SEED + 1)
    wait_run(bench, old)
