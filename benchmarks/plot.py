"""The plot: requests per second on a logarithmic scale, readable without colour."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from benchmarks.report import number, of
from benchmarks.rounds import Results
from benchmarks.targets import LABELS, Scenario

STYLE = {
    "mokuteki": ("#1f3a5f", ""),
    "bare": ("#ffffff", ""),
    "strawberry_plain": ("#c9c9c9", "//"),
    "strawberry_casbin": ("#9a9a9a", "xx"),
}
"""A shade and a hatch for each server: they differ in print and for every eye."""

WIDTH = 0.2


def draw(results: Results, scenarios: Sequence[Scenario], path: Path) -> None:
    """Write the plot as SVG."""
    mpl.rcParams.update({"svg.hashsalt": "mokuteki", "font.size": 11, "hatch.linewidth": 0.6})
    figure = Figure(figsize=(10, 5.4), layout="constrained")
    axes = figure.add_subplot()
    names = [name for name in LABELS if any(key[0] == name for key in results)]
    for place, name in enumerate(names):
        shift = (place - (len(names) - 1) / 2) * WIDTH
        rates = [results[name, scenario.users].middle().rate for scenario in scenarios]
        shade, hatch = STYLE[name]
        bars = axes.bar(
            [index + shift for index in range(len(scenarios))],
            rates,
            WIDTH * 0.9,
            label=LABELS[name],
            color=shade,
            hatch=hatch,
            edgecolor="#222222",
            linewidth=0.9,
        )
        axes.bar_label(bars, labels=[number(rate) for rate in rates], padding=2, fontsize=10)
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.margins(y=0.12)
    axes.set_ylabel("requests per second (logarithmic)")
    axes.set_xticks(range(len(scenarios)), [of(scenario) for scenario in scenarios])
    axes.tick_params(axis="x", length=0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_axisbelow(True)
    axes.yaxis.grid(visible=True, color="#dddddd")
    figure.legend(loc="outside upper left", ncols=2, frameon=False)
    figure.savefig(path, metadata={"Date": None, "Creator": None})
