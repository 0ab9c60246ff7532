"""The ideal denoiser: the exact answer when the data are a known, finite set of images.

With x_0 drawn evenly from {x^1 ... x^N}, Bayes' rule gives the mean of x_0 given x_t exactly:

    x_0_hat = sum_i w_i x^i,   w = softmax_i( -|x_t - signal_scale x^i|^2 / (2 noise_scale^2) )
    eps_hat = (x_t - signal_scale x_0_hat) / noise_scale

No answer to x_t alone has a lower mean squared error, on average over that set (it minimises the
loss of a network trained on just these images: Karras et al. 2022, appendix B.3), and it can only
ever draw images of the set. On a single image a network can be better, or told the kind, or on
changed copies of the images, if these are what it was trained on.
"""

import torch
from torch import Tensor

from explorer.denoiser.denoiser import check_arguments
from explorer.diffusion.predictions import eps_from_x_0
from explorer.diffusion.schedules import NoiseSchedule

ROUNDING = 2.0**-23  # of float32, relative
FARTHEST = 30.0  # logits below the largest: a weight of 1e-13 changes no digit of a float32
TOLERANCE = 1e-3  # of a logit, and so of a weight


class IdealDenoiser:
    """The posterior mean over `images`, behind the same interface as a trained denoiser.

    Args:
        images: (N, C, H, W) in [-1, 1].
        schedule: the noise schedule.
        condition_of: (N,) int64, each image's index into `conditions`; given with it or not at all.
        conditions: names.

    Raises:
        ValueError: images or condition_of of another shape, or one of the last two is missing.
    """

    def __init__(
        self,
        images: Tensor,
        schedule: NoiseSchedule,
        condition_of: Tensor | None = None,
        conditions: list[str] | None = None,
        name: str = "ideal",
    ):
        if images.ndim != 4 or len(images) == 0:
            raise ValueError("images must have shape (N, C, H, W) with N at least 1.")
        if (condition_of is None) != (not conditions):
            raise ValueError("condition_of and conditions must be given together.")
        if condition_of is not None and condition_of.shape != (len(images),):
            raise ValueError(f"condition_of must hold {len(images)} indices, one per image.")
        self.images = images.flatten(1).float()  # (N, D)
        self.squared_norm = self.images.square().sum(1)  # (N,)
        self.schedule = schedule
        self.shape = (int(images.shape[1]), int(images.shape[2]), int(images.shape[3]))
        self.condition_of = None if condition_of is None else condition_of.to(images.device)
        self.conditions = conditions or []
        self.name = name

    @property
    def device(self) -> torch.device:
        return self.images.device

    @torch.no_grad()
    def products(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, N): the inner product with each image of the set."""
        return x.to(self.images).flatten(1) @ self.images.T

    @torch.no_grad()
    def weights(
        self,
        x_t: Tensor,
        t: Tensor,
        condition: Tensor | None = None,
        products: Tensor | None = None,
    ) -> Tensor:
        """How likely x_t was made from each image of the set: (B, N), each row adding up to 1.

        x_t: (B, C, H, W); t: (B,) int64 in 1..T; condition as in `Denoiser`; products: those of
        x_t, where they are known.
        """
        check_arguments(self, x_t, t, condition)
        products = self.products(x_t) if products is None else products
        signal = self.schedule.at(self.schedule.signal_scale, t, like=products)  # (B, 1)
        noise = self.schedule.at(self.schedule.noise_scale, t, like=products)
        # |x_t - s x^i|^2 without the term in x_t alone, which the softmax cancels.
        distance = signal.square() * self.squared_norm - 2 * signal * products  # (B, N)
        logits = -distance / (2 * noise.square())
        size = (distance.abs() + 2 * signal.square() * self.squared_norm).amax(1, keepdim=True)
        if condition is not None and self.condition_of is not None:
            other = self.condition_of[None, :] != condition.to(self.device)[:, None]
            if bool(other.all(1).any()):
                raise ValueError("no image of the set has this condition.")
            logits = logits.masked_fill(other, -torch.inf)
        return self._told_apart(logits, size / noise.square(), x_t, t).softmax(1)

    def _told_apart(self, logits: Tensor, terms: Tensor, x_t: Tensor, t: Tensor) -> Tensor:
        """The logits (B, N), again in float64 for images too alike for a difference of products.

        Where there is little noise, the rounding of large products, divided by noise_scale^2,
        would decide between near duplicates. Nearly always one image stands alone: no work then.

        terms: (B, 1), the largest that were added up to a logit.
        """
        error = ROUNDING * terms  # of a logit, usually; sqrt(D) times at the worst
        slack = FARTHEST + 2 * self.images.shape[1] ** 0.5 * error
        near = logits >= logits.amax(1, keepdim=True) - slack
        unsure = (near.sum(1) > 1) & (error[:, 0] > TOLERANCE)
        for row in unsure.nonzero().flatten().tolist():
            among = near[row].nonzero().flatten()
            at = self.schedule.signal_scale[t[row]].item() * self.images[among].double()
            squared = (x_t[row].to(at).flatten() - at).square().sum(1)
            power = 2 * self.schedule.noise_scale[t[row]].item() ** 2
            logits[row] = -torch.inf
            logits[row, among] = ((squared.min() - squared) / power).to(logits)
        return logits

    def predict_x_0(self, x_t: Tensor, t: Tensor, condition: Tensor | None = None) -> Tensor:
        """Arguments as of `weights` -> x_0_hat, like x_t."""
        return self.mix(self.weights(x_t, t, condition)).to(x_t.device)

    def mix(self, weights: Tensor) -> Tensor:
        """(B, N) -> (B, C, H, W): the images of the set, added up with these weights."""
        near = weights.amax(0) > 1e-12  # the others change no digit of a float32
        if 2 * int(near.sum()) < len(near):
            weights, images = weights[:, near], self.images[near]
        else:  # to pick most of them out would take longer than to add all up
            images = self.images
        return (weights @ images).view(-1, *self.shape)

    @torch.no_grad()
    def nearest(self, x: Tensor, count: int = 1) -> tuple[Tensor, Tensor]:
        """The images of the set that x is most like, the nearest first.

        Args:
            x: (B, C, H, W), usually clean images in [-1, 1].
            count: how many, at most as many as there are.

        Returns:
            (B, count) the root mean squared difference, and (B, count) int64 indices of images.
        """
        # The faster way, by a matrix product, would lose small distances to rounding.
        exact = "donot_use_mm_for_euclid_dist"
        distance = torch.cdist(x.to(self.images).flatten(1), self.images, compute_mode=exact)
        found = distance.topk(min(count, len(self.images)), largest=False)
        return found.values / self.images.shape[1] ** 0.5, found.indices

    def predict_eps(
        self, x_t: Tensor, t: Tensor, condition: Tensor | None = None, guidance: float = 1.0
    ) -> Tensor:
        """As `Denoiser.predict_eps`: the smallest-error noise estimate that exists for the set."""
        eps = eps_from_x_0(self.schedule, x_t, t, self.predict_x_0(x_t, t, condition))
        if guidance == 1.0 or condition is None:
            return eps
        eps_u = eps_from_x_0(self.schedule, x_t, t, self.predict_x_0(x_t, t))
        return eps_u + guidance * (eps - eps_u)
