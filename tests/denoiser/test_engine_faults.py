"""Whatever goes wrong with an engine, PyTorch answers, and nobody waits for what will not come."""

import subprocess
import sys
import threading

import pytest
import torch

from explorer.denoiser import engine, turns
from explorer.denoiser.turns import SharedNetwork, Turns
from explorer.denoiser.unet import UNet

SHAPE = (1, 8, 8)
ARGUMENTS = torch.ones(1, *SHAPE), torch.tensor([7]), torch.tensor([0])


@pytest.fixture
def network():
    torch.manual_seed(0)
    network = UNet(1, 2, widths=(8,), blocks=(1,), attention=(False,)).eval()
    return network.requires_grad_(False)


def failing(error: BaseException):
    def fail(*_, **__):
        raise error

    return fail


def run(shared: SharedNetwork) -> torch.Tensor:
    """A run's call, in a thread of its own; fails if it is still waiting after 20 s."""
    answers = []
    call = threading.Thread(
        target=lambda: answers.append(shared.call(*ARGUMENTS, patient=True)), daemon=True
    )
    call.start()
    call.join(20)
    assert answers, "it waits for ever, or failed"
    return answers[0]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize(
    ("where", "error"),
    [
        ("fastest_engine", RuntimeError("boom")),
        ("fastest_engine", MemoryError()),
        ("fastest_engine", SystemExit()),
        ("Thread", RuntimeError("can't start new thread")),
        ("Thread", MemoryError()),
    ],
)
def test_an_engine_that_cannot_be_made(network, monkeypatch, caplog, where, error):
    monkeypatch.setattr(turns, where, failing(error))
    shared = SharedNetwork(network, SHAPE, Turns(1))
    for _ in range(2):
        assert torch.equal(run(shared), network(*ARGUMENTS))
    tracebacks = [record for record in caplog.records if record.exc_info]
    assert len(tracebacks) == isinstance(error, Exception)


def test_an_engine_that_fails_later_is_given_up_with_a_traceback(network, monkeypatch, caplog):
    asked = []

    def dies(*arguments):
        asked.append(1)
        if len(asked) > 1:
            raise RuntimeError("no kernel")
        return network(*arguments[:3])

    monkeypatch.setattr(turns, "fastest_engine", lambda *_: dies)
    shared = SharedNetwork(network, SHAPE, Turns(1))
    for _ in range(4):
        assert torch.equal(run(shared), network(*ARGUMENTS))
    assert len(asked) == 2
    [record] = caplog.records
    assert str(record.exc_info[1]) == "no kernel"


def test_arguments_at_fault_do_not_cost_the_engine(network, monkeypatch, caplog):
    def picky(*arguments):
        return network(*arguments[:3])

    monkeypatch.setattr(turns, "fastest_engine", lambda *_: picky)
    shared = SharedNetwork(network, SHAPE, Turns(1))
    with pytest.raises(RuntimeError, match="channels"):
        shared.call(torch.zeros(1, 2, 8, 8), *ARGUMENTS[1:], patient=True)
    assert shared._engine is picky
    assert caplog.records == []


def test_it_is_made_once_whoever_comes_at_the_same_time(network, monkeypatch):
    made, start = [], threading.Barrier(9)
    monkeypatch.setattr(turns, "fastest_engine", lambda *_: made.append(1) or network_call)
    shared = SharedNetwork(network, SHAPE, Turns(2))

    def network_call(*arguments):
        return network(*arguments[:3])

    def come(number: int) -> None:
        start.wait(20)
        shared.prepare() if number % 2 else shared.call(*ARGUMENTS, patient=True)

    visitors = [threading.Thread(target=come, args=(number,)) for number in range(8)]
    for visitor in visitors:
        visitor.start()
    start.wait(20)
    for visitor in visitors:
        visitor.join(20)
    assert made == [1]


@pytest.mark.parametrize("spoil", ["0.1 + x", "x * float('nan')", "x[:, 1:]"])
def test_an_engine_that_answers_otherwise_is_not_used(network, monkeypatch, caplog, spoil):
    def another(network, shape):
        return lambda *arguments: eval(spoil, {"x": network(*arguments[:3])})  # noqa: S307

    monkeypatch.setattr(engine, "OnnxEngine", another)
    chosen = engine.fastest_engine(network, SHAPE)
    assert torch.equal(chosen(*ARGUMENTS, True), network(*ARGUMENTS))
    assert "PyTorch runs the network: no another" in caplog.text


def test_who_is_interrupted_while_waiting_is_waited_for_by_nobody(eventually):
    shared_turns, served = Turns(1), []

    def interrupted():
        wait_for = shared_turns._changed.wait_for
        shared_turns._changed.wait_for = failing(KeyboardInterrupt())
        try:
            with shared_turns.take():
                served.append("interrupted")
        except KeyboardInterrupt:
            pass
        shared_turns._changed.wait_for = wait_for

    def another():
        with shared_turns.take(patient=True):
            served.append("another")

    with shared_turns.take():
        interrupted()
        assert shared_turns.waiting == 0
        thread = threading.Thread(target=another, daemon=True)
        thread.start()
        eventually(lambda: shared_turns.waiting == 1)
    eventually(lambda: served == ["another"])


def test_the_process_may_end_while_an_engine_is_made():
    code = """
import threading, torch
from explorer.denoiser.turns import SharedNetwork, Turns
from explorer.denoiser.unet import UNet
network = UNet(1, 2, widths=(8,), blocks=(1,), attention=(False,)).eval()
shared = SharedNetwork(network, (1, 8, 8), Turns(1))
for _ in range(2):
    shared.call(torch.zeros(1, 1, 8, 8), torch.tensor([1]), torch.tensor([0]))
assert any(thread.name == "engine" for thread in threading.enumerate())
"""
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=300
    )
    assert (ended.returncode, ended.stderr) == (0, "")
