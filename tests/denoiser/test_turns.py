"""Turns: the wrapped denoiser's own answers, never more predictions at a time than allowed."""

import threading
import time
from threading import BoundedSemaphore

import torch

from explorer.denoiser.denoiser import Denoiser
from explorer.denoiser.turns import TakesTurns
from explorer.diffusion.schedules import cosine

X_T, T, CONDITION = torch.ones(1, 1, 2, 2), torch.tensor([5]), torch.tensor([1])


def test_it_answers_as_the_denoiser_does(recorder):
    denoiser = Denoiser(recorder(), cosine(), "v", (1, 2, 2), ["a", "b"])
    waiting = TakesTurns(denoiser, BoundedSemaphore(1))
    expected = denoiser.predict_eps(X_T, T, CONDITION, 2.0)
    assert torch.equal(waiting.predict_eps(X_T, T, CONDITION, 2.0), expected)
    assert (waiting.shape, waiting.conditions) == (denoiser.shape, denoiser.conditions)
    assert waiting.schedule is denoiser.schedule


def test_only_so_many_at_a_time(recorder):
    busy, most, lock = 0, 0, threading.Lock()

    def answer(x_t, t, condition):
        nonlocal busy, most
        with lock:
            busy, most = busy + 1, max(most, busy + 1)
        time.sleep(0.02)
        with lock:
            busy -= 1
        return x_t

    denoiser = Denoiser(recorder(answer), cosine(), "eps", (1, 2, 2), [])
    waiting = TakesTurns(denoiser, BoundedSemaphore(2))
    threads = [threading.Thread(target=waiting.predict_eps, args=(X_T, T)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2


def test_a_failure_gives_the_turn_back(recorder):
    denoiser = Denoiser(recorder(), cosine(), "eps", (1, 2, 2), [])
    waiting = TakesTurns(denoiser, BoundedSemaphore(1))
    for _ in range(2):
        try:
            waiting.predict_eps(X_T, torch.tensor([0]))
        except ValueError:
            continue
    assert waiting.predict_eps(X_T, T).shape == X_T.shape
