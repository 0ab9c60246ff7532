"""Lesson "break it": one mistake in the sampler, its run beside the right one."""

from explorer.lessons.break_it.compute import Settings, compute_break_it
from explorer.lessons.break_it.panel import build
from explorer.lessons.lesson import Lesson

COMPUTES = {"break_it": compute_break_it}
LESSON = Lesson("break_it", 150, build, Settings, COMPUTES, heeds=("seed", "network"))
