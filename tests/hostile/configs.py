"""config.json as it should not be."""

import json
from collections.abc import Iterator
from typing import Any

from tests.hostile.sound import CONFIG, CONFIG_FILE, Spoil, content_of, dumps


def hostile_configs() -> Iterator[tuple[str, Spoil]]:
    changes: dict[str, dict[str, Any]] = {
        "T-1": {"schedule": {"name": "cosine", "T": 1}},
        "T-24": {"schedule": {"name": "cosine", "T": 24}},
        "T-huge": {"schedule": {"name": "linear", "T": 10**9}},
        "T-true": {"schedule": {"name": "cosine", "T": True}},
        "T-text": {"schedule": {"name": "cosine", "T": "30"}},
        "schedule-nobodys": {"schedule": {"name": "cosine", "T": 30, "device": "cuda"}},
        "schedule-infinite": {"schedule": {"name": "cosine", "T": 30, "s": 1e999}},
        "schedule-of-lists": {"schedule": {"name": "linear", "T": 30, "beta_end": [0.1, 0.2]}},
        "schedule-to-nothing": {"schedule": {"name": "sigmoid", "T": 30, "min_alpha_bar": 1e-300}},
        "schedule-list-as-name": {"schedule": {"name": ["cosine"], "T": 30}},
        "format-true": {"format": True},
        "format-deep": {"format": [[[[[[[["deep"]]]]]]]] * 10_000},
        "shape-huge": {"shape": [1, 10**6, 10**6]},
        "shape-zero": {"shape": [1, 0, 28]},
        "shape-many": {"shape": [28] * 100_000},
        "shape-negative": {"shape": [-1, 28, 28]},
        "shape-float": {"shape": [1, 28.0, 28]},
        "conditions-text": {"conditions": "0123456789"},
        "conditions-many": {"conditions": [str(n) for n in range(20_000)]},
        "conditions-long": {"conditions": ["x" * 100_000]},
        "conditions-lines": {"conditions": ["two\nlines"]},
        "conditions-half-letters": {"conditions": ["\ud800"]},
        "conditions-twice": {"conditions": ["a", "a"]},
        "prediction-dict": {"prediction": {"eps": 1}},
        "variant-of-list": {"variant_of": ["digits"]},
        "variant-of-nobody": {"variant_of": "nobody"},
        "variant-of-lines": {"variant_of": "no\nbody"},
    }
    networks: dict[str, dict[str, Any]] = {
        "widths-huge": {"widths": [10**6]},
        "widths-wide": {"widths": [2048]},
        "widths-zero": {"widths": [0]},
        "widths-odd": {"widths": [12]},
        "widths-none": {"widths": [], "blocks": [], "attention": []},
        "levels-many": {"widths": [8] * 4, "blocks": [1] * 4, "attention": [False] * 4},
        "levels-unequal": {"blocks": [1, 1]},
        "blocks-many": {"blocks": [10**9]},
        "blocks-zero": {"blocks": [0]},
        "attention-headless": {"widths": [16], "attention": [True]},
        "attention-broken-heads": {"widths": [104], "attention": [True]},
        "attention-numbers": {"attention": [1]},
        "embedding-odd": {"embedding_width": 7},
        "embedding-huge": {"embedding_width": 10**8},
        "timed-text": {"timed": "no"},
        "network-key": {"device": "meta"},
    }
    for name, change in networks.items():
        changes[f"network-{name}"] = {"network": CONFIG["network"] | change}
    changes["attention-on-large"] = {
        "shape": [1, 1024, 1024],
        "network": CONFIG["network"] | {"widths": [32], "attention": [True]},
    }
    for name, change in changes.items():
        yield name, content_of(CONFIG_FILE, dumps(CONFIG | change))
    yield "json-deep", content_of(CONFIG_FILE, b"[" * 100_000)
    yield "json-deep-inside", content_of(CONFIG_FILE, b'{"format": 1, "x": ' + b'{"x":' * 100_000)
    yield "json-long-number", content_of(CONFIG_FILE, b'{"format": ' + b"1" * 5000 + b"}")
    yield "json-nan", content_of(CONFIG_FILE, json.dumps(CONFIG | {"x": float("nan")}).encode())
    yield "json-utf-16", content_of(CONFIG_FILE, json.dumps(CONFIG).encode("utf-16"))
    yield (
        "json-large",
        content_of(CONFIG_FILE, json.dumps(CONFIG | {"x": "x" * 2_000_000}).encode()),
    )
    yield "json-nothing", content_of(CONFIG_FILE, b"")
