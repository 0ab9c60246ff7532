"""Questions to a classifier about drawn pictures.

Can a judge that learnt from real pictures name them? And, where there are very many: can a
classifier that learnt from *nothing but* drawn pictures read real ones? The first catches bad
pictures, the second catches too little variety. Knows nothing of files. The judge itself:
`explorer.denoiser.judge`.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from explorer.denoiser.denoiser import Denoiser
from explorer.denoiser.judge import Judge
from explorer.training.config import DataConfig
from explorer.training.datasets import Dataset, augment, to_model_space
from explorer.training.evaluation import draw_samples

NUM_COPIES = 5500  # of held-out pictures: 100 of each emoji, each changed in another way


@dataclass(frozen=True)
class Recipe:
    """How a judge learns: what is done to its pictures, how many times it sees each, and the rest.

    rough: it also learns from pictures as samples may be, see `roughen`.
    num_samples: that are drawn for it to judge, unless another number is asked for.
    """

    augmentation: DataConfig
    epochs: int
    weight_decay: float
    rough: bool
    num_samples: int


RECIPES = {
    "digits": Recipe(
        DataConfig(set="digits", shape=(1, 28, 28), shift=2, scale=(0.85, 1.0)),
        epochs=20,
        weight_decay=1e-2,
        rough=False,
        num_samples=60_000,
    ),
    # Few pictures, so each is seen very often, and changed more than the denoiser's are.
    "emoji": Recipe(
        DataConfig(set="emoji", shape=(3, 64, 64), mirror=True, shift=5, scale=(0.75, 1.0)),
        epochs=1600,
        weight_decay=1e-1,
        rough=True,
        num_samples=5100,  # 100 of each kind
    ),
}


def train_judge(
    images: Tensor, labels: Tensor, num_kinds: int, recipe: Recipe, seed: int = 0
) -> Judge:
    """images: (N, C, H, W) uint8 on the device; labels: (N,) int64."""
    device, (channels, height, width) = images.device, images.shape[1:]
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)  # the initial weights and dropout
        judge = Judge((channels, height, width), num_kinds).to(device).train()
        generator = torch.Generator(device).manual_seed(seed)
        batch = min(256, len(images))
        steps = recipe.epochs * (len(images) // batch)
        optimiser = torch.optim.AdamW(judge.parameters(), weight_decay=recipe.weight_decay)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=steps)
        for _ in range(steps):
            index = torch.randint(len(images), (batch,), generator=generator, device=device)
            x = change(images[index], recipe, generator)
            loss = F.cross_entropy(judge(x), labels[index], label_smoothing=0.05)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            schedule.step()
    return judge.eval()


def change(images: Tensor, recipe: Recipe, generator: torch.Generator) -> Tensor:
    """(N, C, H, W) uint8 -> each in another place and size, in [-1, 1], and rough if need be."""
    x = augment(to_model_space(images), recipe.augmentation, generator)
    return roughen(x, generator) if recipe.rough else x


def roughen(x: Tensor, generator: torch.Generator) -> Tensor:
    """As samples may be: some a little blurred, paler or gaudier, noisy. (N, C, H, W) in [-1, 1].

    Half of them are blurred, and half are noisy, more or less; the contrast of all is 0.7 to 1.3.
    """

    def uniform(low: float, high: float) -> Tensor:
        chosen = torch.rand(len(x), 1, 1, 1, generator=generator, device=x.device)
        return low + (high - low) * chosen

    blurred = F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), 3, stride=1)
    x = torch.lerp(x, blurred, uniform(-1, 1).clamp_min(0))
    x = torch.lerp(x.mean(dim=(1, 2, 3), keepdim=True), x, uniform(0.7, 1.3))
    noise = torch.randn(x.shape, generator=generator, device=x.device)
    return (x + uniform(-0.2, 0.2).clamp_min(0) * noise).clamp(-1, 1)


@torch.inference_mode()
def share_named_rightly(judge: Judge, images: Tensor, labels: Tensor) -> float:
    """images: (N, C, H, W) uint8; labels: (N,) -> the judge's accuracy."""
    right = 0
    for start in range(0, len(images), 1000):
        logits = judge(to_model_space(images[start : start + 1000]))
        right += int((logits.argmax(1) == labels[start : start + 1000]).sum())
    return round(right / len(images), 4)


def judge_denoiser(
    denoiser: Denoiser, dataset: Dataset, recipe: Recipe, num: int
) -> tuple[dict[str, Any], Judge]:
    """The first question with up to 10,000 of `num` samples, as many of each kind; the second with
    all of them, if they are at least 10,000.

    Returns:
        What goes to metrics.json as "sample_quality", and the judge.
    """
    kinds = len(dataset.conditions)
    judge = train_judge(dataset.images, dataset.condition, kinds, recipe)
    result, drawn, labels = judge_samples(denoiser, judge, num)
    result |= judge_on_real(judge, dataset, recipe)
    if num >= 10_000:
        student = train_judge(drawn, labels, kinds, recipe, seed=1)
        learnt = share_named_rightly(student, dataset.held_out_images, dataset.held_out_condition)
        result["num_samples_learnt_from"] = num
        result["learnt_from_samples_only_on_real_held_out"] = learnt
    return result, judge


def judge_on_real(judge: Judge, dataset: Dataset, recipe: Recipe) -> dict[str, Any]:
    """The judge's own error: shares that it names rightly of the images that it learnt from, of
    those that were held out, and of held-out ones that are changed as in its training.
    """
    held_out, labels = dataset.held_out_images, dataset.held_out_condition
    generator = torch.Generator(held_out.device).manual_seed(2)
    index = torch.arange(NUM_COPIES, device=held_out.device) % len(held_out)
    copies = to_pixels(change(held_out[index], recipe, generator))
    return {
        "judge_on_real_seen": share_named_rightly(judge, dataset.images, dataset.condition),
        "num_real_held_out": len(held_out),
        "judge_on_real_held_out": share_named_rightly(judge, held_out, labels),
        "num_held_out_copies": NUM_COPIES,
        "judge_on_held_out_copies": share_named_rightly(judge, copies, labels[index]),
    }


def judge_samples(
    denoiser: Denoiser, judge: Judge, num: int
) -> tuple[dict[str, Any], Tensor, Tensor]:
    """The first question alone: its figures, the samples (N, C, H, W) uint8, the labels (N,)."""
    labels = torch.arange(num, device=denoiser.device) % len(denoiser.conditions)
    drawn = draw_pictures(denoiser, labels)
    judged = min(10_000, num)
    rightly = share_named_rightly(judge, drawn[:judged], labels[:judged])
    result = {
        "sampler": "ddim, 50 steps, eta 0, guidance 1",
        "num_judged": judged,
        "judge_names_samples_rightly": rightly,
    }
    return result, drawn, labels


def draw_pictures(denoiser: Denoiser, labels: Tensor) -> Tensor:
    """labels: (N,) -> (N, C, H, W) uint8; sample i is the same whatever N."""
    samples = draw_samples(denoiser, labels, seed=1_000_000)
    return torch.cat([to_pixels(x) for x in samples])


def to_pixels(x: Tensor) -> Tensor:
    """[-1, 1] -> uint8."""
    return ((x + 1) * 127.5).round().byte()
