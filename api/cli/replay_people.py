"""The people behind one line of a replay: read afresh, recorded as an access, and only then told."""

from dataclasses import dataclass

from api.cli.exporting import Asked, allowed, entry, keep
from api.cli.policy_told import say
from api.cli.replay_table import name_of
from api.cli.shared import CommandError
from api.cli.told import Language
from api.gateway.ledger_door import FIELD
from api.gateway.record import Record
from api.house import House
from models.replay import MOST_PEOPLE, Progress, Span, people_of, replay
from policies.edition import Edition
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
    people: dict[int, str | None] = {}
    page = await people_of(house.store, draft, span, line)
    while page:
        people |= page
        if len(page) < MOST_PEOPLE:
            break
        page = await people_of(house.store, draft, span, line, after=max(page))
    record = Record()
    record.touched(people, FIELD)
    await keep(house, entry(force, requester, asked, OPERATION, record))
    ids = tuple(sorted(each for each in people.values() if each is not None))
    return People(line, ids, len(people) - len(ids))
