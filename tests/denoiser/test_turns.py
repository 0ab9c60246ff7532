"""Turns: short work first, never more than allowed; shared networks answer as their own."""

import threading

import pytest
import torch

from explorer.denoiser.denoiser import Denoiser
from explorer.denoiser.turns import MOST_IMAGES, SharedNetwork, Turns, share
from explorer.denoiser.unet import UNet
from explorer.diffusion.schedules import cosine

SHAPE = (1, 8, 8)


@pytest.fixture(scope="module")
def denoiser():
    torch.manual_seed(0)
    network = UNet(1, 2, widths=(8, 16), blocks=(1, 1), attention=(False, False)).eval()
    for parameter in network.parameters():
        parameter.data += 0.05 * torch.randn_like(parameter)
    return Denoiser(network, cosine(), "v", SHAPE, ["a", "b"])


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("guidance", [1.0, 2.5])
def test_a_shared_denoiser_answers_as_its_own(denoiser, which, guidance):
    shared = share(denoiser, Turns(2), prepared=True)[which]
    batch = 2 * MOST_IMAGES + 1
    x_t = torch.randn(batch, *SHAPE, generator=torch.Generator().manual_seed(1))
    t = torch.arange(1, batch + 1) * 50
    condition = torch.arange(batch) % 2
    torch.testing.assert_close(
        shared.predict_eps(x_t, t, condition, guidance),
        denoiser.predict_eps(x_t, t, condition, guidance),
        atol=1e-4,
        rtol=0,
    )
    assert (shared.shape, shared.conditions) == (denoiser.shape, denoiser.conditions)


def test_the_fast_engine_answers_from_when_it_is_ready_and_nobody_waits(
    denoiser, monkeypatch, eventually
):
    go, asked = threading.Event(), []

    def slow_to_make(network, shape):
        go.wait(20)
        return lambda x_t, t, condition, all_cores: (
            asked.append("fast") or network(x_t, t, condition)
        )

    monkeypatch.setattr("explorer.denoiser.turns.fastest_engine", slow_to_make)
    quick, _ = share(denoiser, Turns(1))
    arguments = torch.zeros(1, *SHAPE), torch.tensor([1])
    for _ in range(4):
        quick.predict_eps(*arguments)
    assert asked == []
    go.set()
    eventually(lambda: quick.predict_eps(*arguments) is not None and asked)


def test_a_run_waits_for_the_fast_engine_even_if_it_comes_first(denoiser, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "explorer.denoiser.turns.fastest_engine",
        lambda network, shape: lambda *arguments: asked.append("fast") or network(*arguments[:3]),
    )
    _, patient = share(denoiser, Turns(1))
    patient.predict_eps(torch.zeros(1, *SHAPE), torch.tensor([1]))
    assert asked == ["fast"]


def test_a_prepared_one_is_fast_from_the_first_call_on(denoiser, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "explorer.denoiser.turns.fastest_engine",
        lambda network, shape: lambda *arguments: asked.append("fast") or network(*arguments[:3]),
    )
    quick, _ = share(denoiser, Turns(1), prepared=True)
    quick.predict_eps(torch.zeros(1, *SHAPE), torch.tensor([1]))
    assert asked == ["fast"]


def test_who_is_alone_gets_all_of_the_machine(eventually):
    turns = Turns(2)
    with turns.take() as alone:
        assert alone
        got = []

        def second():
            with turns.take() as beside:
                got.append(beside)

        other = threading.Thread(target=second)
        other.start()
        eventually(lambda: turns.waiting == 1)
        assert got == []  # all of the machine is taken
    other.join()
    assert got == [True]


def test_two_runs_under_way_keep_to_a_core_each():
    turns = Turns(2)
    for runs, expected in ((1, True), (2, False), (1, True), (0, True)):
        turns.expect(runs)
        with turns.take(patient=True) as alone:
            assert alone is expected


def run_in_order(turns: Turns, eventually, kinds: list[bool]) -> list[int]:
    """Let `kinds` (patient or not) queue up behind one that runs; the order in which they ran."""
    order, threads = [], []

    def work(index: int, patient: bool) -> None:
        with turns.take(patient):
            order.append(index)

    with turns.take():
        for index, patient in enumerate(kinds):
            threads.append(threading.Thread(target=work, args=(index, patient)))
            threads[-1].start()
            eventually(lambda: turns.waiting == len(threads))
    for thread in threads:
        thread.join()
    return order


def test_short_work_goes_first_and_otherwise_who_came_first(eventually):
    patient, short = True, False
    order = run_in_order(Turns(1), eventually, [patient, short, patient, short])
    assert order == [1, 3, 0, 2]


def test_only_so_many_at_a_time(eventually):
    turns, running, most, lock = Turns(2), 0, 0, threading.Lock()
    gate = threading.Event()

    def work():
        nonlocal running, most
        with turns.take():
            with lock:
                running += 1
                most = max(most, running)
            gate.wait(20)
            with lock:
                running -= 1

    with turns.take():
        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        eventually(lambda: turns.waiting == 6)
    eventually(lambda: running == 2)
    gate.set()
    for thread in threads:
        thread.join()
    assert most == 2


def test_a_failure_gives_the_turn_back(denoiser):
    turns = Turns(1)
    shared = SharedNetwork(denoiser.network, SHAPE, turns)
    with pytest.raises(Exception, match=r"(?i)shape|channel|dim"):
        shared.call(torch.zeros(1, 2, 8, 8), torch.tensor([1]), torch.tensor([0]))
    answer = shared.call(torch.zeros(1, *SHAPE), torch.tensor([1]), torch.tensor([0]))
    assert answer.shape == (1, *SHAPE)
    assert turns.waiting == 0


def test_a_large_batch_takes_several_turns(denoiser, monkeypatch):
    turns, taken = Turns(1), []
    shared = SharedNetwork(denoiser.network, SHAPE, turns)
    take = turns.take
    monkeypatch.setattr(turns, "take", lambda patient: taken.append(patient) or take(patient))
    batch = 2 * MOST_IMAGES + 1
    arguments = torch.zeros(batch, *SHAPE), torch.ones(batch).long(), torch.zeros(batch).long()
    assert shared.call(*arguments, patient=True).shape == (batch, *SHAPE)
    assert taken == [True, True, True]
