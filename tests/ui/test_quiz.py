"""The quiz in a real browser: judged at once and without the server, remembered, and a way back."""

import io

import numpy as np
import pytest
from PIL import Image

from explorer.exhibits.predictions import compute_noise_prediction
from explorer.images.data_uri import read_data_uri
from explorer.images.encoding import to_pixels
from explorer.lessons.quiz.pictures import error_maps
from explorer.lessons.quiz.questions import questions_for, read_questions

LESSON = "quiz"
pytestmark = pytest.mark.ui

CARD = "#quiz .card"
JUDGED = f"{CARD} .feedback:not([hidden])"


@pytest.fixture(scope="module")
def asked(real_exhibits) -> dict[str, dict]:
    return {q["id"]: q for q in questions_for(real_exhibits["emoji"], read_questions())}


@pytest.fixture
def quiz(tab):
    """The page with nothing answered yet, before the first question."""
    if tab.page.url == "about:blank":
        tab.open()
    elif f"lesson={LESSON}" not in tab.page.url:  # a jump has led away
        tab.enter(LESSON)
    tab.page.wait_for_selector("#quiz .dots button")
    if tab.page.is_visible("#quiz .again"):
        tab.page.click("#quiz .again")
    tab.page.locator("#quiz .dots button").first.click()
    if not tab.page.is_checked("#denoiser input[value=emoji]"):
        tab.choose_network("emoji")
    tab.move_t(500)
    tab.wait_prediction(500)
    return tab


def reload(tab):
    tab.page.reload()
    tab.wait_lesson(LESSON)
    tab.wait_scene()
    tab.page.wait_for_selector("#quiz .dots button")
    return tab


def turn_to(tab, asked: dict, name: str) -> dict:
    tab.page.locator("#quiz .dots button").nth(list(asked).index(name)).click()
    return asked[name]


def guess(tab, number: float) -> None:
    tab.page.evaluate(
        """(number) => {
            const range = document.querySelector('#quiz .guess');
            range.value = number;
            range.dispatchEvent(new Event('input', { bubbles: true }));
        }""",
        number,
    )


def test_a_right_and_a_wrong_answer_are_judged_without_asking_the_server(quiz, asked):
    page = quiz.page
    quiz.listen()
    question = turn_to(quiz, asked, "what-is-predicted")
    page.locator(f"{CARD} .answers button").nth(question["right"]).click()
    assert page.get_attribute(JUDGED, "data-right") == "true"
    assert page.inner_text(f"{CARD} .reason") == question["reason"]
    page.click("#quiz .onward")
    question = asked["why-not-at-once"]
    page.locator(f"{CARD} .answers button").nth((question["right"] + 1) % 4).click()
    assert page.get_attribute(JUDGED, "data-right") == "false"
    ticked = page.inner_text(f"{CARD} .answers button.right")
    assert ticked.startswith(question["answers"][question["right"]])
    assert page.inner_text("#quiz .place").endswith("1 of 2 right")
    quiz.listen()  # whatever was on its way has come by now
    assert quiz.asked == []


@pytest.mark.parametrize("off, right", [(50, "true"), (70, "false")])
def test_a_number_is_guessed_before_it_is_shown(quiz, asked, off, right):
    page = quiz.page
    question = turn_to(quiz, asked, "half-power")
    assert page.is_hidden(f"{CARD} .truth")
    guess(quiz, question["truth"] + off)
    page.click("#quiz .check")
    assert page.get_attribute(JUDGED, "data-right") == right
    assert page.inner_text(f"{CARD} .truth") == f"t = {question['truth']:.0f}"
    assert page.is_disabled("#quiz .guess")


def test_a_personal_question_shows_the_image_at_the_guess_and_follows_the_hand(
    quiz, asked, truth, eventually, real_exhibits
):
    page = quiz.page
    turn_to(quiz, asked, "when-can-you-not-name-it")
    guess(quiz, 640)
    assert quiz.slider() == 500
    page.click("#quiz .check")
    quiz.wait_prediction(640)
    assert quiz.slider() == 640
    guess(quiz, 700)
    quiz.wait_prediction(700)
    eventually(
        lambda: (
            np.abs(quiz.pixels("#quiz .seen .x_t") - truth("emoji", 700, 9).astype(int)).max() <= 1
        )
    )
    exhibit = real_exhibits["emoji"]
    found = compute_noise_prediction(exhibit, exhibit.first_picture.pixels, 700, 9)
    guessed = quiz.pixels("#quiz .seen .x_0_hat").astype(int)
    assert np.abs(guessed - to_pixels(found.x_0_hat)).max() <= 3
    assert "640" in page.inner_text(f"{CARD} .verdict")  # what was guessed stays said


def test_a_picture_is_picked_that_the_network_has_made(quiz, asked, real_exhibits):
    page = quiz.page
    question = turn_to(quiz, asked, "read-an-error-map")
    page.locator(CARD).scroll_into_view_if_needed()
    page.wait_for_selector("#quiz .coming", state="hidden")
    shown = page.locator(f"{CARD} .answers img")
    names = shown.evaluate_all("(all) => all.map((one) => one.alt)")
    assert names == ["Picture A", "Picture B", "Picture C"]
    made = error_maps(real_exhibits["emoji"])
    sent = shown.evaluate_all("(all) => all.map((one) => one.getAttribute('src'))")
    for uri, k in zip(sent, question["pictures"], strict=True):
        # (With another number of cores at work, a sum of floats may be rounded otherwise.)
        assert (
            np.abs(
                np.asarray(Image.open(io.BytesIO(read_data_uri(uri))), int) - made[k].squeeze()
            ).max()
            <= 1
        )
    page.locator(f"{CARD} .answers button").nth(question["right"]).click()
    assert page.get_attribute(JUDGED, "data-right") == "true"
    assert page.inner_text("#quiz .place").endswith("1 of 1 right")


def test_things_are_put_in_order_by_the_keyboard_alone(quiz, asked):
    page = quiz.page
    question = turn_to(quiz, asked, "errors-in-order")
    rows = page.locator("#quiz .order li")
    assert [text.split("\n")[0] for text in rows.all_inner_texts()] == question["items"]
    line = list(range(len(question["items"])))
    for place, item in enumerate(question["right"]):  # bring each to its place, step by step
        for stand in range(line.index(item), place, -1):
            button = rows.nth(stand).locator(".up")
            button.focus()
            page.keyboard.press("Enter")
            line.insert(stand - 1, line.pop(stand))
            focused = page.evaluate("document.activeElement.closest('li').innerText")
            assert focused.startswith(question["items"][item])  # the hand stays on what it moves
            assert page.inner_text("#quiz .order .moved") == f"Now in place {stand} of {len(line)}"
    assert rows.first.locator(".up").is_disabled()
    assert rows.last.locator(".down").is_disabled()
    page.locator("#quiz .check-order").focus()
    page.keyboard.press("Enter")
    assert page.get_attribute(JUDGED, "data-right") == "true"
    assert rows.evaluate_all("(all) => all.every((one) => one.className === 'right')")
    values = page.locator("#quiz .order small").all_inner_texts()
    assert values == [question["values"][k] for k in question["right"]]


def check_set_right(page, question: dict) -> None:
    """The order as it was given was wrong: all is in its place, and it says where it was."""
    assert page.get_attribute(JUDGED, "data-right") == "false"
    rows = page.locator("#quiz .order li")
    for k, item in enumerate(question["right"]):
        row = rows.nth(k)
        assert row.get_attribute("class") == ("right" if item == k else "wrong")
        if item != k:
            assert row.locator("small").inner_text() == f"you had it in place {item + 1}"
    assert rows.count() == len(question["right"])


def test_right_answers_and_wrong_orders_survive_a_reload_until_it_is_started_over(quiz, asked):
    page = quiz.page
    order = turn_to(quiz, asked, "one-step-in-order")
    page.click("#quiz .check-order")
    check_set_right(page, order)
    question = turn_to(quiz, asked, "why-t")
    page.locator(f"{CARD} .answers button").nth(question["right"]).click()
    reload(quiz)
    assert page.inner_text("#quiz .ask") == question["ask"]
    assert page.get_attribute(JUDGED, "data-right") == "true"
    assert page.locator("#quiz .dots .right").count() == 1
    turn_to(quiz, asked, "one-step-in-order")
    check_set_right(page, order)
    page.click("#quiz .again")
    assert page.locator("#quiz .dots .open").count() == len(asked)
    reload(quiz)
    assert page.locator("#quiz .dots .open").count() == len(asked)
    assert page.is_hidden(f"{CARD} .feedback")


def test_a_jump_leads_to_the_lesson_with_its_t(quiz, asked):
    page = quiz.page
    question = turn_to(quiz, asked, "read-an-error-map")
    page.locator(f"{CARD} .answers button").first.click()
    assert "2 Predict the noise" in page.inner_text(f"{CARD} .jump")
    page.click(f"{CARD} .jump")
    quiz.wait_lesson("noise_prediction")
    quiz.wait_prediction(question["show"]["t"])
    assert quiz.slider() == question["show"]["t"]


def test_a_jump_brings_back_the_network_it_is_about(quiz, asked):
    page = quiz.page
    question = turn_to(quiz, asked, "errors-in-order")
    page.click("#quiz .check-order")
    quiz.choose_network("digits")
    page.click(f"{CARD} .jump")
    quiz.wait_scene(question["show"]["denoiser"])
    quiz.wait_prediction(question["show"]["t"])
    assert page.is_checked("#denoiser input[value=emoji]")


def test_the_broken_run_is_looked_for_and_shown_beside_the_right_one(quiz):
    page = quiz.page
    quiz.choose_network("digits")
    for rounds in (1, 2):
        page.click("#quiz .deal")
        page.wait_for_selector("#quiz .deal:not([disabled])")
        page.wait_for_selector("#quiz .found", state="hidden")
        assert page.locator("#quiz .runs img").count() == 4
        assert page.is_hidden("#quiz .which")
        page.locator("#quiz .runs button").nth(2).click()
        page.locator("#quiz .ways button").nth(1).click()
        page.wait_for_selector("#quiz .found:not([hidden])")
        broken = page.locator("#quiz .runs button").evaluate_all(
            "(all) => all.findIndex((one) => one.classList.contains('broken'))"
        )
        shown = page.locator("#quiz .runs img").nth(broken).get_attribute("src")
        assert page.get_attribute("#quiz .found .broken", "src") == shown
        assert page.get_attribute("#quiz .found .mended", "src") != shown
        way = page.get_attribute("#quiz .ways button.right", "data-way")
        found = broken == 2 and way == "constant_t"
        assert page.get_attribute("#quiz .found", "data-right") == str(found).lower()
        assert f"Rounds: {rounds}." in page.inner_text("#quiz .tally")


def test_the_keyboard_is_enough(quiz):
    page = quiz.page
    page.locator(f"{CARD} .answers button").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(JUDGED)
    assert page.evaluate("document.activeElement.className").startswith("onward")
    page.keyboard.press("Enter")
    assert page.inner_text("#quiz .place").startswith("Question 2")


def test_it_fits_a_phone(phone_page, another_visitor, asked):
    visitor = another_visitor(phone_page).open(lesson=LESSON)
    page = visitor.page
    page.wait_for_selector("#quiz .dots button", state="attached")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"]
    boxes = page.locator("#quiz .card .answers button").evaluate_all(
        "(all) => all.map((one) => one.getBoundingClientRect().height)"
    )
    assert boxes
    assert min(boxes) >= 44
    turn_to(visitor, asked, "one-step-in-order")
    sizes = page.locator("#quiz .order li button").evaluate_all(
        "(all) => all.map((one) => one.getBoundingClientRect()).flatMap((r) => [r.width, r.height])"
    )
    assert min(sizes) >= 44
    last = page.locator("#quiz .order li").last.inner_text()
    page.locator("#quiz .order li").last.locator(".up").tap()
    assert page.locator("#quiz .order li").nth(2).inner_text().split("\n")[0] == last.split("\n")[0]
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
