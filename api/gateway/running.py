"""One run of an operation: what was decided before anything was read, and what the executor hands out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.gateway.context import Context
from api.gateway.door import Asking, Door, Finished, argument_paths
from api.gateway.plan import EACH, user_plan
from api.gateway.reading import Reading
from api.gateway.record import Record
from api.gateway.refusal import Code, Refusal, Refusals
from api.gateway.selection import Root, Selected
from models.dialect import Dialect
from policies.explanation import Explanation

MOST_READINGS = 5_000
STEPS_TO_USER: Mapping[str, tuple[str, ...]] = {
    "user": (),
    "me": (),
    "users": ("edges", "node"),
    "recordConsent": ("user",),
    "withdrawConsent": ("user",),
}
"""The doors that open on users, each with the fields that lead from it to one."""

LEDGER_DOORS = ("accesses", "provisions")


@dataclass(frozen=True, slots=True)
class Step:
    """One root field, decided."""

    root: Root
    arguments: Mapping[str, Any]
    asking: Asking | None


@dataclass(slots=True)
class Running:
    """What resolvers find in `info.context`.

    Attributes:
        context: the decisions, with the purpose where personal data is asked for.
        plain: the same requester's decisions without a purpose, for registers.
        finished: the released values by response key.
    """

    context: Context
    plain: Context
    record: Record = field(default_factory=Record)
    finished: dict[str, Finished] = field(default_factory=dict)
    parts: Any = None
    door: Door | None = None


def is_personal(root: Root) -> bool:
    """The root field opens on a person, so that the operation needs a purpose."""
    return root.selected.name in STEPS_TO_USER or root.selected.name in LEDGER_DOORS


def guard(root: Root, context: Context, plain: Context, kind: str) -> None:
    """May the requester invoke this root field at all.

    Raises:
        Refusal: `OPERATION_FORBIDDEN`.
    """
    name = root.selected.name
    if name == "__typename" or name in STEPS_TO_USER and kind == "Mutation":
        return
    path = f"{kind}.{'__schema' if name.startswith('__') else name}"
    asked = context if is_personal(root) else plain
    if not asked.may(path):
        raise Refusal(
            Code.OPERATION_FORBIDDEN,
            f"no rule lets this client use `{path}`" + (" for this purpose" if is_personal(root) else ""),
            path=[root.selected.key],
            field=path,
        )


def ask(root: Root, context: Context, dialect: Dialect) -> Asking | None:
    """The door of a root field with its readings; None for a root field without users."""
    name = root.selected.name
    if name not in STEPS_TO_USER:
        return None
    users = _users(root.selected, STEPS_TO_USER[name])
    if name == "users" and not users:
        users = [((), _existence(root, context))]
    readings = tuple((steps, _reading(selected, context, dialect)) for steps, selected in users)
    return Asking(root.selected.key, name, root.selected, readings)


def _users(selected: Selected, steps: Sequence[str]) -> list[tuple[tuple[str, ...], Selected]]:
    """The selections on `User` below a root field, each with the response keys that lead there."""
    found: list[tuple[tuple[str, ...], Selected]] = [((), selected)]
    for step in steps:
        found = [
            ((*path, child.key, EACH) if step == "edges" else (*path, child.key), child)
            for path, each in found
            for child in each.children
            if child.name == step
        ]
    return found


def _existence(root: Root, context: Context) -> Selected:
    """A page of which only cursors or its place are asked still tells who exists: it reads their ids."""
    key = ("existence", id(root))
    kept = context.kept.get(key)
    if kept is None or kept[0] is not root:
        found = Selected("", "node", "User", {}, (Selected("id", "id", "ID", {}, ()),))
        kept = context.kept[key] = (root, found)
    selected: Selected = kept[1]
    return selected


def _reading(selected: Selected, context: Context, dialect: Dialect) -> Reading:
    kept = context.kept.get(id(selected))
    if kept is None or kept[0] is not selected:
        if len(context.kept) >= MOST_READINGS:
            context.kept.clear()
        plan = user_plan(selected.children, context.force.catalogue)
        kept = context.kept[id(selected)] = (selected, Reading(context, plan, dialect))
    reading: Reading = kept[1]
    return reading


def check_arguments(root: Root, arguments: Mapping[str, Any], context: Context) -> tuple[str, ...]:
    """The fields by which a list is narrowed or sorted, each of which must be readable of everybody in it.

    Raises:
        Refusal: `FILTER_FORBIDDEN`; nothing was read.
    """
    if root.selected.name != "users":
        return ()
    paths = argument_paths(arguments)
    for path in paths:
        if not context.clearance.everywhere(path):
            told = explanation(context, path)
            raise Refusal(
                Code.FILTER_FORBIDDEN,
                f"`{path}` may not be read of everybody in this list, so it may neither narrow nor sort it",
                path=[root.selected.key],
                field=path,
                purpose=context.clearance.purpose,
                reason=told.reason,
                clause=told.clause,
                rule=told.rule and told.rule.id,
            )
    return paths


def explanation(context: Context, path: str) -> Explanation:
    """Why a field is refused to everybody here; remembered."""
    key = ("explanation", path)
    found = context.kept.get(key)
    if not isinstance(found, Explanation):
        found = context.kept[key] = context.force.judge.explain(context.clearance.refusal(path))
    return found


def forbidden(context: Context, asking: Asking) -> list[Refusal]:
    """The refusals that are the same for everybody, one for each place and field."""
    return [
        Refusal(
            Code.FIELD_FORBIDDEN,
            _forbidden_text(context, leaf.path),
            path=path,
            purpose=context.clearance.purpose,
            field=leaf.path,
            reason=_reason(context, leaf.path),
            clause=explanation(context, leaf.path).clause,
            rule=_rule(context, leaf.path),
        )
        for path, leaf in asking.forbidden()
    ]


def _reason(context: Context, path: str) -> str | None:
    return explanation(context, path).reason if context.clearance.in_scope(path) else "SCOPE_TOO_NARROW"


def _rule(context: Context, path: str) -> str | None:
    rule = explanation(context, path).rule
    return rule.id if rule and context.clearance.in_scope(path) else None


def _forbidden_text(context: Context, path: str) -> str:
    if not context.clearance.in_scope(path):
        return f"the token's scope leaves out the category of `{path}`"
    return f"`{path}` may not be read for `{context.clearance.purpose}` here: {_nearest(context, path)}"


def _nearest(context: Context, path: str) -> str:
    misses = explanation(context, path).nearest
    return misses[0].text("en") if misses else "no rule names it"


def strict(refusals: Sequence[Refusal]) -> None:
    """Refuse the whole operation for the first of these.

    Raises:
        Refusals: there are any.
    """
    if refusals:
        raise Refusals(refusals)
