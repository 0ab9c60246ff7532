"""A long day in minutes: fifty mixed visitors, and whether anything fails, leaks or is left behind.

They open pages, slide, run to the end, stop, upload good and bad files, reload, and vanish: in the
middle of a run, in the middle of an upload, or without ever listening. Whatever fails must fail by
a sentence.
"""

import asyncio
import io
import json
import random
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from PIL import Image

from benchmarks.served import APP, Server, served
from benchmarks.timing import spread
from benchmarks.visitors import Visitors

NUMBER = 50
REST = 75.0  # seconds: longer than the door's sweep, and than a visitor is waited for
INNER = (
    "Traceback",
    "NoneType",
    "not supported between",
    "unhashable",
    "Errno",
    "has no attribute",
)


class Failure(Exception):
    """An answer that is neither a result nor a sentence."""


def picture() -> bytes:
    file = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 256, (600, 800, 3), np.uint8)
    Image.fromarray(pixels).save(file, "JPEG")
    return file.getvalue()


FILES = {"photo.jpg": picture(), "broken.png": b"\x89PNG\r\n\x1a\n and no more", "empty.gif": b""}


class Visitor:
    """One page that is open: a session, its heartbeat, and what its visitor does."""

    def __init__(self, visitors: Visitors, chance: random.Random):
        self.visitors, self.client, self.chance = visitors, visitors.client, chance
        self.address = visitors.address
        self.session = f"soak-{chance.getrandbits(64):x}"

    async def open(self) -> None:
        page = await self.client.get(self.address.removesuffix("gradio_api/"))
        check(page.status_code == 200, page)
        await self.call("open_address", self.visitors.opening("open_address"))

    async def slide(self) -> None:
        for _ in range(5):
            t = self.chance.randint(1, 999)
            await self.call("show_prediction", ["emoji", None, t, "7", False])
            await asyncio.sleep(self.chance.random())

    async def call(self, name: str, data: list[Any]) -> None:
        """One quick call, as the page makes it."""
        number = self.visitors.functions[name]["id"]
        body = {"fn_index": number, "session_hash": self.session, "data": data}
        answer = await self.client.post(self.address + "run/predict", json=body)
        check(answer.status_code == 200 or sentence(answer.text), answer)

    async def join(self, name: str, data: list[Any]) -> bool:
        """Ask for something long; False if it was refused in a sentence."""
        number = self.visitors.functions[name]["id"]
        body = {"fn_index": number, "session_hash": self.session, "data": data}
        joined = await self.client.post(self.address + "queue/join", json=body)
        check(joined.status_code == 200 or sentence(joined.text), joined)
        return joined.status_code == 200

    async def listen(self, pieces: int = 10**9) -> None:
        """To the end, or to so many pieces."""
        asked = {"session_hash": self.session}
        path = self.address + "queue/data"
        async with self.client.stream("GET", path, params=asked) as stream:
            async for line in stream.aiter_lines():
                message = json.loads(line[5:]) if line.startswith("data:") else {}
                pieces -= message.get("msg") == "process_generating"
                if message.get("msg") == "process_completed":
                    failed = not message["success"]
                    if failed and not sentence(json.dumps(message["output"])):
                        raise Failure(json.dumps(message)[:300])
                    return
                if pieces <= 0:
                    return

    def run_choices(self, steps: int) -> list[Any]:
        rail = ["emoji", None, 500, str(self.chance.randrange(2**63)), False]
        return [*rail, "noise", "", 2, "ddim", steps, 0, None, None]

    async def run(self) -> None:
        if await self.join("run_sampler", self.run_choices(self.chance.choice([5, 10, 25]))):
            await self.listen()

    async def stop(self) -> None:
        if await self.join("run_sampler", self.run_choices(100)):
            await self.listen(pieces=3)

    async def never_listen(self) -> None:
        await self.join("run_sampler", self.run_choices(250))

    async def upload(self) -> None:
        name = self.chance.choice(list(FILES))
        sent = await self.client.post(
            self.address + "upload", files={"files": (name, FILES[name], "image/png")}
        )
        check(sent.status_code == 200 or sentence(sent.text), sent)
        if sent.status_code == 200:
            file = {"path": sent.json()[0], "meta": {"_type": "gradio.FileData"}}
            if await self.join("take_upload", ["emoji", None, 500, "7", False, file]):
                await self.listen()

    async def break_off(self) -> None:
        """Half an upload, and gone."""

        async def half() -> Any:
            yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
            yield b"A" * 100_000
            raise ConnectionError

        try:
            head = {"content-type": "multipart/form-data; boundary=x"}
            await self.client.post(self.address + "upload", content=half(), headers=head)
        except (ConnectionError, httpx.HTTPError):
            pass


ACTS = {
    "open": Visitor.open, "slide": Visitor.slide, "run": Visitor.run, "stop": Visitor.stop,
    "never_listen": Visitor.never_listen, "upload": Visitor.upload, "break_off": Visitor.break_off,
}  # fmt: skip
WEIGHTS = {"open": 3, "slide": 6, "run": 3, "stop": 1, "never_listen": 1, "upload": 2}


def sentence(text: str) -> bool:
    """Words for a person, and none of Python's."""
    return len(text) > 10 and not any(word in text for word in INNER)


def check(good: bool, answer: httpx.Response) -> None:
    if not good:
        raise Failure(f"{answer.status_code} {answer.text[:200]}")


class Soak:
    """What the visitors did, how long it took, and what failed."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.failures: Counter[str] = Counter()

    async def act(self, name: str, act: Callable[[], Awaitable[None]]) -> None:
        begun = time.perf_counter()
        try:
            await asyncio.wait_for(act(), 240)
        except (Failure, TimeoutError, httpx.HTTPError) as failure:
            self.failures[f"{name}: {type(failure).__name__} {failure}"[:300]] += 1
        self.seconds[name].append(time.perf_counter() - begun)

    async def live(self, visitors: Visitors, number: int, until: float) -> None:
        chance = random.Random(number)
        while time.perf_counter() < until:
            visitor = Visitor(visitors, chance)
            beat = asyncio.create_task(heartbeat(visitor))
            await self.act("open", visitor.open)
            for name in chance.choices(list(ACTS), [WEIGHTS.get(one, 1) for one in ACTS], k=6):
                if time.perf_counter() < until:
                    await self.act(name, partial(ACTS[name], visitor))
                    await asyncio.sleep(2 * chance.random())
            beat.cancel()


async def heartbeat(visitor: Visitor) -> None:
    """What tells the server that a page is still open."""
    path = visitor.address + f"heartbeat/{visitor.session}"
    async with visitor.client.stream("GET", path) as stream:
        async for _ in stream.aiter_bytes():
            pass


def state(app: Server, folder: Path) -> dict[str, int]:
    process = Path(f"/proc/{app.process.pid}")
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".webp"]
    return {
        "megabytes": round(app.megabytes()),
        "threads": len(list((process / "task").iterdir())),
        "open_files": len(list((process / "fd").iterdir())),
        "temporary_files": len(files),
    }


def soak(minutes: float = 10) -> dict[str, Any]:
    """Two equal halves: memory may fill pools in the first, and must not grow in the second."""

    async def half(address: str, record: Soak) -> None:
        limits = httpx.Limits(max_connections=4 * NUMBER)
        async with httpx.AsyncClient(timeout=240, limits=limits) as client:
            visitors = Visitors(address, client)
            until = time.perf_counter() + 30 * minutes
            await asyncio.gather(*(record.live(visitors, k, until) for k in range(NUMBER)))

    with tempfile.TemporaryDirectory() as folder, served(APP, {"TMPDIR": folder}) as app:
        record, course = Soak(), [state(app, Path(folder))]
        for _ in range(2):
            asyncio.run(half(app.address, record))
            time.sleep(REST)
            course.append(state(app, Path(folder)))
    return {
        "minutes": minutes,
        "visitors": NUMBER,
        "actions": {name: len(some) for name, some in record.seconds.items()},
        "s": {name: spread(some) for name, some in record.seconds.items()},
        "failures": dict(record.failures),
        "before_half_whole": course,
    }
