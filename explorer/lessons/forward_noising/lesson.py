"""Lesson "Add noise": x_t live as t moves."""

from explorer.lessons.forward_noising.compute import Settings, result, stepwise_result
from explorer.lessons.forward_noising.panel import build
from explorer.lessons.lesson import Lesson

LESSON = Lesson(
    "forward_noising",
    10,
    build,
    Settings,
    {"forward_noising": result, "stepwise": stepwise_result},
    group="story",
)
