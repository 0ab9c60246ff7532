"""Hostile checkpoints beside a sound one: it opens, each of them costs a line, and no memory."""

import json
import subprocess
import sys
import time

import pytest

from tests.hostile.checkpoints import hostile_checkpoints, hostile_extras
from tests.hostile.sound import sound_checkpoint

# Everything is loaded in a process of its own, whose memory is counted.
LOAD = """
import json, logging, resource, sys
from pathlib import Path
from explorer.exhibits.exhibit import load_exhibits
lines = []
class Keep(logging.Handler):
    def emit(self, record):
        lines.append([record.getMessage(), record.exc_info is not None])
logging.getLogger().addHandler(Keep())
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
folder = Path(sys.argv[1])
load_exhibits(folder / "sound")  # what is loaded in any case
before = peak()
exhibits = load_exhibits(folder / "all")
json.dump([{name: [one.metrics, one.judge is None] for name, one in exhibits.items()},
           {name: list(one.variants) for name, one in exhibits.items()},
           lines, peak() - before], sys.stdout)
"""
MOST_MEMORY = 250  # MB: a network of the largest size, and some room


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("checkpoints")
    for place in ("sound", "all"):
        sound_checkpoint(folder / place / "sound")
    hostile, extras = hostile_checkpoints(folder / "all"), hostile_extras(folder / "all")
    command = [sys.executable, "-c", LOAD, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return hostile, extras, *json.loads(done.stdout)


def test_there_are_many_and_they_are_made_in_no_time(tmp_path):
    begun = time.process_time()
    names = hostile_checkpoints(tmp_path)
    assert len(names) == len(set(names)) > 90
    assert time.process_time() - begun < 3


def test_the_sound_one_and_those_with_bad_extras_open_without_these(loaded):
    _, extras, exhibits, variants, _, _ = loaded
    assert exhibits == {name: [{}, True] for name in ("sound", *extras)}
    assert variants == {name: [] for name in ("sound", *extras)}


def test_each_costs_one_sentence_in_the_log(loaded):
    hostile, extras, _, _, lines, _ = loaded
    of = {name: [] for name in (*hostile, *extras)}
    for text, has_traceback in lines:
        of[text.replace(" is left out:", ":").partition(":")[0]].append(text)
        assert not has_traceback, text
        assert "\n" not in text
        assert text.endswith(".")
        assert len(text) < 1000
    assert {name: texts for name, texts in of.items() if len(texts) != 1} == {}
    for name in extras:
        what = "its judge" if name.startswith("judge") else "its metrics.json"
        assert of[name][0].startswith(f"{name}: {what} is ")


def test_none_of_them_takes_memory(loaded):
    assert loaded[-1] < MOST_MEMORY
