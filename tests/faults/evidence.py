"""The operations of evidence that faults are tried on: asked for, and drafted from where it stands ready."""

from typing import Any, Final

import orjson

from models.catalogue import CATEGORIES
from policies.edition import shipped
from policies.evidence.narrowing import narrowing

_SHIPPED = shipped(CATEGORIES)
_EDITS = narrowing(_SHIPPED, [rule for rule in _SHIPPED.rules if rule.id == "matching-prefecture"])
_FOUND = {
    "edition": _SHIPPED.id,
    "since": "2026-11-21T12:00:00+09:00",
    "until": "2026-11-22T12:00:00+09:00",
    "accesses": 0,
    "used": {},
    "always_withheld": {},
    **dict.fromkeys(("unused", "undeclared", "over_asking", "shares", "unused_scopes"), ()),
    "edits": [list(each) for each in _EDITS],
}
_RESULT = orjson.dumps(_FOUND).decode().replace("'", "''")
_ANEW = ("DELETE FROM policy_jobs WHERE kind = 'EVIDENCE'",)
_READY = (
    "DELETE FROM policy_jobs",
    (
        "INSERT INTO policy_jobs (id, kind, base, state, done, total, asked_by, asked_at, tries, result) VALUES"
        f" ('in place', 'EVIDENCE', '{_SHIPPED.id}', 'DONE', 1, 1, 'policy-admin', '2026-11-22 03:00:00+00:00', 1,"
        f" '{_RESULT}')"
    ),
)

GATHER: Final = (
    "mutation($i: GatherEvidenceInput!) { gatherEvidence(input: $i) { job { kind days state askedBy } } }"
)
PROPOSE: Final = (
    "mutation($i: ProposeLeastPrivilegeInput!) { proposeLeastPrivilege(input: $i)"
    " { draft { state hash } job { kind hash state askedBy } } }"
)
PROPOSED: Final = 3 + len(_EDITS)
"""How many rows a proposal adds: the draft with its edits, what is kept of the change, and its impact to work out."""

EVIDENCE_OPERATIONS: Final[dict[str, tuple[str, dict[str, Any], tuple[str, ...], int]]] = {
    GATHER: ("auditor", {"days": 7}, _ANEW, 1),
    PROPOSE: ("policy-admin", {"job": "in place", "note": "A"}, _READY, PROPOSED),
}
"""Each document with who sends it, what is said, what is put in place before, and how many rows it adds."""
