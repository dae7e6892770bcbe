"""A gateway that counts in Redis, as its setting says, through an end of Redis and its return."""

from pathlib import Path

from structlog.testing import capture_logs

from policies.edition import Edition
from tests.api.fair_use import listing
from tests.redis_server import redis
from tests.world import world

QUOTAS = {"MOKUTEKI_PEOPLE_PER_HOUR": "10", "MOKUTEKI_PEOPLE_PER_DAY": "20", "MOKUTEKI_WORKERS": "2"}


async def test_the_setting_counts_in_redis_and_fails_closed_without_it(
    database_url: str, edition: Edition, tmp_path: Path
) -> None:
    with redis() as server:
        async with world(database_url, tmp_path, edition, MOKUTEKI_REDIS_URL=server.url, **QUOTAS) as made:
            assert (await made.http.get("/readyz")).json() == {"ready": True, "not_ready": []}
            assert (await made.send("employer-a", listing(6))).status_code == 200
            with server.asked() as asked:
                assert sorted(asked.scan_iter("*people*")) == [
                    b"mokuteki:{people-day/employer-a}",
                    b"mokuteki:{people-hour/employer-a}",
                ]
            assert (await made.send("employer-a", listing(5))).status_code == 429
            server.stop()
            with capture_logs() as logged:
                gone = await made.send("employer-a", listing(1))
                register = await made.send("employer-a", "{ purposes { id } }")
            assert (gone.status_code, "data" in gone.json(), register.status_code) == (503, False, 200)
            assert {line["event"] for line in logged} == {"quota.unreachable"}
            assert (await made.http.get("/readyz")).json() == {"ready": False, "not_ready": ["quotas"]}
            server.start()
            assert (await made.send("employer-a", listing(1))).status_code == 200
