"""The operations of drafts that faults are tried on: each mutation, on a draft that is put in place before each turn."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import orjson

from models.catalogue import CATEGORIES
from policies.drafts.drafting import Drafted, Sketch, Terms, edit, made_of
from policies.drafts.sheet import write_sheet
from policies.drafts.wish import Wish
from policies.edition import shipped

Said = Callable[[Mapping[str, str], int], Mapping[str, Any]]
ADMIN: Final = "policy-admin"
APPROVER: Final = "policy-approver"
_SHIPPED = shipped(CATEGORIES)
_TERMS = Terms(tuple(sorted(CATEGORIES.items())), ())
_AREA = "employer read service.application User.address.{} employer noticed+consented"
_DRAFTED = edit(
    Sketch(_SHIPPED.canonical()),
    (
        Wish("rules", "application-area", (("needs", "noticed+consented+interview"),)),
        *(
            Wish("decisions", _AREA.format(part), (("expected", "deny"), ("rule", "")))
            for part in ("prefecture", "city")
        ),
    ),
    _TERMS,
)
_EARLIER = made_of(Sketch(_SHIPPED.canonical(), _DRAFTED.edits))
_UNALIGNED = edit(
    Sketch(_SHIPPED.canonical()),
    (Wish("rules", "application-area", (("needs", "noticed+consented+interview"),)),),
    _TERMS,
)


def _text(value: object) -> str:
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return "'" + text.replace("'", "''") + "'"


def _placed(state: str = "OPEN", drafted: Drafted = _DRAFTED) -> tuple[str, ...]:
    """SQL for a draft that narrows, approved, under the shipped edition."""
    at = "'2026-11-22 03:00:00+00:00'"
    edits = [
        "INSERT INTO draft_edits (id, draft_id, place, sheet, key, was, cells, by, at) VALUES"
        f" ('in place {place}', 'in place', {place}, '{each.table}', {_text(each.key)}, {_text(was)},"
        f" {_text(each.cells)}, 'policy-admin', {at})"
        for place, (each, was) in enumerate(zip(drafted.edits, drafted.was, strict=True))
    ]
    return (
        (
            "INSERT INTO editions (id, number, canonical, published_at) SELECT id, (SELECT max(number) + 1 FROM editions),"
            " canonical, published_at FROM editions WHERE number = 1"
        ),
        "DELETE FROM draft_edits WHERE draft_id = 'in place'",
        (
            f"UPDATE draft_approvals SET withdrawn_by = 'policy-approver', withdrawn_at = {at}"
            " WHERE draft_id = 'in place' AND withdrawn_at IS NULL"
        ),
        "DELETE FROM drafts WHERE id = 'in place'",
        (
            "INSERT INTO drafts (id, base, state, version, hash, note, created_by, created_at, changed_by, changed_at, authors,"
            f" publish_at) VALUES ('in place', '{_SHIPPED.id}', '{state}', 1, '{drafted.hash}', 'A', 'policy-admin', {at},"
            f" 'policy-admin', {at}, {_text([[ADMIN, ADMIN]])}, '2099-01-01 00:00:00+00:00')"
        ),
        *edits,
    )


_APPROVED = (
    (
        "INSERT INTO draft_approvals (id, draft_id, base, hash, by, client, at, note, overrides)"
        f" SELECT 'in place ' || count(*), 'in place', '{_SHIPPED.id}', '{_DRAFTED.hash}', 'policy-approver',"
        " 'policy-approver', '2026-11-22 03:00:00+00:00', 'A', '{}' FROM draft_approvals"
    ),
)
_BEFORE = (
    (
        "INSERT INTO editions (id, number, canonical, published_at)"
        f" SELECT '{_EARLIER.id}', 0, {_text(_EARLIER.canonical())}, published_at FROM editions WHERE number = 1"
        " AND NOT EXISTS (SELECT 1 FROM editions WHERE number = 0)"
    ),
)
_NO_JOBS = "DELETE FROM policy_jobs"
_WAITS = (
    "INSERT INTO policy_jobs (id, kind, state, done, total, asked_by, asked_at, tries) VALUES ('in place', 'EVIDENCE',"
    " 'WAITING', 0, 0, 'policy-admin', '2026-11-22 03:00:00+00:00', 0)"
)
_ASSESSED = {"draft": "in place", "hash": _DRAFTED.hash, "kind": "IMPACT"}
_OF = {"draft": "in place", "ifVersion": 1}
_AGREED = {"draft": "in place", "hash": _DRAFTED.hash, "note": "A"}
_GROUPS = {"table": "groups", "csv": write_sheet("groups", _SHIPPED.tables()["groups"])}
_WORDS = {"table": "rules", "key": "application-form", "row": [{"column": "note_en", "value": "Words"}]}

DRAFT_OPERATIONS: Final[Mapping[str, tuple[str, Mapping[str, Any], Sequence[str], int]]] = {
    "createDraft": (ADMIN, {"note": "A"}, (), 2),
    "editDraft": (ADMIN, {**_OF, "edits": [_WORDS]}, _placed(), 3),
    "importDraft": (ADMIN, {**_OF, "tables": [_GROUPS]}, _placed(), 2),
    "alignDecisions": (ADMIN, _OF, _placed(drafted=_UNALIGNED), 4),
    "rebaseDraft": (ADMIN, _OF, _placed(), 2),
    "withdrawDraft": (ADMIN, _OF, _placed(), 2),
    "approveDraft": (APPROVER, _AGREED, _placed(), 2),
    "withdrawApproval": (APPROVER, {"draft": "in place"}, (*_placed(), *_APPROVED), 2),
    "publishEdition": (ADMIN, _AGREED, _placed(), 3),
    "cancelPublication": (ADMIN, {"draft": "in place"}, _placed("SCHEDULED"), 2),
    "rollBackEdition": (ADMIN, {"to": _EARLIER.id, "note": "A"}, _BEFORE, 5),
    "assessDraft": (ADMIN, _ASSESSED, (*_placed(), _NO_JOBS), 1),
    "cancelJob": (ADMIN, {"job": "in place"}, (_NO_JOBS, _WAITS), 1),
}
"""Each mutation with who asks, what is said, what is put in place before, and how many rows it adds or changes."""


def draft_query(name: str) -> str:
    """The document of one of them."""
    kind = f"{name[0].upper()}{name[1:]}Input"
    told = "job { kind state askedBy }" if name in {"assessDraft", "cancelJob"} else "draft { state hash }"
    return f"mutation($i: {kind}!) {{ {name}(input: $i) {{ {told} }} }}"
