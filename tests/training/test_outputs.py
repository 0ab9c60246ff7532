"""The folder of results: refused before the work if it can't be written to; metrics stay whole."""

import json
from pathlib import Path

import pytest

from explorer.denoiser.checkpoints import CheckpointError
from explorer.training.errors import TrainingError
from explorer.training.outputs import FILES, check_folder, update_metrics


def test_a_folder_is_made_and_left_empty(tmp_path):
    check_folder(tmp_path / "new" / "bars")
    assert list((tmp_path / "new" / "bars").iterdir()) == []


def test_what_is_no_folder_is_refused(tmp_path):
    (tmp_path / "file").write_text("mine")
    for place in (Path("/proc/nowhere"), tmp_path / "file", tmp_path / "file" / "bars"):
        with pytest.raises(TrainingError, match=f"^Nothing can be written to {place} \\(.+\\)\\.$"):
            check_folder(place)
    assert (tmp_path / "file").read_text() == "mine"


def test_a_folder_that_may_only_be_read_is_refused(tmp_path, monkeypatch):
    def refused(**options):
        raise PermissionError(13, "Permission denied")  # root would be let in

    monkeypatch.setattr("tempfile.NamedTemporaryFile", refused)
    with pytest.raises(TrainingError, match=r"\(Permission denied\)"):
        check_folder(tmp_path)


@pytest.mark.parametrize("name", FILES)
def test_a_folder_in_the_place_of_a_result_is_refused(tmp_path, name):
    (tmp_path / name).mkdir()
    with pytest.raises(TrainingError, match=f"{name} should be a file"):
        check_folder(tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"a": 1', "\0"])
def test_damaged_metrics_are_told_and_not_overwritten(tmp_path, content):
    path = tmp_path / "metrics.json"
    path.write_text(content)
    for use in (lambda: check_folder(tmp_path), lambda: update_metrics(tmp_path, {"a": 2})):
        with pytest.raises(CheckpointError, match=r"metrics\.json"):
            use()
    assert path.read_text() == content


def test_figures_stand_beside_those_before(tmp_path, capsys):
    update_metrics(tmp_path, {"training": {"steps": 9}})
    update_metrics(tmp_path, {"eps_mse": {"seen": [0.5], "mean": {"seen": 0.5}}})
    assert json.loads((tmp_path / "metrics.json").read_text()) == {
        "training": {"steps": 9},
        "eps_mse": {"seen": [0.5], "mean": {"seen": 0.5}},
    }
    assert capsys.readouterr().out == 'training {"steps": 9}\neps_mse {"seen": 0.5}\n'


def test_a_figure_that_is_no_number_is_never_written(tmp_path):
    update_metrics(tmp_path, {"a": 1.0})
    before = (tmp_path / "metrics.json").read_bytes()
    with pytest.raises(FloatingPointError, match="b: what was measured is not finite"):
        update_metrics(tmp_path, {"b": [float("nan")]})
    assert (tmp_path / "metrics.json").read_bytes() == before
