"""The house: every part of a running gateway, opened in order and closed in reverse."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import strawberry
import structlog

from api.gateway.cursor import Cursors
from api.gateway.fulfilment import Fulfilment
from api.gateway.gateway import Gateway
from api.gateway.refusal import Code
from api.metrics import Metrics
from api.schema.build import build_schema, check_guards, core
from api.settings import Settings
from api.tokens.access_token import AccessTokens
from api.tokens.keys import load_keys
from models.access import Outcome
from models.catalogue import clear_answers
from models.database import opened
from models.inforce import Force, InForce
from models.ledger import Ledger
from models.ledger_index import LedgerIndex
from models.ledger_months import LedgerMonths
from models.store import Store
from models.vault import Vault, vault_in_use
from policies.vocabulary import Role

_log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class House:
    """The parts that the surfaces stand on."""

    settings: Settings
    store: Store
    schema: strawberry.Schema
    inforce: InForce
    ledger: Ledger
    gateway: Gateway
    vault: Vault
    tokens: AccessTokens
    metrics: Metrics


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

    def on_edition(force: Force) -> None:
        check_guards(core(schema), force.edition)
        metrics.know_purposes(force.edition.purposes)
        metrics.know_kinds(force.edition.groups)
        metrics.edition(force.number)
        vault.leave_clear(clear_answers(force.catalogue))

    async with opened(settings.database_url, pool_size=settings.pool_size, master=settings.data_key) as store:
        vault = vault_in_use()
        inforce = InForce(store, on_edition=on_edition)
        await inforce.start()
        ledger = Ledger(store, lambda: inforce.bits, observe=_observer(metrics))
        ledger.start()
        index = LedgerIndex(store, resting=ledger.resting)
        index.start()
        months = LedgerMonths(store, clock, observe=_month_observer(metrics))
        await months.start()
        keyring = await load_keys(settings.secret_key)
        try:
            yield House(
                settings=settings,
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
                        secret=settings.secret_key,
                    ),
                    clock=clock,
                    limits=settings.limits,
                    production=settings.production,
                ),
                vault=vault,
                tokens=AccessTokens(keyring, settings.issuer, settings.issuer, settings.token_seconds),
                metrics=metrics,
            )
        finally:
            await months.stop()
            await index.stop()
            await ledger.stop()
            await inforce.stop()


def _observer(metrics: Metrics) -> Callable[[int, float, bool], None]:
    def observe(operations: int, seconds: float, done: bool) -> None:  # noqa: FBT001 - one call, three facts
        if done:
            metrics.ledger_commit(operations=operations, seconds=seconds)
        else:
            metrics.ledger_failure()

    return observe


def _month_observer(metrics: Metrics) -> Callable[[bool, bool], None]:
    def observe(made: bool, stray: bool) -> None:  # noqa: FBT001 - one look, two facts
        metrics.outside_months(stray=stray)
        if not made:
            _log.error("ledger.months_missing")
        if stray:
            _log.warning("ledger.outside_months")

    return observe
