"""The denoisers in the repository: they load, they fit, and they see noise."""

import hashlib
import json

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from explorer.denoiser.checkpoints import CHECKPOINTS, list_checkpoints, load_denoiser
from explorer.denoiser.denoiser import Denoiser
from explorer.diffusion.forward import diffuse
from explorer.diffusion.samplers import SAMPLERS, network_calls, sample
from explorer.images.digits import drawn_digits
from explorer.images.encoding import to_model_space
from explorer.images.gallery import load_gallery

NAMES = ["digits", "emoji"]
DIGITS = ["digits", "digits-blind", "digits-v", "digits-x0"]  # to compare with each other
VARIANTS = [*DIGITS[1:], "emoji-eps"]
SHAPES = {
    name: (3, 64, 64) if name.startswith("emoji") else (1, 28, 28) for name in NAMES + VARIANTS
}


@pytest.fixture(scope="module")
def denoisers() -> dict[str, Denoiser]:
    return {name: load_denoiser(name, device="cpu") for name in NAMES + VARIANTS}


def pictures(name: str, count: int) -> tuple[torch.Tensor, list[str]]:
    """(count, C, H, W) in [-1, 1], from all over the gallery, and their kinds."""
    emoji = name.startswith("emoji")
    gallery = load_gallery(CHECKPOINTS / "emoji" / "images.npz") if emoji else drawn_digits()
    chosen = list(gallery)[:: max(1, len(gallery) // count)][:count]
    pixels = np.stack([picture.pixels for picture in chosen])
    return torch.from_numpy(to_model_space(pixels)), [picture.kind for picture in chosen]


def test_they_are_the_ones_we_ship():
    assert list_checkpoints() == sorted(NAMES + VARIANTS)


@pytest.mark.parametrize("name", NAMES + VARIANTS)
def test_the_contract(denoisers, name):
    denoiser = denoisers[name]
    assert denoiser.shape == SHAPES[name]
    assert denoiser.schedule.T == 1000
    assert len(set(denoiser.conditions)) == len(denoiser.conditions) >= 10
    x_t = torch.randn(2, *denoiser.shape, generator=torch.Generator().manual_seed(0))
    t, condition = torch.tensor([1, 1000]), torch.tensor([0, len(denoiser.conditions) - 1])
    for told in (None, condition):
        eps_hat = denoiser.predict_eps(x_t, t, condition=told)
        assert eps_hat.shape == x_t.shape
        assert eps_hat.dtype == torch.float32
        assert eps_hat.isfinite().all()


def test_the_conditions_are_those_of_the_pictures(denoisers):
    for name in DIGITS:
        assert denoisers[name].conditions == [str(digit) for digit in range(10)]
    gallery = load_gallery(CHECKPOINTS / "emoji" / "images.npz")
    assert denoisers["emoji"].conditions == denoisers["emoji-eps"].conditions == gallery.kinds
    assert len(gallery.kinds) >= 40


@pytest.mark.parametrize(
    ("name", "bound"),
    [("emoji", 0.05), ("digits", 0.06), *((variant, 0.06) for variant in VARIANTS)],
)
def test_they_see_the_noise(denoisers, name, bound):
    denoiser = denoisers[name]
    x_0, kinds = pictures(name, 6)
    eps = torch.randn(x_0.shape, generator=torch.Generator().manual_seed(0))
    t = torch.full((len(x_0),), 500)
    x_t = diffuse(denoiser.schedule, x_0, t, eps)
    told = torch.tensor([denoiser.conditions.index(kind) for kind in kinds])
    for condition in (None, told):
        error = denoiser.predict_eps(x_t, t, condition) - eps
        assert error.square().mean() < bound


@pytest.mark.parametrize("name", NAMES)
def test_an_image_does_not_depend_on_its_batch(denoisers, name):
    denoiser = denoisers[name]
    x_t = torch.randn(3, *denoiser.shape, generator=torch.Generator().manual_seed(0))
    t, condition = torch.tensor([20, 500, 990]), torch.tensor([0, 5, 9])
    together = denoiser.predict_eps(x_t, t, condition)
    for i in range(3):
        alone = denoiser.predict_eps(x_t[i : i + 1], t[i : i + 1], condition[i : i + 1])
        assert_close(together[i : i + 1], alone, atol=1e-4, rtol=0)


def test_a_drawn_digit_is_ink_on_paper(denoisers):
    *_, last = sample(denoisers["digits"], num_steps=10, seed=3, condition=torch.tensor([3]))
    x_0 = last.x_t
    ink, paper = (x_0 > 0.5).double().mean(), (x_0 < -0.9).double().mean()
    assert 0.03 < ink < 0.3
    assert paper > 0.5


@pytest.mark.parametrize("name", NAMES + VARIANTS)
def test_every_file_is_small_enough_for_a_plain_git_push(name):
    files = [path for path in (CHECKPOINTS / name).iterdir() if path.is_file()]
    assert {"config.json", "model.safetensors", "README.md", "metrics.json"} <= {
        path.name for path in files
    }
    assert all(path.stat().st_size < 10_000_000 for path in files)


@pytest.mark.parametrize("name", NAMES)
def test_the_metrics_hold_what_the_page_and_the_card_show(name):
    metrics = json.loads((CHECKPOINTS / name / "metrics.json").read_text())
    curves = metrics["eps_mse"]
    assert curves["t"] == list(range(25, 1000, 50))
    for part in ("seen", "seen_conditional", "held_out", "held_out_conditional"):
        assert len(curves[part]) == len(curves["t"])
        assert 0.01 < curves["mean"][part] < 0.06
    assert curves["mean"]["ideal_seen"] < curves["mean"]["seen"] < curves["mean"]["held_out"]
    assert metrics["training"]["steps"] > 0
    assert metrics["training"]["seconds"] > 0


@pytest.mark.parametrize("name", NAMES)
def test_the_table_of_quality_against_steps_is_whole_and_of_these_weights(name):
    table = json.loads((CHECKPOINTS / name / "metrics.json").read_text())["quality_by_steps"]
    content = (CHECKPOINTS / name / "model.safetensors").read_bytes()
    assert table["how"]["weights"] == f"sha256 {hashlib.sha256(content).hexdigest()[:12]}"
    rows = {(row["sampler"], row["steps"]): row for row in table["rows"]}
    assert set(rows) == {(sampler, steps) for sampler in SAMPLERS for steps in (1, 2, 4, 8, 16, 50)}
    for (sampler, steps), row in rows.items():
        assert row["network_calls"] == network_calls(sampler, steps)
        assert row["mean"].keys() == row["standard_error"].keys()
        assert row["mean"].keys() == table["held_out_images"]["mean"].keys()
    # In one step all samplers make the same move.
    assert len({str(rows[sampler, 1]["mean"]) for sampler in SAMPLERS}) == 1
    card = (CHECKPOINTS / name / "README.md").read_text()
    assert "`quality_by_steps`" in card
    assert f"{table['how']['num_samples']} samples each by the four samplers" in card


@pytest.mark.parametrize("name", NAMES)
def test_the_card_says_what_was_measured(name):
    card = (CHECKPOINTS / name / "README.md").read_text()
    metrics = json.loads((CHECKPOINTS / name / "metrics.json").read_text())
    assert card.startswith("---\nlicense: mit\n")
    assert "![Samples: a row for each" in card
    assert (CHECKPOINTS / name / "sheet.webp").stat().st_size < 500_000
    for part in ("seen", "seen_conditional", "held_out", "held_out_conditional"):
        assert f" {metrics['eps_mse']['mean'][part]:.4f} |" in card
    figures = [f"{metrics['training']['steps']:,} steps", f"{metrics['training']['seconds']} s"]
    if name == "digits":
        quality = metrics["sample_quality"]
        figures += [f"{quality['num_judged']:,} samples"]
        figures += [f"{100 * quality['judge_names_samples_rightly']:.2f} %"]
        figures += [f"{100 * quality['judge_on_real_held_out']:.2f} %"]
        assert quality["num_samples_learnt_from"] == 60_000
        assert quality["judge_names_samples_rightly"] >= 0.98
        assert quality["learnt_from_samples_only_on_real_held_out"] >= 0.99
        figures += [f"{100 * quality['learnt_from_samples_only_on_real_held_out']:.2f} %"]
    else:
        figures += [f"{100 * metrics['copies']['samples']['share_below_0.10']:.1f} %"]
        figures += ["20,000"]  # the recipe that these weights stopped short of
    assert all(figure in card for figure in figures)


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variants_card_says_what_was_measured(name):
    card = (CHECKPOINTS / name / "README.md").read_text()
    metrics = json.loads((CHECKPOINTS / name / "metrics.json").read_text())
    assert card.startswith("---\nlicense: mit\n")
    curves = metrics["eps_mse"]
    assert curves["t"] == list(range(25, 1000, 50))
    for part in ("seen", "seen_conditional", "held_out", "held_out_conditional"):
        assert len(curves[part]) == len(curves["t"])
        assert f" {curves['mean'][part]:.4f} |" in card
    assert f"{metrics['training']['steps']:,} steps" in card
    assert f"{metrics['training']['seconds']} s" in card
    assert "![Samples: a row for each" in card
    assert (CHECKPOINTS / name / "sheet.webp").stat().st_size < 500_000
    if name == "emoji-eps":
        assert f"{100 * metrics['copies']['samples']['share_below_0.10']:.1f} % nearly so" in card
        return
    quality = metrics["sample_quality"]
    assert quality["num_judged"] == curves["num_held_out"] == 10_000
    assert f"**{100 * quality['judge_names_samples_rightly']:.2f} %** of 10,000 samples" in card


def read_config(name: str) -> dict:
    return json.loads((CHECKPOINTS / name / "config.json").read_text())


def test_emoji_eps_was_trained_like_emoji_but_for_its_target():
    emoji, variant = read_config("emoji"), read_config("emoji-eps")
    assert (emoji.pop("prediction"), variant.pop("prediction")) == ("v", "eps")
    assert variant.pop("variant_of") == "emoji"
    trained, variant_trained = emoji.pop("trained_with"), variant.pop("trained_with")
    del emoji["presentation"]  # a variant is shown as its family is
    assert emoji == variant
    for part in ("data", "training"):
        assert trained[part] == variant_trained[part]
    assert trained["model"]["network"] == variant_trained["model"]["network"]


def test_digits_and_its_variants_were_trained_alike():
    configs = [read_config(name) for name in DIGITS]
    assert [config.get("variant_of") for config in configs] == [None, *["digits"] * 3]
    trained = [config["trained_with"] for config in configs]
    for part in ("data", "training", "run"):
        assert all(one[part] == trained[0][part] for one in trained)
