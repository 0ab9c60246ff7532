"""The words that a visitor reads, from text.toml: one place to proofread or replace them."""

import tomllib
from pathlib import Path
from typing import Any

TEXT: dict[str, Any] = tomllib.loads(
    (Path(__file__).parent / "text.toml").read_text(encoding="utf-8")
)
