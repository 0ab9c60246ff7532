"""The ladder: every rung is a plain run, and a jump's error is the noise's, amplified."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from explorer.denoiser.quality import grain
from explorer.diffusion.noise import noise_from_seed
from explorer.diffusion.samplers import SAMPLERS, sample
from explorer.diffusion.schedules import linear
from explorer.exhibits.runs import ReverseChoices
from explorer.lessons.ladder.compute import (
    LONG,
    RUNGS,
    TOP,
    QualityCurve,
    QualityTable,
    Settings,
    climb,
    compute_jumps,
    enough_steps,
    foot_of_ladder,
    judge_on_real,
    judge_picture,
    ladder_choices,
    quality_table,
)

CHOICES = ReverseChoices(kind="dog", guidance=2.0, seed=5)


def plain_run(exhibit, sampler: str, num_steps: int, kind: str = "dog") -> list:
    condition = torch.tensor([exhibit.denoiser.conditions.index(kind)])
    return list(
        sample(
            exhibit.denoiser, sampler=sampler, num_steps=num_steps, seed=5, condition=condition,
            guidance=2.0,
        )
    )  # fmt: skip


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_every_rung_equals_a_plain_run_bit_for_bit(colour_exhibit, sampler):
    choices = ReverseChoices(sampler=sampler, kind="dog", guidance=2.0, seed=5)
    rungs = foot_of_ladder(colour_exhibit, choices)
    assert list(rungs) == [1, 2, 4, 8, 16]  # T is 40
    for num_steps, foot in rungs.items():
        steps = list(climb(colour_exhibit, choices, foot))
        run = plain_run(colour_exhibit, sampler, num_steps)
        assert [rung.step for rung in steps] == list(range(1, num_steps + 1))
        np.testing.assert_array_equal(foot.x_t, run[0].x_t[0].numpy())
        for rung, step in zip(steps, run[1:], strict=True):
            np.testing.assert_array_equal(rung.x_t, step.x_t[0].numpy())
        assert [rung.done for rung in steps] == [False] * (num_steps - 1) + [True]


def test_the_last_rung_of_a_real_ladder_equals_a_plain_run(real_exhibits):
    exhibit = real_exhibits["digits"]
    choices = ReverseChoices(kind="3", guidance=2.0, seed=5)
    *_, rung = climb(exhibit, choices, foot_of_ladder(exhibit, choices)[16])
    expected = plain_run(exhibit, "ddim", 16, "3")[-1].x_t
    np.testing.assert_array_equal(rung.x_t, expected[0].numpy())
    assert rung.quality["kind"] == "3"
    assert rung.quality["sureness"] > 0.8


def test_a_long_schedule_has_all_rungs_and_all_start_from_one_noise(real_exhibits):
    rungs = foot_of_ladder(real_exhibits["emoji"], ReverseChoices(seed=5, sampler="heun"))
    assert tuple(rungs) == RUNGS
    noise = noise_from_seed((1, 3, 64, 64), 5)[0].numpy()
    for rung in rungs.values():
        np.testing.assert_array_equal(rung.x_t, noise)
        assert rung.network_calls == 2 * rung.num_steps - 1
        assert not rung.done


def test_a_rungs_time_is_that_of_its_own_steps(answering, monkeypatch):
    """What the caller does between two steps is not counted."""
    now = [0.0]

    def answer(x_t, t):
        now[0] += 1
        return x_t

    exhibit = answering(answer)
    monkeypatch.setattr("explorer.lessons.ladder.compute.time.perf_counter", lambda: now[0])
    choices = ReverseChoices(seed=5)
    seconds = []
    for rung in climb(exhibit, choices, foot_of_ladder(exhibit, choices)[4]):
        seconds.append(rung.seconds)
        now[0] += 100
    # The first step's prediction comes before it, as each one's does; the last move asks no more.
    assert seconds == [2, 3, 4, 4]


def test_the_same_seed_gives_the_same_rung(colour_exhibit):
    pictures = []
    for seed in (5, 5, 6):
        choices = ReverseChoices(seed=seed)
        *_, rung = climb(colour_exhibit, choices, foot_of_ladder(colour_exhibit, choices)[2])
        pictures.append(rung.x_t)
    np.testing.assert_array_equal(pictures[0], pictures[1])
    assert not np.array_equal(pictures[0], pictures[2])


@pytest.mark.parametrize("changes", [{"sampler": "magic"}, {"guidance": float("nan")}])
def test_a_bad_choice_is_refused_with_words(colour_exhibit, changes):
    choices = ReverseChoices(**{"kind": "dog", "seed": 5} | changes)
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        next(climb(colour_exhibit, choices, foot_of_ladder(colour_exhibit, choices)[1]))


def test_figures_are_those_an_exhibit_has_the_means_for(colour_exhibit, grey_exhibit):
    training_image = colour_exhibit.ideal.images[0].view(1, *colour_exhibit.denoiser.shape)
    figures = judge_picture(colour_exhibit, training_image)
    assert set(figures) == {"distance", "grain"}
    assert figures["distance"] == 0
    assert figures["grain"] == grain(training_image.cpu()).item()
    assert judge_picture(grey_exhibit, torch.zeros(1, 1, 28, 28)) == {"grain": 0}
    assert judge_on_real(colour_exhibit) is judge_on_real(grey_exhibit) is None


def test_what_is_judged_is_what_is_seen(colour_exhibit):
    """A picture that runs over the ends of the scale is shown clipped, and measured so."""

    class Reader:
        def verdict(self, x):
            assert (x.min(), x.max()) == (-1, 1)
            return torch.tensor([1]), torch.tensor([0.75])

    quality = {"judge_on_real_held_out": 0.5, "judge_on_real_seen": 1.0, "num_real_held_out": 55}
    judged = replace(
        colour_exhibit, judge=Reader(), metrics={"sample_quality": quality}
    )  # fmt: skip
    wild = torch.randn(1, 3, 8, 8, generator=torch.Generator().manual_seed(0)) * 9
    figures = judge_picture(judged, wild)
    assert (figures["kind"], figures["sureness"]) == ("dog", 0.75)
    assert figures["distance"] <= 1
    assert figures["grain"] == grain(wild.clamp(-1, 1)).item()
    assert judge_on_real(judged) == quality
    assert judge_on_real(replace(judged, judge=None)) is None


# ---- one jump


def test_an_error_of_the_noise_comes_out_amplified(answering, colour_exhibit):
    """eps_hat is off by 0.1 everywhere: so x_0_hat is off by 0.1 sigma."""
    pixels = colour_exhibit.first_picture.pixels
    eps = noise_from_seed((1, *colour_exhibit.denoiser.shape), 5)
    jumps = compute_jumps(answering(lambda x_t, t: eps.expand_as(x_t) + 0.1), pixels, 5)
    assert [jump.t for jump in jumps] == [5, 10, 15, 20, 25, 30, 35, 40]
    for jump in jumps:
        assert jump.amplification == pytest.approx(float(colour_exhibit.schedule.sigma[jump.t]))
        assert jump.eps_error == pytest.approx(0.1, rel=1e-4)
        assert jump.x_0_error == pytest.approx(0.1 * jump.amplification, rel=1e-3)


def test_with_the_true_noise_every_jump_lands(answering, colour_exhibit):
    pixels = colour_exhibit.first_picture.pixels
    eps = noise_from_seed((1, *colour_exhibit.denoiser.shape), 5)
    exhibit = answering(lambda x_t, t: eps.expand_as(x_t))
    jumps = compute_jumps(exhibit, pixels, 5)
    assert all(jump.x_0_error < 1e-5 * max(1, jump.amplification) for jump in jumps)
    assert len(exhibit.denoiser.calls) == 1  # all in one batch


def test_amplification_on_the_papers_schedule():
    sigma = linear(1000).sigma
    for t, expected in ((100, 0.34), (500, 3.4), (999, 157)):
        assert float(sigma[t]) == pytest.approx(expected, rel=0.02)


# ---- the measured table


def test_the_shipped_tables_become_a_curve_a_sampler(real_exhibits):
    for exhibit in real_exhibits.values():
        table = quality_table(exhibit)
        assert [curve.sampler for curve in table.curves] == list(SAMPLERS)
        for curve in table.curves:
            assert curve.steps == [1, 2, 4, 8, 16, 50]
            assert all(len(values) == 6 for values in curve.mean.values())
        assert (
            set(table.held_out) == set(table.curves[0].mean) == set(table.curves[0].standard_error)
        )
        assert table.num_held_out > 0


def test_a_network_that_was_not_measured_has_no_table(grey_exhibit):
    assert quality_table(grey_exhibit) is None


def test_enough_steps_are_those_after_which_nearly_as_many_are_right():
    def table(*shares):
        curve = QualityCurve("ddim", [1, 2, 4], [1, 2, 4], {"named_rightly": [*shares]}, {})
        return QualityTable([curve], {}, 5, {})

    found = {"enough": 2, "share": 0.98, "most": 4, "most_share": 1.0}
    assert enough_steps(table(0.1, 0.98, 1.0)) == found
    assert enough_steps(table(0.99, 0.9, 1.0)) == found | {"enough": 4, "share": 1.0}
    assert enough_steps(QualityTable([], {}, 5, {})) is None


@pytest.mark.parametrize("name, enough", [("emoji", 8), ("digits", 4)])
def test_a_few_steps_are_enough_for_the_shipped_networks(real_exhibits, name, enough):
    table = quality_table(real_exhibits[name])
    assert table is not None
    found = enough_steps(table)
    assert found is not None and found["enough"] == enough < found["most"]


HOSTILE = ["many", None, [], {}, float("nan"), -1e99, 10**400, "\ud800", "x" * 10**5]


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:12])
@pytest.mark.parametrize("name", vars(Settings()))
def test_whatever_is_asked_for_can_be_climbed(moment, name, value):
    now = moment(Settings, **{name: value})
    assert (now.settings.long, now.settings.highest) == (False, TOP)
    choices = ladder_choices(now)
    assert (choices.sampler, choices.kind) == ("ddim", now.exhibit.first_kind)
    assert replace(choices, num_steps=1).checked(now.T).seed == now.seed


def test_a_kind_of_another_network_becomes_this_ones_first(moment, grey_exhibit):
    for asked, told in (("dog", grey_exhibit.first_kind), ("", None)):
        now = moment(Settings, denoiser="strokes", kind=asked)
        assert ladder_choices(now).kind == told


def test_on_to_the_longest_run_only_on_request(moment):
    assert moment(Settings, long=True).settings.highest == LONG
