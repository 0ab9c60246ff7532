"""Lesson "how many steps?": one seed, a ladder of runs, each with its price and its quality."""

from explorer.lessons.ladder.compute import Settings, compute_ladder, compute_ladder_jumps
from explorer.lessons.ladder.panel import build
from explorer.lessons.lesson import Lesson

COMPUTES = {"ladder": compute_ladder, "ladder_jumps": compute_ladder_jumps}
LESSON = Lesson("ladder", 120, build, Settings, COMPUTES, heeds=("picture", "seed", "network"))
