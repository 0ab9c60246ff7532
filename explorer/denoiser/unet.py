"""The network: a small U-Net that maps (x_t, t, condition) to one image-shaped output.

It knows nothing of schedules or noise: what its output *means* (eps, x_0 or v) is the denoiser's
business. Shape of the net: ResNet blocks modulated by an embedding of t and of the condition
(Dhariwal & Nichol 2021, "scale and shift"), self-attention at low resolution (Vaswani et al. 2017),
and skips that are added rather than concatenated: a third fewer operations at the same width.
"""

import math
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

GROUPS = 8  # of every group normalisation; all widths are multiples of it
HEAD_WIDTH = 32  # of self-attention


def sinusoidal_embedding(t: Tensor, width: int) -> Tensor:
    """t: (B,) any number type -> (B, width) sines and cosines of t at geometric frequencies."""
    half = width // 2
    frequency = torch.exp(-math.log(10_000) / half * torch.arange(half, device=t.device))
    angle = t.float()[:, None] * frequency
    return torch.cat([angle.cos(), angle.sin()], dim=1)


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions; the embedding scales and shifts the features between them."""

    def __init__(self, width: int, embedding_width: int):
        super().__init__()
        self.norm_1 = nn.GroupNorm(GROUPS, width)
        self.conv_1 = nn.Conv2d(width, width, 3, padding=1)
        self.modulation = nn.Linear(embedding_width, 2 * width)
        self.norm_2 = nn.GroupNorm(GROUPS, width)
        self.conv_2 = nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.conv_2.weight)  # the block starts as the identity
        nn.init.zeros_(self.conv_2.bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        scale, shift = self.modulation(embedding).unflatten(1, (-1, 1, 1)).chunk(2, dim=1)
        h = self.conv_1(F.silu(self.norm_1(x)))
        h = self.norm_2(h) * (1 + scale) + shift
        return x + self.conv_2(F.silu(h))


class SelfAttention(nn.Module):
    """Every position looks at every other; worth its quadratic cost only at low resolution."""

    def __init__(self, width: int):
        super().__init__()
        self.heads = width // HEAD_WIDTH
        self.norm = nn.GroupNorm(GROUPS, width)
        self.qkv = nn.Conv2d(width, 3 * width, 1)
        self.out = nn.Conv2d(width, width, 1)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        qkv = self.qkv(self.norm(x)).flatten(2).unflatten(1, (3 * self.heads, -1))
        q, k, v = qkv.transpose(-1, -2).split(self.heads, dim=1)  # each (B, heads, H*W, C/heads)
        y = F.scaled_dot_product_attention(q, k, v, scale=HEAD_WIDTH**-0.5)
        return x + self.out(y.transpose(-1, -2).reshape(x.shape))


class Level(nn.Module):
    """Blocks at one resolution, each followed by attention where the level has it."""

    def __init__(self, width: int, blocks: int, attention: bool, embedding_width: int):
        super().__init__()
        self.blocks = nn.ModuleList(ResidualBlock(width, embedding_width) for _ in range(blocks))
        self.attentions = nn.ModuleList(
            SelfAttention(width) if attention else nn.Identity() for _ in range(blocks)
        )

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        for block, attention in zip(self.blocks, self.attentions, strict=True):
            x = attention(block(x, embedding))
        return x


class UNet(nn.Module):
    """Down through the levels, a middle, and up again, adding each level's features on the way.

    Args:
        channels: C of the image.
        num_conditions: how many named conditions there are; one more embedding means "none".
        widths: features per level, finest first; each level halves the resolution.
        blocks: residual blocks per level (as many going up as going down).
        attention: per level, whether its blocks are followed by self-attention.
        embedding_width: of the embedding of t and the condition.
        timed: whether it is told t. If not, t is still an argument, and has no say.
    """

    def __init__(
        self,
        channels: int,
        num_conditions: int,
        widths: tuple[int, ...],
        blocks: tuple[int, ...],
        attention: tuple[bool, ...],
        embedding_width: int = 128,
        timed: bool = True,
    ):
        super().__init__()
        if not len(widths) == len(blocks) == len(attention):
            raise ValueError("widths, blocks and attention must have one entry per level.")
        self.embedding_width = embedding_width
        self.timed = timed
        if timed:
            self.t_mlp = nn.Sequential(
                nn.Linear(embedding_width, embedding_width),
                nn.SiLU(),
                nn.Linear(embedding_width, embedding_width),
            )
        self.condition_embedding = nn.Embedding(num_conditions + 1, embedding_width)
        levels = list(zip(widths, blocks, attention, strict=True))
        self.stem = nn.Conv2d(channels, widths[0], 3, padding=1)
        self.down = nn.ModuleList(Level(*level, embedding_width) for level in levels)
        self.shrink = nn.ModuleList(
            nn.Conv2d(fine, coarse, 3, stride=2, padding=1) for fine, coarse in pairwise(widths)
        )
        self.middle = Level(widths[-1], 1, attention[-1], embedding_width)
        self.up = nn.ModuleList(Level(*level, embedding_width) for level in levels)
        # A 1x1 convolution commutes with nearest upsampling: done before it, it costs a quarter.
        self.grow = nn.ModuleList(nn.Conv2d(coarse, fine, 1) for fine, coarse in pairwise(widths))
        self.head = nn.Sequential(
            nn.GroupNorm(GROUPS, widths[0]), nn.SiLU(), nn.Conv2d(widths[0], channels, 3, padding=1)
        )
        nn.init.zeros_(self.head[-1].weight)  # type: ignore[arg-type]
        nn.init.zeros_(self.head[-1].bias)  # type: ignore[arg-type]

    def forward(self, x_t: Tensor, t: Tensor, condition: Tensor) -> Tensor:
        """x_t: (B, C, H, W); t: (B,); condition: (B,) int64, 0 = none, i + 1 = the i-th name.

        t and condition may lie on another device than x_t.
        """
        t, condition = t.to(x_t.device), condition.to(x_t.device)
        embedding = self.condition_embedding(condition)
        if self.timed:
            waves = sinusoidal_embedding(t, self.embedding_width)
            embedding = self.t_mlp(waves.to(x_t.dtype)) + embedding
        embedding = F.silu(embedding)
        h = self.stem(x_t)
        skips = []
        for i, level in enumerate(self.down):
            h = level(h, embedding)
            skips.append(h)
            if i < len(self.shrink):
                h = self.shrink[i](h)
        h = self.middle(h, embedding)
        for i in reversed(range(len(self.up))):
            h = self.up[i](h + skips[i], embedding)
            if i > 0:
                h = F.interpolate(self.grow[i - 1](h), scale_factor=2.0, mode="nearest")
        return self.head(h)
