"""A relay: one network makes the first steps of a run, another one the rest.

It shows in which steps a network goes wrong.
"""

from torch import Tensor

from explorer.denoiser.quality import grain
from explorer.diffusion.predictor import Predictor
from explorer.diffusion.schedules import NoiseSchedule
from explorer.exhibits.wrapped import Wrapped


class Relay(Wrapped):
    """Asks `first` while t > handover, then `second`; samplers take it as any other predictor.

    Raises:
        ValueError: the two differ in schedule, shape or conditions.
    """

    def __init__(self, first: Predictor, second: Predictor, handover: int):
        super().__init__(first)
        if not first.schedule.alpha_bar.equal(second.schedule.alpha_bar):
            raise ValueError("the networks of a relay must have the same schedule.")
        one, other = ([*network.conditions] for network in (first, second))
        if (first.shape, one) != (second.shape, other):
            raise ValueError("the networks of a relay must have the same shape and conditions.")
        self.second, self.handover = second, handover

    def predict_eps(
        self, x_t: Tensor, t: Tensor, condition: Tensor | None = None, guidance: float = 1.0
    ) -> Tensor:
        """As `Denoiser.predict_eps`; the whole batch has one t."""
        runner = self.inner if int(t[0]) > self.handover else self.second
        return runner.predict_eps(x_t, t, condition, guidance)


def noise_over_due(schedule: NoiseSchedule, x_t: Tensor, t: int) -> Tensor:
    """How much noise is in each x_t (B, C, H, W), over what the schedule says of this t: (B,).

    1 is right. Only near t = 0, where there is hardly any noise, does the picture's own detail
    count too.
    """
    return grain(x_t) / schedule.noise_scale[t].item()
