"""Lesson "Memory": the network beside exact memory of its training images."""

from explorer.lessons.lesson import Lesson
from explorer.lessons.memory.compute import compute_memory, compute_memory_run
from explorer.lessons.memory.panel import build
from explorer.page.settings import NoSettings

LESSON = Lesson(
    "memory",
    170,
    build,
    NoSettings,
    {"memory": compute_memory, "memory_run": compute_memory_run},
)
