"""Lesson "Predict the noise": the predicted noise beside the true one."""

from explorer.lessons.lesson import MOST, Lesson
from explorer.lessons.noise_prediction.compute import result
from explorer.lessons.noise_prediction.panel import build

COMPUTES = {"noise_prediction": result}
HEEDS = (*MOST, "told")
LESSON = Lesson("noise_prediction", 20, build, computes=COMPUTES, group="story", heeds=HEEDS)
