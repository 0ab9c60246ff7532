"""Lesson "Predict the noise": the predicted noise beside the true one."""

from explorer.lessons.lesson import Lesson
from explorer.lessons.noise_prediction.compute import result
from explorer.lessons.noise_prediction.panel import build

LESSON = Lesson("noise_prediction", 20, build, computes={"noise_prediction": result})
