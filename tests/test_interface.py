"""The page as it is built: who listens to whom, what is public, what an address may carry."""

import inspect
from collections import Counter

import gradio as gr
import pytest

from explorer.components.dropdown import Dropdown
from explorer.components.noise_maps import NoiseMaps
from explorer.components.noiser import Noiser
from explorer.components.pad import Pad
from explorer.components.picker import Picker
from explorer.components.scrubber import Scrubber
from explorer.interface import (
    change_denoiser,
    go_to,
    navigation,
    open_address,
    show_prediction,
    show_scene,
)
from explorer.page.visit import Choice
from explorer.page.words import LESSONS, lesson_words

ENDPOINTS = {"add_noise", "predict_noise", "reverse"}
RUNS = {"run_sampler", "climb_up", "race_samplers", "race_spacings"}  # with a button to stop them
SLOW = RUNS | {"download_gif", "download_strip", "fetch_mnist"}
SLOW |= {"run_told", "climb_a_little", "run_bench", "deal_runs", "draw_and_search", "show_pictures"}
SLOW |= {"draw_variants", "draw_as_chosen"}
CAN_REFUSE = {"take_upload", "take_drawing"}  # only the queue shows a visitor the reason
HEEDS_ITS_EVENT = {"pick", "take_drawing", "go_to", "give_back", "show_pictures"}


def handler(dependency: dict) -> str:
    """draw_detail_1 -> draw_detail: the function's own name."""
    return dependency["api_name"].rstrip("0123456789").rstrip("_")


@pytest.fixture
def listeners(page) -> list[dict]:
    """Gradio's listeners that call a function of ours."""
    found = page.get_config_file()["dependencies"]
    return [listener for listener in found if listener["backend_fn"]]


def test_the_endpoints_are_public_and_nothing_else_is(listeners):
    public = {one["api_name"] for one in listeners if one["api_visibility"] == "public"}
    assert public == ENDPOINTS
    others = [one for one in listeners if one["api_name"] not in ENDPOINTS]
    assert {one["api_visibility"] for one in others} == {"private"}


def test_what_is_fast_never_waits_in_the_queue_and_what_is_slow_does(listeners):
    for one in listeners:
        queued = handler(one) in SLOW | ENDPOINTS | CAN_REFUSE
        assert one["queue"] is queued, one["api_name"]


def test_nothing_fast_flickers(listeners):
    for one in listeners:
        if one["queue"] is False:
            assert one["show_progress"] == "hidden", one["api_name"]


def test_no_components_values_are_copied_to_tell_it_of_calls(listeners):
    for one in listeners:
        if one["api_visibility"] == "private" and handler(one) != "fetch_mnist":
            assert one["show_progress_on"] == [], one["api_name"]


def test_what_follows_a_change_takes_the_newest_value(listeners):
    following = [one for one in listeners if handler(one) in {"show_prediction", "show_scene"}]
    assert len(following) >= 5
    for one in listeners:
        changes = {event for _, event in one["targets"]} & {"change", "input"}
        if one in following or (changes and not one["cancels"] and one["outputs"]):
            if handler(one) == "partial":
                continue  # always gives the same
            assert one["trigger_mode"] == "always_last", one["api_name"]


def test_no_click_or_stroke_is_taken_for_an_older_one(listeners):
    # Gradio's "always_last" calls again with the data of the event that came first.
    found = {handler(one): one["trigger_mode"] for one in listeners}
    assert {found[name] for name in HEEDS_ITS_EVENT} == {"multiple"}


def test_no_event_has_two_listeners_that_wait_for_the_newest_value(listeners):
    # A listener that was kept waiting makes Gradio send the whole event again, to all of its
    # listeners: two that wait ("always_last") wake each other for ever.
    waiting = Counter(
        tuple(target)
        for one in listeners
        for target in one["targets"]
        if one["trigger_mode"] == "always_last" and target[0] is not None  # of no chain
    )
    assert not [event for event, number in waiting.items() if number > 1]


def test_every_handler_is_given_as_many_values_as_it_takes(page):
    for listener in page.fns.values():
        if listener.fn is None or inspect.isbuiltin(listener.fn):
            continue
        parameters = inspect.signature(listener.fn).parameters.values()
        plain = [
            p
            for p in parameters
            if p.annotation not in (gr.EventData, gr.Request) and p.default is p.empty
        ]
        if any(p.kind is p.VAR_POSITIONAL for p in parameters):
            continue
        assert len(plain) == len(listener.inputs), listener.name


def test_stop_cancels_its_run_and_nothing_else(page):
    cancelling = [one for one in page.get_config_file()["dependencies"] if one["cancels"]]
    cancelled = [[page.fns[run].name for run in one["cancels"]] for one in cancelling]
    assert all(len(runs) == 1 for runs in cancelled)
    assert {name for [name] in cancelled} == RUNS


def test_a_run_that_fails_can_no_longer_be_stopped(page, listeners):
    after_failures = [one for one in listeners if one["trigger_only_on_failure"]]
    for one in after_failures:
        assert any(page.blocks[k].elem_id.endswith("stop") for k in one["outputs"])
    failed = {page.fns[one["trigger_after"]].name for one in after_failures}
    assert failed == RUNS


def test_a_page_has_one_of_what_the_whole_page_shares(page):
    kinds = [type(block) for block in page.blocks.values()]
    for component in (Noiser, NoiseMaps, Picker, Pad):
        assert kinds.count(component) == 1


def test_the_page_opens_ready(page, shelf):
    """The first scene and prediction, and all schedules, travel with the page itself."""
    [noiser] = [block for block in page.blocks.values() if isinstance(block, Noiser)]
    assert noiser.value["t"] == shelf.first.T // 2
    assert noiser.value["scene"]["key"] == noiser.value["prediction"]["key"]
    assert "eps_hat" in noiser.value["prediction"]
    assert noiser.value["schedules"].keys() == shelf.exhibits.keys()


def test_all_that_tests_and_scripts_hold_on_to_is_there(page):
    ids = {block.elem_id for block in page.blocks.values()}
    assert {"t-slider", "seed", "dice", "denoiser", "card", "rail", "run", "stop", "kind"} <= ids
    assert {"histogram-figure", "schedule-figure", "error-figure", "detail-figure"} <= ids
    assert {f"lesson-{name.replace('_', '-')}" for name in LESSONS} <= ids


def test_the_navigation_follows_the_lessons_order():
    html = navigation()
    places = [html.index(f'href="#lesson-{name.replace("_", "-")}"') for name in LESSONS]
    assert places == sorted(places)
    assert html.count("aria-current") == 1
    assert 'id="rail-toggle"' in html
    assert all(lesson_words(name)["name"] in html for name in LESSONS)


# ---- another image, another t


def test_a_new_scene_comes_with_its_card(shelf, choice_of):
    noiser, html = show_scene(shelf, "tiny", choice_of("hot dog"), 12, 3, False)
    assert noiser["t"] == 12
    assert noiser["scene"]["choices"] == {"denoiser": "tiny", "seed": "3", "image": "hot dog"}
    assert "hot dog" in html


@pytest.mark.parametrize("t, seed", [(None, None), ("abc", "abc"), (-5, -5), (10**9, float("inf"))])
def test_garbage_on_the_rail_is_mended(shelf, choice_of, t, seed):
    noiser, _ = show_scene(shelf, "no such", choice_of(), t, seed, False)
    assert 0 <= noiser["prediction"]["t"] <= 40
    message = show_prediction(shelf, None, choice_of(), t, seed, True)
    assert message["prediction"]["t"] == noiser["prediction"]["t"]


def test_another_t_is_another_prediction_and_no_scene(shelf, choice_of):
    noiser = show_prediction(shelf, "tiny", choice_of(), 9, 3, False)
    assert set(noiser) == {"prediction"}
    assert noiser["prediction"]["t"] == 9


# ---- another network


def by_type(parts: list) -> dict:
    return {type(part).__name__: part for part in parts}


def test_another_network_changes_all_that_depends_on_it(shelf):
    parts = change_denoiser(shelf, "strokes")
    found = by_type(parts)
    assert found["Choice"].name == "3, hand 1"
    assert {"mode": "digit", "size": 28} in parts
    kinds = [part for part in parts if isinstance(part, dict) and "choices" in part]
    assert [str(value) for value in kinds[0]["choices"]][1:] == list("0123456789")
    run = found["Run"]
    assert run.frames[-1].t == 0
    [shown] = [part for part in parts if isinstance(part, dict) and "frames" in part]
    assert (shown["run"], len(shown["frames"])) == (run.id, len(run.frames))
    [picker] = [part for part in parts if isinstance(part, dict) and "sheet" in part]
    assert picker["selected"] == "3, hand 1"


def test_there_are_as_many_parts_as_places_for_them(page, shelf):
    change = next(fn for fn in page.fns.values() if fn.name == "change_denoiser")
    load = next(fn for fn in page.fns.values() if fn.name == "open_address")
    assert len(change.outputs) == len(change_denoiser(shelf, "tiny"))
    assert len(load.outputs) == len(change.outputs) + 3


def test_each_part_finds_its_own_place(page, shelf):
    """The network that the page opens with gives each place what stands there already."""
    about = {Picker: "sheet", Pad: "mode", Scrubber: "frames", Dropdown: "choices"}
    names = ("change_denoiser", "open_address", "go_to")
    changes = [fn for fn in page.fns.values() if fn.name in names]
    assert len(changes) == 4  # the quiz jumps, and the tour
    parts = change_denoiser(shelf, "tiny")
    for change in changes:
        for place, part in zip(change.outputs[-len(parts) :], parts, strict=True):
            if type(place) in about:
                assert about[type(place)] in part
            elif isinstance(place, gr.State):
                assert type(place.value) is type(part)
            elif isinstance(part, str):
                assert place.value == part


def test_two_visitors_never_share_a_run(shelf):
    one, two = (by_type(change_denoiser(shelf, "tiny"))["Run"] for _ in range(2))
    assert one is not two
    assert one.id != two.id
    one.frames.clear()
    assert two.frames
    assert shelf.first_run(shelf.first)


# ---- the address


def opened(shelf, request) -> tuple:
    name, t, seed, *parts = open_address(shelf, request)
    picture = next((part.name for part in parts if isinstance(part, Choice)), None)
    return name, t, seed, picture


def test_an_address_opens_as_it_says(shelf, request_for):
    request = request_for(denoiser="strokes", t="33", seed="12", image="7, hand 2")
    assert opened(shelf, request) == ("strokes", 33, 12, "7, hand 2")
    assert opened(shelf, request_for(image="hot dog"))[3] == "hot dog"


def test_what_an_address_leaves_open_stays_where_the_visitor_has_put_it(shelf, request_for):
    assert opened(shelf, request_for())[:3] == (gr.skip(), gr.skip(), gr.skip())
    assert opened(shelf, request_for(t="3"))[:3] == (gr.skip(), 3, gr.skip())
    assert opened(shelf, request_for(denoiser="strokes"))[:3] == ("strokes", gr.skip(), gr.skip())


@pytest.mark.parametrize(
    "query",
    [
        {"denoiser": "nothing", "image": "nothing"},
        {"t": "abc", "seed": "abc"},
        {"t": "-9", "seed": "-9"},
        {"t": "nan", "seed": "1e400"},
        {"t": "", "seed": "", "denoiser": "", "image": ""},
        {"t": "9" * 400, "seed": "9" * 400},
        {"image": "<script>alert(1)</script>", "other": "thing"},
        {"denoiser": "strokes", "image": "hot dog"},
    ],
)
def test_what_an_address_says_amiss_is_passed_over(shelf, request_for, query):
    name, t, seed, picture = opened(shelf, request_for(**query))
    name = "tiny" if name == gr.skip() else name
    assert name in shelf.exhibits
    assert t == gr.skip() or 0 <= t <= 40
    assert seed == gr.skip() or 0 <= seed < 2**63
    if picture is not None:
        assert picture in shelf.exhibit(name).gallery


HOSTILE = r"""
0 -0 1e9 -1e999 NaN Infinity 0x10 ١٢ 1_000 12.5 true null [] {} () ../../etc/passwd file:///x
http://evil.example/a.png //evil.example <img/src=x/onerror=alert(1)> '"><svg/onload=alert(1)>
{{7*7}} ${7*7} %00 %s %n ;ls $(id) 😀 constructor __proto__ __class__.__init__
"""
HOSTILE_VALUES = [
    *HOSTILE.split(),
    "a" * 100_000,
    "9" * 5_000,
    "\x00",
    "\ud800",
    " \r\nX: 1",
    "\u202e",
]
NAMES_OF_AN_ADDRESS = ("denoiser", "image", "t", "seed", "lesson", "__theme", "view")


@pytest.mark.parametrize("value", HOSTILE_VALUES, ids=range(len(HOSTILE_VALUES)))
def test_no_link_breaks_the_page(shelf, request_for, value):
    opens, t, seed, picture = opened(
        shelf, request_for(**dict.fromkeys(NAMES_OF_AN_ADDRESS, value))
    )
    assert opens == gr.skip() or opens in shelf.exhibits
    assert t == gr.skip() or (isinstance(t, int) and 0 <= t <= 40)
    assert seed == gr.skip() or (isinstance(seed, int) and 0 <= seed < 2**63)
    assert picture is None or picture in shelf.first.gallery


def test_no_component_loses_its_settings_when_a_page_opens(page, shelf, request_for):
    # Gradio takes a skip for an HTML component's new settings, and forgets the old ones.
    load = next(fn for fn in page.fns.values() if fn.name == "open_address")
    for request in (request_for(), request_for(t="3"), request_for(denoiser="strokes")):
        for component, value in zip(load.outputs, open_address(shelf, request), strict=True):
            if isinstance(component, gr.HTML) and component.props:
                assert value != gr.skip(), component


def test_each_address_opens_a_run_of_its_own(shelf, request_for):
    runs = [by_type(open_address(shelf, request_for()))["Run"] for _ in range(2)]
    assert runs[0] is not runs[1]


def is_skip(part) -> bool:
    return part == gr.skip()


def test_a_jump_to_another_network_takes_everything_along(shelf, event):
    denoiser, seed, choice, *others = go_to(shelf, "tiny", event(denoiser="strokes", seed="12"))
    assert (denoiser, seed) == ("strokes", 12)
    assert choice.pixels.shape == (28, 28, 1)
    assert not [part for part in others if is_skip(part)]


def test_a_jump_to_an_image_leaves_the_network_and_its_run_alone(shelf, event):
    denoiser, seed, choice, picker, pad, *others = go_to(shelf, "tiny", event(image="old dog"))
    assert denoiser == "tiny"
    assert is_skip(seed)
    assert choice.name == picker["selected"] == "old dog"
    assert pad["size"] == 8  # see `open_address`
    assert all(map(is_skip, others))


def test_a_jump_to_a_seed_changes_nothing_else(shelf, event):
    denoiser, seed, choice, picker, _, *others = go_to(shelf, "strokes", event(seed=5, t=3))
    assert (denoiser, seed) == ("strokes", 5)
    assert all(map(is_skip, [choice, picker, *others]))
