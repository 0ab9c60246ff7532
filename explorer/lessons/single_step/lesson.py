"""Lesson "One step by hand": x_0 + beta eps and back, with the true noise and the network's."""

from explorer.lessons.lesson import Lesson
from explorer.lessons.single_step.compute import Settings, result
from explorer.lessons.single_step.panel import build

HEEDS = ("picture", "seed", "network")  # its noise is not at t, but its own
LESSON = Lesson("single_step", 110, build, Settings, {"single_step": result}, heeds=HEEDS)
