"""A page built over the tiny exhibits, and stand-ins for what Gradio hands to handlers."""

from types import SimpleNamespace

import gradio as gr
import pytest


@pytest.fixture(scope="package")
def page(colour_exhibit, grey_exhibit, tmp_path_factory) -> gr.Blocks:
    """Of the tiny exhibits; built once, for it takes a second."""
    from explorer.panels.interface import build_interface
    from explorer.panels.shelf import Shelf

    exhibits = {"tiny": colour_exhibit, "strokes": grey_exhibit}
    return build_interface(Shelf(exhibits, tmp_path_factory.mktemp("sheets")))


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
