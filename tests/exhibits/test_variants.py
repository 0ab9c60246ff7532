"""Networks trained alike: loaded when asked for, asked alike, and what the blind one is told."""

import threading
from dataclasses import replace

import numpy as np
import pytest
import torch

from explorer.denoiser.checkpoints import CheckpointError
from explorer.diffusion.samplers import sample, timesteps
from explorer.exhibits.exhibit import Variants
from explorer.exhibits.found import findings, found
from explorer.exhibits.readings import compute_readings
from explorer.exhibits.variants import (
    FOLDS,
    NUM_STEPS,
    compare_errors,
    draw_strip,
    draw_strips,
    find_family,
    find_networks,
    judged,
    strip_kinds,
    strip_seeds,
)
from explorer.images.encoding import to_pixels

NAMES = ["digits-blind", "digits-v", "digits-x0"]


@pytest.fixture(scope="module")
def family(shipped):
    return find_family(shipped, "targets")


# ---- on demand


def test_nothing_is_loaded_until_somebody_asks_and_then_once_for_all(grey_exhibit):
    loaded, entered = [], threading.Barrier(4)

    def load(name: str):
        loaded.append(name)
        return grey_exhibit

    variants = Variants(["one", "two"], load)
    assert list(variants) == ["one", "two"]
    assert len(variants) == 2
    assert loaded == []

    def visit():
        entered.wait(5)
        assert variants["two"] is grey_exhibit

    visitors = [threading.Thread(target=visit) for _ in range(4)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join(5)
    assert loaded == ["two"]


def test_a_broken_one_is_logged_once_and_left_out(grey_exhibit, caplog):
    def load(name: str):
        if name == "digits-v":
            raise CheckpointError("It is damaged.")
        return grey_exhibit

    exhibit = replace(grey_exhibit, name="digits", variants=Variants(NAMES, load))
    for _ in range(2):
        assert list(find_networks(exhibit, "targets")) == ["eps", "x_0"]
    assert [record.getMessage() for record in caplog.records] == [
        "digits-v is left out: It is damaged."
    ]
    assert list(find_networks(exhibit, "blind")) == ["told", "blind"]


def test_a_fold_needs_all_of_its_variants(grey_exhibit, colour_exhibit):
    exhibits = {"tiny": colour_exhibit, "strokes": grey_exhibit}
    assert find_family(exhibits, "targets") is grey_exhibit
    assert find_family({"tiny": colour_exhibit}, "targets") is None
    few = {name: grey_exhibit for name in NAMES[:2]}
    some = replace(grey_exhibit, name="digits", variants=few)
    assert find_family({"some": some}, "targets") is None
    assert find_family({"some": some}, "blind") is some


def test_the_shipped_ones_are_what_the_folds_say(family):
    assert family.name == "digits"
    assert list(family.variants) == NAMES
    networks = find_networks(family, "targets")
    assert {key: one.denoiser.prediction for key, one in networks.items()} == {
        key: key for key in networks
    }
    told, blind = find_networks(family, "blind").values()
    assert told is networks["eps"]
    assert (told.denoiser.network.timed, blind.denoiser.network.timed) == (True, False)
    assert blind.denoiser.prediction == "eps"


def test_the_family_itself_may_be_one_of_those_compared(shipped):
    emoji = shipped["emoji"]
    assert find_family(shipped, "raw") is emoji
    networks = find_networks(emoji, "raw")
    assert networks["v"] is emoji
    assert {key: one.denoiser.prediction for key, one in networks.items()} == {
        key: key for key in networks
    }


# ---- the figures


@pytest.mark.parametrize("t", [1, 400, 1000])
@pytest.mark.parametrize("key", FOLDS["targets"])
def test_the_error_of_the_image_is_the_noises_converted(family, key, t):
    network = find_networks(family, "targets")[key]
    found = compute_readings(network, family.first_picture.pixels, t, 7).of
    power = family.schedule.sigma[t].item() ** 2
    assert found["x_0"].mse == pytest.approx(power * found["eps"].mse, rel=1e-5)


@pytest.mark.parametrize("fold", ["targets", "blind"])
def test_the_compared_errors_are_the_metrics_and_compare_alike_in_both_readings(family, fold):
    networks = find_networks(family, fold)
    errors = compare_errors(networks)
    for key, name in family.presentation.compares[fold].items():
        metrics = networks[key].metrics["eps_mse"]
        assert (networks[key].name, metrics["num_held_out"]) == (name, 10_000)
        assert errors.t == metrics["t"]
        assert errors.of["eps"][key] == metrics["held_out"]
        power = family.schedule.sigma[errors.t].square().numpy()
        np.testing.assert_allclose(errors.of["x_0"][key], power * metrics["held_out"])
    for reading in ("eps", "x_0"):
        curves = np.array(list(errors.of[reading].values()))
        ratio = np.array(list(errors.of["ratio"].values()))
        np.testing.assert_allclose(ratio, curves / curves.min(axis=0))


def test_what_was_not_measured_is_left_out(grey_exhibit):
    errors = compare_errors({"eps": grey_exhibit})
    assert errors.t == []
    assert errors.of == {"eps": {}, "x_0": {}, "ratio": {}}
    assert judged(grey_exhibit) is None


def test_the_judges_verdict_is_that_of_the_metrics(family):
    for network in (family, *family.variants.values()):
        found = judged(network)
        quality = network.metrics["sample_quality"]
        assert found is not None
        assert (found.share, found.count) == (quality["judge_names_samples_rightly"], 10_000)


# ---- what was found: the figures of the sentences, and what these say in words


def test_the_targets_are_each_good_where_their_own_loss_minds_mistakes(family):
    networks = find_networks(family, "targets")
    figures, errors = found("targets", networks), compare_errors(networks)
    assert figures is not None
    eps, x_0, v = (np.array(errors.of["eps"][key]) for key in ("eps", "x_0", "v"))
    assert x_0[0] > max(eps[0], v[0]) and x_0[1] > max(eps[1], v[1])
    assert eps[-1] > max(x_0[-1], v[-1])
    assert figures["image_first"] == pytest.approx(x_0[0] / eps[0]) == pytest.approx(1.39, abs=0.01)
    assert figures["image_second"] == pytest.approx(0.0966, abs=1e-4)
    assert figures["noise_last"] == pytest.approx(0.09, abs=0.01)
    assert (figures["t_first"], figures["t_final"], figures["t_even"]) == (25, 975, 525)
    assert 0.01 < figures["v_worst"] < 0.02
    assert figures["noise_eps"] < figures["noise_v"] < figures["noise_x_0"]
    assert figures["image_eps"] > figures["image_x_0"]
    assert figures["image_x_0"] == pytest.approx(0.0674, abs=1e-4)
    assert figures["end_eps"] > 10_000 > 1 > figures["end_x_0"]  # at t = 1000 alone
    assert figures["right_x_0"] == 0.9854
    assert figures["chance_eps"] == pytest.approx(0.00137, abs=1e-5)


def test_the_blind_ones_start_harms_nothing_and_its_noise_runs_away(family):
    figures = found("blind", find_networks(family, "blind"))
    assert figures is not None
    assert figures["clean"] == pytest.approx(0.0136, abs=1e-4)
    assert figures["middle"] == pytest.approx(0.04, abs=0.005)
    assert figures["last"] == pytest.approx(2.8, abs=0.05)
    assert (figures["right_told"], figures["right_blind"]) == (0.981, 0.7017)
    rows = {(row["first"], row["steps"], row["sampler"]): row for row in figures["relay"]}
    alone, start, cured = (
        rows["blind", 50, "ddim"],
        rows["blind", 3, "ddim"],
        rows["told", 3, "ddim"],
    )
    assert start["right"] > alone["right"] > cured["right"]
    assert start["noisy"] == 0 < alone["noisy"] < cured["noisy"]
    assert figures["blind_noisy_200"] > figures["blind_noisy_400"] > 1.15
    assert max(figures["told_400"], figures["blind_400"]) < 1.15


def test_the_raw_ones_start_decides_much_but_not_all(shipped):
    emoji = find_family(shipped, "raw")
    figures = found("raw", find_networks(emoji, "raw"))
    assert figures is not None
    assert figures["mean_gain"] == pytest.approx(0.15, abs=0.005)
    assert figures["most_gain"] == pytest.approx(0.25, abs=0.005)
    assert (figures["better_until"], figures["worse_from"]) == (625, 675)
    assert figures["last"] == pytest.approx(1.5, abs=0.05)
    assert figures["power_last"] == pytest.approx(660, rel=0.01)
    assert figures["power_end"] == pytest.approx(4.1e8, rel=0.01)
    assert figures["unseen_eps"] > 1.2 * figures["unseen_v"]
    assert figures["end_eps"] > 10_000 > 1 > figures["end_v"]
    rows = {(row["first"], row["steps"], row["sampler"]): row for row in figures["relay"]}
    good, bad = rows["v", 50, "ddim"], rows["eps", 50, "ddim"]
    for helped in (rows["v", 1, "ddim"], rows["mean", 1, "ddim"]):
        assert helped["white"] > bad["white"] + 0.02
        assert bad["distance"] > helped["distance"]
    assert rows["mean", 1, "ddim"]["white"] > good["white"] - 0.02
    assert 1.6 < rows["mean", 1, "ddim"]["right"] / bad["right"] < 2  # "nearly twice as many"
    assert rows["eps", 1, "ddim"]["distance"] < bad["distance"]  # the v network draws over it
    assert rows["eps", 1, "ddim"]["right"] > 0.9
    assert bad["right"] < rows["v", 1, "ddim"]["right"] < rows["v", 5, "ddim"]["right"] < 0.9
    fresh = rows["eps", 50, "ddpm"]
    assert bad["white"] < fresh["white"] < good["white"]
    assert bad["right"] + 0.2 < fresh["right"] < good["right"] - 0.2


def test_coarse_shapes_of_large_pictures_stand_out_of_the_noise_the_longest(shipped):
    emoji, digits = (findings(shipped[name], "drowned") for name in ("emoji", "digits"))
    assert emoji["coarse shapes"] > digits["coarse shapes"] + 100
    for one in (emoji, digits):
        assert one["coarse shapes"] > one["parts"] > one["fine detail"]


@pytest.mark.parametrize("fold", FOLDS)
def test_nothing_is_found_where_nothing_was_measured(grey_exhibit, fold):
    assert found(fold, dict.fromkeys(FOLDS[fold], grey_exhibit)) is None


# ---- the pictures


def test_what_is_told_to_the_blind_network_changes_nothing_bit_for_bit(family):
    told, blind = (one.denoiser for one in find_networks(family, "blind").values())
    x_t = torch.randn(2, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    digits = torch.tensor([3, 5])

    def answers(denoiser) -> list[torch.Tensor]:
        times = ([1, 1000], [500, 2], [1000, 999])
        return [denoiser.predict_eps(x_t, torch.tensor(t), digits) for t in times]

    first, *others = answers(blind)
    assert all(torch.equal(first, other) for other in others)
    first, *others = answers(told)
    assert not any(torch.equal(first, other) for other in others)


def test_after_the_largest_seed_of_all_a_strip_goes_on_at_0(grey_exhibit):
    seeds = strip_seeds(grey_exhibit, 2**63 - 2)
    assert seeds == [2**63 - 2, 2**63 - 1, 0, 1]
    strip = draw_strip(grey_exhibit, 2**63 - 2)
    *_, last = sample(
        grey_exhibit.denoiser,
        sampler="ddim", num_steps=min(NUM_STEPS, grey_exhibit.T), seed=0,
        condition=grey_exhibit.condition(strip_kinds(grey_exhibit)[2]),
    )  # fmt: skip
    alone = to_pixels(last.x_t[0].numpy()).astype(int)
    assert np.abs(strip[:, 56:84] - alone).max() <= 1  # the same sums in another batch


@pytest.mark.parametrize("sampler", ["ddim", "ddpm"])
def test_the_strip_is_plain_runs_at_these_seeds(grey_exhibit, sampler):
    strip = draw_strip(grey_exhibit, 7, sampler)
    kinds = strip_kinds(grey_exhibit)
    assert kinds == ["2", "3", "5", "8"]
    assert strip.shape == (28, 28 * len(kinds), 1)
    for place, kind in enumerate(kinds):
        *_, last = sample(
            grey_exhibit.denoiser,
            sampler=sampler, num_steps=min(NUM_STEPS, grey_exhibit.T), seed=7 + place,
            condition=grey_exhibit.condition(kind),
        )  # fmt: skip
        alone = to_pixels(last.x_t[0].numpy()).astype(int)
        shown = strip[:, 28 * place : 28 * (place + 1)]
        assert np.abs(shown - alone).max() <= 1  # the same sums in another batch


def test_a_helper_makes_the_first_steps_and_none_unless_asked(answering):
    helper, network = (answering(lambda x_t, t, k=k: k * x_t.tanh()) for k in (0.5, 0.9))
    plain = draw_strip(network, 7)
    np.testing.assert_array_equal(draw_strip(network, 7, "ddim", helper, 0), plain)
    assert helper.denoiser.calls == []
    helped = draw_strip(network, 7, "ddim", helper, 3)
    asked = [int(call["t"][0]) for call in helper.denoiser.calls]
    assert asked == timesteps(network.T, min(NUM_STEPS, network.T))[:3]
    assert (helped != plain).any()
    whole = draw_strip(network, 7, "ddim", helper, 10**6)  # more steps than the run has
    np.testing.assert_array_equal(whole, draw_strip(helper, 7))


def test_strips_are_drawn_step_by_step_so_that_they_can_be_stopped(answering):
    networks = {key: answering(lambda x_t, t, k=k: k * x_t.tanh()) for key, k in
                (("v", 0.5), ("eps", 0.9))}  # fmt: skip
    made = list(draw_strips(networks, 7, helped=3))
    steps = min(NUM_STEPS, networks["v"].T)
    drawn = [one for one in made if one is not None]
    assert [one is None for one in made] == [True] * steps + [False] + [True] * steps + [False]
    assert [(one.key, one.helper) for one in drawn] == [("v", "eps"), ("eps", "v")]
    for one in drawn:
        helper = networks[one.helper]
        expected = draw_strip(networks[one.key], 7, "ddim", helper, 3)
        np.testing.assert_array_equal(one.pixels, expected)


def test_unknown_kinds_are_the_networks_own(colour_exhibit):
    assert strip_kinds(colour_exhibit) == ["cat", "dog"]
