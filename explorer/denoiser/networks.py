"""The kinds of network that a checkpoint may hold: one entry each.

A network is called as `network(x_t, t, condition)`: x_t (B, C, H, W) float32, t and condition (B,)
int64 (the last condition is "none told"), and answers like x_t.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import nn

from explorer.denoiser.forms import FormError
from explorer.denoiser.reading import shown
from explorer.denoiser.unet import UNet
from explorer.denoiser.unet_form import check_unet


@dataclass(frozen=True)
class NetworkKind:
    """One kind.

    Attributes:
        build: (channels=, num_conditions=, **table) -> the network, untrained.
        check: ((C, H, W), number of conditions, table); FormError if none can be built of it.
    """

    build: Callable[..., nn.Module]
    check: Callable[[Sequence[int], int, Mapping[str, Any]], None]


UNET = "unet"  # the kind of a config that names none
NETWORKS = {UNET: NetworkKind(UNet, check_unet)}


def check_network(shape: Sequence[int], num_conditions: int, table: Any) -> None:
    """Raise FormError unless the table, with a "kind" or without, describes a network of ours."""
    kind, settings = split(table)
    NETWORKS[kind].check(shape, num_conditions, settings)


def build_network(shape: Sequence[int], num_conditions: int, table: Any) -> nn.Module:
    """The untrained network; FormError as `check_network`."""
    kind, settings = split(table)
    return NETWORKS[kind].build(channels=shape[0], num_conditions=num_conditions, **settings)


def split(table: Any) -> tuple[str, dict[str, Any]]:
    """Its kind, and what that kind is told."""
    if not isinstance(table, dict):
        raise FormError(f"network is {shown(table)}, no table")
    kind = table.get("kind", UNET)
    if not isinstance(kind, str) or kind not in NETWORKS:
        raise FormError(f"the network's kind is {shown(kind)}, not one of {', '.join(NETWORKS)}")
    return kind, {name: value for name, value in table.items() if name != "kind"}
