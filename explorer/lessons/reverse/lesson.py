"""Lesson "reverse": run the sampler, watch it, scrub through it, take it home."""

from explorer.lessons.lesson import Lesson
from explorer.lessons.reverse.compute import Settings, compute_reverse, compute_reverse_detail
from explorer.lessons.reverse.panel import build

COMPUTES = {"reverse": compute_reverse, "reverse_detail": compute_reverse_detail}
LESSON = Lesson("reverse", 30, build, Settings, COMPUTES, group="story")
