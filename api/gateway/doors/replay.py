"""The door behind one line of a replay: who its people are, found again in the ledger and on record as shown."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from api.gateway.documents.selection import Selected
from api.gateway.documents.walk import walk
from api.gateway.doors.ledger import FIELD
from api.gateway.record import Record
from api.gateway.refusal import Code, Refusal
from api.gateway.release.cursor import ListCursors
from api.gateway.release.door import Door
from api.gateway.release.paging import page_size
from api.gateway.told import Told
from api.gateway.views.ledger import USUAL_PAGE, connection, named
from api.jobs.runner import JobChanged
from api.jobs.works import texts
from models.jobs.box import read_job, whole
from models.jobs.job import Job, JobKind, JobState
from models.person_row import new_id
from models.replay import Find, Span, people_of, read_setting
from policies.replay.behind import behind
from policies.replay.row import AccessRow
from policies.replay.tally import Line


async def read_replay_people(
    door: Door, selected: Selected, arguments: Mapping[str, Any], record: Record
) -> dict[str, Any] | None:
    """A page of those whom a line is about; whoever is shown, or makes a next page, is recorded.

    Raises:
        Refusal: `BAD_INPUT` where there is no such line, or the draft is no longer what was replayed.
    """
    job, place = await read_job(door.reader, str(arguments["job"])), int(arguments["line"])
    if job is None:
        raise _wrong(selected, "job", "JOB_UNKNOWN")
    if job.kind is JobKind.REPLAY:
        job = await whole(door.reader, job)
    if job.kind is not JobKind.REPLAY or job.state is not JobState.DONE:
        raise _wrong(selected, "job", "REPLAY_MISSING")
    if not 0 <= place < len(job.result["lines"]):
        raise _wrong(selected, "line", "LINE_UNKNOWN")
    try:
        _, text = await texts(job, door.reader, door.workshop)
    except JobChanged:
        raise _wrong(selected, "job", "REPLAY_OUTDATED", status=409) from None
    refs, more = await _page(door, job, place, text, arguments)
    record.touched((*refs, *more), FIELD, door.context.guarded(f"Query.{selected.name}"))
    people = await door.registers.view.history.ids(refs)
    cursors = _cursors(door, job, place)
    nodes = [{"user": named(people, ref)} for ref in refs]
    page = connection(nodes, [cursors.seal(ref) for ref in refs], more=bool(more))
    return walk(selected.children, selected.type_name, page)


async def _page(
    door: Door, job: Job, place: int, text: str, arguments: Mapping[str, Any]
) -> tuple[Sequence[int], Sequence[int]]:
    """The references of a page, and of the next person behind it."""
    size, after = page_size(arguments.get("first"), USUAL_PAGE), arguments.get("after")
    begin = 0 if after is None else int(_cursors(door, job, place).open(after)[0])
    since, until = (datetime.fromisoformat(job.result[name]) for name in ("since", "until"))
    line = Line.of(job.result["lines"][place])
    find = await _finder(door, text, since, line)
    found = await people_of(
        door.reader,
        Span(since, until),
        line,
        find,
        last=job.result["last"],
        after=begin,
        size=size + 1,
    )
    return found[:size], found[size:]


async def _finder(door: Door, text: str, since: datetime, line: Line) -> Find:
    """What finds them among accesses, in the workshop."""
    setting, key = await read_setting(door.reader, text, since), new_id()

    async def find(rows: Sequence[AccessRow]) -> Iterable[int]:
        found = await door.workshop.run(behind, key, None, rows, line)
        if found is None:
            found = await door.workshop.run(behind, key, setting, rows, line)
        return found or ()

    return find


def _cursors(door: Door, job: Job, place: int) -> ListCursors:
    return door.registers.view.cursors.of("replayPeople", job.id, place)


def _wrong(selected: Selected, argument: str, reason: str, *, status: int | None = None) -> Refusal:
    told = Told(reason, argument=argument)
    return Refusal(Code.BAD_INPUT, told, path=[selected.key], status=status, argument=argument, reason=reason)
