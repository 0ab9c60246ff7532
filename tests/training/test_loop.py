"""The loop: it learns, it stops and goes on as if nothing had happened, and it drops conditions."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import nn

from explorer.denoiser.denoiser import Denoiser
from explorer.diffusion.predictions import eps_from_v, eps_from_x_0
from explorer.diffusion.schedules import cosine
from explorer.training.config import Config
from explorer.training.loop import progress, train
from explorer.training.trainer import Trainer, learning_rate, make_loss


def with_training(config: Config, **changes) -> Config:
    return replace(config, training=replace(config.training, **changes))


def state_of(trainer: Trainer) -> list[torch.Tensor]:
    """Weights, their average and the optimiser's memory."""
    memory = [value for entry in trainer.optimiser.state.values() for value in entry.values()]
    return [*trainer.parameters, *trainer.ema, *memory]


def assert_same_state(one: Trainer, other: Trainer) -> None:
    assert one.step == other.step
    for mine, theirs in zip(state_of(one), state_of(other), strict=True):
        assert torch.equal(mine, theirs)


def test_the_terminal_says_how_far_it_is_and_how_long_it_still_takes(make_trainer, config):
    trainer = make_trainer(with_training(config, steps=1200))
    trainer.step = 300
    bar = "#" * 6 + "-" * 18
    said = f"\r[{bar}] 300/1200  loss 0.1235  60.0 steps/s  15 s left"
    assert progress(trainer, 0.12345678, 60.0) == said


def test_the_learning_rate_warms_up_and_ends_at_zero(config):
    config = with_training(config, steps=1000, warm_up=100, learning_rate=0.5)
    rates = [learning_rate(step, config) for step in range(1001)]
    assert rates[0] == pytest.approx(0.005)
    assert rates[99] == rates[100] == max(rates) == 0.5
    assert rates[550] == pytest.approx(0.25)
    assert 0 < rates[999] < 1e-5
    assert rates[1000] == 0
    assert all(before > after for before, after in zip(rates[100:], rates[101:], strict=False))


@pytest.mark.parametrize("prediction", ["eps", "x_0", "v"])
def test_a_tiny_run_learns(config, make_trainer, prediction):
    config = with_training(config, steps=60, batch=4)
    config = replace(config, model=replace(config.model, prediction=prediction))
    trainer = make_trainer(config)
    losses = [trainer.train_step().item() for _ in range(60)]
    assert losses[0] > 0.7  # a new network answers zero
    assert sum(losses[-20:]) / 20 < 0.4


@pytest.mark.parametrize("name", ["digits", "digits-x0", "digits-v", "digits-blind"])
def test_digits_and_its_variants_learn(make_trainer, name):
    trainer = make_trainer(with_training(Config.read(name), batch=4, warm_up=1))
    first, *_, last = (trainer.train_step().item() for _ in range(6))
    assert last < first


@pytest.mark.parametrize("prediction", ["eps", "x_0", "v"])
def test_the_target_is_what_the_denoiser_reads_as_noise(config, prediction):
    """The loss of a network is zero if and only if its output, read as noise, is the true noise."""
    schedule, shape = cosine(), (1, 4, 4)
    generator = torch.Generator().manual_seed(0)
    x_0, eps = (torch.randn(6, *shape, generator=generator) for _ in range(2))
    t = torch.tensor([50, 200, 400, 600, 800, 900])

    class Exact(nn.Module):
        def __init__(self):
            super().__init__()
            self.somewhere = nn.Parameter(torch.zeros(1))

        def forward(self, x_t, t, condition):
            signal = schedule.at(schedule.signal_scale, t, like=x_t)
            noise = schedule.at(schedule.noise_scale, t, like=x_t)
            self.output = {"eps": eps, "x_0": x_0, "v": signal * eps - noise * x_0}[prediction]
            self.x_t = x_t
            return self.output

    network = Exact()
    denoiser = Denoiser(network, schedule, prediction, shape, ["a"])
    kept = torch.zeros(6, dtype=torch.bool)
    loss = make_loss(denoiser, config)(x_0, torch.zeros(6, dtype=torch.int64), t, eps, kept)
    assert loss < 1e-12
    read = {"eps": lambda *a: a[3], "x_0": eps_from_x_0, "v": eps_from_v}[prediction]
    eps_hat = read(schedule, network.x_t, t, network.output)
    torch.testing.assert_close(eps_hat, eps, atol=1e-4, rtol=0)


@pytest.mark.filterwarnings("ignore:Guards may run slower on Python 3.13.0:RuntimeWarning")
def test_the_loss_compiles_in_one_piece(make_trainer):
    trainer = make_trainer()
    arguments = trainer.draw()
    whole = torch.compile(trainer.loss, backend="eager", fullgraph=True)  # or it would raise
    torch.testing.assert_close(whole(*arguments), trainer.loss(*arguments))


def test_a_dropped_condition_is_told_as_none(config, bars):
    told = []

    class Listener(nn.Module):
        def __init__(self):
            super().__init__()
            self.somewhere = nn.Parameter(torch.zeros(1))

        def forward(self, x_t, t, condition):
            told.append(condition)
            return x_t * self.somewhere

    denoiser = Denoiser(Listener(), cosine(), "v", (1, 28, 28), bars.conditions)
    trainer = Trainer(denoiser, bars, with_training(config, batch=400), compiled=False)
    x_0, condition, t, eps, dropped = trainer.draw()
    trainer.loss(x_0, condition, t, eps, dropped)
    assert torch.equal(told[0], torch.where(dropped, 0, condition + 1))
    assert 0.15 < dropped.double().mean() < 0.35  # the config says 0.25


def test_times_are_drawn_from_all_of_1_to_T(config, make_trainer):
    _, _, t, eps, _ = make_trainer(with_training(config, batch=4000)).draw()
    assert 1 <= t.min() < 10
    assert 990 < t.max() <= 1000
    assert abs(t.double().mean() - 500.5) < 20
    assert abs(eps.mean()) < 0.01
    assert abs(eps.std() - 1) < 0.01


def test_what_is_drawn_follows_from_seed_step_and_rank(config, make_trainer):
    def first_noise(step: int = 0, rank: int = 0, seed: int = 5) -> float:
        trainer = make_trainer(with_training(config, seed=seed))
        trainer.step, trainer.rank = step, rank
        return trainer.draw()[3].flatten()[0].item()

    draws = [first_noise(), first_noise(step=1), first_noise(rank=1), first_noise(seed=6)]
    assert len(set(draws)) == 4
    assert first_noise() == draws[0]


def test_the_average_follows_the_weights(make_trainer):
    trainer = make_trainer()
    names = list(trainer.ema_weights())
    assert names == [name for name, _ in trainer.denoiser.network.named_parameters()]
    for _ in range(3):
        before = [average.clone() for average in trainer.ema]
        trainer.train_step()
        decay = min(0.9, (1 + trainer.step) / (10 + trainer.step))
        for old, new, weight in zip(before, trainer.ema, trainer.parameters, strict=True):
            torch.testing.assert_close(new, decay * old + (1 - decay) * weight.detach())


def test_a_run_that_crashed_goes_on_exactly(tmp_path, make_trainer):
    whole = make_trainer()
    train(whole, tmp_path / "whole")

    crashing = make_trainer()
    take_step: Callable = crashing.train_step

    def crash_at_step_8():
        if crashing.step == 8:
            raise KeyboardInterrupt
        return take_step()

    crashing.train_step = crash_at_step_8
    with pytest.raises(KeyboardInterrupt):
        train(crashing, tmp_path / "crashed", save_every=5)

    resumed = make_trainer()
    train(resumed, tmp_path / "crashed")
    assert_same_state(resumed, whole)


def test_a_run_that_was_stopped_goes_on_exactly(tmp_path, config, make_trainer, capsys):
    config = with_training(config, steps=101, batch=1)
    whole = make_trainer(config)
    train(whole, tmp_path / "whole")
    stopped = make_trainer(config)
    train(stopped, tmp_path / "stopped", stop_after_s=0)
    assert stopped.step == 100
    resumed = make_trainer(config)
    train(resumed, tmp_path / "stopped")
    assert_same_state(resumed, whole)
    assert resumed.seconds > stopped.seconds > 0
    assert "resumed at step 100" in capsys.readouterr().out
    again = make_trainer(config)
    train(again, tmp_path / "stopped")  # nothing is left to do
    assert_same_state(again, whole)


def test_a_loss_that_is_no_number_ends_the_run(tmp_path, make_trainer):
    trainer = make_trainer()
    trainer.parameters[0].data.fill_(torch.nan)
    with pytest.raises(FloatingPointError, match="nan at step 12"):
        train(trainer, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_batch_that_the_gpus_cannot_share_evenly_is_refused(bars, config, monkeypatch):
    monkeypatch.setattr("torch.distributed.is_initialized", lambda: True)
    monkeypatch.setattr("torch.distributed.get_rank", lambda: 0)
    monkeypatch.setattr("torch.distributed.get_world_size", lambda: 3)
    denoiser = Denoiser(nn.Linear(1, 1), cosine(), "v", (1, 28, 28), bars.conditions)
    with pytest.raises(ValueError, match="batch 8 does not divide by 3 GPUs"):
        Trainer(denoiser, bars, config, compiled=False)
