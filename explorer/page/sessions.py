"""A visitor's session, without what only Gradio's deep links need.

For these Gradio works out and keeps the settings of every component at every session's start, and
their last values at every call: 100 ms and up to 1.5 MB a visitor. Our links carry the choices in
the address instead.
"""

from typing import Any

from gradio.blocks import BlocksConfig


class PageConfig(BlocksConfig):
    """The page's components and functions, of which every session takes a copy."""

    def __copy__(self) -> BlocksConfig:
        copy = super().__copy__()
        copy.__class__ = SessionConfig
        return copy


class SessionConfig(BlocksConfig):
    """A session's copy: its components are its own, their settings are not kept."""

    def config_for_block(self, *block: Any) -> dict[str, Any]:
        return {}
