"""Lesson "It must know t": another t is told than the true one, and somebody believes it."""

from explorer.lessons.lesson import Lesson
from explorer.lessons.told_time.compute import (
    Settings,
    compute_told_time,
    compute_told_time_blind,
    compute_told_time_blind_strips,
    compute_told_time_run,
    compute_told_time_valley,
)
from explorer.lessons.told_time.panel import build

LESSON = Lesson(
    "told_time",
    130,
    build,
    Settings,
    {
        "told_time": compute_told_time,
        "told_time_valley": compute_told_time_valley,
        "told_time_run": compute_told_time_run,
        "told_time_blind": compute_told_time_blind,
        "told_time_blind_strips": compute_told_time_blind_strips,
    },
)
