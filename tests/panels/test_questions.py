"""The questions' file: what ships is in order, and what is not is said in a sentence."""

import pytest

from explorer.experiments.quiz import amplification, error_percent, half_power_t
from explorer.panels.questions import (
    FILE,
    QuestionsError,
    questions_for,
    read_questions,
)
from explorer.panels.text import LESSONS

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
    assert {question["kind"] for question in questions} == {"choose", "predict", "personal"}


def test_no_question_is_left_out_and_the_numbers_are_the_networks_own(real_exhibits):
    exhibit = real_exhibits["emoji"]
    asked = {q["id"]: q for q in questions_for(exhibit, read_questions())}
    assert len(asked) == len(read_questions())
    assert asked["half-power"]["truth"] == half_power_t(exhibit)
    assert asked["half-power"]["show"] == {"t": half_power_t(exhibit)}
    assert asked["amplification"]["truth"] == amplification(exhibit, 900)
    assert asked["how-wrong"]["truth"] == error_percent(exhibit, 475)
    for question in asked.values():
        assert not {"{T}", "{truth}", "{denoiser}"} & set(str(question).split())
        assert "{" not in question["ask"] + question["reason"]


def test_the_right_answer_is_not_always_in_the_same_place(real_exhibits):
    asked = questions_for(real_exhibits["emoji"], read_questions())
    places = [question["right"] for question in asked if question["kind"] == "choose"]
    assert len(set(places)) >= 3
    assert max(places.count(place) for place in places) <= len(places) / 2


def test_the_format_is_told_at_the_files_top():
    head = FILE.read_text(encoding="utf-8").partition("[[question]]\nid")[0]
    for name in ("id", "kind", "lesson", "ask", "reason", "show", "right", "wrong", "from", "to",
                 "step", "unit", "truth", "tolerance", "personal"):  # fmt: skip
        assert name in head


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


def test_a_question_that_the_network_has_no_number_for_is_left_out(read, grey_exhibit):
    measured = PREDICT.replace("7.5", '{ measure = "error_percent", t = 475 }')
    assert questions_for(grey_exhibit, read(measured)) == []
    outside = PREDICT.replace("7.5", '{ measure = "half_power_t" }')  # about 20 of 0..10
    assert questions_for(grey_exhibit, read(outside)) == []


@pytest.mark.parametrize(
    "old, new, sentence",
    [
        ('"reverse"', '"backwards"', "there is no lesson 'backwards'; there are forward_noising"),
        ('kind = "choose"', 'kind = "guess"', "kind must be one of choose, predict, personal"),
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
    with pytest.raises(QuestionsError, match="question 1 ") as refused:
        read(CHOOSE.replace(old, new))
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
    with pytest.raises(QuestionsError, match=r"question 2 \(two\)") as refused:
        read(CHOOSE + PREDICT.replace(old, new))
    assert sentence in str(refused.value)


def test_a_personal_question_has_no_truth(read):
    with pytest.raises(QuestionsError, match="'truth' means nothing here"):
        read(PERSONAL + "truth = 3\n")


def test_two_questions_of_one_id_are_refused(read):
    with pytest.raises(QuestionsError, match="another question has this id already"):
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
    with pytest.raises(QuestionsError, match=sentence):
        read(text)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(QuestionsError, match="questions.toml cannot be read"):
        read_questions(tmp_path / "questions.toml")
