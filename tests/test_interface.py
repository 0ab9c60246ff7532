"""The page as it is built: who listens to whom, what is public, what an address may carry."""

import inspect
import re
from collections import Counter
from html import escape

import gradio as gr
import pytest

from explorer.components.feed import Feed
from explorer.components.noise_maps import NoiseMaps
from explorer.components.noiser import Noiser
from explorer.components.pad import Pad
from explorer.components.picker import Picker
from explorer.contents import labs, map_of_labs, navigation, onward, rooms, story
from explorer.head import room_styles
from explorer.interface import Frame
from explorer.lessons.lesson import find_lessons
from explorer.lessons.reverse.panel import FirstRun, Run
from explorer.page.rail import RailHandlers
from explorer.page.runs import Live
from explorer.page.visit import Choice

LESSONS = find_lessons()
ENDPOINTS = {"add_noise", "predict_noise", "reverse"}
ENDPOINTS |= {name for lesson in LESSONS for name in lesson.computes}
SLOW = {"download_gif", "download_strip", "fetch_mnist", "show"}
CAN_REFUSE = {"take_upload", "take_drawing"}  # only the queue shows a visitor the reason
HEEDS_ITS_EVENT = {"pick", "take_drawing", "go_to", "give_back", "show"}


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


def test_what_is_fast_never_waits_in_the_queue_and_what_is_slow_does(page, listeners):
    runs = {run._id for run in streams(page)}
    for one in listeners:
        queued = one["id"] in runs or handler(one) in SLOW | ENDPOINTS | CAN_REFUSE
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
    assert len(following) == 2
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
        if any(p.kind is p.VAR_POSITIONAL for p in parameters):
            continue
        known = [p for p in parameters if p.annotation not in (gr.EventData, gr.Request)]
        needed = [p for p in known if p.default is p.empty]
        assert len(needed) <= len(listener.inputs) <= len(known), listener.name


def streams(page) -> list:
    """The long runs: each is a generator of the stage's."""
    return [
        fn
        for fn in page.fns.values()
        if fn.fn and fn.fn.__qualname__.startswith("Stage.stream.<locals>.go")
    ]


def test_every_long_run_can_be_stopped_and_none_that_failed(page):
    runs = {run._id for run in streams(page)}
    assert len(runs) >= 10
    stops = [fn for fn in page.fns.values() if fn.cancels and fn.targets[0][1] == "click"]
    assert sorted(run for stop in stops for run in stop.cancels) == sorted(runs)
    closed = {
        fn.trigger_after for fn in page.fns.values() if fn.trigger_only_on_failure and fn.outputs
    }
    assert runs <= closed


def test_a_failure_that_comes_late_leaves_a_newer_run_alone(page):
    [run] = [fn._id for fn in streams(page) if fn.name == "race_samplers"]
    [close] = [
        fn.fn for fn in page.fns.values() if fn.trigger_only_on_failure and fn.trigger_after == run
    ]
    live = Live()
    live.failed = live.begin()
    newer = live.begin()
    close(live)
    assert live.id == newer
    live.failed = newer
    close(live)
    assert live.id == ""


def test_another_network_ends_the_old_ones_runs(page):
    [denoiser] = [key for key, block in page.blocks.items() if block.elem_id == "denoiser"]
    ends, by_a_jump = (
        next(fn for fn in page.fns.values() if fn.cancels and fn.targets[0] == (denoiser, event))
        for event in ("input", "change")
    )
    assert by_a_jump.cancels == ends.cancels
    names = {page.fns[run].name for run in ends.cancels}
    assert {"run_sampler", "climb_up", "race_samplers", "run_told", "draw_memory"} <= names | {
        "draw_memory"
    }
    assert "run_bench" not in names  # a follower begins it anew


def test_a_page_has_one_of_what_the_whole_page_shares(page):
    kinds = [type(block) for block in page.blocks.values()]
    for component in (Feed, Noiser, NoiseMaps, Picker, Pad):
        assert kinds.count(component) == 1


def test_the_page_opens_ready(page, shelf):
    """The first scene and prediction, and all schedules, travel with the page itself."""
    [feed] = [block for block in page.blocks.values() if isinstance(block, Feed)]
    assert feed.value["t"] == shelf.first.T // 2
    assert feed.value["scene"]["key"] == feed.value["prediction"]["key"]
    assert "eps_hat" in feed.value["prediction"]
    assert feed.value["schedules"].keys() == shelf.exhibits.keys()


def test_all_that_tests_and_scripts_hold_on_to_is_there(page):
    ids = {block.elem_id for block in page.blocks.values()}
    assert {"t-slider", "seed", "dice", "denoiser", "card", "rail", "run", "stop", "kind"} <= ids
    assert {"histogram-figure", "schedule-figure", "error-figure", "detail-figure"} <= ids
    assert {lesson.elem_id for lesson in LESSONS} <= ids


def test_the_navigation_leads_to_the_story_and_to_the_labs():
    links = re.findall(r'data-lesson="(\w+)"', navigation(LESSONS))
    chapters = ["forward_noising", "noise_prediction", "reverse", "quiz"]
    assert links == [chapters[0], *chapters, "labs"]  # the first: the page's title
    assert 'id="rail-toggle"' in navigation(LESSONS)


def test_the_map_leads_to_each_lab_by_its_question():
    html = map_of_labs(LESSONS)
    assert re.findall(r'data-lesson="(\w+)"', html) == [lab.name for lab in labs(LESSONS)]
    assert {lesson.name for lesson in LESSONS} == {
        lesson.name for lesson in [*story(LESSONS), *labs(LESSONS)]
    }
    for lab in labs(LESSONS):
        for said in (lab.words["name"], lab.words["question"], lab.words["finds"]):
            assert escape(said) in html


def test_each_lesson_leads_on():
    found = {}
    for lesson in LESSONS:
        found[lesson.name] = re.findall(r'data-lesson="(\w+)"', onward(lesson, LESSONS))
    assert found["forward_noising"] == ["noise_prediction"]
    assert found["reverse"] == ["noise_prediction", "quiz"]
    assert found["quiz"] == ["reverse", "labs"]
    assert found["single_step"] == ["labs", "ladder"]
    assert found["memory"] == ["schedules", "labs"]


def test_the_rooms_are_the_storys_the_map_and_the_labs(page):
    names = [room["name"] for room in rooms(LESSONS)]
    assert names[:5] == ["forward_noising", "noise_prediction", "reverse", "quiz", "labs"]
    built = {block.elem_id: block for block in page.blocks.values()}
    for room in rooms(LESSONS):
        assert built[room["id"]].visible is False  # the browser says which is


def test_the_rail_shows_what_a_lesson_heeds():
    styles = room_styles(LESSONS)
    assert 'html[data-lesson="labs"] :is(#rail, #rail-toggle) { display: none' in styles
    assert 'html[data-lesson="why_noise"] :is(#told) { display: none' in styles
    unheeded = ":is(#card, #chooser, #rail-time, #told)"
    assert f'html[data-lesson="break_it"] {unheeded} {{ display: none' in styles


# ---- another image, another t


def test_a_new_scene_comes_with_its_card(shelf, choice_of):
    feed, html = RailHandlers(shelf).show_scene("tiny", choice_of("hot dog"), 12, 3, False)
    assert feed["t"] == 12
    assert feed["scene"]["choices"] == {
        "denoiser": "tiny",
        "seed": "3",
        "image": "hot dog",
        "own": None,
    }
    assert "hot dog" in html


@pytest.mark.parametrize("t, seed", [(None, None), ("abc", "abc"), (-5, -5), (10**9, float("inf"))])
def test_garbage_on_the_rail_is_mended(shelf, choice_of, t, seed):
    feed, _ = RailHandlers(shelf).show_scene("no such", choice_of(), t, seed, False)
    assert 0 <= feed["prediction"]["t"] <= 40
    message = RailHandlers(shelf).show_prediction(None, choice_of(), t, seed, True)
    assert message["prediction"]["t"] == feed["prediction"]["t"]


def test_another_t_is_another_prediction_and_no_scene(shelf, choice_of):
    feed = RailHandlers(shelf).show_prediction("tiny", choice_of(), 9, 3, False)
    assert set(feed) == {"prediction"}
    assert feed["prediction"]["t"] == 9


# ---- the frame: what hangs on all that is set


@pytest.fixture
def frame(page) -> Frame:
    """The page's own."""
    [load] = [fn for fn in page.fns.values() if fn.name == "open_address"]
    return load.fn.__self__


@pytest.fixture
def values(frame, choice_of):
    """`values(denoiser="strokes")`: the page's inputs as it opens, but for these."""

    def make(denoiser: str = "tiny", **changed) -> list:
        rail = {"denoiser": denoiser, "choice": choice_of(None, "tiny"), "t": 20, "seed": 9}
        rail |= {"told": False}
        controls = {name: control.value for name, control in frame.controls.items()}
        known = rail | controls
        assert changed.keys() <= known.keys()
        return list((known | changed).values())

    return make


@pytest.fixture
def shown(frame):
    """`shown(answers)`: by their names, only what is not left as it is."""

    def named(answers: list) -> dict:
        assert len(answers) == len(frame.places)
        by_place = dict(zip(frame.places, answers, strict=True))
        return {
            name: by_place[place]
            for name, place in frame.outputs.items()
            if not is_left(place, by_place[place])
        }

    return named


def is_left(place, answer) -> bool:
    """(An HTML component's settings are said again: see `unchanged`.)"""
    return answer == gr.skip() or (
        isinstance(answer, dict)
        and answer.get("__type__") == "update"
        and isinstance(place, gr.HTML)
        and {name: value for name, value in answer.items() if name != "__type__"} == place.props
    )


def test_every_setting_has_a_name_of_its_own_and_a_control(frame):
    ids = [control.elem_id for control in frame.controls.values()]
    assert None not in ids
    assert len(set(ids)) == len(ids)
    assert {"break_it.mistake", "break_it.strength", "reverse.steps", "ladder.kind"} <= set(
        frame.controls
    )


def test_another_network_changes_all_that_depends_on_it(frame, values, shown):
    found = shown(frame.change_denoiser(*values("strokes")))
    assert found["choice"].name == "3, hand 1"
    assert found["pad"] == {"mode": "digit", "size": 28}
    assert found["picker"]["selected"] == "3, hand 1"
    assert found["feed"]["scene"]["choices"]["denoiser"] == "strokes"
    assert found["feed"]["scene"]["key"] == found["feed"]["prediction"]["key"]
    assert "3, hand 1" in found["card"]
    assert found["mnist"]["visible"] is True
    for name in ("reverse.kind", "ladder.kind"):
        assert [value for _, value in found[name]["choices"]][1:] == list("0123456789")
        assert found[name]["value"] == "3"
    assert not {"t", "seed", "denoiser", "reverse.steps"} & found.keys()


def test_the_network_that_it_opens_with_finds_each_part_as_it_stands(page, frame, values):
    answers = frame.change_denoiser(*values("tiny"))
    for place, answer in zip(frame.places, answers, strict=True):
        if isinstance(answer, str) and not isinstance(place, gr.HTML):
            assert place.value == answer
        if isinstance(place, gr.State):
            assert type(place.value) is type(answer)


def test_two_visitors_never_share_a_run(moment, shelf):
    show = FirstRun(shelf).show_first_run
    one, two = (show(moment(), Run())["run"] for _ in range(2))
    assert one is not two
    one.steps.clear()
    assert two.steps
    assert shelf.first_run(shelf.first).frames


# ---- the address


@pytest.fixture
def opened(frame, request_for, shown, values):
    """`opened(t="33")`: what a page that is opened at ?t=33 is sent."""
    return lambda **query: shown(frame.open_address(request_for(**query), *values()))


def rail_of(found: dict) -> tuple:
    return tuple(found.get(name) for name in ("denoiser", "t", "seed", "told"))


def test_an_address_opens_as_it_says(opened):
    found = opened(denoiser="strokes", t="33", seed="12", image="7, hand 2", told="true")
    assert rail_of(found) == ("strokes", 33, 12, True)
    assert found["choice"].name == found["picker"]["selected"] == "7, hand 2"
    assert found["feed"]["t"] == 33
    assert opened(image="hot dog")["choice"].name == "hot dog"


def test_what_an_address_leaves_open_stays_where_the_visitor_has_put_it(opened):
    assert rail_of(opened()) == (None, None, None, None)
    assert rail_of(opened(t="3")) == (None, 3, None, None)
    assert rail_of(opened(denoiser="strokes")) == ("strokes", None, None, None)


def test_an_address_may_use_a_recipes_names(opened):
    found = opened(model="strokes", picture="7, hand 2", t="3")
    assert rail_of(found) == ("strokes", 3, None, None)
    assert found["choice"].name == "7, hand 2"


def test_a_page_whose_visitor_has_moved_on_is_not_put_back(frame, request_for, values, shown):
    found = shown(frame.open_address(request_for(seed="5"), *values(t=33, told=True)))
    assert rail_of(found) == (None, None, 5, None)
    assert found["feed"]["t"] == found["feed"]["prediction"]["t"] == 33
    assert found["feed"]["scene"]["choices"]["seed"] == "5"


def test_an_address_carries_every_lessons_settings(opened):
    found = opened(
        **{"break_it.mistake": "few_steps", "break_it.strength": "5", "reverse.eta": "2"}
    )
    assert found["break_it.mistake"]["value"] == "few_steps"
    strength = found["break_it.strength"]
    assert (strength["value"], strength["maximum"]) == (5, 16)
    assert found["reverse.eta"]["value"] == 1
    assert "reverse.steps" not in found
    assert "break_it.strength" not in opened(**{"reverse.eta": "1"})


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
def test_what_an_address_says_amiss_is_passed_over(opened, shelf, query):
    found = opened(**query)
    name, t, seed, _ = rail_of(found)
    assert name is None or name in shelf.exhibits
    assert t is None or 0 <= t <= 40
    assert seed is None or 0 <= seed < 2**63
    assert found["choice"].name in shelf.exhibit(name).gallery


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
NAMES_OF_AN_ADDRESS = ("denoiser", "image", "t", "seed", "told", "lesson", "__theme", "view", "own")


@pytest.mark.parametrize("value", HOSTILE_VALUES, ids=range(len(HOSTILE_VALUES)))
def test_no_link_breaks_the_page(opened, frame, shelf, value):
    found = opened(**dict.fromkeys((*NAMES_OF_AN_ADDRESS, *frame.controls), value))
    name, t, seed, _ = rail_of(found)
    assert name in shelf.exhibits
    assert isinstance(t, int) and 0 <= t <= 40
    assert isinstance(seed, int) and 0 <= seed < 2**63
    assert found["choice"].name in shelf.first.gallery
    for setting in frame.controls:
        answer = found.get(setting, {})
        choices = answer.get("choices") or getattr(frame.controls[setting], "choices", None)
        if choices and "value" in answer:
            assert answer["value"] in [one if isinstance(one, str) else one[1] for one in choices]


def test_no_component_loses_its_settings_when_a_page_opens(frame, request_for, values):
    # Gradio takes a skip for an HTML component's new settings, and forgets the old ones.
    for query in ({}, {"t": "3"}, {"denoiser": "strokes"}):
        answers = frame.open_address(request_for(**query), *values())
        for component, answer in zip(frame.places, answers, strict=True):
            if isinstance(component, gr.HTML) and component.props:
                assert answer != gr.skip(), component


def test_a_jump_to_another_network_takes_everything_along(frame, values, shown, event):
    found = shown(frame.go_to(event(denoiser="strokes", seed="12"), *values()))
    assert (found["denoiser"], found["seed"]) == ("strokes", 12)
    assert found["choice"].pixels.shape == (28, 28, 1)
    assert found["reverse.kind"]["value"] == "3"
    assert found["feed"]["scene"]["choices"]["seed"] == "12"


def test_a_jump_to_an_image_leaves_the_network_and_its_run_alone(frame, values, shown, event):
    found = shown(frame.go_to(event(image="old dog"), *values()))
    assert (found["denoiser"], found["seed"]) == ("tiny", 9)
    assert found["choice"].name == found["picker"]["selected"] == "old dog"
    assert not [name for name in found if ":" in name or "." in name]


def test_a_jump_to_a_seed_keeps_the_visitors_own_picture(frame, values, shown, event, choice_of):
    own = Choice("your upload", None, "", choice_of("hot dog").pixels, own=True)
    found = shown(frame.go_to(event(seed=5, t=3), *values(choice=own)))
    assert (found["denoiser"], found["seed"]) == ("tiny", 5)
    assert found["choice"] is own
    choices = {"denoiser": "tiny", "seed": "5", "image": None, "own": "kept"}
    assert found["feed"]["scene"]["choices"] == choices
