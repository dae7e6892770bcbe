"""The report: one table per scenario, and Mokuteki against the budgets, as Markdown."""

import os
import platform
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.load import LEAST
from benchmarks.rounds import WARM, Results
from benchmarks.targets import LABELS, MOKUTEKI, Scenario

BUDGETS = {
    ("strawberry_plain", 1_000): 18.0,
    ("strawberry_plain", 20): 4.0,
    ("strawberry_plain", 1): 1.8,
    ("bare", 1_000): 0.7,
    ("bare", 20): 0.45,
    ("bare", 1): 0.45,
}
"""At least so many times the requests per second of a baseline."""

PACKAGES = (
    "strawberry-graphql",
    "graphql-core",
    "tortoise-orm",
    "pycasbin",
    "starlette",
    "uvicorn",
    "asyncpg",
)

METHOD = """\
Every server is one process with one worker (uvicorn, uvloop, httptools, no access log) and {pool} connections
to PostgreSQL, and reads the same 12 columns of the same table of 10,000 users. The load generator shares the
machine; it keeps its connections busy in a closed loop and checks each answer by status and length, and in
full where the length is new. The servers take turns within each of {rounds} rounds of {seconds:g} s (longer
where fewer than {least} answers came), each after {warm:g} s of warming up. A figure is the median over the
rounds, a ratio the median of the ratios within each round.

Every server answers a page with the same Relay connection. Strawberry has its parser and validation caches and
orjson; its pycasbin permission is asked once per request and field, not per cell. The bare route skips asyncpg's
reset of a returned connection. None of the three records what it tells. Mokuteki's record is durable before each
answer; its index by person follows when nobody waits, and is not in these figures.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How and where a run was made, and whether Mokuteki is missing that should be in it."""

    machine: str
    rounds: int
    seconds: float
    pool: int
    absent: bool


def machine(postgres: str) -> str:
    """What the figures hold for: processor, memory, versions, day."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{datetime.now(UTC):%Y-%m-%d} · {processor()}, {os.cpu_count()} cores, {memory:.0f} GiB · "
        f"{platform.system()} · Python {platform.python_version()} · PostgreSQL {postgres} · {packages}"
    )


def processor() -> str:
    """The processor's own name where the system tells it."""
    told = Path("/proc/cpuinfo")
    if sys.platform == "linux" and told.exists():
        for line in told.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def markdown(results: Results, scenarios: Sequence[Scenario], setting: Setting) -> str:
    """The whole page."""
    parts = ["# Results", setting.machine, "![Requests per second of each server](results.svg)"]
    if setting.absent:
        parts.append("Mokuteki is not in this run: it did not start. These are the baselines alone.")
    if any(name == MOKUTEKI for name, _ in results):
        parts += ["## Against the budgets", "\n".join(budgets(results, scenarios))]
    for scenario in scenarios:
        parts.append(f"## {of(scenario)}, {scenario.connections} connections")
        parts.append("\n".join(figures(results, scenario)))
    method = METHOD.format(
        pool=setting.pool, rounds=setting.rounds, seconds=setting.seconds, warm=WARM, least=LEAST
    )
    parts += ["## How it was measured", method]
    return "\n\n".join(parts)


def of(scenario: Scenario) -> str:
    """The scenario as a heading."""
    return f"{scenario.users:,} {'user' if scenario.users == 1 else 'users'} × 12 fields"  # noqa: RUF001  (a multiplication)


def figures(results: Results, scenario: Scenario) -> Iterator[str]:
    """The rows of one scenario, the fastest first."""
    yield "| server | requests/s | lowest to highest round | p50 ms | p95 ms | p99 ms | KB per answer |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    found = {name: series for (name, users), series in results.items() if users == scenario.users}
    for name, series in sorted(found.items(), key=lambda item: -item[1].middle().rate):
        middle, rates = series.middle(), series.rates
        yield (
            f"| {LABELS[name]} | {number(middle.rate)} | {number(min(rates))} to {number(max(rates))} "
            f"| {middle.p50:.1f} | {middle.p95:.1f} | {middle.p99:.1f} | {middle.size / 1000:.1f} |"
        )


def budgets(results: Results, scenarios: Sequence[Scenario]) -> Iterator[str]:
    """Mokuteki's requests per second as a multiple of each baseline's, and what was asked for."""
    yield "| Mokuteki against | scenario | times | budget | met |"
    yield "|---|---|--:|--:|---|"
    for name in LABELS:
        for scenario in scenarios:
            ours = results.get((MOKUTEKI, scenario.users))
            theirs = results.get((name, scenario.users))
            if name == MOKUTEKI or ours is None or theirs is None:
                continue
            times, budget = ours.ratio(theirs), BUDGETS.get((name, scenario.users))
            asked = f"≥ {budget:g} | {'yes' if times >= budget else 'no'}" if budget else "none | "
            yield f"| {LABELS[name]} | {of(scenario)} | {times:.2f} | {asked} |"


def number(value: float) -> str:
    """Three figures are enough on a noisy machine."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
