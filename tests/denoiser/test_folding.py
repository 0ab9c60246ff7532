"""A folded network: the same outputs from fewer weights, and the original left alone."""

import copy

import pytest
import torch
from torch.testing import assert_close

from explorer.denoiser.folding import folded
from tests.denoiser.test_unet import inputs, make_unet


@pytest.mark.parametrize("timed", [True, False])
def test_it_answers_alike(timed):
    network, (x_t, t, condition) = make_unet(timed=timed).double(), inputs(5)
    arguments = x_t.double(), t, condition
    assert_close(folded(network)(*arguments), network(*arguments), atol=1e-9, rtol=1e-9)


def test_no_normalisation_scales_or_shifts_any_more():
    norms = [part for part in folded(make_unet()).modules() if isinstance(part, torch.nn.GroupNorm)]
    assert len(norms) > 10
    assert all(norm.weight is None and norm.bias is None for norm in norms)


def test_the_network_itself_is_left_as_it_was():
    network = make_unet()
    before = copy.deepcopy(network.state_dict())
    folded(network)
    assert_close(network.state_dict(), before, atol=0, rtol=0)
