"""The GPU engine: a network's call, recorded once as a CUDA graph and replayed from then on.

A small network is hundreds of small kernels, and Python takes longer to launch each of them than
the GPU to run it. A recording launches them all at once.

Knows nothing of schedules, files or visitors.
"""

from threading import Lock

import torch
from torch import Tensor, nn


class CudaGraphEngine:
    """Calls a network on a GPU by replaying a recording of it, one for each size of batch.

    In full float32, so that a seed's picture is the one that the CPU draws.

    Args:
        network: a `UNet`, or anything called alike, on a GPU.
        shape: (C, H, W) of one image; a batch of one is recorded right away.

    Raises:
        RuntimeError: this GPU, or this network, cannot be recorded.
    """

    def __init__(self, network: nn.Module, shape: tuple[int, int, int]):
        self._network = network
        self._recordings: dict[int, Recording] = {}
        self._one_at_a_time = Lock()  # a recording has one place for its input
        device = next(network.parameters()).device
        whole = torch.ones(1, dtype=torch.int64, device=device)
        self(torch.zeros(1, *shape, device=device), whole, whole)

    def __call__(self, x_t: Tensor, t: Tensor, condition: Tensor, all_cores: bool = True) -> Tensor:
        """As the network's own call: x_t (B, C, H, W) float32, on the GPU; t (B,) and condition
        (B,) int64, anywhere.
        """
        with self._one_at_a_time:
            if len(t) not in self._recordings:
                self._recordings[len(t)] = Recording(self._network, x_t, t, condition)
            return self._recordings[len(t)].replay(x_t, t, condition)


class Recording:
    """One call of a network, with inputs of these shapes, on the first one's device."""

    def __init__(self, network: nn.Module, *inputs: Tensor):
        device = inputs[0].device
        self._inputs = [tensor.to(device, copy=True) for tensor in inputs]
        self._graph = torch.cuda.CUDAGraph()
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        flags = torch.backends.cudnn.flags(
            enabled=True, benchmark=True, allow_tf32=False, fp32_precision="ieee"
        )
        with torch.no_grad(), flags, torch.cuda.stream(aside):
            for _ in range(3):  # libraries settle on their fastest kernels before it counts
                network(*self._inputs)
            # What other threads do on the GPU meanwhile is no fault.
            with torch.cuda.graph(self._graph, stream=aside, capture_error_mode="thread_local"):
                self._output = network(*self._inputs)
        torch.cuda.current_stream().wait_stream(aside)

    def replay(self, *inputs: Tensor) -> Tensor:
        for mine, new in zip(self._inputs, inputs, strict=True):
            mine.copy_(new, non_blocking=True)
        self._graph.replay()
        return self._output.clone()
