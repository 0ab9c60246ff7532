"""Lesson "One step by hand": x_0 + beta eps and back, with the true noise and the network's."""

from explorer.lessons.lesson import Lesson
from explorer.lessons.single_step.compute import Settings, result
from explorer.lessons.single_step.panel import build

LESSON = Lesson("single_step", 30, build, Settings, {"single_step": result})
