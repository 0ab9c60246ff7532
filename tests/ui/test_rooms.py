"""From lesson to lesson: links, the browser's Back, and what each lesson shows of the rail."""

import pytest

from explorer.contents import rooms, story
from explorer.head import PARTS
from explorer.lessons.lesson import find_lessons
from tests.ui.test_page import query, wait_query

pytestmark = pytest.mark.ui

LESSONS = find_lessons()
ROOMS = {room["name"]: room for room in rooms(LESSONS)}


@pytest.fixture(scope="module")
def app_url(small_url) -> str:
    """For what is the same with any networks."""
    return small_url


def stands_in(tab, name: str) -> None:
    """The room is in sight, and it alone; its title is read aloud; the links say where one is."""
    page, room = tab.page, ROOMS[name]
    tab.wait_lesson(name)
    page.wait_for_function("(id) => document.activeElement.closest('h2, body') === "
                           "document.querySelector(`#${id} h2`)", arg=room["id"])  # fmt: skip
    assert page.title() == room["title"]
    visible = page.evaluate(
        "[...document.querySelectorAll('.room')].filter((one) => one.checkVisibility())"
        ".map((one) => one.id)"
    )
    assert visible == [room["id"]]
    here = {
        link.get_attribute("data-lesson"): link.get_attribute("aria-current")
        for link in page.locator("#lessons nav a").all()
    }
    chapters = {lesson.name: None for lesson in story(LESSONS)} | {"labs": None}
    assert here == chapters | ({name: "page"} if name in chapters else {"labs": "true"})


def test_a_link_opens_its_lesson_alone_and_the_browsers_back_and_forward_lead_through_the_others(
    tab,
):
    page = tab.page
    tab.open(lesson="single_step", t=30)
    assert page.locator(".room").count() == 1  # no other has been built
    assert page.title() == ROOMS["single_step"]["title"]
    tab.listen()  # until all is quiet
    assert query(page).items() >= {"lesson": "single_step", "t": "30"}.items()
    page.evaluate("window.untouched = true")
    length = page.evaluate("history.length")
    foot, nav = "#lesson-{} .onward a >> nth={}", "#lessons nav a[data-lesson={}]"
    walk = [
        ("noise_prediction", nav.format("noise_prediction")),
        ("reverse", foot.format("noise-prediction", -1)),
        ("noise_prediction", foot.format("reverse", 0)),
        ("labs", nav.format("labs")),
        ("single_step", "#lesson-labs a[data-lesson=single_step]"),
        ("labs", foot.format("single-step", 0)),
        ("forward_noising", "#lessons h1 a"),
    ]
    for name, link in walk:
        page.click(link)
        stands_in(tab, name)
        assert query(page).get("lesson", "forward_noising") == name  # that of a bare address
        title = page.locator(f"#{ROOMS[name]['id']} h2").bounding_box()
        below = page.locator("#lessons").bounding_box()
        assert below["y"] >= -1  # the navigation has not left the window
        assert below["y"] + below["height"] <= title["y"] < 300
    assert page.evaluate("history.length") == length + len(walk)
    places = ["single_step", *(name for name, _ in walk)]
    for name in places[-2::-1]:
        page.evaluate("history.back()")
        tab.wait_lesson(name)
        wait_query(page, lesson=name)
        assert page.title() == ROOMS[name]["title"]
    for name in places[1:3]:
        page.evaluate("history.forward()")
        tab.wait_lesson(name)
    assert page.evaluate("window.untouched")  # it is one page all along
    assert query(page)["t"] == "30"


def test_links_of_earlier_versions_lead_to_their_rooms(tab):
    page = tab.page
    tab.open(lesson="labs")
    page.evaluate("history.replaceState(null, '', location.pathname)")
    page.evaluate("location.hash = '#lesson-noise-prediction'")
    tab.wait_lesson("noise_prediction")
    assert page.title() == ROOMS["noise_prediction"]["title"]


CLICKS = """(names) => {
    for (const name of names) {
        const link = Object.assign(document.createElement('a'), { href: `?lesson=${name}` });
        link.dataset.lesson = name;
        document.body.append(link);
        link.click();
        link.remove();
    }
}"""


def test_quick_clicks_end_at_the_last_and_leave_no_room_unbuilt(tab):
    """Then, in each: the rail shows only what the lesson heeds."""
    page = tab.open(lesson="labs").page
    page.evaluate(CLICKS, [*ROOMS, "noise_prediction"])
    stands_in(tab, "noise_prediction")
    heeds = {lesson.name: set(lesson.heeds) for lesson in LESSONS}
    heeds["reverse"] -= {"picture", "t"}  # where the run starts from noise
    faults = []
    for name in ROOMS:
        page.evaluate(CLICKS, [name])
        tab.wait_lesson(name)
        for part, selectors in PARTS.items():
            for selector in selectors.split(", "):
                if page.is_visible(selector) != (part in heeds.get(name, ())):
                    faults.append(f"{name}: {selector}")
        if page.is_visible("#rail") != bool(heeds.get(name)):
            faults.append(f"{name}: #rail")
    assert faults == []


FRAMES = """new Promise((done) => {
    let left = 4; // a follower asks in the frame after that in which it comes into sight
    const count = () => (left-- ? requestAnimationFrame(count) : done());
    count();
})"""


def test_a_switch_to_a_room_that_has_been_seen_asks_for_nothing(tab):
    if tab.page.url == "about:blank":
        tab.open()
    seen = ["labs", "single_step", "forward_noising", "noise_prediction", "reverse"]
    for name in seen:
        tab.enter(name)
        tab.page.evaluate(FRAMES)
    tab.listen()  # until all that they ask for is there
    for name in seen:
        tab.enter(name)
        tab.page.evaluate(FRAMES)
    assert tab.asked == []
    tab.set_number("#seed", 12)  # by which "One step by hand", out of sight, falls behind
    tab.wait_scene(seed=12)
    tab.listen()
    tab.enter("single_step")
    tab.page.evaluate(FRAMES)
    assert tab.asked == ["show_single_step"]
