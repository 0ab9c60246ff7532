"""metrics.json as it should not be."""

import json
from collections.abc import Iterator
from typing import Any

from tests.hostile.sound import METRICS, NO_FILES, Spoil, content_of, dumps, instead_of


def hostile_metrics() -> Iterator[tuple[str, Spoil]]:
    curve = {"t": [1, 2], "seen": [0.5, 0.1], "held_out": [0.5, 0.1]}
    errors = curve | {"num_seen": 5, "num_held_out": 5}
    quality = {"judge_names_samples_rightly": 0.9, "num_judged": 10}
    own = {"judge_on_real_held_out": 0.9, "judge_on_real_seen": 1, "num_real_held_out": 5}
    figures = {"named_rightly": 0.5, "sureness": 0.5}
    row = {"sampler": "ddim", "steps": 1, "network_calls": 1}
    row |= {"mean": figures, "standard_error": figures}
    steps = {"how": {"num_samples": 5, "guidance": 1.0}, "rows": [row]}
    steps["held_out_images"] = {"num": 5, "mean": figures}
    copies = {"num_samples": 5, "sampler": "ddim", "steps": 50, "guidance": 1}
    copies |= {"samples": {}, "held_out": {}}
    parts = ("eps_mse", "sample_quality", "copies", "quality_by_steps")
    cases: dict[str, dict[str, Any]] = {
        "texts": dict.fromkeys(parts, "x"),
        "nulls": dict.fromkeys(parts),
        "of-an-older-form": {part: {} for part in parts},
        "infinite": {"eps_mse": errors | {"seen": [0.5, 1e999]}},
        "negative": {"eps_mse": errors | {"held_out": [0.5, -0.1]}},
        "zero": {"eps_mse": errors | {"held_out": [0.5, 0]}},
        "text-in-curve": {"eps_mse": errors | {"seen": ["0.5", 0.1]}},
        "unequal": {"eps_mse": errors | {"seen": [0.5]}},
        "t-beyond-T": {"eps_mse": errors | {"t": [1, 31]}},
        "t-zero": {"eps_mse": errors | {"t": [0, 1]}},
        "t-twice": {"eps_mse": errors | {"t": [1, 1]}},
        "t-of-lists": {"eps_mse": errors | {"t": [[1], [2]]}},
        "counts-text": {"eps_mse": errors | {"num_seen": "many"}},
        "half-measured": {"eps_mse": {key: errors[key] for key in ("t", "seen", "num_seen")}},
        "ideal-unequal": {"eps_mse": errors | {"ideal_seen": [0.1], "num_ideal": 1}},
        "spread-short": {"eps_mse": errors | {"standard_error": {"held_out": [0.1]}}},
        "spread-negative": {"eps_mse": errors | {"standard_error": {"held_out": [0.1, -1]}}},
        "share-2": {"sample_quality": quality | {"judge_names_samples_rightly": 2}},
        "judge-on-real-2": {"sample_quality": quality | own | {"judge_on_real_held_out": 2}},
        "judge-on-none": {"sample_quality": quality | own | {"num_real_held_out": 0}},
        "judge-on-half": {"sample_quality": quality | {"judge_on_real_held_out": 0.9}},
        "judged-true": {"sample_quality": quality | {"num_judged": True}},
        "copies-none": {"copies": copies},
        "copies-untold": {"copies": copies | {"sampler": "ddim 50, eta 0, guidance 1"}},
        "rows-none": {"quality_by_steps": steps | {"rows": []}},
        "rows-odd": {"quality_by_steps": steps | {"rows": [row | {"sampler": ["ddim"]}]}},
        "rows-nameless": {"quality_by_steps": steps | {"rows": [row | {"sampler": "nobody's"}]}},
        "rows-bare": {"quality_by_steps": steps | {"rows": [row | {"mean": {}}]}},
        "how-none": {"quality_by_steps": steps | {"how": None}},
        "guidance-text": {"quality_by_steps": steps | {"how": {"num_samples": 5, "guidance": "x"}}},
        "measures-lacking": {
            "quality_by_steps": steps
            | {"held_out_images": {"num": 5, "mean": figures | {"grain": 0.1}}}
        },
        "measures-none": {"quality_by_steps": steps | {"held_out_images": {"num": 5, "mean": {}}}},
        "findings-text": {"findings": "x"},
        "findings-none": {"findings": {"lies": None}},
        "findings-bare": {"findings": {"settles": {"num": 5}}},
        "findings-unequal": {
            "findings": {
                "runaway": {
                    "num_told": 1,
                    "num_blind": 1,
                    "t": [2, 1],
                    "told": [1.0],
                    "blind": [1.0],
                }
            }
        },
        "findings-endless": {
            "findings": {
                "relay": {
                    "num": 1,
                    "steps": 2,
                    "rows": [{"first": "x" * 10_000, "steps": 1, "sampler": "ddim"}],
                }
            }
        },
        "measures-odd": {
            "quality_by_steps": steps | {"held_out_images": {"num": 5, "mean": {"beauty": 1}}}
        },
    }
    contents = {name: dumps(metrics) for name, metrics in cases.items()}
    long = {"t": list(range(1, 31)) * 40_000, "seen": [0.1] * 1_200_000}
    contents |= {
        "million": json.dumps({"eps_mse": long}).encode(),
        "deep": b'{"eps_mse": ' + b"[" * 100_000,
        "nan": b'{"eps_mse": NaN}',
        "list": b"[]",
        "cut": b"{",
        "empty": b"",
    }
    for name, content in contents.items():
        yield f"metrics-{name}", content_of(METRICS, content)
    for kind, make in NO_FILES.items():
        yield f"metrics-{kind}", instead_of(METRICS, make)
