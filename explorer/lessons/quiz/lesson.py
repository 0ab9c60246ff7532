"""The quiz: questions about every lesson, and a game of finding the broken run."""

from explorer.lessons.lesson import Lesson
from explorer.lessons.quiz.compute import result
from explorer.lessons.quiz.panel import build

LESSON = Lesson("quiz", 50, build, computes={"quiz": result}, group="story", heeds=("network",))
