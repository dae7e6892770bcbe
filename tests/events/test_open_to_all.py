"""An address that anybody may write to: how often, and from which pages."""

from pathlib import Path

from models.events.event import WaitingEvent
from policies.edition import Edition
from tests.events.site import EVENT, open_site
from tests.world import world

PAGE = "https://jobs.example"


async def test_one_address_sends_so_many_requests_in_a_minute_and_only_listed_pages_do(
    database_url: str, edition: Edition, tmp_path: Path
) -> None:
    more = {"MOKUTEKI_EVENTS_PER_MINUTE": "2", "MOKUTEKI_CORS_ORIGINS": PAGE}
    async with world(database_url, tmp_path, edition, **more) as made, open_site(made) as (site, _):
        asking = {"Origin": PAGE, "Access-Control-Request-Method": "POST"}
        preflight = await made.http.options("/events", headers=asking)
        assert preflight.status_code == 204
        assert preflight.headers["access-control-allow-origin"] == PAGE
        assert "opt-out" in preflight.headers["access-control-allow-headers"]
        assert "authorization" not in preflight.headers["access-control-allow-headers"]
        other = await made.http.options("/events", headers={**asking, "Origin": "https://other.example"})
        assert "access-control-allow-origin" not in other.headers
        first = await site.send(EVENT, headers={"Origin": PAGE})
        assert (first.status_code, first.headers["access-control-allow-origin"]) == (202, PAGE)
        assert "access-control-allow-credentials" not in first.headers
        opted = await made.http.post("/events/opt-out", json={"recipients": "all"})
        assert opted.status_code == 200
        over = await site.send(EVENT)
        (error,) = over.json()["errors"]
        assert (over.status_code, error["extensions"]["code"]) == (429, "RATE_LIMITED")
        assert int(over.headers["retry-after"]) >= 1
        assert await WaitingEvent.all().count() == 1
