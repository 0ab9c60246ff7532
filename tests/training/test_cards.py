"""The figures in the cards' heads are those of metrics.json."""

import json
import shutil
from pathlib import Path

from huggingface_hub import ModelCard

from explorer.training.cards import update_card, with_figures

CHECKPOINTS = Path(__file__).parents[2] / "checkpoints"


def test_the_cards_that_ship_are_as_they_would_be_written():
    stale = [
        folder.name
        for folder in CHECKPOINTS.iterdir()
        if with_figures(folder) != (folder / "README.md").read_text(encoding="utf-8")
    ]
    assert stale == []  # explorer.training.cards.update_card(folder) writes them


def test_a_new_figure_comes_into_the_head_and_the_text_stays(tmp_path):
    for name in ("README.md", "metrics.json"):
        shutil.copy(CHECKPOINTS / "digits" / name, tmp_path / name)
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    metrics["sample_quality"]["judge_names_samples_rightly"] = 0.5
    (tmp_path / "metrics.json").write_text(json.dumps(metrics))
    before = ModelCard.load(tmp_path / "README.md")
    update_card(tmp_path)
    after = ModelCard.load(tmp_path / "README.md")
    values = {one.metric_type: one.metric_value for one in after.data.eval_results}
    assert values == {
        "eps_mse_held_out": metrics["eps_mse"]["mean"]["held_out"],
        "eps_mse_held_out_conditional": metrics["eps_mse"]["mean"]["held_out_conditional"],
        "judge_names_samples_rightly": 0.5,
    }
    assert after.text == before.text
    assert (after.data.license, after.data.datasets) == ("mit", ["ylecun/mnist"])


def test_where_there_is_no_card_none_is_written(tmp_path):
    update_card(tmp_path)
    assert list(tmp_path.iterdir()) == []
