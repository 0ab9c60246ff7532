"""On a GPU: a long run against eager PyTorch, how many images at once, the CPU's picture."""

from typing import Any

import torch
from torch import Tensor, nn

from benchmarks.network import NAME, gflop, one_image
from benchmarks.timing import by_turns
from explorer.denoiser.checkpoints import load_denoiser
from explorer.denoiser.denoiser import Denoiser
from explorer.denoiser.gpu_engine import CudaGraphEngine, Recording
from explorer.diffusion.samplers import sample

PRODUCT = 8192  # the side of the matrices that tell the card's own rate
BATCH = 256


def gpu(rounds: int = 3) -> dict[str, Any]:
    """DDPM of 1000 steps at batch 1; a batch of 256 in bfloat16; pictures against the CPU's."""
    if not torch.cuda.is_available():
        raise SystemExit("benchmarks: gpu needs a GPU that PyTorch can use.")
    eager, on_cpu = load_denoiser(NAME, "cuda"), load_denoiser(NAME)
    engine = CudaGraphEngine(eager.network, eager.shape)
    recorded = eager.run_by(engine)
    arguments = [tensor.cuda() for tensor in one_image(eager.shape)]

    def one_call(call: Any) -> Any:
        def finished() -> None:
            with torch.no_grad():
                call(*arguments)
            torch.cuda.synchronize()

        return finished

    calls = by_turns({"eager": one_call(eager.network), "graph": one_call(engine)}, 50, streak=4)
    runs = by_turns(
        {"eager": lambda: draw(eager, 1000), "graph": lambda: draw(recorded, 1000)},
        rounds,
        warm_up=0,
    )
    return {
        "gpu": torch.cuda.get_device_name(),
        "torch": torch.__version__,
        "ms_of_a_prediction": {name: round(1000 * s, 3) for name, s in calls.items()},
        "ms_a_step_of_ddpm_1000": {name: round(s, 3) for name, s in runs.items()},
        "run_times_faster_than_eager": round(runs["eager"] / runs["graph"], 2),
        "largest_difference_to_the_cpu": {
            name: (draw(recorded, *how) - draw(on_cpu, *how)).abs().max().item()
            for name, how in {"ddim, 50 steps": (50, "ddim"), "ddpm, 1000 steps": (1000,)}.items()
        },
        **throughput(eager.network, eager.shape),
    }


def draw(denoiser: Denoiser, num_steps: int, sampler: str = "ddpm") -> Tensor:
    """(1, C, H, W) on the CPU."""
    condition = torch.tensor([1])
    *_, last = sample(denoiser, sampler=sampler, num_steps=num_steps, seed=0, condition=condition)
    return last.x_t.cpu()


def throughput(network: nn.Module, shape: tuple[int, int, int]) -> dict[str, Any]:
    """Predictions of 256 images at once in bfloat16, and the rate of a matrix product in it."""
    work = gflop(network, *(tensor.cuda() for tensor in one_image(shape)))
    inputs = [t.cuda().repeat(BATCH, *[1] * (t.ndim - 1)) for t in one_image(shape)]
    inputs[0] = torch.randn_like(inputs[0]).bfloat16().to(memory_format=torch.channels_last)
    halved = network.bfloat16()  # of no further use in float32
    halved.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    recording = Recording(halved, *inputs)
    a, b = torch.randn(2, PRODUCT, PRODUCT, device="cuda").bfloat16().unbind()

    def finished(call: Any) -> Any:
        def many() -> None:
            with torch.no_grad():
                for _ in range(10):
                    call()
            torch.cuda.synchronize()

        return many

    seconds = by_turns(
        {
            "predictions": finished(lambda: recording.replay(*inputs)),
            "product": finished(lambda: torch.mm(a, b)),
        },
        rounds=10,
    )
    limit = 2 * PRODUCT**3 / 1e12 / (seconds["product"] / 10)
    images = BATCH / (seconds["predictions"] / 10)
    rate = images * work / 1000
    return {
        "bfloat16_images_per_s_at_batch_256": round(images),
        "bfloat16_tflop_per_s": round(rate, 1),
        "matrix_product_tflop_per_s": round(limit),
        "share_of_the_card": round(rate / limit, 3),
    }
