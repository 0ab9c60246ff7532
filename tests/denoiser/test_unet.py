"""The network: shapes, what it starts as, and that every input and every weight has a say."""

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from explorer.denoiser.unet import UNet, sinusoidal_embedding


def make_unet(**changes) -> UNet:
    """A tiny one whose weights are nowhere zero."""
    sizes = {"widths": (8, 32), "blocks": (1, 2), "attention": (False, True), "embedding_width": 16}
    network = UNet(channels=3, num_conditions=4, **{**sizes, **changes})
    generator = torch.Generator().manual_seed(0)
    for parameter in network.parameters():
        parameter.data = 0.2 * torch.randn(parameter.shape, generator=generator)
    return network


def inputs(batch: int = 2) -> tuple[Tensor, Tensor, Tensor]:
    x_t = torch.randn(batch, 3, 8, 8, generator=torch.Generator().manual_seed(1))
    return x_t, torch.arange(1, batch + 1) * 100, torch.arange(batch) % 5


def test_the_output_has_the_inputs_shape():
    assert make_unet()(*inputs()).shape == (2, 3, 8, 8)


def test_a_new_network_answers_zero():
    sizes = {"widths": (8, 32), "blocks": (1, 1), "attention": (False, True)}
    assert not UNet(channels=3, num_conditions=4, **sizes)(*inputs()).any()


@pytest.mark.parametrize("which", [0, 1, 2], ids=["x_t", "t", "condition"])
def test_every_input_matters(which):
    network, changed = make_unet(), list(inputs())
    changed[which] = changed[which] + 1
    assert (network(*changed) - network(*inputs())).abs().max() > 1e-3


@pytest.mark.parametrize("which", [0, 1, 2], ids=["x_t", "t", "condition"])
def test_not_told_t_it_depends_on_all_else(which):
    network, changed = make_unet(timed=False), list(inputs())
    changed[which] = changed[which] + 1
    difference = (network(*changed) - network(*inputs())).abs().max()
    assert difference == 0 if which == 1 else difference > 1e-3


def test_not_told_t_it_lacks_the_weights_for_it_and_no_others():
    def names(network: UNet) -> set[str]:
        return set(network.state_dict())

    lost = names(make_unet()) - names(make_unet(timed=False))
    assert lost == {f"t_mlp.{layer}.{kind}" for layer in (0, 2) for kind in ("weight", "bias")}
    assert names(make_unet(timed=False)) < names(make_unet())


@pytest.mark.parametrize("timed", [True, False])
def test_every_weight_learns(timed):
    network = make_unet(timed=timed)
    network(*inputs(5)).square().sum().backward()
    assert all(parameter.grad.abs().sum() > 0 for parameter in network.parameters())


def test_an_image_does_not_depend_on_its_neighbours():
    network, (x_t, t, condition) = make_unet(), inputs(3)
    alone = torch.cat(
        [network(x_t[i : i + 1], t[i : i + 1], condition[i : i + 1]) for i in range(3)]
    )
    assert_close(network(x_t, t, condition), alone, atol=1e-4, rtol=1e-4)


def test_levels_must_agree_in_number():
    with pytest.raises(ValueError, match="one entry per level"):
        make_unet(blocks=(1,))


def test_times_are_told_apart_by_their_embedding():
    embedding = sinusoidal_embedding(torch.arange(1001), 128)
    assert embedding.shape == (1001, 128)
    assert torch.cdist(embedding, embedding).fill_diagonal_(1).min() > 0.05
