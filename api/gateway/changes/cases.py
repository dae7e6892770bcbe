"""The case files, changed through the interface: about the people they name, for the privacy desk's purpose."""

from collections.abc import Mapping
from operator import itemgetter
from typing import Any

from api.gateway.changes.act import Act, Subject
from api.gateway.changes.mistakes import refused
from api.gateway.changes.registering import keeper, placed
from api.gateway.documents.walk import asks, walk
from api.gateway.refusal import Code, Refusal, Refusals
from api.gateway.views.case import case_views
from models.cases.record import read_case
from models.cases.register import CaseRegister
from models.grounds.parts import MOST

CASE_CHANGES = ("openCase", "approveCase", "closeCase")
"""The mutations of case files."""

_NAMED = "SELECT u.ref FROM case_people q JOIN users u ON u.id = q.user_id WHERE q.case_id = :case"


async def change_case(
    act: Act, before: Mapping[str, Any] | None
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Do it, unless it was done `before`; what to remember of it, and what its payload tells.

    Raises:
        Refusal: `OPERATION_FORBIDDEN` where no rule allows it, or not of one of the people.
        Refusals: every mistake in the input, each with its path.
    """
    selected = act.step.root.selected
    path = act.guard
    if not act.context.clearance.in_scope(path):
        raise act.out_of_scope(path)
    if not act.possible(path):
        raise act.forbidden(path)
    if before is None:
        case = await (_open(act) if selected.name == "openCase" else _move(act))
    else:
        case = before["case"]
    found = await read_case(act.transaction, case)
    views = (
        []
        if found is None
        else await case_views(act.door, [found], act.running.record, people=asks(selected, "people"))
    )
    return {"case": case}, walk(selected.children, selected.type_name, {"case": next(iter(views), None)})


def _register(act: Act) -> CaseRegister:
    return CaseRegister(act.transaction, act.context.force, keeper(act), act.door.requester.client)


async def _open(act: Act) -> str:
    """A new case file, once every part of it is right and all whom it names exist here."""
    register = _register(act)
    parts, mistakes = register.read(act.said)
    language, path = act.running.request.language, [act.step.root.selected.key]
    wrong = [refused(each.wrong.at(f"input.{each.path}"), language, path) for each in mistakes]
    people, strangers = await _people(act)
    if wrong or strangers:
        raise Refusals([*wrong, *strangers])
    case = await register.open(parts, list(dict.fromkeys(each.id for each in people)))
    for ref in {each.ref for each in people}:
        act.running.record.wrote(ref, frozenset({act.guard}), act.guard)
    return case


async def _people(act: Act) -> tuple[list[Subject], list[Refusal]]:
    """Those who are named and exist here, and what is wrong with the others; all hold them in one order."""
    people: dict[int, Subject] = {}
    wrong: dict[int, Refusal] = {}
    for place, user in sorted(enumerate(map(str, act.said["people"][:MOST])), key=itemgetter(1)):
        try:
            people[place] = await act.subject(user, act.guard, at=f"people.{place}")
        except Refusal as refusal:
            if refusal.code is not Code.BAD_INPUT:
                raise
            wrong[place] = refusal
    return [people[place] for place in sorted(people)], [wrong[place] for place in sorted(wrong)]


async def _move(act: Act) -> str:
    """Approve or close a case file; whoever it names is on record, and their erasure keeps nobody from closing it."""
    case, register = str(act.said["case"]), _register(act)
    with placed(act):
        await (register.approve if act.guard == "Mutation.approveCase" else register.close)(case)
    for row in await act.transaction.fetch(_NAMED, {"case": case}):
        act.running.record.wrote(int(row[0]), frozenset({act.guard}), act.guard)
    return case
