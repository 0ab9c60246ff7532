"""Exhibits: checkpoints that load are shown, the others are left out with a word about why."""

import json
import shutil

import numpy as np
import pytest

from explorer.denoiser.checkpoints import CheckpointError, build_denoiser, save_denoiser
from explorer.denoiser.denoiser import Denoiser
from explorer.exhibits import broken_run
from explorer.exhibits import exhibit as exhibits
from explorer.exhibits.exhibit import (
    load_exhibit,
    load_exhibits,
    load_variant,
)
from explorer.exhibits.parts import FEWEST_STEPS
from explorer.images.gallery import GalleryError
from explorer.lessons.told_time import compute as told_time
from explorer.page.shelf import FIRST_RUN

TINY = {
    "format": 1,
    "shape": [1, 28, 28],
    "conditions": list("0123456789"),
    "schedule": {"name": "cosine", "T": 30},
    "prediction": "eps",
    "network": {"widths": [8], "blocks": [1], "attention": [False], "embedding_width": 8},
}


def save(folder, name: str, *, pictures: int | None = 28, **changes) -> None:
    """A tiny network, never trained, and two pictures of so many pixels a side."""
    config = TINY | changes
    save_denoiser(folder / name, build_denoiser(config).network.state_dict(), config)
    if pictures is None:
        return
    images = np.zeros((2, pictures, pictures, 1), np.uint8)
    np.savez(
        folder / name / "images.npz",
        images=images,
        names=np.array(["one", "two"]),
        kinds=np.array(["1", "2"]),
        held_out=np.array([False, True]),
    )


def test_a_digits_checkpoint_is_shown_with_the_digits_of_the_project(tmp_path):
    save(tmp_path, "mine", pictures=None)
    exhibit = load_exhibit("mine", tmp_path)
    assert exhibit.T == 30
    assert exhibit.is_grey
    assert exhibit.ideal is None
    assert exhibit.metrics == {}
    assert exhibit.first_picture.name == "3, hand 1"
    assert exhibit.first_kind == "3"
    assert not any(picture.seen for picture in exhibit.gallery)


def test_pictures_that_ship_make_the_gallery_and_the_ideal_denoiser(tmp_path):
    save(tmp_path, "mine")
    (tmp_path / "mine" / "metrics.json").write_text(json.dumps({"note": 1}))
    exhibit = load_exhibit("mine", tmp_path)
    assert [picture.name for picture in exhibit.gallery] == ["one", "two"]
    assert (
        len(exhibit.ideal.images) == 1
    )  # what training never saw, the ideal denoiser has not seen
    assert exhibit.metrics == {"note": 1}
    assert exhibit.first_picture.name == "one"


def test_visitors_share_the_denoiser_and_its_patient_twin(tmp_path):
    save(tmp_path, "mine")
    seen = []
    exhibit = load_exhibit(
        "mine", tmp_path, share=lambda denoiser: seen.append(denoiser) or ("quick", "patient")
    )
    assert (exhibit.denoiser, exhibit.patient_denoiser) == ("quick", "patient")
    assert len(seen) == 1


def test_with_nobody_to_share_with_both_are_the_denoiser_itself(tmp_path):
    save(tmp_path, "mine")
    exhibit = load_exhibit("mine", tmp_path)
    assert exhibit.patient_denoiser is exhibit.denoiser


def test_networks_come_in_the_order_that_they_say_and_then_by_name(tmp_path):
    for name, order in (("zebra", 0), ("pear", 7), ("apple", 7), ("last", None)):
        said = {} if order is None else {"presentation": {"order": order}}
        save(tmp_path, name, **said)
    assert list(load_exhibits(tmp_path)) == ["zebra", "apple", "pear", "last"]


def test_variants_are_no_networks_to_choose_and_share_the_pictures_of_their_own(tmp_path, caplog):
    save(tmp_path, "mine")
    save(tmp_path, "mine-x0", pictures=None, variant_of="mine", prediction="x_0")
    untimed = TINY["network"] | {"timed": False}
    save(tmp_path, "mine-blind", pictures=None, variant_of="mine", network=untimed)
    [mine] = load_exhibits(tmp_path).values()
    assert sorted(mine.variants) == ["mine-blind", "mine-x0"]
    assert mine.variants["mine-x0"].denoiser.prediction == "x_0"
    assert mine.variants["mine-blind"].denoiser.network.timed is False
    for variant in mine.variants.values():
        assert (variant.gallery, variant.ideal) == (mine.gallery, mine.ideal)
        assert variant.metrics == {}
    assert caplog.records == []


@pytest.mark.parametrize(
    "change",
    [
        {"shape": [1, 14, 14]},
        {"conditions": list("01")},
        {"schedule": {"name": "linear", "T": 30}},
        {"schedule": {"name": "cosine", "T": 40}},
    ],
)
def test_a_variant_of_other_pictures_is_refused(tmp_path, change):
    save(tmp_path, "mine")
    save(tmp_path, "odd", pictures=None, variant_of="mine", **change)
    with pytest.raises(CheckpointError, match="odd is no variant of mine"):
        load_variant("odd", load_exhibit("mine", tmp_path), tmp_path)


def damage_weights(path):
    weights = path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])


def remove_weights(path):
    (path / "model.safetensors").unlink()


def damage_config(path):
    (path / "config.json").write_text("{ this is")


def damage_pictures(path):
    (path / "images.npz").write_bytes(b"PK not a zip")


@pytest.mark.parametrize("damage", [damage_weights, remove_weights, damage_config, damage_pictures])
def test_a_damaged_one_beside_a_good_one_is_left_out_with_a_sentence(tmp_path, caplog, damage):
    save(tmp_path, "good")
    save(tmp_path, "bad")
    damage(tmp_path / "bad")
    assert list(load_exhibits(tmp_path)) == ["good"]
    [record] = caplog.records
    assert record.levelname == "WARNING"
    message = record.getMessage()
    assert message.startswith("bad is left out: ")
    assert message.endswith(".")
    assert "\n" not in message


def test_a_network_that_does_not_answer_is_left_out(tmp_path, caplog, monkeypatch):
    save(tmp_path, "good")
    save(tmp_path, "bad")
    save(tmp_path, "odd", pictures=None, variant_of="good")
    answers = {"bad": lambda x_t: x_t[:, :0], "odd": lambda x_t: x_t / 0}
    predict = Denoiser.predict_eps

    def spoilt(self, x_t, t, condition, guidance):
        assert (t.tolist(), condition.tolist(), guidance) == ([15], [9], 2.0)
        answer = predict(self, x_t, t, condition, guidance)
        return answers[self.name](answer + 1) if self.name in answers else answer

    monkeypatch.setattr(Denoiser, "predict_eps", spoilt)
    [good] = load_exhibits(tmp_path).values()
    assert good.variants.get("odd") is None
    assert list(good.variants) == []
    assert [record.getMessage() for record in caplog.records] == [
        "bad is left out: bad: its network answers with another shape.",
        "odd is left out: odd: its network answers with NaN or infinity.",
    ]


def test_no_lesson_draws_in_more_steps_than_are_asked_of_a_network():
    longest = (broken_run.NUM_STEPS, told_time.NUM_STEPS, FIRST_RUN.num_steps)
    assert max(longest) == FEWEST_STEPS


def test_a_fault_of_ours_costs_one_checkpoint_and_leaves_a_traceback(tmp_path, caplog, monkeypatch):
    save(tmp_path, "good")
    save(tmp_path, "bad")
    load = exhibits.load_denoiser

    def faulty(name, *arguments):
        return load(name, *arguments) if name == "good" else [][0]

    monkeypatch.setattr(exhibits, "load_denoiser", faulty)
    assert list(load_exhibits(tmp_path)) == ["good"]
    [record] = caplog.records
    assert record.getMessage() == "bad is left out: loading it failed (IndexError)."
    assert record.exc_info[0] is IndexError


def test_pictures_that_training_never_saw_are_shown_without_the_ideal_denoiser(tmp_path):
    save(tmp_path, "mine")
    with np.load(tmp_path / "mine" / "images.npz") as file:
        arrays = dict(file) | {"held_out": np.array([True, True])}
    np.savez(tmp_path / "mine" / "images.npz", **arrays)
    exhibit = load_exhibit("mine", tmp_path)
    assert (len(exhibit.gallery), exhibit.ideal) == (2, None)


def test_pictures_of_another_size_leave_it_out(tmp_path, caplog):
    save(tmp_path, "good")
    save(tmp_path, "odd", pictures=20)
    assert list(load_exhibits(tmp_path)) == ["good"]
    assert "not of the network's size" in caplog.text


def test_a_network_without_pictures_is_left_out_with_a_sentence(tmp_path):
    save(tmp_path, "bare", pictures=None, shape=[3, 16, 16])
    with pytest.raises(GalleryError, match="no images.npz"):
        load_exhibit("bare", tmp_path)


@pytest.mark.parametrize("folder", ["empty", "not/there"])
def test_a_folder_without_any_is_one_sentence(tmp_path, folder):
    (tmp_path / "empty").mkdir()
    with pytest.raises(CheckpointError, match="There is no usable checkpoint in .*\\."):
        load_exhibits(tmp_path / folder)


def test_when_all_are_damaged_it_says_so(tmp_path):
    save(tmp_path, "bad")
    shutil.rmtree(tmp_path / "bad")
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "config.json").write_text("{}")
    with pytest.raises(CheckpointError, match="no usable checkpoint"):
        load_exhibits(tmp_path)


def test_a_kind_is_known_by_name_only(colour_exhibit):
    assert colour_exhibit.condition("dog").tolist() == [1]
    assert colour_exhibit.condition("dog").dtype.is_floating_point is False
    for nothing in (None, "", "unicorn"):
        assert colour_exhibit.condition(nothing) is None
    assert colour_exhibit.first_kind == "cat"


def test_the_shipped_ones_open_with_what_people_like(shipped):
    assert list(shipped) == ["emoji", "digits"]
    emoji, digits = shipped.values()
    assert emoji.first_picture.name == "grinning cat with smiling eyes"
    assert (emoji.first_kind, digits.first_kind) == ("face-smiling", "3")
    assert digits.first_picture.name == "3, hand 1"
    assert (emoji.has_digits, digits.has_digits) == (False, True)
    assert (emoji.T, digits.T) == (1000, 1000)
    assert emoji.ideal is not None
    assert emoji.judge is not None and digits.judge is not None
    for exhibit in (emoji, digits):
        assert {"eps_mse", "quality_by_steps"} <= set(exhibit.metrics)
        assert all(variant.metrics["eps_mse"] for variant in exhibit.variants.values())
    assert len(emoji.ideal.images) == len(emoji.gallery.select(seen=True))
    assert set(emoji.gallery.kinds) <= set(emoji.denoiser.conditions)
    assert set(digits.gallery.kinds) <= set(digits.denoiser.conditions)
