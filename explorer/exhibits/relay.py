"""A relay: one network makes the first steps of a run, another one the rest.

It shows in which steps a network goes wrong.
"""

from dataclasses import dataclass

from torch import Tensor

from explorer.denoiser.denoiser import PredictsEps
from explorer.denoiser.quality import grain
from explorer.diffusion.schedules import NoiseSchedule


@dataclass(frozen=True)
class Relay:
    """Asks `first` while t > handover, then `second`; samplers take it as any other denoiser.

    Raises:
        ValueError: the two differ in schedule, shape or conditions.
    """

    first: PredictsEps
    second: PredictsEps
    handover: int

    def __post_init__(self) -> None:
        one, other = self.first, self.second
        if not one.schedule.alpha_bar.equal(other.schedule.alpha_bar):
            raise ValueError("the networks of a relay must have the same schedule.")
        if (one.shape, one.conditions) != (other.shape, other.conditions):
            raise ValueError("the networks of a relay must have the same shape and conditions.")

    @property
    def schedule(self) -> NoiseSchedule:
        return self.first.schedule

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.first.shape

    def predict_eps(
        self, x_t: Tensor, t: Tensor, condition: Tensor | None = None, guidance: float = 1.0
    ) -> Tensor:
        """As `Denoiser.predict_eps`; the whole batch has one t."""
        runner = self.first if int(t[0]) > self.handover else self.second
        return runner.predict_eps(x_t, t, condition, guidance)


def noise_over_due(schedule: NoiseSchedule, x_t: Tensor, t: int) -> Tensor:
    """How much noise is in each x_t (B, C, H, W), over what the schedule says of this t: (B,).

    1 is right. Only near t = 0, where there is hardly any noise, does the picture's own detail
    count too.
    """
    return grain(x_t) / schedule.noise_scale[t].item()
