"""The page `docs/scale.md`: what each door takes with few people and with many, and how the database goes about it."""

import platform
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from benchmarks.scale_doors import Seen, scanned_whole

HEAD = """# Does it stay as fast with a million people?

`make scale` fills a PostgreSQL with people, consents, applications, holds and a ledger, asks every door at both sizes in
one process (without HTTP, the record durable each time), and explains every statement that the door reads by, as the
gateway's own sessions plan it: once, for all values. It writes this page.
"""


def written(
    found: Sequence[Sequence[Seen]],
    commits: tuple[float, float],
    sizes: tuple[int, int],
    ledger: int,
    version: str,
) -> str:
    """The whole page."""
    parts = (*_head(found, sizes, ledger, version), *_commits(*commits), *_plans(found[-1], sizes[-1]))
    return "\n".join(parts).rstrip() + "\n"


def _commits(months: float, plain: float) -> Iterator[str]:
    yield (
        f"A commit of 32 accesses into the ledger by months takes {months / plain:.2f} of what it takes into one plain"
        f" table with an index less ({months:.2f} against {plain:.2f} ms, medians, taken in turns)."
    )
    yield ""


def _head(
    found: Sequence[Sequence[Seen]], sizes: tuple[int, int], ledger: int, version: str
) -> Iterator[str]:
    few, many = sizes
    yield HEAD
    when = datetime.now(UTC).date()
    yield (
        f"Measured on {when:%Y-%m-%d}: PostgreSQL {version}, {ledger:,} accesses with {ledger // 5:,} provisions over"
        f" four months at the larger size, {platform.machine()}; medians in milliseconds, pages of the last statement."
    )
    yield ""
    yield f"| door | {few:,} people | {many:,} people | ratio | pages read | indices |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for small, large in zip(found[0], found[-1], strict=True):
        ratio = large.milliseconds / small.milliseconds if small.milliseconds else 0.0
        pages = sum(plan.buffers for plan in large.plans)
        used = dict.fromkeys(_family(name) for plan in large.plans for name in plan.indices)
        yield (
            f"| {large.door.name} | {small.milliseconds:.1f} | {large.milliseconds:.1f} | {ratio:.1f} | {pages} |"
            f" {', '.join(f'`{name}`' for name in used)} |"
        )
    whole = [
        f"{seen.door.name}: {table}"
        for seen in found[-1]
        for plan in seen.plans
        for table in scanned_whole(plan)
    ]
    yield ""
    yield f"Read from end to end, of the tables that grow: {', '.join(whole) if whole else 'none'}."
    yield ""


def _family(index: str) -> str:
    """An index of the ledger, whichever month it is of."""
    table, _, rest = index.partition("_")
    parts = rest.split("_")
    if parts[0] == "default":
        return f"{table}_…_{'_'.join(parts[1:])}"
    return f"{table}_…_{'_'.join(parts[2:])}" if parts[0].isdigit() else index


def _plans(seen: Sequence[Seen], size: int) -> Iterator[str]:
    yield f"## The plans at {size:,} people"
    yield ""
    for each in seen:
        yield f"### {each.door.name}"
        yield ""
        for plan in each.plans:
            yield "```"
            yield from plan.lines
            yield f"pages {plan.buffers}, {plan.milliseconds:.2f} ms"
            yield "```"
            yield ""
