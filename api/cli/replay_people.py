"""The people behind one line of a replay: read afresh, recorded as an access, and only then told."""

from dataclasses import dataclass

from api.cli.exporting import Asked, allowed, entry, keep
from api.cli.policy_told import say
from api.cli.replay_table import name_of
from api.cli.shared import CommandError
from api.cli.told import Language
from api.gateway.doors.ledger import FIELD
from api.gateway.record import Record
from api.house import House
from models.ledger.history import History
from models.replay import Progress, Span, chunks, read_setting, replay
from policies.edition import Edition
from policies.replay.replay import Replay
from policies.replay.tally import Line

DOOR = "Query.accesses"
"""Whoever may read the ledger may read this of it."""

OPERATION = "policy replay"


@dataclass(frozen=True, slots=True)
class People:
    """Who stands behind a line: the ids of those who can be named, and how many cannot be any more."""

    line: Line
    ids: tuple[str, ...]
    unlinked: int


async def gather(  # noqa: PLR0913, PLR0917 - what is read, by whom, and how it is told
    house: House, asked: Asked, draft: Edition, span: Span, name: str, progress: Progress, lang: Language
) -> People:
    """Read who stands behind the line of this name and make the record of this reading durable.

    Raises:
        CommandError: no rule allows it, there is no such line, or it could not be recorded; then nothing may be told.
    """
    force = await house.inforce.current()
    requester = await allowed(house, force, asked, DOOR, OPERATION)
    found = await replay(house.store, draft, span, progress)
    line = next((line for line, _ in found.lines() if name_of(line) == name), None)
    if line is None:
        raise CommandError(say("LINE_UNKNOWN", lang))
    deciding = Replay(await read_setting(house.store, draft.canonical(), span.since))
    refs: set[int] = set()
    async for chunk in chunks(house.store, span, line=line):
        refs.update(deciding.people(chunk.rows, line))
    people = await History(house.store, house.inforce.bits).ids(refs)
    record = Record()
    record.touched(refs, FIELD)
    await keep(house, entry(force, requester, asked, OPERATION, record))
    return People(line, tuple(sorted(people.values())), len(refs) - len(people))
