"""Quality against the number of steps: the rows, and going on where a table was left."""

import pytest
import torch

from explorer.denoiser.ideal import IdealDenoiser
from explorer.diffusion.schedules import cosine
from explorer.training.by_steps import STEPS, measure_with, quality_by_steps
from explorer.training.datasets import Dataset, to_model_space

SCHEDULE = cosine()
THESE, OTHERS = {"weights": "a", "judge": "b"}, {"weights": "a", "judge": "c"}


class Knowing:
    """A judge that reads the kind off the first pixel."""

    def verdict(self, x):
        return x[:, 0, 0, 0].long(), torch.full((len(x),), 0.75)


@pytest.fixture
def dataset() -> Dataset:
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (10, 1, 8, 8), generator=generator, dtype=torch.uint8)
    kinds = torch.arange(10) % 2
    return Dataset(images[:6], kinds[:6], images[6:], kinds[6:], ["a", "b"])


@pytest.fixture
def ideal(dataset) -> IdealDenoiser:
    x_0 = to_model_space(dataset.images)
    return IdealDenoiser(x_0, SCHEDULE, dataset.condition, dataset.conditions)


def test_the_ideal_denoiser_needs_many_steps_to_land_on_its_images(dataset, ideal):
    measure = measure_with(Knowing(), to_model_space(dataset.images))
    *_, table = quality_by_steps(ideal, measure, dataset, 4, THESE, guidance=1.0)
    assert [(row["steps"], row["sampler"]) for row in table["rows"]] == [
        (steps, sampler) for steps in STEPS for sampler in ("ddpm", "ddim", "heun", "dpmpp_2m")
    ]
    means = {(row["sampler"], row["steps"]): row["mean"] for row in table["rows"]}
    errors = [row["standard_error"] for row in table["rows"]]
    for sampler in ("ddpm", "ddim", "heun", "dpmpp_2m"):
        assert means[sampler, 1]["nearest_distance"] > 0.1  # the mean of three images
        assert means[sampler, 50]["nearest_distance"] < 1e-3
    assert errors[0]["nearest_distance"] > 0
    assert table["held_out_images"]["num"] == 4
    assert table["how"]["num_samples"] == 4
    assert table["how"].items() >= THESE.items()


def test_a_table_goes_on_where_it_was_left_unless_the_weights_or_the_judge_are_others(
    dataset, ideal
):
    measure = measure_with(Knowing(), to_model_space(dataset.images))
    begun = next(quality_by_steps(ideal, measure, dataset, 2, THESE))
    begun["rows"][0]["mean"] = "kept"
    *_, table = quality_by_steps(ideal, measure, dataset, 2, THESE, begun)
    assert len(table["rows"]) == 4 * len(STEPS)
    assert table["rows"][0]["mean"] == "kept"
    again = next(quality_by_steps(ideal, measure, dataset, 2, OTHERS, begun))
    assert len(again["rows"]) == 1
    assert again["rows"][0]["mean"] != "kept"


def test_the_judges_word_is_held_against_what_was_asked_for():
    x = torch.arange(4.0)[:, None, None, None].expand(4, 1, 28, 28)
    figures = measure_with(Knowing())(x, torch.tensor([0, 1, 5, 3]))  # type: ignore[arg-type]
    assert figures["named_rightly"].tolist() == [1, 1, 0, 1]
    assert figures["sureness"].tolist() == [0.75] * 4
    assert figures["grain"].tolist() == [0] * 4
    assert "nearest_distance" not in figures


def test_one_figure_alone_has_no_standard_error(dataset, ideal):
    measure = measure_with(Knowing(), to_model_space(dataset.images))
    row = next(quality_by_steps(ideal, measure, dataset, 1, THESE))["rows"][0]
    names = ("named_rightly", "sureness", "grain", "nearest_distance")
    assert row["standard_error"] == dict.fromkeys(names)
    assert row["mean"]["nearest_distance"] > 0
