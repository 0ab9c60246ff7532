"""The words that a visitor reads: a file a lesson in words/, to proofread, replace or translate."""

import tomllib
from pathlib import Path
from typing import Any

TEXT: dict[str, dict[str, Any]] = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parent / "words").glob("*.toml"))
}

# For a gr.Markdown with equations: $...$ in a line, $$...$$ on lines of their own.
LATEX: list[dict[str, str | bool]] = [
    {"left": "$$", "right": "$$", "display": True},
    {"left": "$", "right": "$", "display": False},
]
# The lessons in the page's order.
LESSONS = (
    "forward_noising",
    "noise_prediction",
    "single_step",
    "reverse",
    "ladder",
    "told_time",
    "why_noise",
    "break_it",
    "schedules",
    "memory",
    "quiz",
)
