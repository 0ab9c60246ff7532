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


def test_the_readmes_tree_has_a_line_for_each_file_of_the_page_and_each_lesson():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    tree = text[text.index("```text\napp.py") :]
    lines = [line.strip() for line in tree[: tree.index("```", 3)].splitlines()]
    begun = {re.split(r"[ ,]", line)[0] for line in lines}
    page = {file.name for file in (ROOT / "explorer/page").glob("[!_]*.py")}
    lessons = {f"{file.parent.name}/" for file in (ROOT / "explorer/lessons").glob("*/lesson.py")}
    assert page - begun == lessons - begun == set()
    named = set(re.findall(r"\b\w+\.py\b", "\n".join(lines)))
    there = {file.name for file in ROOT.rglob("*.py")}
    assert named - there == set()
