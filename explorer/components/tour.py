"""The tour: a button that opens a slim sheet, which leads from lesson to lesson.

Knows nothing of the lessons: where to go, and what to say there, comes with the stops.
"""

from typing import Any

import gradio as gr

from .files import read_parts


class Tour(gr.HTML):
    """Which stop one has come to is kept in the browser's own storage.

    Value: {"stops": a list of {"lesson", "text", "try", "show"}, and maybe "equation" and
    "numbers"}; and maybe "trained": network's name -> what {trained} in a text is. See
    page/words/tour.toml, also for `words`. `titles`: of the lessons, by their names. `follows` is
    a CSS selector of the rail's slider.

    Event `go` asks the page to show `denoiser`, `seed` or `image`.
    """

    def __init__(
        self,
        value: dict[str, Any] | None = None,
        *,
        words: dict[str, str],
        titles: dict[str, str],
        follows: str,
        **settings: Any,
    ):
        super().__init__(
            value=value,
            words=words,
            titles=titles,
            follows=follows,
            apply_default_css=False,
            **read_parts("tour"),
            **settings,
        )

    def api_info(self) -> dict[str, Any]:
        return {"type": "object"}
