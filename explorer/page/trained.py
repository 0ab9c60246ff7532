"""What a network puts out, and what it was marked on in training."""

from explorer.exhibits.exhibit import Exhibit
from explorer.page.words import SHARED


def trained_text(exhibit: Exhibit) -> str:
    """What the network was marked on in training."""
    return SHARED["trained"][prediction(exhibit)].format(T=exhibit.T, name=exhibit.name)


def prediction(exhibit: Exhibit) -> str:
    """What its raw output is: eps, x_0 or v."""
    return getattr(exhibit.denoiser, "prediction", "eps")
