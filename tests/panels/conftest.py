"""A page built over the tiny exhibits, and stand-ins for what Gradio hands to handlers."""

from types import SimpleNamespace

import gradio as gr
import pytest


@pytest.fixture
def page(shelf) -> gr.Blocks:
    from explorer.panels.interface import build_interface

    return build_interface(shelf)


@pytest.fixture
def choice_of(shelf):
    """`choice_of("old dog")`, or the first picture of an exhibit: `choice_of(None, "strokes")`."""
    from explorer.panels.visit import Choice

    def make(name: str | None = None, denoiser: str = "tiny") -> Choice:
        return Choice.of(shelf.picture(shelf.exhibit(denoiser), name))

    return make


@pytest.fixture
def event():
    """`event(name="pizza")`: what a component of ours tells."""
    return SimpleNamespace


@pytest.fixture
def request_for():
    """`request_for(t="400")`: a page opened at ?t=400."""
    return lambda **query: SimpleNamespace(query_params=query)
