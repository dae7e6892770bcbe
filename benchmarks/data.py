"""The people of the benchmark: ten thousand made-up users, the same on every machine."""

import random
import uuid
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import asyncpg

from benchmarks.fields import FIELDS, TABLE, UNASKED, columns

PEOPLE = 10_000
SEED = 20_251_122

FAMILY = (
    ("SATO", "佐藤", "サトウ"),
    ("NGUYEN", "阮", "グエン"),
    ("WANG", "王", "ワン"),
    ("SUZUKI", "鈴木", "スズキ"),
    ("KIM", "金", "キム"),
    ("TANAKA", "田中", "タナカ"),
    ("SANTOS", "三都須", "サントス"),
    ("TRAN", "陳", "チャン"),
)
GIVEN = (
    ("HARUTO", "陽翔", "ハルト"),
    ("MINH ANH", "明英", "ミンアイン"),
    ("XIAOMING", "小明", "シャオミン"),
    ("YUI", "結衣", "ユイ"),
    ("JIHO", "智浩", "ジホ"),
    ("MARIA", "真理亜", "マリア"),
    ("THI HOA", "氏花", "ティホア"),
    ("REN", "蓮", "レン"),
)
PLACES = (
    ("160-0023", "東京都", "新宿区", "西新宿"),
    ("530-0001", "大阪府", "大阪市北区", "梅田"),
    ("460-0008", "愛知県", "名古屋市中区", "栄"),
    ("812-0011", "福岡県", "福岡市博多区", "博多駅前"),
    ("060-0042", "北海道", "札幌市中央区", "大通西"),
    ("730-0011", "広島県", "広島市中区", "基町"),
)

Row = tuple[str | date | datetime, ...]


class Expected(NamedTuple):
    """What a right answer holds: so many users, and so many cells that are not null."""

    users: int
    cells: int


def people(count: int = PEOPLE) -> Iterator[Row]:
    """Rows in the order of `FIELDS` and then `UNASKED`, from a fixed seed."""
    dice = random.Random(SEED)
    for number in range(count):
        family, given = dice.choice(FAMILY), dice.choice(GIVEN)
        yield (
            str(uuid.UUID(int=dice.getrandbits(128), version=4)),
            f"{family[0]} {given[0]}",
            f"{family[1]} {given[1]}",
            f"{family[2]} {given[2]}",
            f"user{number:05}@example.jp",
            f"+8190{dice.randrange(10**8):08}",
            date(1970, 1, 1) + timedelta(days=dice.randrange(13_000)),
            *dice.choice(PLACES),
            datetime(2023, 4, 1, tzinfo=UTC) + timedelta(seconds=dice.randrange(80_000_000)),
            f"{dice.randrange(1, 9)}-{dice.randrange(1, 30)}",
        )


async def create(dsn: str) -> None:
    """Make and fill the table, in a database where the gateway has not made it."""
    kept = FIELDS + UNASKED
    connection = await asyncpg.connect(dsn)
    try:
        layout = ", ".join(f"{field.column} {field.kind}" for field in kept)
        await connection.execute(f"CREATE TABLE {TABLE} ({layout})")
        names = [field.column for field in kept]
        await connection.copy_records_to_table(TABLE, records=people(), columns=names)
    finally:
        await connection.close()


async def settle(dsn: str) -> None:
    """Fresh statistics and a checkpoint, so that no server pays for the loading of the data."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(f"VACUUM ANALYZE {TABLE}")
        with suppress(asyncpg.InsufficientPrivilegeError):  # on a server that is not ours
            await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


async def page(dsn: str, users: int) -> Expected:
    """What the first page of so many users holds, counted in the database itself."""
    connection = await asyncpg.connect(dsn)
    try:
        row = await connection.fetchrow(
            f"SELECT count(*), sum(num_nonnulls({columns()}))"
            f" FROM (SELECT {columns()} FROM {TABLE} ORDER BY id LIMIT {users}) AS page"
        )
    finally:
        await connection.close()
    if row is None or row[0] != users:
        raise LookupError(f"the table `{TABLE}` has fewer than {users} rows")
    return Expected(users=row[0], cells=int(row[1]))


async def singles(dsn: str, count: int) -> dict[str, Expected]:
    """The ids of so many users, spread by their random order, each with what its answer holds."""
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(
            f"SELECT id::text, num_nonnulls({columns()}) FROM {TABLE} ORDER BY md5(id::text) LIMIT {count}"
        )
    finally:
        await connection.close()
    return {row[0]: Expected(users=1, cells=row[1]) for row in rows}
