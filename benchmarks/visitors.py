"""A class of thirty on one server: sliders, runs and memory, asked by a light asyncio client."""

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from benchmarks.browser import TO_PICTURE, chromium, times
from benchmarks.served import APP, Server, served
from benchmarks.timing import spread

CLASS = 30
SECONDS = 15


class Visitors:
    """Speaks to the app as its page does, without the page."""

    def __init__(self, address: str, client: httpx.AsyncClient):
        self.address, self.client = address + "gradio_api/", client
        config = httpx.get(address + "config").json()
        self.functions = {one["api_name"]: one for one in config["dependencies"]}
        self.values = {one["id"]: one["props"].get("value") for one in config["components"]}

    def opening(self, name: str) -> list[Any]:
        """What the page would send this function first."""
        return [self.values[component] for component in self.functions[name]["inputs"]]

    async def predict(self, visitor: int, t: int) -> float:
        """One move of the slider: ms until its prediction is there, and the right one."""
        begun = time.perf_counter()
        answer = await self.client.post(
            self.address + "run/predict",
            json={
                "fn_index": self.functions["show_prediction"]["id"],
                "session_hash": f"visitor{visitor}",
                "data": ["emoji", None, t, visitor, False],
            },
        )
        answer.raise_for_status()
        if answer.json()["data"][0]["prediction"]["t"] != t:
            raise AssertionError("the answer is about another t")
        return 1000 * (time.perf_counter() - begun)

    async def run(self, visitor: int, num_steps: int = 50, new: bool = True) -> dict[str, Any]:
        """One whole run: seconds to its first word, first frame and end; the places it was told.

        Of a visitor who is `new`, or has the page open already.
        """
        session = f"run{visitor}-{random.random()}" if new else f"visitor{visitor}"
        begun = time.perf_counter()
        function = self.functions["run_sampler"]
        choices = ["noise", "", 2, "ddim", num_steps, 0, None, None]
        joined = await self.client.post(
            self.address + "queue/join",
            json={
                "fn_index": function["id"],
                "session_hash": session,
                "data": ["emoji", None, 500, visitor, False, *choices],
            },
        )
        joined.raise_for_status()
        story: dict[str, Any] = {"frames": 0, "places": 0, "first_frame_s": None}
        path, asked = self.address + "queue/data", {"session_hash": session}
        async with self.client.stream("GET", path, params=asked) as stream:
            async for line in stream.aiter_lines():
                if not line.startswith("data:"):
                    continue
                message = json.loads(line[5:])
                if message["msg"] == "process_completed":
                    story["success"] = message["success"]
                    break
                if message["msg"] != "process_generating":
                    continue
                text = json.dumps(message["output"])
                story["frames"] += text.count("data:image/png")
                story["places"] += "before you" in text
                if story["frames"] and story["first_frame_s"] is None:
                    story["first_frame_s"] = time.perf_counter() - begun
        story["s"] = time.perf_counter() - begun
        return story


async def _with_visitors(address: str, work: Callable[[Visitors], Awaitable[Any]]) -> Any:
    limits = httpx.Limits(max_connections=2 * CLASS + 10)
    async with httpx.AsyncClient(timeout=120, limits=limits) as client:
        return await work(Visitors(address, client))


async def _move(visitors: Visitors, visitor: int, pause: float, until: float) -> list[float]:
    """Moves until the time is up; with a pause, one move a `pause` from a random moment on."""
    chance, waits = random.Random(visitor), []
    await asyncio.sleep(chance.random() * pause)
    while time.perf_counter() < until:
        waits.append(await visitors.predict(visitor, chance.randint(1, 999)))
        await asyncio.sleep(max(0.0, pause - waits[-1] / 1000))
    return waits


async def _open_pages(visitors: Visitors, number: int) -> None:
    """Gradio makes a visitor's session, which takes 25 ms, with the page: before it counts."""
    await asyncio.gather(*(visitors.predict(visitor, 500) for visitor in range(number)))


async def _class(visitors: Visitors, pause: float, number: int, seconds: float) -> dict[str, Any]:
    await _open_pages(visitors, number)
    until = time.perf_counter() + seconds
    moves = [_move(visitors, visitor, pause, until) for visitor in range(number)]
    waits = [ms for some in await asyncio.gather(*moves) for ms in some]
    return {"moves": len(waits), "moves_per_s": round(len(waits) / seconds, 1), **spread(waits)}


def _ask_class(server: Server, pause: float, number: int = CLASS) -> dict[str, Any]:
    return asyncio.run(_with_visitors(server.address, lambda v: _class(v, pause, number, SECONDS)))


def sliders() -> dict[str, Any]:
    """Thirty settle on a new t once a second; then all drag without pause. None may fail."""
    with served(APP) as app:
        _ask_class(app, 1.0, 2)
        before = app.megabytes()
        return {
            "one_move_a_second": _ask_class(app, 1.0),
            "dragging": _ask_class(app, 0.0),
            "megabytes_before_and_after": [round(before), round(app.megabytes())],
        }


def browser_among_them() -> dict[str, Any]:
    """Twenty-nine as above, and a real browser that moves once a second."""

    async def others(visitors: Visitors) -> dict[str, Any]:
        return await _class(visitors, 1.0, CLASS - 1, 30)

    with served(APP) as app, chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(app.address)
        page.wait_for_selector("[data-prediction]:has(.noise-maps)")
        page.evaluate(TO_PICTURE, times(5))
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(1) as pool:
            work = pool.submit(lambda: asyncio.run(_with_visitors(app.address, others)))
            waits: list[float] = []
            for t in times(25):
                waits += page.evaluate(TO_PICTURE, [t])
                page.wait_for_timeout(max(0, 1000 - waits[-1]))
            rest = work.result()
    return {"ms_in_the_browser": spread(waits), "ms_of_the_others": rest}


def runs(s_in_a_batch: float, s_on_each_core: float, num_steps: int = 50) -> dict[str, Any]:
    """Thirty runs started together; and again while one slider moves, once a second.

    Args:
        s_in_a_batch: what a prediction takes in the best batch, on all cores.
        s_on_each_core: if all cores predict, each for itself, and nothing else is done.
    """

    async def together(visitors: Visitors, slider_moves: bool) -> tuple[list, list[float], float]:
        await _open_pages(visitors, CLASS)
        begun = time.perf_counter()
        started = [asyncio.create_task(visitors.run(k, num_steps, new=False)) for k in range(CLASS)]
        gathered = asyncio.gather(*started)
        slider: list[float] = []
        while slider_moves and not gathered.done():
            slider.append(await visitors.predict(99, 1 + len(slider) % 999))
            await asyncio.wait([gathered], timeout=1 - slider[-1] / 1000)
        return await gathered, slider, time.perf_counter() - begun

    with served(APP) as app:
        asyncio.run(_with_visitors(app.address, lambda v: v.run(0, 5)))
        alone = [
            asyncio.run(_with_visitors(app.address, lambda v: together(v, False))) for _ in range(3)
        ]
        beside = asyncio.run(_with_visitors(app.address, lambda v: together(v, True)))
    stories, _, seconds = sorted(alone, key=lambda one: one[2])[1]  # the median of three
    in_batches, on_each_core = (
        CLASS * num_steps * seconds for seconds in (s_in_a_batch, s_on_each_core)
    )
    ended = sorted(story["s"] for story in stories)
    return {
        "all_done_s": round(seconds, 2),
        "best_batch_throughput_s": round(in_batches, 2),
        "times_the_best_batch": round(seconds / in_batches, 2),
        "bare_predictions_on_each_core_s": round(on_each_core, 2),
        "times_bare_predictions": round(seconds / on_each_core, 2),
        "first_done_s": round(ended[0], 2),
        "median_done_s": round(ended[CLASS // 2], 2),
        "failed": sum(
            not (story["success"] and story["frames"] == num_steps + 1)
            for some, _, _ in [*alone, beside]
            for story in some
        ),
        "told_their_place": sum(story["places"] > 0 for story in stories),
        "all_done_s_while_a_slider_moves": round(beside[2], 2),
        "ms_of_a_slider_meanwhile": spread(beside[1]),
    }


def memory(num_steps: int = 10) -> dict[str, Any]:
    """Resident memory over 500 runs with both networks loaded, four visitors at a time, after 200
    runs in which the allocators' pools fill.
    """

    async def some(visitors: Visitors, number: int) -> None:
        for _ in range(0, number, 4):
            await asyncio.gather(*(visitors.run(k, num_steps) for k in range(4)))

    async def other_network(visitors: Visitors) -> None:
        await visitors.client.post(
            visitors.address + "run/predict",
            json={
                "fn_index": visitors.functions["show_prediction"]["id"],
                "session_hash": "other",
                "data": ["digits", None, 500, 1, False],
            },
        )

    def ask(server: Server, number: int) -> float:
        asyncio.run(_with_visitors(server.address, lambda v: some(v, number)))
        return server.megabytes()

    with served(APP) as app:
        at_start = app.megabytes()
        asyncio.run(_with_visitors(app.address, other_network))
        warm = ask(app, 200)
        course = [ask(app, 100) for _ in range(5)]
        peak = app.megabytes("VmHWM")
    return {
        "megabytes_at_start": round(at_start),
        "megabytes_after_200_runs": round(warm),
        "megabytes_after_300_400_500_600_700_runs": [round(value) for value in course],
        "grown_by": round(course[-1] - warm),
        "megabytes_at_most": round(peak),
    }


def by_number() -> dict[str, Any]:
    """How waiting grows with the number of visitors who drag without pause."""
    with served(APP) as app:
        _ask_class(app, 1.0, 2)
        return {str(number): _ask_class(app, 0.0, number) for number in (1, 2, 4, 8, 16, 30, 60)}
