"""One prediction and one run on the CPU: ours, eager PyTorch, a peer, the machine's own limit."""

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.timing import after_a_rest, by_turns
from explorer.denoiser.checkpoints import load_denoiser
from explorer.denoiser.engine import CORES, OnnxEngine
from explorer.denoiser.turns import Turns, share
from explorer.diffusion.samplers import sample

NAME = "emoji"
PRODUCT = 2048  # the side of the matrices that tell the machine's own rate
PEER_WIDTHS = (32, 64, 64, 128)  # of diffusers' UNet2DModel: as many parameters as ours, within 5 %


def gflop(network: nn.Module, *arguments: Any) -> float:
    """Of one call; a multiply-add counts as two."""
    plain = sdpa_kernel(SDPBackend.MATH)  # the counter knows no fused attention of the CPU
    with FlopCounterMode(display=False) as counter, torch.no_grad(), plain:
        network(*arguments)
    return counter.get_total_flops() / 1e9


def one_image(shape: tuple[int, int, int]) -> tuple[Tensor, Tensor, Tensor]:
    noise = torch.randn(1, *shape, generator=torch.Generator().manual_seed(0))
    return noise, torch.tensor([500]), torch.tensor([1])


def prediction(rounds: int = 12) -> dict[str, Any]:
    """One prediction at batch 1: the engine, the same weights in eager PyTorch, the machine."""
    denoiser = load_denoiser(NAME)
    arguments = one_image(denoiser.shape)
    engine = OnnxEngine(denoiser.network, denoiser.shape)
    eager = load_denoiser(NAME).network.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    a, b = torch.randn(2, PRODUCT, PRODUCT).unbind()

    def by_pytorch(network: nn.Module, threads: int) -> Any:
        def call() -> None:
            torch.set_num_threads(threads)
            with torch.no_grad():
                network(*arguments)

        return call

    def product() -> None:
        torch.set_num_threads(CORES)
        torch.mm(a, b)

    seconds = by_turns(
        {
            "engine, all cores": lambda: engine(*arguments, True),
            "engine, one core": lambda: engine(*arguments, False),
            "eager, all cores": by_pytorch(eager, CORES),
            "eager, one core": by_pytorch(eager, 1),
            "channels last, all cores": by_pytorch(denoiser.network, CORES),
            "matrix product": product,
        },
        rounds,
        streak=8,
    )
    work = gflop(eager, *arguments)
    rate = work / seconds["engine, all cores"]
    limit = 2 * PRODUCT**3 / 1e9 / seconds.pop("matrix product")
    with torch.no_grad():
        difference = (engine(*arguments, True) - eager(*arguments)).abs().max().item()
    rested = {
        name: after_a_rest(lambda all_cores=all_cores: engine(*arguments, all_cores))
        for name, all_cores in (("engine, all cores", True), ("engine, one core", False))
    }
    return {
        "ms": {name: round(1000 * value, 2) for name, value in seconds.items()},
        "ms_after_a_rest": {name: round(1000 * value, 2) for name, value in rested.items()},
        "gflop": round(work, 3),
        "engine_gflop_per_s": round(rate, 1),
        "matrix_product_gflop_per_s": round(limit, 1),
        "share_of_the_machine": round(rate / limit, 3),
        "times_faster_than_eager": round(
            seconds["eager, all cores"] / seconds["engine, all cores"], 2
        ),
        "times_faster_than_eager_one_core": round(
            seconds["eager, one core"] / seconds["engine, one core"], 2
        ),
        "largest_difference_to_eager": difference,
    }


def guidance(rounds: int = 40) -> dict[str, Any]:
    """Guidance is one call on a batch of two."""
    denoiser, _ = share(load_denoiser(NAME), Turns(CORES), prepared=True)
    x_t, t, condition = one_image(denoiser.shape)
    seconds = by_turns(
        {
            "plain": lambda: denoiser.predict_eps(x_t, t, condition),
            "guided": lambda: denoiser.predict_eps(x_t, t, condition, guidance=2.0),
        },
        rounds,
    )
    return {
        "ms": {name: round(1000 * value, 2) for name, value in seconds.items()},
        "guided_over_plain": round(seconds["guided"] / seconds["plain"], 2),
    }


def run(rounds: int = 5, num_steps: int = 50) -> dict[str, Any]:
    """A whole DDIM run, every frame kept, against diffusers' own net and sampler."""
    from diffusers import DDIMScheduler, UNet2DModel

    torch.set_num_threads(CORES)
    plain = load_denoiser(NAME)
    denoiser, _ = share(plain, Turns(CORES), prepared=True)
    peer = UNet2DModel(
        sample_size=64,
        block_out_channels=PEER_WIDTHS,
        layers_per_block=2,
        down_block_types=("DownBlock2D", "DownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D"),
        up_block_types=("AttnUpBlock2D", "AttnUpBlock2D", "UpBlock2D", "UpBlock2D"),
        norm_num_groups=8,
    ).eval()
    scheduler = DDIMScheduler(num_train_timesteps=1000, beta_schedule="squaredcos_cap_v2")
    scheduler.set_timesteps(num_steps)
    noise = one_image(plain.shape)[0]

    @torch.no_grad()
    def by_the_peer() -> None:
        x_t, frames = noise, []
        for t in scheduler.timesteps:
            x_t = scheduler.step(peer(x_t, t).sample, int(t), x_t).prev_sample
            frames.append(x_t)

    x_t, t, _ = one_image(plain.shape)
    none = torch.tensor([0])
    seconds = by_turns(
        {
            "ours": lambda: list(sample(denoiser, num_steps=num_steps, x_t=noise, t_start=1000)),
            "peer": by_the_peer,
            "bare predictions": lambda: [denoiser.predict_eps(x_t, t) for _ in range(num_steps)],
        },
        rounds,
        warm_up=1,
    )
    parameters = [sum(p.numel() for p in net.parameters()) for net in (plain.network, peer)]
    return {
        "num_steps": num_steps,
        "s": {name: round(value, 3) for name, value in seconds.items()},
        "million_parameters": {
            name: round(number / 1e6, 2)
            for name, number in zip(("ours", "peer"), parameters, strict=True)
        },
        "gflop": {
            "ours": round(gflop(plain.network, x_t, t, none), 2),
            "peer": round(gflop(peer, x_t, t), 2),
        },
        "times_faster_than_peer": round(seconds["peer"] / seconds["ours"], 2),
        "run_over_bare_predictions": round(seconds["ours"] / seconds["bare predictions"], 3),
        "peer_size_over_ours": round(parameters[1] / parameters[0], 3),
    }


def growth(rounds: int = 7) -> dict[str, Any]:
    """How time grows with steps, with resolution and with the batch."""
    plain = load_denoiser(NAME)
    denoiser, _ = share(plain, Turns(CORES), prepared=True)
    noise, t, condition = one_image(plain.shape)
    steps = by_turns(
        {
            str(n): lambda n=n: list(sample(denoiser, num_steps=n, x_t=noise, t_start=1000))
            for n in (1, 5, 10, 25, 50, 100)
        },
        max(3, rounds // 2),
        warm_up=1,
    )
    sides = {}
    for side in (32, 64, 96, 128, 192, 256):
        shape = (plain.shape[0], side, side)
        engine, arguments = OnnxEngine(plain.network, shape), one_image(shape)
        sides[str(side)] = lambda engine=engine, arguments=arguments: engine(*arguments, True)
    resolution = by_turns(sides, rounds, warm_up=2)
    engine = OnnxEngine(plain.network, plain.shape)
    batches = {}
    for size in (1, 2, 4, 8, 16):
        part = [tensor.repeat(size, *[1] * (tensor.ndim - 1)) for tensor in (noise, t, condition)]
        for all_cores in (True, False):
            name = f"{size}, {'all cores' if all_cores else 'one core'}"
            batches[name] = lambda part=part, all_cores=all_cores: engine(*part, all_cores)
    batch = by_turns(batches, rounds, warm_up=1)
    per_step = {name: seconds / int(name) for name, seconds in steps.items()}
    slope = math.log(resolution["256"] / resolution["64"]) / math.log(256 / 64)
    return {
        "ms_of_a_run_by_steps": {name: round(1000 * s, 1) for name, s in steps.items()},
        "ms_a_step": {name: round(1000 * s, 2) for name, s in per_step.items()},
        "ms_by_side_in_pixels": {name: round(1000 * s, 1) for name, s in resolution.items()},
        "power_of_the_side_64_to_256": round(slope, 2),
        "ms_by_batch": {name: round(1000 * s, 1) for name, s in batch.items()},
        "ms_an_image_by_batch": {
            name: round(1000 * s / int(name.split(",")[0]), 2) for name, s in batch.items()
        },
    }
