"""Measure, print the table, write results.json and the plot: `python -m benchmarks [NAME ...]`."""

import argparse
import json
import platform
from pathlib import Path
from typing import Any

import torch

from benchmarks import browser, first_visits, gpu, network, soak, visitors
from benchmarks.plot import draw_growth
from explorer.denoiser.engine import CORES

RESULTS = Path(__file__).with_name("results.json")


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2] for line in lines if line.startswith("model name")), "")
    return {
        "cpu": model.strip() or platform.processor(),
        "cores": CORES,
        "python": platform.python_version(),
        "torch": torch.__version__,
    }


def measure(name: str, so_far: dict[str, Any], minutes: float) -> dict[str, Any]:
    """One part; some need a figure of a part before them."""
    if name == "slider":
        return browser.slider(so_far["prediction"]["ms"]["engine, all cores"])
    if name == "scrubbing":
        return browser.scrubbing(so_far["run"]["s"]["bare predictions"])
    if name == "runs":
        images = so_far["growth"]["ms_an_image_by_batch"]
        one_core = min(ms for key, ms in images.items() if "one" in key) / CORES
        return visitors.runs(min(images.values()) / 1000, one_core / 1000)
    if name == "soak":
        return soak.soak(minutes)
    return PARTS[name]()


PARTS = {
    "prediction": network.prediction,
    "guidance": network.guidance,
    "run": network.run,
    "growth": network.growth,
    "slider": browser.slider,
    "scrubbing": browser.scrubbing,
    "start": browser.start,
    "sliders": visitors.sliders,
    "browser_among_them": visitors.browser_among_them,
    "runs": visitors.runs,
    "by_number": visitors.by_number,
    "memory": visitors.memory,
    "first_visits": first_visits.first_visits,
    "soak": soak.soak,
    "gpu": gpu.gpu,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="NAME", help=f"of {', '.join(PARTS)}; all")
    parser.add_argument("--minutes", type=float, default=10, help="of the soak (default: 10)")
    arguments = parser.parse_args()
    wanted = arguments.parts or [name for name in PARTS if name not in ("gpu", "soak")]
    if unknown := sorted(set(wanted) - set(PARTS)):
        parser.error(f"there is no {', '.join(unknown)}; choose from {', '.join(PARTS)}.")
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    results["machine"] = machine()
    for name in wanted:
        results[name] = measure(name, results, arguments.minutes)
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        print(f"== {name}\n{json.dumps(results[name], indent=1)}", flush=True)
    if "growth" in results and "by_number" in results:
        draw_growth(results)


if __name__ == "__main__":
    main()
