"""Lesson "Why noise?": one prediction read three ways, and what each target's loss weighs."""

from explorer.lessons.lesson import Lesson
from explorer.lessons.why_noise.compute import (
    Settings,
    compute_why_noise,
    compute_why_noise_errors,
    compute_why_noise_raw,
    compute_why_noise_raw_strips,
    compute_why_noise_targets,
    compute_why_noise_targets_strips,
    compute_why_noise_weights,
)
from explorer.lessons.why_noise.panel import build

LESSON = Lesson(
    "why_noise",
    140,
    build,
    Settings,
    {
        "why_noise": compute_why_noise,
        "why_noise_errors": compute_why_noise_errors,
        "why_noise_weights": compute_why_noise_weights,
        "why_noise_targets": compute_why_noise_targets,
        "why_noise_targets_strips": compute_why_noise_targets_strips,
        "why_noise_raw": compute_why_noise_raw,
        "why_noise_raw_strips": compute_why_noise_raw_strips,
    },
)
