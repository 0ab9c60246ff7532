"""The quiz: questions answered in the browser, and a game of finding the broken run.

Knows nothing of networks: what is right, and why, comes with the questions.
"""

from typing import Any

import gradio as gr

from .files import read_parts


class Quiz(gr.HTML):
    """One question at a time, judged at once and without a request; below it, the game.

    Progress is kept in the browser's own storage. Value, a dict with any of:

    - `questions`: a list of {"id", "kind", "lesson", "ask", "reason", "show"}, and by kind
      "choose": "answers" and the index "right"; "pick": "set" (a name), "pictures" (places in that
      set, as they are shown) and the index "right"; "order": "items", their indices in "right"
      order, what stands "first" and "last", and either "values" (of the items, may be lacking) or
      "set" and "pictures"; "predict": "slider" ("from", "to", "step",
      "unit"), "truth" and "tolerance"; "personal": "slider", over t. `show` is how a jump to the
      lesson sets the page: any of "t", "denoiser", "seed", "image"
    - `pictures`: {set's name: PNG data URIs}
    - `waiting`: what to say while a round is on its way
    - `runs`: PNG data URIs of a new round's pictures
    - `truth`: of this round: {"broken": index, "way", "mended": PNG data URI}

    `words`: the texts around them (see the lesson's words.toml). `titles`: of the lessons, by
    their names. `follows` is a CSS selector of the rail's slider.

    Events: `look` asks for the pictures of a `set`; `deal` asks for a new round, `reveal` for its
    truth; `go` asks the page to show `denoiser`, `seed` or `image`. No answer is ever told to the
    server.
    """

    def __init__(
        self,
        value: dict[str, Any] | None = None,
        *,
        words: dict[str, Any],
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
            **read_parts("quiz"),
            **settings,
        )

    def api_info(self) -> dict[str, Any]:
        return {"type": "object"}
