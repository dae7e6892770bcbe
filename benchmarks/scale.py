"""Load a million people and measure every door at ten thousand and at a million; writes `docs/scale.md`."""

import asyncio
import base64
import secrets
import tempfile
import time
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from api.house import open_house
from api.settings import Settings
from benchmarks.gateway import QUOTAS
from benchmarks.postgres import Server, fresh_database, postgres
from benchmarks.scale_data import add_accesses, add_people, settle
from benchmarks.scale_doors import Asked, Seen
from benchmarks.scale_measure import measured
from benchmarks.scale_recording import recording
from benchmarks.scale_report import written
from models.catalogue import CATEGORIES
from models.database.opening import migrate, opened
from models.demo.load import load
from models.publish import publish_shipped
from policies.edition import shipped

TARGET = Path(__file__).parent.parent / "docs" / "scale.md"
DEMONSTRATION = 50


def options() -> Namespace:
    parser = ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--people", type=int, nargs=2, default=(10_000, 1_000_000), metavar=("FEW", "MANY"))
    parser.add_argument("--ledger", type=int, default=2_000_000, help="accesses (default: 2000000)")
    parser.add_argument("--times", type=int, default=41, help="how often each door is asked (default: 41)")
    parser.add_argument("--out", type=Path, default=TARGET)
    return parser.parse_args()


def settings(dsn: str, var: str) -> Settings:
    return Settings.read(
        {
            "MOKUTEKI_DATABASE_URL": dsn,
            "MOKUTEKI_VAR": var,
            "MOKUTEKI_SECRET_KEY": secrets.token_urlsafe(32),
            "MOKUTEKI_DATA_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
            **QUOTAS,
        }
    )


async def scaled(
    given: Settings, few: int, many: int, ledger: int, times: int
) -> tuple[list[list[Seen]], tuple[float, float]]:
    """What every door takes with few people, and with many."""
    edition, now = shipped(CATEGORIES), datetime.now(UTC)
    await migrate(given.database_url)
    async with opened(given.database_url, pool_size=2, master=given.data_key) as store:
        await publish_shipped(store, edition, now)
        await load(edition, count=DEMONSTRATION, today=now.date())
    connection = await asyncpg.connect(given.database_url)
    found = []
    try:
        async with open_house(given) as house:
            rows = await connection.fetch("SELECT card_nationality_mark AS m FROM users ORDER BY id")
            marks = {row["m"] for row in rows}
            nationality = next(
                code
                for code in ("VN", "PH", "CN", "NP", "ID", "MM", "BR", "KR")
                if marks & set(house.vault.marks("User.residenceCard.nationality", code))
            )
            have = 0
            for size, accesses in ((few, max(ledger // 100, few)), (many, ledger)):
                began = time.perf_counter()
                await add_people(connection, have + 1, size)
                await add_accesses(house.store, connection, accesses, size, now)
                await settle(connection)
                print(
                    f"{size:,} people, {accesses:,} accesses: {time.perf_counter() - began:.0f} s", flush=True
                )
                found.append(await measured(Asked(house), connection, nationality, times=times))
                have = size
            commits = await recording(house.store, times * 10)
    finally:
        await connection.close()
    return found, commits


def main() -> None:
    asked = options()
    with postgres() as server, fresh_database(server, "scale") as dsn, tempfile.TemporaryDirectory() as var:
        run(asked, server, dsn, var)


def run(asked: Namespace, server: Server, dsn: str, var: str) -> None:
    few, many = asked.people
    found, commits = asyncio.run(scaled(settings(dsn, var), few, many, asked.ledger, asked.times))
    page = written(found, commits, (few, many), asked.ledger, server.version)
    asked.out.write_text(page, encoding="utf-8")
    print(f"written: {asked.out}")


if __name__ == "__main__":
    main()
