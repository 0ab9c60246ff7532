"""What the documents say of the repository is so."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PLACES = ("", "explorer", "explorer/components")


def test_every_file_that_the_gradio_page_names_is_there():
    text = (ROOT / "docs" / "gradio.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w/]+\.(?:py|js|toml|txt))`", text))
    assert len(named) > 30
    missing = [
        name
        for name in sorted(named)
        if not any((ROOT / place / name).is_file() for place in PLACES)
    ]
    assert missing == []


def test_it_is_of_the_version_that_is_pinned():
    text = (ROOT / "docs" / "gradio.md").read_text(encoding="utf-8")
    pinned = re.search(r"^gradio==(\S+)", (ROOT / "requirements.txt").read_text(), re.M)
    assert pinned and f"Written for {pinned[1]};" in text
