"""The figures of metrics.json in a model card's head ("model-index"), where the Hub looks for them.

By the names that metrics.json gives them: they are our own, and no benchmark's. The card's text is
written by hand, and stays as it is.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from explorer.denoiser.checkpoints import read_json


def figures(metrics: dict[str, Any]) -> Iterator[tuple[str, str, float]]:
    """(type, name, value) of each figure that stands for the whole network."""
    means = metrics.get("eps_mse", {}).get("mean", {})
    for part in ("held_out", "held_out_conditional"):
        if part in means:
            told = ", told the kind" if part.endswith("conditional") else ""
            yield f"eps_mse_{part}", f"Error of the noise, images held out{told}", means[part]
    quality = metrics.get("sample_quality", {})
    if "judge_names_samples_rightly" in quality:
        name = f"Samples that the judge names rightly ({quality['sampler']})"
        yield "judge_names_samples_rightly", name, quality["judge_names_samples_rightly"]
    copies = metrics.get("copies", {})
    if "samples" in copies:
        drawn = "{sampler} {steps}, eta {eta:g}, guidance {guidance:g}".format(**copies)
        name = f"Samples that are copies ({drawn})"
        yield "copies_share_below_0.05", name, copies["samples"]["share_below_0.05"]


def with_figures(folder: Path) -> str:
    """The card in this folder with its figures as they are now."""
    from huggingface_hub import (
        EvalResult,
        ModelCard,
        ModelCardData,
    )  # training needs it for no more

    card, metrics = ModelCard.load(folder / "README.md"), read_json(folder / "metrics.json")
    head = card.data
    assert isinstance(head, ModelCardData)  # noqa: S101 - as a model's card has it
    data, *_ = head.datasets or ["emoji"]
    head.model_name = folder.name
    head.eval_results = [
        EvalResult(
            task_type=head.pipeline_tag or "unconditional-image-generation",
            dataset_type=str(data),
            dataset_name={"ylecun/mnist": "MNIST"}.get(str(data), "Noto Color Emoji"),
            metric_type=kind,
            metric_name=name,
            metric_value=value,
        )
        for kind, name, value in figures(metrics)
    ]
    return str(card)


def update_card(folder: Path) -> None:
    """Write them, where there is a card."""
    if (folder / "README.md").is_file():
        text = with_figures(folder)
        (folder / "README.md").write_text(text, encoding="utf-8", newline="\n")
