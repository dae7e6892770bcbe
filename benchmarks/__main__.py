"""Measure Mokuteki and its baselines side by side, and write `results.md` and `results.svg`."""

import signal
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.markdown import Markdown
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from benchmarks import plot, report
from benchmarks.baselines.serving import POOL
from benchmarks.postgres import postgres
from benchmarks.rounds import Results, interleaved, to_the_end
from benchmarks.targets import LABELS, SCENARIOS, Lineup, running

HERE = Path(__file__).parent
CONSOLE = Console()


def options() -> Namespace:
    """The command line."""
    parser = ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="length of one measure (default: 3)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured (default: 5)")
    parser.add_argument(
        "--only",
        metavar="NAME",
        nargs="+",
        choices=LABELS,
        help=f"only these servers, of {', '.join(LABELS)}; prints the figures and writes no files",
    )
    parser.add_argument("--strict", action="store_true", help="fail when Mokuteki cannot be measured")
    return parser.parse_args()


def measure(lineup: Lineup, rounds: int, seconds: float) -> Results:
    """All rounds, under a progress bar."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=CONSOLE, transient=True) as progress:
        steps = rounds * len(SCENARIOS) * len(lineup.targets)
        task = progress.add_task("starting", total=steps, completed=-1)

        def on_step(description: str) -> None:
            progress.update(task, description=description, advance=1)

        return interleaved(lineup.targets, SCENARIOS, rounds, seconds, on_step)


def ended(_: int, __: FrameType | None) -> None:
    """End as on Ctrl-C, so that every server started here is ended too."""
    raise KeyboardInterrupt


def main() -> None:
    """Start, measure, report."""
    signal.signal(signal.SIGTERM, ended)
    chosen = options()
    with postgres() as server, running(server, chosen.only or tuple(LABELS)) as lineup:
        if lineup.absent:
            CONSOLE.print(f"Mokuteki is not measured, only the baselines: {lineup.absent}", style="bold")
            if chosen.strict:
                sys.exit(1)
        results = measure(lineup, chosen.rounds, chosen.seconds)
        setting = report.Setting(
            machine=report.machine(f"{server.version} with {server.durability}"),
            rounds=chosen.rounds,
            seconds=chosen.seconds,
            pool=POOL,
            absent=lineup.absent is not None,
        )
    page = report.markdown(results, SCENARIOS, setting)
    CONSOLE.print(Markdown(page))
    if not chosen.only:
        (HERE / "results.md").write_text(page, encoding="utf-8")
        plot.draw(results, SCENARIOS, HERE / "results.svg")


if __name__ == "__main__":
    to_the_end(main)
