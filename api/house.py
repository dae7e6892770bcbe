"""The house: every part of a running gateway, opened in order and closed in reverse."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_bytes
from typing import Protocol

import strawberry

from api.events.passing import Passing
from api.fair.counting import Counting
from api.fair.fair import Fair
from api.gateway.drafting.drafting import Drafting
from api.gateway.fulfilment import Fulfilment
from api.gateway.gateway import Gateway
from api.gateway.refusal import Code
from api.gateway.release.cursor import Cursors
from api.gateway.warming import warming
from api.jobs.runner import Runner
from api.jobs.works import works
from api.metrics import Metrics
from api.notices.post import Post
from api.notices.sender import Sender
from api.observers import ledger_observer, month_observer
from api.publisher import Publisher
from api.schema.build import build_schema, core
from api.schema.guarded import check_guards, needed_guards
from api.settings import Settings
from api.tokens.access_token import AccessTokens
from api.tokens.binding import Bindings
from api.tokens.dpop import Proofs
from api.tokens.guarded import must_bind
from api.tokens.keys import keyring_of, load_keys
from api.tokens.nonce import Nonces
from api.tokens.replay import MemoryReplays, Replays, StoreReplays
from api.workshop import Workshop
from models.catalogue import CATEGORIES, clear_answers
from models.clients.client import Client
from models.clients.use import ClientUse
from models.database.dialect import Dialect
from models.database.opening import opened
from models.database.store import Store
from models.inforce import Force, InForce
from models.ledger.access import Outcome
from models.ledger.index import LedgerIndex
from models.ledger.ledger import Ledger
from models.ledger.months import LedgerMonths
from models.ledger.usage import Usages
from models.sealing.vault import Vault, vault_in_use
from policies.drafts.drafting import Terms
from policies.edition import Edition
from policies.vocabulary import Role


@dataclass(frozen=True, kw_only=True)
class House:
    """The parts that the surfaces stand on."""

    settings: Settings
    clock: Callable[[], datetime]
    store: Store
    schema: strawberry.Schema
    inforce: InForce
    ledger: Ledger
    gateway: Gateway
    vault: Vault
    tokens: AccessTokens
    bindings: Bindings
    assertions: Replays
    metrics: Metrics
    uses: ClientUse
    counting: Counting
    fair: Fair
    sender: Sender
    passing: Passing
    drafting: Drafting
    publisher: Publisher
    runner: Runner


def utc_now() -> datetime:
    """The time, asked for at the door only."""
    return datetime.now(UTC)


@asynccontextmanager
async def open_house(
    settings: Settings, clock: Callable[[], datetime] = utc_now, *, counted_in: Path | None = None
) -> AsyncIterator[House]:
    """Open a migrated database and everything above it; `counted_in`: as `Metrics` takes it."""
    schema = build_schema()
    metrics = Metrics(
        roles=list(Role),
        purposes=(),
        recipient_kinds=(),
        outcomes=list(Outcome),
        codes=list(Code),
        counted_in=counted_in,
    )

    def check(edition: Edition) -> None:
        check_guards(core(schema), edition)

    def on_edition(force: Force) -> None:
        metrics.know_purposes(force.edition.purposes)
        metrics.know_kinds(force.edition.groups)
        metrics.edition(force.number)
        vault.leave_clear(clear_answers(force.catalogue))

    async with (
        opened(settings.database_url, pool_size=settings.pool_size, master=settings.data_key) as store,
        AsyncExitStack() as parts,
    ):
        vault = vault_in_use()
        keys = await load_keys(settings.secret_key, clock())
        tokens = AccessTokens(keys, settings.issuer, settings.issuer, settings.token_seconds)
        inforce = InForce(
            store,
            check=check,
            on_edition=on_edition,
            on_refused=metrics.edition_refused.set,
            warming=warming(store.dialect),
            on_keys=lambda rows: tokens.use(keyring_of(rows, settings.secret_key)),
            clock=clock,
        )
        await inforce.start()
        parts.push_async_callback(inforce.stop)
        ledger = Ledger(store, lambda: inforce.bits, observe=ledger_observer(metrics))
        _run(ledger, parts)
        index = LedgerIndex(store, resting=ledger.resting)
        _run(index, parts)
        usages = Usages(store)
        counting = Counting(settings.quotas, settings.redis_url, settings.workers)
        parts.push_async_callback(counting.close)
        fair = counting.fair(usages, clock, metrics.quota_near)
        months = LedgerMonths(store, clock, observe=month_observer(metrics))
        await months.start()
        parts.push_async_callback(months.stop)
        uses = ClientUse(store, clock)
        _run(uses, parts)
        sender = Sender(
            store,
            issuer=settings.issuer,
            keyring=lambda: tokens.keyring,
            post=Post(development=not settings.production),
            clock=clock,
            observe=metrics.notices,
            ended=metrics.notice_tried,
        )
        _run(sender, parts)
        passing = Passing(
            store,
            inforce=inforce,
            issuer=settings.issuer,
            keyring=lambda: tokens.keyring,
            post=Post(development=not settings.production),
            clock=clock,
            ended=metrics.batch_tried,
        )
        _run(passing, parts)
        runner = Runner(store, works(clock), clock=clock)
        _run(runner, parts)
        workshop = Workshop(seconds=settings.limits.work_seconds)
        parts.callback(workshop.close)
        terms = Terms(tuple(sorted(CATEGORIES.items())), needed_guards(core(schema)))
        drafting = Drafting(store, workshop, terms, clock)
        publisher = Publisher(store, drafting=drafting, inforce=inforce, clock=clock)
        _run(publisher, parts)
        yield House(
            settings=settings,
            clock=clock,
            store=store,
            schema=schema,
            inforce=inforce,
            ledger=ledger,
            gateway=Gateway(
                schema=core(schema),
                dialect=store.dialect,
                inforce=inforce,
                ledger=ledger,
                fulfilment=Fulfilment(
                    store=store,
                    inforce=inforce,
                    ledger=ledger,
                    cursors=Cursors(settings.secret_key),
                    vault=vault,
                    fair=fair,
                    drafting=drafting,
                    secret=settings.secret_key,
                ),
                fair=fair,
                usages=usages,
                uses=uses,
                clock=clock,
                limits=settings.limits,
                production=settings.production,
            ),
            vault=vault,
            tokens=tokens,
            bindings=_bindings(settings, store, inforce, clock),
            assertions=StoreReplays(store, lambda: clock().timestamp(), durable=True),
            metrics=metrics,
            uses=uses,
            counting=counting,
            fair=fair,
            sender=sender,
            passing=passing,
            drafting=drafting,
            publisher=publisher,
            runner=runner,
        )


class _Part(Protocol):
    """What runs beside the answering."""

    def start(self) -> None:
        """Begin."""

    async def stop(self) -> None:
        """End."""


def _run(part: _Part, parts: AsyncExitStack) -> None:
    """Start a part that is stopped before those that were started before it."""
    part.start()
    parts.push_async_callback(part.stop)


def _bindings(settings: Settings, store: Store, inforce: InForce, clock: Callable[[], datetime]) -> Bindings:
    """What binds tokens; where one process serves, proofs are remembered in it and nonces end with it."""

    def now() -> float:
        return clock().timestamp()

    async def guarded(client: Client) -> bool:
        return settings.production and must_bind(await inforce.current(), client.role, client.recipients)

    alone = store.dialect is Dialect.SQLITE
    nonces = Nonces(settings.secret_key, token_bytes(16) if alone else b"")
    replays = MemoryReplays(now) if alone else StoreReplays(store, now, durable=False)
    return Bindings(
        Proofs(settings.issuer, nonces, replays),
        certificate_header=settings.client_certificate_header,
        guarded=guarded,
    )
