"""The deciding: every root field of an operation is allowed or refused before anything is read."""

from collections.abc import Mapping, Sequence

from api.gateway.changes.carry import CHANGES, LISTED
from api.gateway.changes.cases import CASE_CHANGES
from api.gateway.documents.selection import TYPENAME, Root, Selected
from api.gateway.doors.people import RECORD_DOORS
from api.gateway.refusal import Code, PathStep, Refusal, Refusals, Why, closed
from api.gateway.release.context import Context
from api.gateway.release.door import Asking, argument_paths
from api.gateway.release.plan import EACH, user_plan
from api.gateway.release.reading import Reading
from api.gateway.told import Told
from models.database.dialect import Dialect
from policies.judging.explanation import Explanation, Reason

OF_A_READING = 20
"""What a reading of no field would take, in fields."""

A_USER = Selected("", "node", "User", {}, (Selected("id", "id", "ID", {}, ()),))
NO_USER = Selected("", "node", "User", {}, ())
"""A page of which only cursors or its place are asked still tells who exists: it reads their ids, if it may."""

STEPS_TO_USER: Mapping[str, tuple[str, ...]] = {
    "user": (),
    "me": (),
    "users": ("edges", "node"),
    **dict.fromkeys(CHANGES, ("user",)),
    "registerMany": (LISTED, "user"),
}
"""The doors that open on users, each with the fields that lead from it to one."""

LISTS = ("edges", LISTED)
"""The fields of these that are lists."""


def is_personal(root: Root) -> bool:
    """The root field opens on a person, so that the operation needs a purpose."""
    name = root.selected.name
    return name in STEPS_TO_USER or name in RECORD_DOORS or name in CASE_CHANGES


def guard(root: Root, kind: str, context: Context, plain: Context) -> None:
    """May the requester invoke this root field at all; a mutation asks again, knowing whom it is about.

    Raises:
        Refusal: `OPERATION_FORBIDDEN`.
    """
    name = root.selected.name
    personal = is_personal(root)
    if name == TYPENAME or (kind == "Mutation" and personal):
        return
    path = f"{kind}.__schema" if name.startswith("__") else f"{kind}.{name}"
    shown = RECORD_DOORS.get(name)
    if shown is not None and not context.clearance.in_scope(shown.shows):
        told = Told("CATEGORY_OUT_OF_SCOPE", field=shown.shows)
        raise closed(told, Why("SCOPE_TOO_NARROW"), field=path, path=[root.selected.key])
    asked = context if personal else plain
    if not asked.may(path):
        told = Told("OPERATION_FORBIDDEN_FOR_PURPOSE" if personal else "OPERATION_FORBIDDEN", field=path)
        raise closed(told, asked.why_closed(path), field=path, path=[root.selected.key])


def ask(root: Root, context: Context, dialect: Dialect) -> Asking | None:
    """The door of a root field with its readings; None for a root field without users."""
    name = root.selected.name
    if name not in STEPS_TO_USER:
        return None
    users = _users(root.selected, STEPS_TO_USER[name])
    if name == "users" and not users:
        users = [((), A_USER if context.clearance.visible else NO_USER)]
    readings = tuple((steps, _reading(root, selected, context, dialect)) for steps, selected in users)
    return Asking(root.selected.key, root.selected, readings)


def _users(selected: Selected, steps: Sequence[str]) -> list[tuple[tuple[PathStep, ...], Selected]]:
    """The selections on `User` below a root field, each with the response keys that lead there."""
    found: list[tuple[tuple[PathStep, ...], Selected]] = [((), selected)]
    for step in steps:
        each_item = (EACH,) if step in LISTS else ()
        found = [
            ((*path, child.key, *each_item), child)
            for path, each in found
            for child in each.children
            if child.name == step
        ]
    return found


def _reading(root: Root, selected: Selected, context: Context, dialect: Dialect) -> Reading:
    key = id(context), id(selected)
    kept = context.readings.get(key)
    if kept is not None and kept[0] is selected and kept[1].context is context:
        found: Reading = kept[1]
        return found
    plan = user_plan(selected.children, context.force.catalogue)
    name = root.selected.name
    made = Reading(context, plan, dialect, f"{'Mutation' if name in CHANGES else 'Query'}.{name}")
    if root.lasting:
        context.readings.keep(key, (selected, made), OF_A_READING + selected.fields)
    return made


def fields_looked_at(root: Root, arguments: Mapping[str, object]) -> tuple[str, ...]:
    """The fields by which a list is to be narrowed or sorted."""
    return argument_paths(arguments) if root.selected.name == "users" else ()


def check_arguments(root: Root, paths: Sequence[str], context: Context) -> None:
    """See that each of these fields is readable of everybody in the list.

    Raises:
        Refusal: `FILTER_FORBIDDEN`; nothing was read.
    """
    for path in paths:
        if not context.clearance.everywhere(path):
            told = explanation(context, path)
            raise Refusal(
                Code.FILTER_FORBIDDEN,
                Told("FILTER_FORBIDDEN", field=path),
                path=[root.selected.key],
                field=path,
                purpose=context.clearance.purpose,
                reason=told.reason,
                clause=told.clause,
                rule=told.rule and told.rule.id,
            )


def explanation(context: Context, path: str) -> Explanation:
    """Why a field is refused to everybody here; remembered."""
    key = ("explanation", path)
    found = context.kept.get(key)
    if not isinstance(found, Explanation):
        found = context.kept[key] = context.force.judge.explain(context.clearance.refusal(path))
    return found


def forbidden(context: Context, asking: Asking) -> list[Refusal]:
    """The refusals that are the same for everybody, one for each place and field."""
    return [_forbidden(context, place, leaf.path) for place, leaf in asking.forbidden()]


def _forbidden(context: Context, place: tuple[PathStep, ...], path: str) -> Refusal:
    purpose = context.clearance.purpose
    if not context.clearance.in_scope(path):
        return Refusal(
            Code.FIELD_FORBIDDEN,
            Told("CATEGORY_OUT_OF_SCOPE", field=path),
            path=place,
            purpose=purpose,
            field=path,
            reason="SCOPE_TOO_NARROW",
            clause=None,
            rule=None,
        )
    told = explanation(context, path)
    if told.reason is Reason.FIELD_UNSORTED:
        words = Told("FIELD_UNSORTED")
    elif told.nearest:
        words = Told("FIELD_FORBIDDEN", field=path, purpose=purpose, nearest=told.nearest[0])
    else:
        words = Told("FIELD_NAMED_BY_NO_RULE", field=path, purpose=purpose)
    return Refusal(
        Code.FIELD_FORBIDDEN,
        words,
        path=place,
        purpose=purpose,
        field=path,
        reason=told.reason,
        clause=told.clause,
        rule=told.rule and told.rule.id,
    )


def withheld(context: Context, places: Sequence[tuple[tuple[PathStep, ...], str]]) -> list[Refusal]:
    """The refusals that depend on the person; to a third party the reason would itself tell of them."""
    return [_withheld(context, place, path) for place, path in places]


def _withheld(context: Context, place: tuple[PathStep, ...], path: str) -> Refusal:
    refusal = Refusal(
        Code.FIELD_WITHHELD,
        Told("FIELD_WITHHELD_OF_SOME" if EACH in place else "FIELD_WITHHELD", field=path),
        path=place,
        field=path,
    )
    if not context.outside:
        refusal.extensions["purpose"] = context.clearance.purpose
    return refusal


def strict(refusals: Sequence[Refusal]) -> None:
    """Refuse the whole operation for these.

    Raises:
        Refusals: there are any.
    """
    if refusals:
        raise Refusals(refusals)
