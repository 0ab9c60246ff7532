"""Thirty first visits at once: what they send over the wire, and what they cost the server.

A browser opens the page once, and what it asked for is asked again thirty times by a light client,
six requests at a time as a browser does, with what a browser can unpack: Brotli on https, gzip over
the plain http of a class's network.
"""

import asyncio
import os
import time
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from benchmarks.browser import chromium
from benchmarks.served import APP, Server, served
from benchmarks.visitors import CLASS

UNPACKED = ["benchmarks/bare/unpacked.py", *APP[1:]]
CODINGS = {"http": "gzip, deflate", "https": "gzip, deflate, br, zstd"}
AT_ONCE = 6  # connections of one browser
WIFI = 50.0  # megabits a second, for the whole class
ROUNDS = 3


def recorded(address: str) -> list[tuple[str, str, Any]]:
    """What a browser asks for until the page stands: (method, address, JSON), without streams."""
    asked = []
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.on("request", lambda r: asked.append((r.method, r.url, r.post_data_json)))
        page.goto(address)
        page.wait_for_selector("#scrubber [data-state=done]")
        page.wait_for_selector("[data-prediction]:has(.noise-maps)")
        page.wait_for_load_state("load")
    streams = ("/heartbeat/", "/queue/")
    return [
        one for one in asked if one[1].startswith(address) and not any(s in one[1] for s in streams)
    ]


async def visit(client: httpx.AsyncClient, asked: list, number: int, known: str | None) -> int:
    """One visitor: bytes of all bodies. `known` is the page's etag if the browser has it all."""
    places = asyncio.Semaphore(AT_ONCE)

    async def ask(method: str, address: str, call: Any, **headers: str) -> int:
        call = call and {**call, "session_hash": f"{call['session_hash']}-{number}"}
        async with (
            places,
            client.stream(method, address, json=call, headers=headers) as answer,
        ):
            if answer.status_code not in (200, 304):
                raise AssertionError(f"{answer.status_code} {address}")
            return sum([len(piece) async for piece in answer.aiter_raw()])

    page, *rest = asked
    sent = await ask(*page, **({"if-none-match": known} if known else {}))
    wanted = [one for one in rest if not known or one[0] == "POST"]
    return sent + sum(await asyncio.gather(*(ask(*one) for one in wanted)))


async def a_class(asked: list, coding: str, known: str | None = None) -> tuple[int, float]:
    """Thirty at once: bytes, and seconds until the last one has everything."""
    limits = httpx.Limits(
        max_connections=CLASS * AT_ONCE, keepalive_expiry=1
    )  # sooner than uvicorn
    headers = {"accept-encoding": coding}
    async with httpx.AsyncClient(timeout=300, limits=limits, headers=headers) as client:
        begun = time.perf_counter()
        sent = await asyncio.gather(*(visit(client, asked, k, known) for k in range(CLASS)))
        return sum(sent), time.perf_counter() - begun


def cpu_seconds(server: Server) -> float:
    """What the process has used so far, all threads."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(server: Server, asked: list, coding: str, known: str | None = None) -> dict[str, Any]:
    cpu = cpu_seconds(server)
    sent, seconds = asyncio.run(a_class(asked, coding, known))
    return {"bytes": sent, "s": seconds, "cpu": cpu_seconds(server) - cpu}


def of(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    sent = median(one["bytes"] for one in rounds)
    return {
        "megabytes_a_visit": round(sent / CLASS / 1e6, 2),
        "megabytes_of_all": round(sent / 1e6, 1),
        f"s_on_the_wire_at_{WIFI:.0f}_mbit": round(sent * 8 / 1e6 / WIFI, 1),
        "s_on_this_machine": round(median(one["s"] for one in rounds), 2),
        "server_cpu_s": round(median(one["cpu"] for one in rounds), 2),
    }


def first_visits() -> dict[str, Any]:
    """Before and now by turns, over http and as over https; and the same visitors once more."""
    found: dict[str, list[dict[str, Any]]] = {}
    with served(UNPACKED) as before, served(APP) as now:
        visits = {}
        for name, server in (("before", before), ("now", now)):
            visits[name] = recorded(server.address)
            ready(server)
        for _ in range(ROUNDS):
            for name, server in (("before", before), ("now", now)):
                for scheme, coding in CODINGS.items():
                    one = measured(server, visits[name], coding)
                    found.setdefault(f"{name}, {scheme}", []).append(one)
            etag = httpx.get(now.address, headers={"accept-encoding": "gzip"}).headers["etag"]
            again = measured(now, visits["now"], CODINGS["http"], etag)
            found.setdefault("now, http, a second visit", []).append(again)
    return {"requests": len(visits["now"])} | {name: of(rounds) for name, rounds in found.items()}


def ready(server: Server) -> None:
    """Its networks are warm: nothing else takes the processor."""
    while httpx.get(f"{server.address}readyz").status_code != 200:
        time.sleep(0.2)
