"""What a config.json may describe: sizes are counted before anything is built."""

import pytest
import torch
from torch import nn

from explorer.denoiser import networks
from explorer.denoiser.checkpoints import build_denoiser, load_denoiser
from explorer.denoiser.forms import FEWEST_T, MOST_T, FormError, check_config
from explorer.denoiser.networks import NetworkKind, check_network
from explorer.denoiser.unet_form import count_level_parameters, count_other_parameters


def check_config_of(config: dict):
    return check_config(config, check_network)


NETWORKS = [
    {"widths": [8], "blocks": [1], "attention": [False], "embedding_width": 8, "timed": False},
    {"widths": [8, 40], "blocks": [1, 3], "attention": [False, True], "embedding_width": 2},
    {"widths": [64, 32, 96], "blocks": [2, 1, 1], "attention": [True, False, True]},
]


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize(("channels", "conditions"), [(1, []), (3, ["a", "b"])])
def test_parameters_are_counted_as_they_are_built(config, network, channels, conditions):
    changes = {"shape": [channels, 8, 8], "conditions": conditions, "network": network}
    built = build_denoiser(config | changes).network
    sizes = {"embedding_width": 128, "timed": True} | network
    levels = [sizes[key] for key in ("widths", "blocks", "attention", "embedding_width")]
    widths, embedding_width, timed = (sizes[key] for key in ("widths", "embedding_width", "timed"))
    others = count_other_parameters(channels, len(conditions), widths, embedding_width, timed)
    counted = sum(count_level_parameters(*levels)) + others
    assert counted == sum(parameter.numel() for parameter in built.parameters())


@pytest.mark.parametrize(
    ("network", "what"),
    [
        ({"widths": [2048], "blocks": [16], "attention": [False]}, "parameters"),
        ({"widths": [512], "blocks": [1], "attention": [True]}, "numbers at once"),
        ({"widths": [128], "blocks": [16], "attention": [False]}, "operations"),
    ],
)
def test_what_is_too_large_is_said_with_its_size(config, network, what):
    changes = {"shape": [1, 256, 256], "network": network}
    with pytest.raises(FormError, match=f"the network has [0-9,]+ {what}"):
        check_config_of(config | changes)


@pytest.mark.parametrize("T", [FEWEST_T, MOST_T])
@pytest.mark.parametrize("name", ["linear", "scaled_linear", "cosine", "sigmoid"])
def test_every_schedule_may_have_any_allowed_length(config, name, T):  # noqa: N803
    if (name, T) == ("linear", MOST_T):
        changes = {"beta_start": 1e-5, "beta_end": 0.002}  # Ho's are for 1000 steps
    else:
        changes = {"beta_end": 0.002} if (name, T) == ("scaled_linear", MOST_T) else {}
    assert check_config_of(config | {"schedule": {"name": name, "T": T} | changes}).T == T


def test_schedules_keep_their_own_length_if_none_is_named(config):
    assert check_config_of(config | {"schedule": {"name": "cosine"}}).T == 1000


@pytest.mark.parametrize("T", [FEWEST_T - 1, MOST_T + 1, 100.0, True, None, "100", [100]])
def test_any_other_length_is_refused(config, T):  # noqa: N803
    with pytest.raises(FormError, match=r"^T is .*, not an integer in 10\.\.10000$"):
        check_config_of(config | {"schedule": {"name": "cosine", "T": T}})


def test_a_config_may_begin_with_a_byte_order_mark(checkpoint):
    path = checkpoint / "config.json"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_denoiser(checkpoint).schedule.T == 100


@pytest.mark.parametrize("table", [None, [], "unet", {"kind": "transformer"}, {"kind": ["unet"]}])
def test_a_kind_of_network_that_we_do_not_have_is_refused(config, table):
    with pytest.raises(FormError, match="network"):
        check_config_of(config | {"network": table})


def test_another_kind_of_network_is_one_entry_of_a_table(config, monkeypatch):
    class Grey(nn.Module):
        def __init__(self, channels: int, num_conditions: int, level: float):
            super().__init__()
            self.level = nn.Parameter(torch.tensor(level))

        def forward(self, x_t, t, condition):
            return self.level.expand_as(x_t)

    kind = NetworkKind(Grey, lambda shape, num_conditions, table: None)
    monkeypatch.setitem(networks.NETWORKS, "grey", kind)
    denoiser = build_denoiser(
        config | {"network": {"kind": "grey", "level": 0.5}, "prediction": "eps"}
    )
    x_t = torch.zeros(2, *denoiser.shape)
    eps_hat = denoiser.predict_eps(x_t, torch.tensor([3, 5]))
    torch.testing.assert_close(eps_hat, torch.full_like(x_t, 0.5))
