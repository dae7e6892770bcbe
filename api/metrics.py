"""The metrics of one process: numbers under labels from closed lists, never a name, an id or a value."""

import hmac
from collections.abc import Iterable

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

NONE = "none"
OTHER = "other"
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
PEOPLE = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


class Closed:
    """The values one label may have; anything else is `other`, and nothing is `none`."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = {word: word for word in map(str, known)}

    def of(self, value: str | None) -> str:
        """The value as the label shows it."""
        return NONE if value is None else self._known.get(value, OTHER)


class Metrics:
    """What is counted and measured, in a registry of its own."""

    def __init__(
        self,
        *,
        roles: Iterable[str],
        purposes: Iterable[str],
        recipient_kinds: Iterable[str],
        outcomes: Iterable[str],
        codes: Iterable[str],
    ) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        self._roles, self._purposes, self._kinds = Closed(roles), Closed(purposes), Closed(recipient_kinds)
        self._outcomes, self._codes = Closed(outcomes), Closed(codes)
        self._operations = Counter(
            "mokuteki_operations",
            "Operations of authenticated requesters",
            ("role", "purpose", "outcome", "code"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "mokuteki_operation_seconds",
            "How long an operation took, from its arrival to its answer",
            ("outcome",),
            buckets=SECONDS,
            registry=self.registry,
        )
        self._released = Counter(
            "mokuteki_released_users",
            "Users of whom something was released, counted once for each operation",
            ("purpose", "recipient_kind"),
            registry=self.registry,
        )
        self._unauthenticated = Counter(
            "mokuteki_unauthenticated", "Requests without a valid token", registry=self.registry
        )
        self._batch = Histogram(
            "mokuteki_ledger_batch_operations",
            "How many operations one commit of the ledger held",
            buckets=PEOPLE,
            registry=self.registry,
        )
        self._commit = Histogram(
            "mokuteki_ledger_commit_seconds",
            "How long one commit of the ledger took",
            buckets=SECONDS,
            registry=self.registry,
        )
        self._failures = Counter(
            "mokuteki_ledger_failures", "Commits of the ledger that failed", registry=self.registry
        )
        self._edition = Gauge(
            "mokuteki_edition", "The number of the edition in force", registry=self.registry
        )

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
        self._operations.labels(
            self._roles.of(role), self._purposes.of(purpose), ended, self._codes.of(code)
        ).inc()
        self._seconds.labels(ended).observe(seconds)

    def released(self, *, purpose: str, recipient_kind: str, users: int) -> None:
        """Something about so many users was released in one operation."""
        self._released.labels(self._purposes.of(purpose), self._kinds.of(recipient_kind)).inc(users)

    def unauthenticated(self) -> None:
        """A request came without a valid token."""
        self._unauthenticated.inc()

    def ledger_commit(self, *, operations: int, seconds: float) -> None:
        """The ledger committed so many operations together."""
        self._batch.observe(operations)
        self._commit.observe(seconds)

    def ledger_failure(self) -> None:
        """A commit of the ledger failed."""
        self._failures.inc()

    def edition(self, number: int) -> None:
        """Another edition came into force."""
        self._edition.set(number)

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self.registry)


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
