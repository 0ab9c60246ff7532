"""Two questions to a classifier about drawn digits.

Can a judge that learnt from real digits name them? Can a classifier that learnt from *nothing but*
drawn digits read real ones? The first catches bad pictures, the second catches too little variety.
It knows nothing of files. The judge itself: `explorer.denoiser.judge`.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from explorer.denoiser.denoiser import Denoiser
from explorer.denoiser.judge import Judge
from explorer.training.config import DataConfig
from explorer.training.datasets import Dataset, augment, to_model_space
from explorer.training.evaluation import draw_samples

AUGMENTATION = DataConfig(set="digits", shape=(1, 28, 28), shift=2, scale=(0.85, 1.0))


def train_judge(images: Tensor, labels: Tensor, epochs: int = 20, seed: int = 0) -> Judge:
    """images: (N, 1, 28, 28) uint8 on the device; labels: (N,) int64."""
    device = images.device
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)  # the initial weights and dropout
        judge = Judge().to(device).train()
        generator = torch.Generator(device).manual_seed(seed)
        batch = min(256, len(images))
        steps = epochs * (len(images) // batch)
        optimiser = torch.optim.AdamW(judge.parameters(), weight_decay=1e-2)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=steps)
        for _ in range(steps):
            index = torch.randint(len(images), (batch,), generator=generator, device=device)
            x = augment(to_model_space(images[index]), AUGMENTATION, generator)
            loss = F.cross_entropy(judge(x), labels[index], label_smoothing=0.05)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            schedule.step()
    return judge.eval()


@torch.inference_mode()
def share_named_rightly(judge: Judge, images: Tensor, labels: Tensor) -> float:
    """images: (N, 1, 28, 28) uint8; labels: (N,) -> the judge's accuracy."""
    right = 0
    for start in range(0, len(images), 2000):
        logits = judge(to_model_space(images[start : start + 2000]))
        right += int((logits.argmax(1) == labels[start : start + 2000]).sum())
    return right / len(images)


def judge_digits(denoiser: Denoiser, dataset: Dataset, num: int = 60_000) -> tuple[dict, Judge]:
    """The first question with up to 10,000 of `num` samples, as many of each digit; the second with
    all of them, if they are at least 10,000.

    Returns:
        What goes to metrics.json as "sample_quality", and the judge.
    """
    judge = train_judge(dataset.images, dataset.condition)
    test = dataset.held_out_images, dataset.held_out_condition
    result, drawn, labels = judge_samples(denoiser, judge, num)
    result["judge_on_real_test_set"] = share_named_rightly(judge, *test)
    if num >= 10_000:
        student = train_judge(drawn, labels, seed=1)
        learnt = share_named_rightly(student, *test)
        result["num_samples_learnt_from"] = num
        result["learnt_from_samples_only_on_real_test_set"] = learnt
    return result, judge


def judge_samples(denoiser: Denoiser, judge: Judge, num: int) -> tuple[dict, Tensor, Tensor]:
    """The first question alone: its figures, the samples (N, 1, 28, 28) uint8, the labels (N,)."""
    labels = torch.arange(num, device=denoiser.device) % 10
    drawn = draw_digits(denoiser, labels)
    judged = min(10_000, num)
    rightly = share_named_rightly(judge, drawn[:judged], labels[:judged])
    result: dict[str, Any] = {
        "sampler": "ddim, 50 steps, eta 0, guidance 1",
        "num_judged": judged,
        "judge_names_samples_rightly": rightly,
    }
    return result, drawn, labels


def draw_digits(denoiser: Denoiser, labels: Tensor) -> Tensor:
    """labels: (N,) -> (N, 1, 28, 28) uint8; sample i is the same whatever N."""
    samples = draw_samples(denoiser, labels, seed=1_000_000, batch=2000)
    return torch.cat([((x + 1) * 127.5).round().byte() for x in samples])
