"""What a lesson shows of a moment, as plain data: for programs, for the command line, for tests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class Result:
    """Pixel for pixel and figure for figure what the page shows.

    Attributes:
        pictures: name -> (H, W, C) uint8; a name is a file's name without its ending.
        numbers: name -> a number, a text, or lists and tables of them: what JSON can hold.
    """

    pictures: Mapping[str, np.ndarray] = field(default_factory=dict)
    numbers: Mapping[str, Any] = field(default_factory=dict)
