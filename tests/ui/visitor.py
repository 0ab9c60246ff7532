"""A visitor's hands and eyes, for the browser tests."""

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

FIRST = "forward_noising"  # the lesson that a bare address opens


@dataclass(eq=False)
class Visitor:
    """One tab with the real app in it. Selectors of pictures start at the component's own box."""

    page: Any
    address: str
    lesson: str = ""  # that `open` opens, unless it is told another
    names: dict[int, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)  # the app's functions called since `listen`

    def open(self, **query: object) -> "Visitor":
        """Open the page, by default at its own choices, and wait until it stands still."""
        if self.lesson:
            query = {"lesson": self.lesson, **query}
        text = "&".join(f"{name}={value}" for name, value in query.items())
        self.page.goto(f"{self.address}?{text}" if text else self.address)
        self.wait_lesson(str(query.get("lesson", FIRST)))
        self.wait_scene(query.get("denoiser", ""), query.get("seed", ""))
        if "t" in query:
            self.wait_prediction(query["t"])
        return self

    def at(self, denoiser: str, t: int, seed: int) -> "Visitor":
        """Come to this network, time and seed, wherever the tab was before."""
        if self.page.url == "about:blank":
            return self.open(denoiser=denoiser, t=t, seed=seed)
        if not self.page.is_checked(f"#denoiser input[value={denoiser}]"):
            self.choose_network(denoiser)
        self.set_number("#seed", seed)
        self.wait_scene(denoiser, seed)
        self.move_t(t)
        self.wait_prediction(t)
        return self

    def enter(self, lesson: str) -> "Visitor":
        """Go there as a link of the page leads."""
        self.page.evaluate(
            "(name) => dispatchEvent(new CustomEvent('explorer:visit', { detail: name }))", lesson
        )
        self.wait_lesson(lesson)
        return self

    def name_of(self, request) -> str:
        """The app's function that a POST calls, once somebody listens."""
        index = (request.post_data_json or {}).get("fn_index")
        return self.names.get(index, request.url)

    def note(self, request) -> None:
        if request.method == "POST":
            self.asked.append(self.name_of(request))
        elif not request.url.startswith(("data:", "blob:")):
            self.asked.append(request.url)

    def listen(self, quiet: float = 0.3) -> None:
        """From now on, `asked` holds the name of each of the app's functions that is called.

        First waits until the page has been asking nothing for a while.
        """
        import httpx

        if not self.names:
            self.page.on("request", self.note)
            config = httpx.get(f"{self.address}config", timeout=60).json()
            self.names = {one["id"]: one["api_name"] for one in config["dependencies"]}
        deadline = time.monotonic() + 20
        counted, since = -1, time.monotonic()
        while time.monotonic() - since < quiet:
            if counted != len(self.asked):
                counted, since = len(self.asked), time.monotonic()
            assert time.monotonic() < deadline, f"the page keeps asking: {self.asked}"
            self.page.wait_for_timeout(20)
        self.asked.clear()

    # -- hands

    def move_t(self, *times: int) -> None:
        """Move the slider as a hand does, through all of these times at once."""
        self.page.evaluate(
            """(times) => {
                const range = document.querySelector('#t-slider input[type=range]');
                const value = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value');
                for (const t of times) {
                    value.set.call(range, t);
                    range.dispatchEvent(new Event('input', { bubbles: true }));
                }
            }""",
            list(times),
        )

    def choose_network(self, name: str) -> None:
        self.page.check(f"#denoiser input[value={name}]")
        self.wait_scene(denoiser=name)

    def unfold(self, words: str) -> None:
        """Open the fold whose title holds these words."""
        self.page.locator(".gr-accordion > button", has_text=words).click()

    def set_number(self, selector: str, value: object) -> None:
        """Type a number. A box that has just been unfolded may forget it at first."""
        box = self.page.locator(f"{selector} input[type=number]")
        for _ in range(5):
            box.fill(str(value))
            box.press("Tab")
            self.page.evaluate("new Promise((done) => setTimeout(done, 50))")
            if box.input_value() == str(value):
                return
        raise AssertionError(f"{selector} does not take {value}")

    # -- eyes

    def pixels(self, selector: str) -> np.ndarray:
        """(H, W, 3) uint8: what a canvas holds, or (N, H, W, 3) of all that the selector finds."""
        found = self.page.evaluate(
            """(selector) => [...document.querySelectorAll(selector)].map((canvas) => [
                canvas.height,
                Array.from(
                    canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data),
            ])""",
            selector,
        )
        assert found, f"there is no {selector}"
        shown = [np.array(flat, np.uint8).reshape(height, -1, 4)[..., :3] for height, flat in found]
        return shown[0] if len(shown) == 1 else np.stack(shown)

    def slider(self) -> int:
        return int(self.page.input_value("#t-slider input[type=range]"))

    def figure(self, name: str) -> dict:
        """What Plotly shows in `#name`, once it is there: {"data", "shapes", "notes"}."""
        plot = f"#{name} .js-plotly-plot .main-svg"
        self.page.wait_for_selector(plot, state="attached")
        return self.page.evaluate(
            """(name) => {
                const plot = document.querySelector(`#${name} .js-plotly-plot`);
                const { _fullData: traces, layout } = plot;
                return {
                    data: traces.map(({ x, y }) => ({ x: Array.from(x), y: Array.from(y) })),
                    shapes: (layout.shapes || []).map((shape) => [shape.x0, shape.x1]),
                    notes: (layout.annotations || []).map((note) => note.text),
                };
            }""",
            name,
        )

    # -- patience

    def wait_lesson(self, name: str) -> None:
        """Until its room is in sight, and a run that it opens with is there."""
        room = f"#lesson-{name.replace('_', '-')}"
        self.page.wait_for_selector(f"html[data-lesson={name}] {room} h2")
        if name == "reverse":
            self.page.wait_for_selector("#scrubber [data-state=done]")

    def wait_scene(self, denoiser: object = "", seed: object = "") -> None:
        """Until all that there is shows a scene of this network and this seed."""
        self.page.wait_for_function(
            """([start, end]) => {
                const views = [...document.querySelectorAll('[data-scene]')];
                return views.length && views.every(({ dataset: { scene } }) =>
                    scene.startsWith(start) && scene.endsWith(end));
            }""",
            arg=[str(denoiser), f"-{seed}" if seed != "" else ""],
        )

    def wait_prediction(self, t: object) -> None:
        """Until all that there is shows the prediction at t."""
        self.page.wait_for_function(
            """(t) => {
                const views = [...document.querySelectorAll('[data-scene]')];
                return views.length && views.every(({ dataset }) => dataset.prediction === t);
            }""",
            arg=str(t),
        )

    def wait_text(self, selector: str, text: str) -> None:
        self.page.wait_for_function(
            "([s, text]) => document.querySelector(s)?.innerText.includes(text)",
            arg=[selector, text],
        )
