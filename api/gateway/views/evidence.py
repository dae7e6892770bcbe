"""The view of evidence: what was used and what was not, as its readers ask for it."""

from collections.abc import Mapping
from typing import Any

from policies.evidence.evidence import Asker

View = dict[str, Any]


def evidence_view(result: Mapping[str, Any]) -> View:
    """What a job found in the ledger, without the edits that stand ready."""
    vain: dict[Asker, list[View]] = {}
    for each in result["over_asking"]:
        vain.setdefault(_asker(each), []).append({"field": each["field"], "accesses": each["accesses"]})
    return {
        "edition": result["edition"],
        "since": result["since"],
        "until": result["until"],
        "accesses": result["accesses"],
        "used": [{"rule": rule, "accesses": count} for rule, count in result["used"].items()],
        "unused": list(result["unused"]),
        "undeclared": list(result["undeclared"]),
        "overAsking": [_over(each, vain) for each in result["shares"] if each["withheld"]],
        "alwaysWithheld": [
            {"field": field, "accesses": count} for field, count in result["always_withheld"].items()
        ],
        "unusedScopes": list(result["unused_scopes"]),
    }


def _over(share: Mapping[str, Any], vain: Mapping[Asker, list[View]]) -> View:
    asker = _asker(share)
    return {
        **asker._asdict(),
        "accesses": share["accesses"],
        "fields": share["fields"],
        "withheld": share["withheld"],
        "share": share["withheld"] / share["fields"],
        "inVain": vain.get(asker, []),
    }


def _asker(form: Mapping[str, Any]) -> Asker:
    return Asker(*(form[name] for name in Asker._fields))
