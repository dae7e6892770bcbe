"""How long a replay takes: `python -m benchmarks.replaying [ACCESSES]`, on a new SQLite database, in one process."""

import asyncio
import random
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory

from models.catalogue import CATEGORIES, FIELDS
from models.database.opening import SQLITE, migrate, opened
from models.database.store import Store
from models.evidence import weigh
from models.ledger.access import Outcome
from models.ledger.bits import load_bits
from models.ledger.entry import Entry, Group
from models.ledger.rows import ACCESSES, Rows
from models.publish import publish_shipped
from models.replay import Span, replay
from policies.edition import Edition, shipped
from policies.judging.clearance import IDENTITY
from policies.known import Known, write_standing
from policies.replay.bench import Asked, Bench, Cell
from policies.rule import parse_needs
from policies.vocabulary import Fact, standing

DAYS = 30
BATCH = 5_000
MOST_MADE = 100_000
"""How many accesses are made one by one; beyond it they are repeated."""

EMPLOYERS = 200
PEOPLE = 200_000
ASKERS = (
    (Asked("frontend", "service.account", "internal"), "frontend", 4),
    (Asked("frontend", "service.matching", "internal"), "frontend", 4),
    (Asked("frontend", "promotion.newsletter", "internal"), "frontend", 1),
    (Asked("employer", "service.application", "employer"), "employer-{}", 8),
    (Asked("employer", "service.eligibility", "employer"), "employer-{}", 2),
    (Asked("support_org", "service.support", "support_org"), "support-{}", 1),
    (Asked("privacy_officer", "compliance.requests", "internal"), "privacy-desk", 1),
)
OF_A_PERSON = tuple(fact for fact in Fact if fact not in {Fact.SELF, Fact.LAWFUL})[:10]


def entries(edition: Edition, count: int, dice: random.Random) -> Iterator[Entry]:
    """Accesses of the last month: single people and pages of twenty, of many clients and standings."""
    bench, began = Bench(edition), datetime.now(UTC) - timedelta(days=DAYS)
    shapes = [frozenset({IDENTITY, *dice.sample(sorted(FIELDS), dice.randint(1, 10))}) for _ in range(60)]
    weights = [weight for _, _, weight in ASKERS]
    for number in range(count):
        asked, named, _ = dice.choices(ASKERS, weights)[0]
        client = named.format(dice.randrange(EMPLOYERS))
        fields = dice.choice(shapes)
        people = 1 if dice.random() < 0.6 else 20
        groups = tuple(
            _groups(bench, asked, fields, [dice.getrandbits(62) % PEOPLE * 2**44 for _ in range(people)])
        )
        yield Entry(
            at=began + timedelta(seconds=number * DAYS * 86_400 / count),
            request_id=token_hex(10),
            client=client,
            role=asked.role,
            purpose=asked.purpose,
            recipient=asked.kind if named in {"frontend", "privacy-desk"} else client,
            operation=None,
            edition=edition.id,
            outcome=Outcome.PARTLY,
            groups=groups,
        )


def _groups(bench: Bench, asked: Asked, fields: frozenset[str], refs: list[int]) -> Iterator[Group]:
    """People with what is true of each, as far as this context looks at it, and what that opens."""
    looked_at = bench.judge.facts(asked.role, "read", asked.purpose, asked.kind)
    by_known: Mapping[Known, list[int]] = defaultdict(list)
    for ref in refs:
        own = random.Random(ref)
        true = standing(*(fact for fact in OF_A_PERSON if own.random() < (0.8 if fact in _USUAL else 0.05)))
        facts = {fact: fact in true for fact in Fact if fact in looked_at}
        kind = "" if asked.kind == "internal" else asked.kind
        by_known[Known(standing=write_standing(facts), guard="Query.users", kind=kind)].append(ref)
    for known, some in by_known.items():
        true = frozenset(fact for fact, is_so in known.facts(asked.role).items() if is_so)
        given = frozenset(
            path for path in fields if bench.opens(Cell(asked, known, path, written=False), true)
        )
        if given:
            yield Group(given, fields - given, ("CONSENT",), tuple(some), known=known)


_USUAL = {Fact.NOTICED, Fact.CONSENTED, Fact.APPLIED, Fact.INTERVIEW, Fact.SCREENED}


async def fill(store: Store, edition: Edition, count: int) -> None:
    """Put the accesses into the ledger."""
    bits = await load_bits(store, FIELDS)
    rows = Rows(lambda: bits)
    waiting: list[Entry] = []
    for entry in entries(edition, count, random.Random(7)):
        waiting.append(entry)
        if len(waiting) == BATCH:
            await store.append({table: made for table, made in rows.rows(waiting).items() if made})
            waiting.clear()
    await store.append({table: made for table, made in rows.rows(waiting).items() if made})


async def repeat(store: Store, times: int) -> None:
    """Every access so many times more, under other numbers."""
    columns = ", ".join(name for name, _ in ACCESSES.columns if name != "id")
    for turn in range(1, times):
        async with store.transaction() as transaction:
            await transaction.execute(
                f"INSERT INTO accesses (id, {columns}) SELECT id + {turn}, {columns} FROM accesses WHERE id % 32 = 0",
                {},
            )


async def measure(count: int) -> None:
    """Fill a database, replay it under a draft, and weigh its evidence."""
    edition = shipped(CATEGORIES)
    rules = [
        replace(each, needs=parse_needs("noticed+consented")) if each.id == "application-contact" else each
        for each in edition.rules
        if each.id != "matching-band"
    ]
    draft = Edition.from_canonical(replace(edition, rules=tuple(rules)).canonical())
    with TemporaryDirectory() as home:
        url = f"{SQLITE}{Path(home) / 'ledger.db'}"
        await migrate(url)
        async with opened(url, pool_size=2, master=bytes(32)) as store:
            await publish_shipped(store, edition, datetime.now(UTC) - timedelta(days=DAYS + 1))
            began = time.perf_counter()
            times = max(1, count // MOST_MADE)
            await fill(store, edition, count // times)
            await repeat(store, times)
            print(f"filled {count:,} accesses in {time.perf_counter() - began:.1f} s")
            now = datetime.now(UTC)
            span = Span(now - timedelta(days=DAYS), now)
            began = time.perf_counter()
            tally = await replay(store, draft, span)
            took = time.perf_counter() - began
            print(
                f"replayed {tally.accesses:,} in {took:.1f} s: {tally.changed:,} change, {len(tally.lines()):,} lines,"
                f" {tally.undecided} undecided, {_memory()} MB at most"
            )
            began = time.perf_counter()
            weighed = await weigh(store, edition, span)
            took = time.perf_counter() - began
            print(
                f"weighed in {took:.1f} s: {len(weighed.report.unused)} rules unused, {_memory()} MB at most"
            )


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
