"""Loading the demonstration: everybody and everything in one transaction, into an empty database."""

from collections.abc import Callable, Iterable
from datetime import date
from itertools import chain, islice

from tortoise import Model
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from models.acquisition import Acquisition
from models.application import Application, Screening
from models.cases.casefile import CaseFile, CasePerson
from models.catalogue import catalogue, clear_answers
from models.clients.client import Client, ClientSecret
from models.consents.consent import Consent, ConsentEvent
from models.demo import clients
from models.demo.cast import Cast
from models.demo.handout import Demo, write
from models.demo.people import midnight
from models.demo.recipients import entrustments, recipients, transmission_notice
from models.grounds.ground import Entrustment, TransmissionNotice
from models.recipients.recipient import Recipient
from models.restraint import Erasure, Hold, OptOut
from models.sealing.vault import vault_in_use
from models.user import User
from policies.edition import Edition

__all__ = ["Demo", "load", "write"]

_TABLES: tuple[type[Model], ...] = (
    Recipient,
    Entrustment,
    TransmissionNotice,
    Client,
    ClientSecret,
    User,
    Acquisition,
    Consent,
    ConsentEvent,
    Application,
    Screening,
    Hold,
    OptOut,
    Erasure,
    CaseFile,
    CasePerson,
)
"""In the order of writing: a person stands before what was shown to them, which a trigger adds."""

_BATCH = 2_000


async def load(
    edition: Edition,
    *,
    count: int = 1000,
    seed: int = 2019,
    today: date,
    progress: Callable[[int, int], None] | None = None,
) -> Demo:
    """Fill the migrated database, opened with its master key; `progress` is told how many of how many people are written.

    Raises:
        ValueError: `count` leaves somebody out whom a situation needs.
    """
    cast = Cast(edition, count=count, seed=seed, today=today)
    told = clients.credentials()
    vault_in_use().leave_clear(clear_answers(catalogue(edition)))
    async with in_transaction() as connection:
        await _write(
            connection,
            [
                *recipients(),
                *entrustments(today),
                transmission_notice(today),
                *clients.clients(told, midnight(today)),
                *clients.client_secrets(told, midnight(today)),
            ],
        )
        stories = cast.stories()
        written = 0
        while batch := list(islice(stories, _BATCH)):
            await _write(connection, chain.from_iterable(chain(*story.rows.values()) for story in batch))
            written += len(batch)
            if progress:
                progress(written, count)
        await _write(connection, cast.case_files())
    return Demo(clients=told, users=dict(cast.users))


async def _write(connection: BaseDBAsyncClient, rows: Iterable[Model]) -> None:
    by_table: dict[type[Model], list[Model]] = {table: [] for table in _TABLES}
    for row in rows:
        by_table[type(row)].append(row)
    for table, several in by_table.items():
        if several:
            await table.bulk_create(several, using_db=connection)
