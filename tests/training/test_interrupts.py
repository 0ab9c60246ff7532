"""A request to end is heard at once, or held until nothing would be lost; never twice."""

import os
import signal

import pytest

from explorer.training.interrupts import NAMES, Interrupted, Interrupts


@pytest.fixture(autouse=True)
def handlers():
    """As a command finds them, whatever runs the tests; put back afterwards."""
    numbers = [getattr(signal, name) for name in NAMES]
    before = [signal.signal(number, signal.SIG_DFL) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_heard_at_once(name):
    done = []
    with pytest.raises(Interrupted), Interrupts() as interrupts:
        signal.raise_signal(getattr(signal, name))
        done.append("went on")
    assert done == []
    assert interrupts.received == getattr(signal, name)
    assert signal.getsignal(getattr(signal, name)) is signal.SIG_IGN  # a second one adds nothing


def test_held_it_is_raised_once_at_the_end_whatever_came_after():
    done = []
    with pytest.raises(Interrupted), Interrupts() as interrupts:
        with interrupts.held():
            os.kill(os.getpid(), signal.SIGTERM)
            os.kill(os.getpid(), signal.SIGINT)
            done.append("saved")
        done.append("went on")
    assert done == ["saved"]
    assert interrupts.received == signal.SIGTERM


def test_a_fault_while_held_is_not_hidden_by_a_request():
    with pytest.raises(ZeroDivisionError), Interrupts() as interrupts, interrupts.held():
        signal.raise_signal(signal.SIGINT)
        _ = 1 // 0


def test_nobody_swallows_it():
    with pytest.raises(Interrupted), Interrupts():
        try:
            signal.raise_signal(signal.SIGINT)
        except Exception:
            pytest.fail("it is no Exception")


def test_what_is_ignored_stays_ignored():
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as under nohup
    with Interrupts() as interrupts:
        signal.raise_signal(signal.SIGHUP)
    assert interrupts.received is None
    assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
