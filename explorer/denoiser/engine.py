"""The CPU engine: a network's own weights, run by ONNX Runtime instead of PyTorch.

PyTorch stays the reference; the two agree within 1e-4 (tests/denoiser/test_engine.py). The graph is
written anew from the network at every start, so no second file of weights has to be kept in step.

Knows nothing of schedules, files or visitors.
"""

import io
import logging
import os
import warnings
from collections.abc import Callable
from threading import Lock
from typing import Any

import torch
from torch import Tensor, nn

from explorer.denoiser.folding import folded
from explorer.denoiser.gpu_engine import CudaGraphEngine

log = logging.getLogger(__name__)
_EXPORTING = Lock()  # PyTorch writes one graph at a time
TOLERANCE = 1e-3  # by which answers may differ, where they are of size 1
INPUTS = ["x_t", "t", "condition"]
Engine = Callable[[Tensor, Tensor, Tensor, bool], Tensor]  # (x_t, t, condition, all_cores)
MakeEngine = Callable[[nn.Module, tuple[int, int, int]], Engine]  # of (C, H, W) images
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class OnnxEngine:
    """Calls a network through ONNX Runtime, on one core or on all of them.

    On all cores one image is done soonest; but two images, one on each core, are done sooner than
    one after the other on both.

    Args:
        network: a `UNet`, or anything called alike, on the CPU.
        shape: (C, H, W) of one image.

    Raises:
        ImportError: onnx or onnxruntime is not installed.
    """

    def __init__(self, network: nn.Module, shape: tuple[int, int, int]):
        import onnxruntime

        graph = _export(folded(network), shape)
        self._sessions = {
            (alone, threads): _session(onnxruntime, graph, threads, alone)
            for alone in (True, False)
            for threads in {1, CORES}
        }
        # The graph has no t where the network makes nothing of it.
        self._inputs = {node.name for node in self._sessions[True, 1].get_inputs()}

    def __call__(self, x_t: Tensor, t: Tensor, condition: Tensor, all_cores: bool = True) -> Tensor:
        """As the network's own call: x_t (B, C, H, W) float32, t (B,) and condition (B,) int64."""
        session = self._sessions[len(t) == 1, CORES if all_cores else 1]
        tensors = zip(INPUTS, (x_t, t, condition), strict=True)
        arrays = {name: x.contiguous().numpy() for name, x in tensors if name in self._inputs}
        [output] = session.run(None, arrays)
        return torch.from_numpy(output)


def _export(network: nn.Module, shape: tuple[int, int, int]) -> bytes:
    """The network as an ONNX graph for any batch size."""
    example = (torch.zeros(2, *shape), torch.ones(2).long(), torch.zeros(2).long())
    file = io.BytesIO()
    with _EXPORTING, warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # the newer exporter takes ten times as long
        torch.onnx.export(
            network,
            example,
            file,  # type: ignore[arg-type]
            dynamo=False,
            input_names=INPUTS,
            dynamic_axes={name: {0: "B"} for name in INPUTS},
        )
    return file.getvalue()


def _session(onnxruntime: Any, graph: bytes, threads: int, alone: bool) -> Any:
    options = onnxruntime.SessionOptions()
    if alone:  # one image: what works out shapes falls away, a third of the graph's operations
        options.add_free_dimension_override_by_name("B", 1)
    options.intra_op_num_threads = threads
    options.log_severity_level = 3  # errors
    # Threads that wait for the next call do not keep a core busy, which others may need.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def fastest_engine(network: nn.Module, shape: tuple[int, int, int]) -> Engine:
    """ONNX Runtime on the CPU, a CUDA graph on a GPU; PyTorch itself where that cannot be had."""
    on_cpu = next(network.parameters()).device.type == "cpu"
    kind = OnnxEngine if on_cpu else CudaGraphEngine
    try:
        engine = kind(network, shape)
        if on_cpu:  # a GPU's PyTorch rounds more coarsely than the recording of it
            _check_equal(engine, plain_engine(network), shape)
        return engine
    except Exception as error:  # missing, or a version that cannot write or run this graph
        log.warning("PyTorch runs the network: no %s (%s).", kind.__name__, error)
    return plain_engine(network)


def plain_engine(network: nn.Module) -> Engine:
    """PyTorch itself."""
    return lambda x_t, t, condition, all_cores: network(x_t, t, condition)


@torch.no_grad()
def _check_equal(engine: Engine, reference: Engine, shape: tuple[int, int, int]) -> None:
    """ValueError unless an engine's answers are PyTorch's, for one image and for two."""
    x_t = torch.randn(2, *shape, generator=torch.Generator().manual_seed(0))
    t, condition = torch.tensor([7, 5]), torch.tensor([0, 0])
    expected = reference(x_t, t, condition, True)
    for count in (1, 2):
        answer = engine(x_t[:count], t[:count], condition[:count], count == 1)
        if answer.shape != (count, *shape):
            raise ValueError(f"its answers are of shape {tuple(answer.shape)}")
        off = float((answer - expected[:count]).abs().max() / expected.abs().max().clamp_min(1))
        if not off < TOLERANCE:
            raise ValueError(f"its answers are not PyTorch's: they differ by {off:.2g}")
