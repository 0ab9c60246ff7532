"""Lesson "schedules": equal t against equal SNR; a race of samplers; where the steps lie."""

from explorer.lessons.lesson import Lesson
from explorer.lessons.schedules.compute import (
    Settings,
    compute_schedules,
    compute_schedules_curves,
    compute_schedules_race,
    compute_schedules_spacing,
    compute_schedules_times,
)
from explorer.lessons.schedules.panel import build

COMPUTES = {
    "schedules": compute_schedules,
    "schedules_curves": compute_schedules_curves,
    "schedules_race": compute_schedules_race,
    "schedules_spacing": compute_schedules_spacing,
    "schedules_times": compute_schedules_times,
}
LESSON = Lesson("schedules", 160, build, Settings, COMPUTES)
