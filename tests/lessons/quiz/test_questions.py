"""The questions' file: what ships is in order, and what is not is said in a sentence."""

import pytest

from explorer.lessons.quiz.compute import (
    NUMBERS,
    amplified,
    error_percent,
    guess_a_pixel,
    half_power_t,
    step_a_pixel,
)
from explorer.lessons.quiz.pictures import PICTURES
from explorer.lessons.quiz.questions import (
    FILE,
    TableError,
    questions_for,
    read_questions,
    two_places,
)
from explorer.page.words import LESSONS, number

CHOOSE = """
[[question]]
id = "one"
kind = "choose"
lesson = "reverse"
ask = "Which?"
right = "This"
wrong = ["That", "Neither"]
reason = "Because."
"""
PREDICT = """
[[question]]
id = "two"
kind = "predict"
lesson = "reverse"
ask = "How much of {denoiser}'s {T}?"
from = 0
to = 10
truth = 7.5
tolerance = 1
reason = "It is {truth} of {T}."
"""
PICK = """
[[question]]
id = "four"
kind = "pick"
lesson = "reverse"
ask = "Which one?"
pictures = "error_maps"
reason = "Because."
"""
ORDER = """
[[question]]
id = "five"
kind = "order"
lesson = "reverse"
ask = "In which order?"
first = "largest"
last = "smallest"
items = [
    { text = "later", measure = "error_percent", t = 30 },
    { text = "early", measure = "error_percent", t = 10 },
]
reason = "Because."
"""
RECKON = """
[[question]]
id = "six"
kind = "choose"
lesson = "reverse"
ask = "{x_t}, {eps_hat}?"
numbers = { of = "guess_a_pixel", t = 25 }
right = "{x_0_hat}"
wrong = ["{not_divided}", "{swapped}"]
reason = "Not {added}."
"""
PERSONAL = """
[[question]]
id = "three"
kind = "personal"
lesson = "reverse"
ask = "When?"
reason = "No right answer."
"""


@pytest.fixture
def read(tmp_path):
    """`read(text)`: the questions of a file that holds this text."""

    def make(text: str):
        file = tmp_path / "questions.toml"
        file.write_text(text, encoding="utf-8")
        return read_questions(file)

    return make


# ---- what ships


def test_every_question_is_about_a_lesson_of_the_page():
    questions = read_questions()
    assert {question["lesson"] for question in questions} == set(LESSONS) - {"quiz"}


def test_there_are_the_pages_six_questions_and_nine_more_of_all_kinds():
    questions = read_questions()
    assert len(questions) >= 15
    assert {question["kind"] for question in questions} == {
        "choose",
        "pick",
        "order",
        "predict",
        "personal",
    }


def test_no_question_is_left_out_and_the_numbers_are_the_networks_own(real_exhibits):
    exhibit = real_exhibits["emoji"]
    asked = {q["id"]: q for q in questions_for(exhibit, read_questions())}
    assert len(asked) == len(read_questions())
    assert asked["half-power"]["truth"] == half_power_t(exhibit)
    assert asked["half-power"]["show"] == {
        "t": half_power_t(exhibit),
        "image": exhibit.first_picture.name,
    }
    errors = {
        text: error_percent(exhibit, t) for text, t in (("25,", 25), ("475,", 475), ("925,", 925))
    }
    order = asked["errors-in-order"]
    assert [order["values"][k] for k in order["right"]] == [number(one) for one in errors.values()]
    assert [order["items"][k].split()[2] for k in order["right"]] == list(errors)
    for name, numbers in (
        ("use-the-formula", {"x_0_hat": guess_a_pixel(exhibit, 600)}),
        ("one-step-further", {"x_next": step_a_pixel(exhibit, 600, 400)}),
        ("an-error-of-a-tenth", {"in_x_0_hat": amplified(exhibit, 900)}),
    ):
        [(right, found)] = numbers.items()
        question = asked[name]
        assert question["answers"][question["right"]] == two_places(found[right])
        assert len(set(question["answers"])) == 4
    for question in asked.values():
        if "set" in question:
            assert sorted(question["pictures"]) == list(range(PICTURES[question["set"]]))
    for question in asked.values():
        assert "{" not in str(question.get("answers", "")) + str(question.get("items", ""))
        assert not {"{T}", "{truth}", "{denoiser}"} & set(str(question).split())
        assert "{" not in question["ask"] + question["reason"]


def test_the_right_answer_is_not_always_in_the_same_place(real_exhibits):
    asked = questions_for(real_exhibits["emoji"], read_questions())
    places = [question["right"] for question in asked if question["kind"] == "choose"]
    assert len(set(places)) >= 3
    assert max(places.count(place) for place in places) <= len(places) / 2


def test_the_format_is_told_at_the_files_top(real_exhibits):
    head = FILE.read_text(encoding="utf-8").partition("[[question]]\nid")[0]
    for name in ("id", "kind", "lesson", "ask", "reason", "show", "right", "wrong", "from", "to",
                 "step", "unit", "truth", "tolerance", "personal",
                 "pick", "order", "items", "first", "last", *PICTURES, *NUMBERS):  # fmt: skip
        assert name in head
    for numbers in (
        guess_a_pixel(exhibit := real_exhibits["digits"], 600),
        amplified(exhibit, 900),
    ):
        assert all(f"{{{name}}}" in head for name in numbers)
    assert all(f"{{{name}}}" in head for name in step_a_pixel(exhibit, 600, 400))


# ---- a teacher's own


def test_a_file_of_ones_own(read, colour_exhibit):
    choose, predict, personal = questions_for(colour_exhibit, read(CHOOSE + PREDICT + PERSONAL))
    assert sorted(choose["answers"]) == ["Neither", "That", "This"]
    assert choose["answers"][choose["right"]] == "This"
    assert predict["ask"] == "How much of tiny's 40?"
    assert predict["reason"] == "It is 7.5 of 40."
    assert predict["slider"] == {"from": 0, "to": 10, "step": 1, "unit": ""}
    assert personal["slider"]["to"] == 40
    assert "truth" not in personal


def test_the_answers_are_mixed_alike_at_every_visit(read, colour_exhibit):
    first, again = (questions_for(colour_exhibit, read(CHOOSE)) for _ in range(2))
    assert first == again


def test_a_picture_to_pick_and_things_to_put_in_order(read, colour_exhibit):
    pick, order = questions_for(colour_exhibit, read(PICK + ORDER))
    assert (pick["set"], sorted(pick["pictures"])) == ("error_maps", [0, 1, 2])
    assert pick["pictures"][pick["right"]] == 0
    # An error of 90 % at t = 10, and 10 % at 30: the larger one comes first, wherever it stands.
    assert [order["items"][k] for k in order["right"]] == ["early", "later"]
    assert [order["values"][k] for k in order["right"]] == ["90", "10"]
    assert order["right"] == [1, 0]  # nothing stands in order from the start
    texts = ORDER[: ORDER.index("items")] + 'items = ["one", "two", "three"]\nreason = "So."\n'
    [order] = questions_for(colour_exhibit, read(texts))
    assert [order["items"][k] for k in order["right"]] == ["one", "two", "three"]
    assert "values" not in order
    pictures = texts.replace('items = ["one", "two", "three"]', 'pictures = "guesses_in_a_run"')
    [order] = questions_for(colour_exhibit, read(pictures))
    assert [order["pictures"][k] for k in order["right"]] == [0, 1, 2]
    assert len(order["items"]) == 3


def test_numbers_to_reckon_with_are_the_networks(read, colour_exhibit):
    [asked] = questions_for(colour_exhibit, read(RECKON))
    pixel = {name: two_places(one) for name, one in guess_a_pixel(colour_exhibit, 25).items()}
    assert asked["ask"] == f"{pixel['x_t']}, {pixel['eps_hat']}?"
    assert asked["answers"][asked["right"]] == pixel["x_0_hat"]
    assert {*asked["answers"]} == {pixel[name] for name in ("x_0_hat", "not_divided", "swapped")}
    assert asked["reason"] == f"Not {pixel['added']}."


def test_answers_that_come_out_alike_are_not_asked_for(read, colour_exhibit):
    alike = ORDER.replace("t = 30", "t = 10")
    assert questions_for(colour_exhibit, read(alike)) == []
    rounded = RECKON.replace("guess_a_pixel", "amplified").replace("t = 25", "t = 1")
    rounded = rounded.replace("{x_0_hat}", "{error}").replace("{not_divided}", "{shrunk}")
    assert questions_for(colour_exhibit, read(rounded.replace("{swapped}", "0.2"))) == []


def test_a_question_that_the_network_has_no_number_for_is_left_out(read, grey_exhibit):
    measured = PREDICT.replace("7.5", '{ measure = "error_percent", t = 475 }')
    assert questions_for(grey_exhibit, read(measured)) == []
    outside = PREDICT.replace("7.5", '{ measure = "half_power_t" }')  # about 20 of 0..10
    assert questions_for(grey_exhibit, read(outside)) == []


@pytest.mark.parametrize(
    "old, new, sentence",
    [
        ('"reverse"', '"backwards"', "there is no lesson 'backwards'; there are break_it"),
        (
            'kind = "choose"',
            'kind = "guess"',
            "kind must be one of choose, pick, order, predict, personal",
        ),
        ('kind = "choose"\n', "", "kind must be one of"),
        ('right = "This"\n', "", "right is missing"),
        ('right = "This"', 'right = " "', "right is empty"),
        ('right = "This"', "right = 3", "right must be a text"),
        ('right = "This"', 'right = "This"\nrihgt = "This"', "'rihgt' means nothing here"),
        ('["That", "Neither"]', "[]", "wrong must be a list of one or more texts"),
        ('["That", "Neither"]', '["That", 7]', "wrong must be a list of one or more texts"),
        ('["That", "Neither"]', '"That"', "wrong must be a list"),
        ('["That", "Neither"]', '["This", "That"]', "two of its answers are the same"),
        ('reason = "Because."', "", "reason is missing"),
        ('"Because."', '"Because."\nshow = { time = 3 }', "in show: 'time' means nothing here"),
        ('"Because."', '"Because."\nshow = { t = "truth" }', "in show: t must be a number"),
        ('"Because."', '"Because."\nshow = 3', "show must be a { table }"),
    ],
)
def test_what_is_wrong_with_a_choice_is_said(read, old, new, sentence):
    with pytest.raises(TableError, match="question 1 ") as refused:
        read(CHOOSE.replace(old, new))
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    "text, old, new, sentence",
    [
        (PICK, '"error_maps"', '"mona_lisa"', "pictures must be one of error_maps"),
        (PICK, 'pictures = "error_maps"\n', "", "pictures is missing"),
        (ORDER, 'first = "largest"\n', "", "first is missing"),
        (ORDER, "reason", 'pictures = "error_maps"\nreason', "either items or pictures"),
        (
            ORDER,
            ORDER[ORDER.index("items") : ORDER.index("reason")],
            "",
            "either items or pictures",
        ),
        (ORDER, ", t = 30 }", " }", "in items: t is missing"),
        (ORDER, 'text = "later", ', "", "in items: text is missing"),
        (
            ORDER,
            '"error_percent", t = 10',
            '"beauty"',
            "items must be two or more texts, or tables",
        ),
        (ORDER, "items = [", 'items = [\n    "a text",', "items must be two or more texts"),
        (RECKON, '"guess_a_pixel"', '"alchemy"', "numbers: of must be one of guess_a_pixel"),
        (RECKON, ", t = 25", "", "numbers: t is missing"),
        (RECKON, "t = 25", "t = 25, s = 3", "numbers: 's' means nothing here"),
    ],
)
def test_what_is_wrong_with_pictures_items_and_numbers_is_said(read, text, old, new, sentence):
    assert old in text
    with pytest.raises(TableError, match="question 1 ") as refused:
        read(text.replace(old, new))
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    "old, new, sentence",
    [
        ("truth = 7.5\n", "", "truth is missing"),
        ("truth = 7.5", "truth = 11", "truth lies outside of the slider"),
        ("truth = 7.5", "truth = true", "truth must be a number or a { table }"),
        ("truth = 7.5", "truth = { t = 3 }", "measure must be one of half_power_t"),
        ("7.5", '{ measure = "amplification" }', "truth: t is missing"),
        ("7.5", '{ measure = "half_power_t", t = 3 }', "truth: 't' means nothing here"),
        ("to = 10", "to = 0", "from must be less than to"),
        ("to = 10", 'to = "end"', 'to must be a number or "T"'),
        ("to = 10", "to = 10\nstep = 0", "step must be more than 0"),
        ("tolerance = 1", "tolerance = -1", "tolerance must not be negative"),
    ],
)
def test_what_is_wrong_with_a_prediction_is_said(read, old, new, sentence):
    with pytest.raises(TableError, match=r"question 2 \(two\)") as refused:
        read(CHOOSE + PREDICT.replace(old, new))
    assert sentence in str(refused.value)


def test_a_personal_question_has_no_truth(read):
    with pytest.raises(TableError, match="'truth' means nothing here"):
        read(PERSONAL + "truth = 3\n")


def test_two_questions_of_one_id_are_refused(read):
    with pytest.raises(TableError, match="another question has this id already"):
        read(CHOOSE + CHOOSE)


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("[[question]\n", "questions.toml is not proper TOML"),
        ("", "holds no .*question"),
        ("question = 3", "holds no .*question"),
        ("question = []", "holds no .*question"),
    ],
)
def test_a_file_without_questions_is_refused(read, text, sentence):
    with pytest.raises(TableError, match=sentence):
        read(text)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(TableError, match="questions.toml cannot be read"):
        read_questions(tmp_path / "questions.toml")
