"""The metrics: numbers under labels from closed lists, never a name, an id or a value."""

import hmac
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.fair.quotas import NAMES
from api.families import Families
from api.tokens.fault import ERRORS
from models.events.choice import CLOSED
from models.notices.box import Counts
from models.notices.withdrawal import NoticeState, Trouble
from policies.judging.explanation import Reason

TOGETHER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that several processes start with to count in one folder; its library reads it when it is imported."""

NONE = "none"
OTHER = "other"


class Closed:
    """The values one label may have; anything else is `other`, and nothing is `none`."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = {word: word for word in map(str, known)}

    def of(self, value: str | None) -> str:
        """The value as the label shows it."""
        return NONE if value is None else self._known.get(value, OTHER)


_QUOTAS = Closed(NAMES)
_TOKEN_ACTIONS = Closed(("issue", "exchange", "revoke", "introspect"))
_TOKEN_ERRORS = Closed(ERRORS)
_TRIED = Closed((NoticeState.TAKEN, *Trouble))

_PASSED = Closed((NoticeState.TAKEN, *Trouble, *Reason, *CLOSED))
_CAME = Closed(("ACCEPTED", "NOT_PASSED_ON", "REFUSED"))


class Metrics:
    """What is counted and measured, in a registry of its own."""

    def __init__(  # noqa: PLR0913 - a list for each label
        self,
        *,
        roles: Iterable[str],
        purposes: Iterable[str],
        recipient_kinds: Iterable[str],
        outcomes: Iterable[str],
        codes: Iterable[str],
        counted_in: Path | None = None,
    ) -> None:
        """`counted_in`: the folder in which this process counts together with others."""
        self._counted_in = counted_in
        self.registry = CollectorRegistry(auto_describe=False)
        self._roles, self._purposes, self._kinds = Closed(roles), Closed(purposes), Closed(recipient_kinds)
        self._outcomes, self._codes = Closed(outcomes), Closed(codes)
        families = self._families = Families(self.registry)
        self.edition_refused = families.edition_refused
        self._operations_of = lru_cache(maxsize=None)(families.operations.labels)
        self._seconds_of = lru_cache(maxsize=None)(families.seconds.labels)
        self._released_of = lru_cache(maxsize=None)(families.released.labels)

    def know_purposes(self, purposes: Iterable[str]) -> None:
        """The purposes of a new edition, in place of those before."""
        self._purposes = Closed(purposes)

    def know_kinds(self, kinds: Iterable[str]) -> None:
        """The recipients' groups of a new edition, in place of those before."""
        self._kinds = Closed(kinds)

    def operation(
        self, *, role: str, purpose: str | None, outcome: str, code: str | None, seconds: float
    ) -> None:
        """One operation was answered."""
        ended = self._outcomes.of(outcome)
        self._operations_of(
            self._roles.of(role), self._purposes.of(purpose), ended, self._codes.of(code)
        ).inc()
        self._seconds_of(ended).observe(seconds)

    def released(self, *, purpose: str, recipient_kind: str, users: int) -> None:
        """Something about so many users was released in one operation."""
        self._released_of(self._purposes.of(purpose), self._kinds.of(recipient_kind)).inc(users)

    def token_request(self, action: str, error: str | None) -> None:
        """The authorization server was asked for something, which it did or refused."""
        self._families.token_requests.labels(_TOKEN_ACTIONS.of(action), _TOKEN_ERRORS.of(error)).inc()

    def unauthenticated(self) -> None:
        """A request came without a valid token."""
        self._families.unauthenticated.inc()

    def turned_away(self, why: str) -> None:
        """A request was not let in, or left while it waited."""
        self._families.turned_away.labels(why).inc()

    def quota_near(self, limit: str) -> None:
        """An answer or an exchange came near a quota of people."""
        self._families.near.labels(_QUOTAS.of(limit)).inc()

    def waiting(self, change: int) -> None:
        """So many more requests wait for their turn, or fewer."""
        self._families.waiting.inc(change)

    def ledger_commit(self, *, operations: int, seconds: float) -> None:
        """The ledger committed so many operations together."""
        self._families.batch.observe(operations)
        self._families.commit.observe(seconds)

    def ledger_failure(self) -> None:
        """A commit of the ledger failed."""
        self._families.failures.inc()

    def edition(self, number: int) -> None:
        """Another edition came into force."""
        self._families.edition.set(number)
        self.edition_refused.set(0)

    def outside_months(self, *, stray: bool) -> None:
        """Whether rows of the ledger stand outside the partition of a month."""
        self._families.stray.set(int(stray))

    def notices(self, counts: Counts, now: datetime) -> None:
        """So many notices of withdrawal wait, or are dead."""
        self._families.notices.labels(NoticeState.WAITING.value).set(counts.waiting)
        self._families.notices.labels(NoticeState.DEAD.value).set(counts.dead)
        waits = 0.0 if counts.oldest is None else (now - counts.oldest).total_seconds()
        self._families.oldest_notice.set(max(waits, 0.0))

    def notice_tried(self, outcome: str) -> None:
        """A try to hand a notice over ended."""
        self._families.notice_tries.labels(_TRIED.of(outcome)).inc()

    def batch_tried(self, outcome: str) -> None:
        """A try to pass events on ended."""
        self._families.batches.labels(_PASSED.of(outcome)).inc()

    def event(self, outcome: str) -> None:
        """An event came."""
        self._families.events.labels(_CAME.of(outcome)).inc()

    def text(self) -> bytes:
        """All of it, as Prometheus reads it: what all processes counted, where several count together."""
        if self._counted_in is None:
            return generate_latest(self.registry)
        gathered = CollectorRegistry(auto_describe=False)
        MultiProcessCollector(gathered, str(self._counted_in))  # type: ignore[no-untyped-call]
        return generate_latest(gathered)


def forget(counted_in: Path, process: int) -> None:
    """Let the gauges of a process that ended count no more; what it counted stays counted."""
    mark_process_dead(process, str(counted_in))  # type: ignore[no-untyped-call]


def _may_read(request: Request, token: str) -> bool:
    shown = request.headers.get("authorization", "").encode()
    return hmac.compare_digest(shown, f"Bearer {token}".encode())


def routes(metrics: Metrics, *, is_open: bool, token: str | None) -> list[Route]:
    """`GET /metrics`: open to everybody, or to the bearer of `token`; with neither, to nobody."""

    async def show(request: Request) -> Response:
        if not is_open and (token is None or not _may_read(request, token)):
            return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
        return Response(
            metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"}
        )

    return [Route("/metrics", show, methods=["GET"])]
