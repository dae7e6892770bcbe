"""The view of case files: what each asks for and, through the door and on record, the people it names."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from api.gateway.documents.selection import Selected
from api.gateway.documents.walk import asks, walk
from api.gateway.record import Record
from api.gateway.release.door import Door
from api.gateway.release.paging import page_size
from api.gateway.views.ledger import USUAL_PAGE, connection
from models.cases.record import CaseRecord, read_cases
from models.database.dialect import Dialect

CASES = "Query.cases"
"""What a reader of case files sees of a person: that one names them."""

_PEOPLE = """
SELECT q.case_id, u.id, u.ref FROM case_people q JOIN users u ON u.id = q.user_id
WHERE q.case_id {} AND {} ORDER BY q.case_id, u.id
"""


async def look_up_cases(door: Door, selected: Selected, arguments: Mapping[str, Any], record: Record) -> Any:  # noqa: ANN401 - a connection
    """A page of case files; whoever is told of in them is recorded."""
    recipient = arguments.get("recipient")
    size = page_size(arguments.get("first"), USUAL_PAGE)
    cursors = door.cursors.of("cases", recipient)
    after = arguments.get("after")
    before = None if after is None else str(cursors.open(after)[0])
    found = await read_cases(
        door.reader, recipient=recipient and str(recipient), before=before, limit=size + 1
    )
    page = found[:size]
    nodes = await case_views(door, page, record, people=asks(selected, "people"))
    ends = [cursors.seal(each.id) for each in page]
    return walk(selected.children, selected.type_name, connection(nodes, ends, more=len(found) > size))


async def case_views(
    door: Door, cases: Sequence[CaseRecord], record: Record, *, people: bool
) -> list[dict[str, Any]]:
    """Case files to be told as far as they are asked; of the people they name, those who exist here."""
    named = await _people(door, cases, record) if people and cases else {}
    return [_view(each, door, named.get(each.id, [])) for each in cases]


def _view(case: CaseRecord, door: Door, people: list[str]) -> dict[str, Any]:
    parts = dict(case.parts)
    del parts["openedWith"]
    return {"id": case.id, **parts, "state": case.state(door.values["now"]), "people": people}


async def _people(door: Door, cases: Sequence[CaseRecord], record: Record) -> dict[str, list[str]]:
    visible = door.context.visible
    if not visible:
        return {}
    ids = [each.id for each in cases]
    postgres = door.reader.dialect is Dialect.POSTGRES
    some = "= ANY(:cases::text[])" if postgres else "IN (SELECT value FROM json_each(:cases))"
    listed: Any = ids if postgres else orjson.dumps(ids).decode()
    rows = await door.reader.fetch(_PEOPLE.format(some, visible), {**door.values, "cases": listed})
    named: dict[str, list[str]] = defaultdict(list)
    for case, user, _ in rows:
        named[case].append(user)
    record.touched({int(ref) for _, _, ref in rows}, CASES, door.context.guarded(CASES))
    return named
