"""What is set for a run, mended; and that a program is given the run that is set."""

import numpy as np
import pytest

from explorer.exhibits import runs
from explorer.exhibits.runs import ReverseChoices
from explorer.lessons.reverse.compute import (
    Settings,
    compute_detail_over_time,
    compute_reverse,
    compute_reverse_detail,
    run_choices,
)
from explorer.page.settings import differing

PLAIN = dict(kind="dog", guidance=1.0, steps=8)
HOSTILE = ["many", None, [], {}, float("nan"), -1e99, 10**400, True, "\ud800", "x" * 10**5]


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:12])
@pytest.mark.parametrize("name", vars(Settings()))
def test_whatever_is_asked_for_can_be_run(moment, name, value):
    now = moment(Settings, **{name: value})
    choices = run_choices(now)
    assert (choices.sampler, choices.t_start) == ("ddim", None)
    assert choices.kind in ("cat", "dog", None)
    assert 1 <= choices.num_steps <= 40
    assert (0 <= choices.guidance <= 8, 0 <= choices.eta <= 1) == (True, True)


def test_a_kind_is_the_networks_own(moment, colour_exhibit, grey_exhibit):
    first = colour_exhibit.first_kind
    for asked, kind in (("dog", "dog"), ("", ""), (None, first), ("3", first), (7, first)):
        assert moment(Settings, kind=asked).settings.kind == kind
    assert moment(Settings, denoiser="strokes", kind="dog").settings.kind == grey_exhibit.first_kind


def test_a_network_without_kinds_is_asked_for_anything(moment, shelf, answering):
    shelf.exhibits["tiny"] = exhibit = answering(lambda x_t, t: x_t)
    exhibit.denoiser.conditions = []
    now = moment(Settings)
    assert now.settings.kind == ""
    assert run_choices(now).kind is None


def test_of_the_settings_only_those_are_said_that_differ(moment, colour_exhibit):
    settings = moment(Settings, kind=colour_exhibit.first_kind, steps=7).settings
    assert differing(settings, colour_exhibit) == {"steps": 7}
    assert differing(moment(Settings, kind="").settings, colour_exhibit) == {"kind": ""}


@pytest.mark.parametrize("t, first", [(13, 13), (0, 1), (40, 40)])
def test_from_the_picture_it_starts_at_t(moment, t, first):
    now = moment(Settings, t=t, start="picture", **PLAIN)
    start, *_ = compute_reverse(now)
    assert start.numbers == {"t": first, "step": 0, "total": min(8, first)}
    if first == 13:
        choices = ReverseChoices(num_steps=8, kind="dog", seed=7, t_start=13)
        expected, *_ = runs.compute_reverse(now.exhibit, choices, now.pixels)
        np.testing.assert_array_equal(start.pictures["x_t"], expected.x_t)


def test_more_steps_than_times_are_cut_to_as_many(moment):
    assert run_choices(moment(Settings, steps=250)).num_steps == 40


def test_any_kind_tells_the_network_nothing(moment, shelf, answering):
    shelf.exhibits["tiny"] = exhibit = answering(lambda x_t, t: 0 * x_t)
    for kind, told in (("", None), ("dog", [1])):
        list(compute_reverse(moment(Settings, kind=kind, steps=2, guidance=1)))
        condition = exhibit.denoiser.calls[-1]["condition"]
        assert (None if condition is None else condition.tolist()) == told


def test_detail_is_measured_on_the_run_that_is_set(moment):
    now = moment(Settings, **PLAIN)
    choices = ReverseChoices(num_steps=8, kind="dog", seed=7)
    detail = compute_detail_over_time(list(runs.compute_reverse(now.exhibit, choices)))
    numbers = compute_reverse_detail(now).numbers
    assert numbers == {"t": detail.t} | detail.bands
    assert numbers["t"] == [40, 35, 30, 25, 20, 15, 10, 5, 0]
    assert numbers["parts"][-1] == 0
