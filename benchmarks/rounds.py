"""The rounds of a run: every server in turn, again and again, and the median of what was measured."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from statistics import median

import orjson

from benchmarks.load import Course, Measure
from benchmarks.processes import ROOT, DidNotStart, last_words
from benchmarks.targets import LABELS, Scenario, Target

WARM = 0.5


class Refused(RuntimeError):  # noqa: N818  (what became of the measure)
    """A measure in which an answer was wrong: there is no figure to report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The measures of one server in one scenario, one per round."""

    measures: tuple[Measure, ...]

    @property
    def rates(self) -> list[float]:
        """Requests per second, round by round."""
        return [measure.rate for measure in self.measures]

    def middle(self) -> Measure:
        """The median of each figure over the rounds."""
        whole = {
            figure.name: median(getattr(measure, figure.name) for measure in self.measures)
            for figure in fields(Measure)
        }
        return Measure(**{**whole, "answers": round(whole["answers"])})

    def ratio(self, other: "Series") -> float:
        """How many times the other's requests per second: the median over rounds, each within its own."""
        return median(mine / theirs for mine, theirs in zip(self.rates, other.rates, strict=True))


Results = dict[tuple[str, int], Series]
"""By the server's name and the number of users of the scenario."""


def interleaved(
    targets: Sequence[Target],
    scenarios: Sequence[Scenario],
    rounds: int,
    seconds: float,
    on_step: Callable[[str], None],
) -> Results:
    """All servers in turn within each round, so that a slow minute of the machine is shared by all."""
    measures: dict[tuple[str, int], list[Measure]] = {}
    for number in range(1, rounds + 1):
        for scenario in scenarios:
            for target in targets:
                on_step(f"round {number} of {rounds}: {scenario.users:,} x 12, {target.name}")
                measure = measured(target, scenario, seconds)
                measures.setdefault((target.name, scenario.users), []).append(measure)
    return {key: Series(measures=tuple(series)) for key, series in measures.items()}


def measured(target: Target, scenario: Scenario, seconds: float) -> Measure:
    """One course of the load generator, in its own process."""
    course = Course(
        port=target.port,
        connections=scenario.connections,
        warm=WARM,
        seconds=seconds,
        requests=target.requests[scenario.users],
    )
    done = subprocess.run(
        (sys.executable, "-m", "benchmarks.load"),
        cwd=ROOT,
        input=orjson.dumps(asdict(course)),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise Refused(
            f"{LABELS.get(target.name, target.name)} at {scenario.users:,} x 12: {last_words(done.stderr)}"
        )
    return Measure(**orjson.loads(done.stdout))


def to_the_end(main: Callable[[], None]) -> None:
    """Run a benchmark, and say in one sentence why it ended before its last round."""
    try:
        main()
    except (DidNotStart, Refused) as reason:
        sys.exit(str(reason))
    except KeyboardInterrupt:
        sys.exit("ended before the last round; nothing was written")
