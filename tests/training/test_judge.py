"""The judge of digits: on bars that anyone could tell apart."""

import torch
from torch.testing import assert_close

from explorer.denoiser.checkpoints import CHECKPOINTS
from explorer.denoiser.judge import load_judge, save_judge
from explorer.images.digits import drawn_digits
from explorer.training.judge import share_named_rightly, train_judge


def test_it_learns_leaves_the_global_random_state_alone_and_comes_back_from_disk(bars, tmp_path):
    before = torch.get_rng_state()
    judge = train_judge(bars.images, bars.condition, epochs=50)
    assert torch.equal(torch.get_rng_state(), before)
    share = share_named_rightly(judge, bars.held_out_images, bars.held_out_condition)
    assert share > 0.5  # by chance 0.1; bars are two rows apart and shifted by up to two
    save_judge(judge, tmp_path / "judge.safetensors")
    again = load_judge(tmp_path / "judge.safetensors")
    x = torch.rand(4, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert_close(again(x), judge(x), atol=0.05, rtol=0.05)


def test_the_shipped_judge_names_drawn_digits():
    judge = load_judge(CHECKPOINTS / "digits" / "judge.safetensors")
    pictures = list(drawn_digits())
    pixels = torch.stack([torch.from_numpy(picture.pixels.copy()) for picture in pictures])
    labels = torch.tensor([int(picture.kind) for picture in pictures])
    assert share_named_rightly(judge, pixels.permute(0, 3, 1, 2), labels) > 0.9
