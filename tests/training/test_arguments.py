"""Impossible numbers and devices are refused by the command line itself, in one sentence."""

import math
from pathlib import Path

import pytest
import torch

from explorer.training.arguments import parse_arguments

REFUSED = {
    ("--steps", "0"): "'0' is not a whole number from 1 to 1000000000",
    ("--steps", "-5"): "'-5' is not a whole number from 1 to 1000000000",
    ("--steps", "1.5"): "'1.5' is not a whole number",
    ("--steps", ""): "'' is not a whole number",
    ("--steps", "9" * 5000): "is not a whole number",
    ("--samples", "0"): "'0' is not a whole number from 1 to 10000000",
    ("--samples", "-3"): "'-3' is not a whole number",
    ("--samples", "nan"): "'nan' is not a whole number",
    ("--images", "0"): "'0' is not a whole number from 1 to 10000000",
    ("--images", "-1"): "'-1' is not a whole number",
    ("--stop-after", "-1"): "'-1' is not a number of seconds, 0 or more",
    ("--stop-after", "nan"): "'nan' is not a number of seconds, 0 or more",
    ("--stop-after", "soon"): "'soon' is not a number of seconds, 0 or more",
    ("--device", "toaster"): "'toaster' is no device of this machine (there: cpu",
    ("--device", "meta"): "'meta' is no device of this machine",
    ("--device", "cuda:99"): "'cuda:99' is no device of this machine",
    ("--device", "cpu:-1"): "'cpu:-1' is no device of this machine",
    ("--device", ""): "'' is no device of this machine",
    ("--only", "half"): "invalid choice: 'half'",
}


def test_what_cannot_be_is_refused(capsys):
    for (option, text), words in REFUSED.items():
        with pytest.raises(SystemExit) as ended:
            parse_arguments(["--config", "digits", f"{option}={text}"])
        assert ended.value.code == 2
        last = capsys.readouterr().err.splitlines()[-1]
        assert f"error: argument {option}: " in last
        assert words in last


def test_what_is_left_out_is_told_from_what_is_said():
    arguments = parse_arguments(["--config", "digits", "--device", "cpu"])
    assert (arguments.steps, arguments.samples, arguments.stop_after) == (None, None, math.inf)
    assert (arguments.images, arguments.only, arguments.out) == (10_000, None, Path("runs"))
    said = "--config digits --steps 1 --samples 1 --images 1 --stop-after 0 --device cpu:0"
    arguments = parse_arguments(said.split())
    assert (arguments.steps, arguments.samples, arguments.images) == (1, 1, 1)
    assert arguments.stop_after == 0.0
    assert arguments.device == torch.device("cpu:0")
