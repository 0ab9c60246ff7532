"""A setting's control on the page: its kind of component, its range and its choices."""

from collections.abc import Mapping
from typing import Any

import gradio as gr
from gradio.components import Component

from explorer.components.dropdown import Dropdown
from explorer.components.slider import Slider
from explorer.page.settings import Setting


def make_control(
    setting: Setting,
    label: str,
    *,
    labels: Mapping[str, str] | None = None,
    menu: bool = False,
    **look: Any,
) -> Component:
    """A checkbox, a slider, a box for text, or its choices as buttons or as a menu."""
    if setting.kind is bool:
        return gr.Checkbox(setting.default, label=label, **look)
    if setting.kind is str:
        if setting.choices is None and "choices" not in look:
            return gr.Textbox(setting.default, label=label, max_length=setting.longest, **look)
        names = labels or {}
        choices = [(names.get(one, one), one) for one in setting.choices or ()]
        look = {"choices": choices, "value": setting.default} | look
        return (Dropdown if menu else gr.Radio)(label=label, **look)
    opens = {"minimum": setting.low, "maximum": setting.high, "value": setting.default}
    return Slider(label=label, **{**opens, "step": setting.step, **look})
