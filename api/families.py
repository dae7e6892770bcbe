"""The families: every metric with what it tells, its labels and its unit, in one registry."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
PEOPLE = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


class Families:
    """The metrics of one process; of several, a gauge is their sum, or the highest or the lowest of them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.operations = Counter(
            "mokuteki_operations",
            "Operations of authenticated requesters",
            ("role", "purpose", "outcome", "code"),
            registry=registry,
        )
        self.seconds = Histogram(
            "mokuteki_operation_seconds",
            "How long an operation took, from its arrival to its answer",
            ("outcome",),
            buckets=SECONDS,
            registry=registry,
        )
        self.released = Counter(
            "mokuteki_released_users",
            "Users of whom something was released, counted once for each operation",
            ("purpose", "recipient_kind"),
            registry=registry,
        )
        self.token_requests = Counter(
            "mokuteki_token_requests",
            "Requests to the authorization server",
            ("action", "error"),
            registry=registry,
        )
        self.unauthenticated = Counter(
            "mokuteki_unauthenticated", "Requests without a valid token", registry=registry
        )
        self.turned_away = Counter(
            "mokuteki_turned_away",
            "Requests that were not let in, by whose limit it was, or that left while they waited",
            ("why",),
            registry=registry,
        )
        self.near = Counter(
            "mokuteki_quota_near",
            "Answers and exchanges that came near a quota of people, by the limit",
            ("limit",),
            registry=registry,
        )
        self.waiting = Gauge(
            "mokuteki_waiting",
            "Requests that wait for their turn",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.batch = Histogram(
            "mokuteki_ledger_batch_operations",
            "How many operations one commit of the ledger held",
            buckets=PEOPLE,
            registry=registry,
        )
        self.commit = Histogram(
            "mokuteki_ledger_commit_seconds",
            "How long one commit of the ledger took",
            buckets=SECONDS,
            registry=registry,
        )
        self.failures = Counter(
            "mokuteki_ledger_failures", "Commits of the ledger that failed", registry=registry
        )
        self.edition = Gauge(
            "mokuteki_edition",
            "The number of the edition in force",
            registry=registry,
            multiprocess_mode="livemin",
        )
        self.edition_refused = Gauge(
            "mokuteki_edition_refused",
            "The number of the newest edition where it cannot come into force, else 0",
            registry=registry,
            multiprocess_mode="livemax",
        )
        self.stray = Gauge(
            "mokuteki_ledger_outside_months",
            "1 when rows of the ledger stand outside the partition of a month",
            registry=registry,
            multiprocess_mode="livemax",
        )
        self.notices = Gauge(
            "mokuteki_notices",
            "Notices of withdrawal that wait, and that nobody tries any more",
            ("state",),
            registry=registry,
            multiprocess_mode="livemax",
        )
        self.oldest_notice = Gauge(
            "mokuteki_notice_oldest_seconds",
            "For how long the oldest notice of withdrawal waits; 0 when none does",
            registry=registry,
            multiprocess_mode="livemax",
        )
        self.notice_tries = Counter(
            "mokuteki_notice_tries",
            "Tries to hand a notice of withdrawal over, by how they ended",
            ("outcome",),
            registry=registry,
        )
        self.batches = Counter(
            "mokuteki_event_batches",
            "Tries to pass events on to a company, by how they ended",
            ("outcome",),
            registry=registry,
        )
        self.events = Counter(
            "mokuteki_events",
            "Events that came from browsers, by what became of them",
            ("outcome",),
            registry=registry,
        )
