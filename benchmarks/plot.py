"""The picture of growth: time against steps, resolution, batch and visitors."""

from pathlib import Path
from typing import Any

PICTURE = Path(__file__).with_name("growth.png")


def draw_growth(results: dict[str, Any]) -> None:
    """Four small figures with both axes logarithmic, into growth.png."""
    from matplotlib.figure import Figure

    growth = results["growth"]
    one_core = {
        name.split(",")[0]: ms for name, ms in growth["ms_by_batch"].items() if "one" in name
    }
    all_cores = {
        name.split(",")[0]: ms for name, ms in growth["ms_by_batch"].items() if "all" in name
    }
    visitors = results["by_number"]
    panels = [
        ("sampling steps", "ms a run", {"DDIM": growth["ms_of_a_run_by_steps"]}),
        ("side of the image, pixels", "ms a prediction", {"": growth["ms_by_side_in_pixels"]}),
        ("batch", "ms a call", {"one core": one_core, "all cores": all_cores}),
        (
            "visitors who drag without pause",
            "ms from slider to answer",
            {
                "median": {number: waits["median"] for number, waits in visitors.items()},
                "95th percentile": {number: waits["p95"] for number, waits in visitors.items()},
            },
        ),
    ]
    figure = Figure(figsize=(11, 7), layout="constrained")
    for axes, (x_title, y_title, lines) in zip(figure.subplots(2, 2).flat, panels, strict=True):
        for name, points in lines.items():
            axes.loglog([int(x) for x in points], list(points.values()), "o-", label=name)
        ticks = [int(x) for x in next(iter(lines.values()))]
        axes.set_xticks(ticks, [str(x) for x in ticks])
        axes.minorticks_off()
        axes.set(xlabel=x_title, ylabel=y_title)
        axes.grid(alpha=0.3)
        if any(lines):
            axes.legend(frameon=False)
    figure.savefig(PICTURE, dpi=110)
