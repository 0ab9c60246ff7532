"""Lesson 3: a run's frames, its choices, and when each level of detail settles."""

import numpy as np
import pytest

from explorer.diffusion.samplers import SAMPLERS
from explorer.exhibits.runs import ReverseChoices, ReverseFrame, compute_reverse
from explorer.lessons.reverse.compute import compute_detail_over_time


def run(exhibit, pixels=None, **choices) -> list[ReverseFrame]:
    return list(compute_reverse(exhibit, ReverseChoices(**choices), pixels))


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_run_goes_from_noise_at_T_to_the_image_at_0(colour_exhibit, sampler):  # noqa: N802
    frames = run(colour_exhibit, sampler=sampler, num_steps=10, seed=2)
    assert [frame.t for frame in frames] == [40, 36, 32, 28, 24, 20, 16, 12, 8, 4, 0]
    assert [frame.step for frame in frames] == list(range(11))
    assert {frame.total for frame in frames} == {10}
    for frame in frames:
        for view in (frame.x_t, frame.x_0_hat, frame.eps_hat):
            assert view.shape == (8, 8, 3)
            assert view.dtype == np.uint8
        assert frame.side_by_side.shape == (8, 24, 3)
    np.testing.assert_array_equal(frames[0].side_by_side[:, :8], frames[0].x_t)
    np.testing.assert_array_equal(frames[0].side_by_side[:, 8:16], frames[0].x_0_hat)
    np.testing.assert_array_equal(frames[0].side_by_side[:, 16:], frames[0].eps_hat)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_with_the_exact_network_a_run_ends_on_a_picture_of_the_gallery(colour_exhibit, sampler):
    last = run(colour_exhibit, sampler=sampler, num_steps=40, seed=5)[-1]
    distances = [
        np.abs(last.x_t.astype(int) - picture.pixels).max() for picture in colour_exhibit.gallery
    ]
    assert min(distances) <= 2


def test_the_kind_decides_what_it_ends_on(colour_exhibit):
    for kind in ("cat", "dog"):
        for seed in range(4):
            last = run(colour_exhibit, kind=kind, num_steps=40, seed=seed)[-1]
            pictures = colour_exhibit.gallery.select(kind=kind)
            assert min(np.abs(last.x_t.astype(int) - p.pixels).max() for p in pictures) <= 2


def test_at_0_nothing_is_predicted_and_the_last_prediction_stays_in_sight(colour_exhibit):
    *_, before, last = run(colour_exhibit, num_steps=5)
    np.testing.assert_array_equal(last.eps_hat, before.eps_hat)
    np.testing.assert_array_equal(last.x_0_hat, last.x_t)


def test_noise_is_shown_from_minus_3_to_3(answering):
    [first, _] = run(answering(lambda x_t, t: 1.5 + 0 * x_t), num_steps=1)
    assert np.unique(first.eps_hat).tolist() == [191]  # halfway from grey to white


@pytest.mark.parametrize("choices", [{}, {"sampler": "ddpm"}, {"eta": 0.7}, {"kind": "dog"}])
def test_the_same_seed_gives_the_same_pictures(colour_exhibit, choices):
    one, two, other = (run(colour_exhibit, num_steps=8, seed=s, **choices) for s in (3, 3, 4))
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a.side_by_side, b.side_by_side)
    assert not np.array_equal(one[0].x_t, other[0].x_t)


def test_it_starts_from_a_picture_noised_to_t(colour_exhibit):
    from explorer.exhibits.scene import compute_noisy_image
    from explorer.images.encoding import to_pixels

    pixels = colour_exhibit.gallery["young dog"].pixels
    frames = run(colour_exhibit, pixels, num_steps=12, seed=6, t_start=12)
    assert [frame.t for frame in frames] == list(range(12, -1, -1))
    noisy = compute_noisy_image(colour_exhibit.schedule, pixels, 12, seed=6)
    np.testing.assert_array_equal(frames[0].x_t, to_pixels(noisy.x_t))
    assert np.abs(frames[-1].x_t.astype(int) - pixels).max() <= 2  # little noise: it is found again


def test_a_thousand_steps_keep_about_250_frames_and_the_last(answering, colour_exhibit):
    from explorer.diffusion.schedules import cosine

    exhibit = answering(lambda x_t, t: x_t)
    exhibit.denoiser.schedule = cosine(1000)
    frames = run(exhibit, num_steps=1000)
    assert 200 <= len(frames) <= 252
    assert (frames[0].t, frames[-1].t) == (1000, 0)
    assert len(exhibit.denoiser.calls) == 1000
    gaps = np.diff([frame.step for frame in frames])
    assert set(gaps[:-1].tolist()) == {4}
    assert {frame.total for frame in frames} == {1000}


@pytest.mark.parametrize("num_steps, frames", [(249, 250), (250, 251), (251, 127), (500, 251)])
def test_there_are_never_more_than_the_browser_can_hold(answering, num_steps, frames):
    from explorer.diffusion.schedules import cosine

    exhibit = answering(lambda x_t, t: x_t)
    exhibit.denoiser.schedule = cosine(1000)
    assert len(run(exhibit, num_steps=num_steps)) == frames


def test_only_ddim_hears_of_eta_and_guidance_needs_a_kind(answering):
    exhibit = answering(lambda x_t, t: x_t)
    run(exhibit, sampler="heun", eta=0.5, num_steps=2)  # the panel's slider stands somewhere
    run(exhibit, guidance=4.0, num_steps=2)
    assert {call["guidance"] for call in exhibit.denoiser.calls} == {1.0}
    run(exhibit, guidance=4.0, kind="cat", num_steps=2)
    assert exhibit.denoiser.calls[-1]["guidance"] == 4.0
    assert exhibit.denoiser.calls[-1]["condition"].tolist() == [0]


@pytest.mark.parametrize(
    "choices, says",
    [
        ({"num_steps": 0}, r"num_steps must be an integer in 1\.\.40"),
        ({"num_steps": 41}, r"num_steps must be an integer in 1\.\.40"),
        ({"sampler": "magic"}, "sampler must be one of ddpm, ddim"),
        ({"guidance": float("nan")}, "guidance must be a finite number"),
        ({"eta": -1.0}, "eta must be"),
        ({"seed": -1}, "seed must be an integer in"),
        ({"t_start": 0}, r"t_start must be an integer in 1\.\.40"),
        ({"t_start": 99}, r"t_start must be an integer in 1\.\.40, not 99"),
        ({"t_start": 10, "num_steps": 11}, r"num_steps must be an integer in 1\.\.10"),
    ],
)
def test_a_bad_choice_is_refused_at_the_call_with_a_sentence(colour_exhibit, choices, says):
    choices = {"num_steps": 5, "guidance": 2.0, "kind": "cat", **choices}
    pixels = colour_exhibit.first_picture.pixels
    with pytest.raises(ValueError, match=says) as caught:
        compute_reverse(colour_exhibit, ReverseChoices(**choices), pixels)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("name", ["sampler", "num_steps", "guidance", "eta", "seed", "t_start"])
def test_a_choice_of_a_wrong_type_is_refused_even_where_it_changes_nothing(colour_exhibit, name):
    for junk in (None, "abc", ["ddim"], {}, True, float("inf"), 10**400):
        if name == "t_start" and junk is None:
            continue
        choices = ReverseChoices(**{"sampler": "ddpm", "num_steps": 5, name: junk})
        with pytest.raises(ValueError, match=rf"^{name} must be .*, not .{{1,40}}\.$"):
            compute_reverse(colour_exhibit, choices, colour_exhibit.first_picture.pixels)


def test_starting_from_an_image_needs_one(colour_exhibit):
    with pytest.raises(ValueError, match="pick one first"):
        compute_reverse(colour_exhibit, ReverseChoices(t_start=5, num_steps=5))


def test_a_network_that_gives_no_numbers_stops_the_run(answering):
    with pytest.raises(FloatingPointError):
        run(answering(lambda x_t, t: x_t * float("nan")), num_steps=3)


# ---- detail over time


def frame(t: int, x_t: np.ndarray, x_0_hat: np.ndarray) -> ReverseFrame:
    return ReverseFrame(0, 1, t, x_t, x_0_hat, x_t)


@pytest.fixture
def picture():
    return np.random.default_rng(0).integers(60, 190, (32, 32, 3), dtype=np.uint8)


def test_all_bands_fall_to_0(colour_exhibit, grey_exhibit):
    for exhibit in (colour_exhibit, grey_exhibit):
        frames = run(exhibit, num_steps=8)
        detail = compute_detail_over_time(frames)
        assert detail.t == [frame.t for frame in frames]
        for errors in detail.bands.values():
            assert len(errors) == len(frames)
            assert errors[-1] == 0
            assert np.isfinite(errors).all()
        assert detail.bands["coarse shapes"][0] > 0


@pytest.mark.parametrize(
    "cycles, band",
    [(1, "coarse shapes"), (3, "coarse shapes"), (4, "parts"), (9, "parts"), (10, "fine detail"),
     (16, "fine detail")],
)  # fmt: skip
def test_a_wave_is_missed_in_its_own_band_only(picture, cycles, band):
    wave = np.rint(20 * np.cos(2 * np.pi * cycles * np.arange(32) / 32))[None, :, None]
    guess = (picture + wave).astype(np.uint8)
    detail = compute_detail_over_time([frame(9, picture, guess), frame(0, picture, picture)])
    others = max(errors[0] for name, errors in detail.bands.items() if name != band)
    assert detail.bands[band][0] > 100 * others  # rounding to whole levels makes some overtones


def test_brightness_belongs_to_no_band(picture):
    detail = compute_detail_over_time([frame(5, picture, picture + 20), frame(0, picture, picture)])
    assert max(errors[0] for errors in detail.bands.values()) == pytest.approx(0, abs=1e-12)


def test_an_empty_guess_misses_everything(picture):
    detail = compute_detail_over_time(
        [frame(5, picture, np.full_like(picture, 128)), frame(0, picture, picture)]
    )
    assert [errors[0] for errors in detail.bands.values()] == pytest.approx([1, 1, 1])


def test_a_final_image_without_any_detail_divides_by_nothing():
    flat = np.full((16, 16, 1), 128, np.uint8)
    detail = compute_detail_over_time([frame(3, flat, flat), frame(0, flat, flat)])
    assert all(errors == [0, 0] for errors in detail.bands.values())
