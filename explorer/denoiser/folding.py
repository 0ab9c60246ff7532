"""A finished network with its constants drawn together: the same outputs from fewer operations.

In training every scale and shift moves by itself. Once it is over, the two (a, b) that a
normalisation ends with can be drawn into the linear operation that comes next.

Knows nothing of engines: what comes out is a network like the one that went in.
"""

import copy

import torch
from torch import Tensor, nn

from explorer.denoiser.unet import ResidualBlock, SelfAttention, UNet


@torch.no_grad()
def folded(network: nn.Module) -> nn.Module:
    """A copy of a network with the same outputs, but for rounding; not to be trained."""
    network = copy.deepcopy(network)
    for part in network.modules():
        if isinstance(part, ResidualBlock):
            part.register_module("norm_1", _depthwise(part.norm_1))
            _fold_modulation(part.norm_2, part.modulation)
        elif isinstance(part, SelfAttention):
            _fold_projection(part.norm, part.qkv)
        elif isinstance(part, UNet):
            part.head[0] = _depthwise(part.head[0])  # type: ignore[arg-type]
    return network


def _fold_modulation(norm: nn.GroupNorm, modulation: nn.Linear) -> None:
    """(h * a + b) * (1 + scale) + shift = h * a (1 + scale) + b (1 + scale) + shift."""
    a, b = _take_affine(norm)
    (to_scale, to_shift), (scale, shift) = modulation.weight.chunk(2), modulation.bias.chunk(2)
    modulation.weight.copy_(torch.cat([a[:, None] * to_scale, b[:, None] * to_scale + to_shift]))
    modulation.bias.copy_(torch.cat([a * (1 + scale) - 1, b * (1 + scale) + shift]))


def _fold_projection(norm: nn.GroupNorm, projection: nn.Conv2d) -> None:
    """W (h * a + b) + c = (W a) h + (W b + c)."""
    a, b = _take_affine(norm)
    projection.bias += projection.weight[:, :, 0, 0] @ b  # type: ignore[operator]
    projection.weight *= a[:, None, None]


def _depthwise(norm: nn.GroupNorm) -> nn.Sequential:
    """Where a SiLU follows, h * a + b stays: as a 1x1 depthwise convolution, in one go."""
    a, b = _take_affine(norm)
    convolution = nn.Conv2d(len(a), len(a), 1, groups=len(a))
    convolution.weight, convolution.bias = nn.Parameter(a[:, None, None, None]), nn.Parameter(b)
    return nn.Sequential(norm, convolution)


def _take_affine(norm: nn.GroupNorm) -> tuple[Tensor, Tensor]:
    """A normalisation's scale and shift, each (C,), which it has no more afterwards."""
    affine = norm.weight, norm.bias
    norm.register_parameter("weight", None)
    norm.register_parameter("bias", None)
    return affine
