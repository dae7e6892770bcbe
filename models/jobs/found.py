"""What a job found, read back; a row that was altered, or kept by another release, is not taken for a result."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

import orjson

from models.jobs.job import Job, JobKind, JobState, JobTrouble
from policies.evidence.evidence import Asker
from policies.impact.change import DECISION, Impact
from policies.replay.tally import Line

FAULTS: Final = (AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What reading raises of what is no result."""


def readable(job: Job, text: str | None) -> Job:
    """The job with what it found, or, where `text` is no result of its kind, as one that failed.

    Takes as long as the text is; so not where requests are answered.
    """
    if job.state is not JobState.DONE:
        return job
    try:
        return replace(job, result=_READ[job.kind](text or ""))
    except FAULTS:
        return replace(job, state=JobState.FAILED, trouble=JobTrouble.UNREADABLE)


def _impact(text: str) -> Impact:
    impact = Impact.from_json(text)
    known = dict(impact.categories)
    for change in impact.changes:
        for names in (change.keys, change.roles, change.purposes, change.fields, change.recipients):
            _names(names)
        if change.kind == DECISION and not known.keys() >= set(change.fields):
            raise LookupError(change.fields)
    return impact


def _replay(text: str) -> Any:  # noqa: ANN401 - JSON
    found = orjson.loads(text)
    _span(found, "accesses", "changed", "undecided", "last")
    for line in found["lines"]:
        Line.of(line)
        _numbers(line, "accesses")
        _numbers(line["days"], *line["days"].keys())
        _told(line, "people", "exact")
        if line["people"] is not None:
            _numbers(line, "people")
    return found


def _evidence(text: str) -> Any:  # noqa: ANN401 - JSON
    found = orjson.loads(text)
    _span(found, "accesses")
    for name in ("used", "always_withheld"):
        _numbers(found[name], *found[name].keys())
    for name, keys in _LISTS.items():
        for each in found[name]:
            _told(each, *keys)
    for share in found["shares"]:
        _numbers(share, "accesses", "fields", "withheld")
    _told(found, "edition")
    list(map(str, found["undeclared"]))
    for table, key, *_ in found["edits"]:
        _text(table, key)
    return found


_LISTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "unused": ("rule", "since", "days", "removable"),
        "over_asking": (*Asker._fields, "field", "accesses"),
        "shares": Asker._fields,
        "unused_scopes": ("client", "word"),
    }
)
"""The lists of evidence, each with what its parts tell."""

_READ: Final[Mapping[JobKind, Callable[[str], Any]]] = MappingProxyType(
    {JobKind.IMPACT: _impact, JobKind.REPLAY: _replay, JobKind.EVIDENCE: _evidence}
)


def _span(found: Mapping[str, Any], *numbers: str) -> None:
    for name in ("since", "until"):
        datetime.fromisoformat(found[name])
    _numbers(found, *numbers)


def _numbers(found: Mapping[str, Any], *names: str) -> None:
    if not all(type(found[name]) is int for name in names):
        raise TypeError(names)


def _told(found: Mapping[str, Any], *names: str) -> None:
    if not found.keys() >= set(names):
        raise LookupError(names)


def _names(names: object) -> None:
    if not isinstance(names, tuple):
        raise TypeError(names)
    _text(*names)


def _text(*cells: object) -> None:
    if not all(isinstance(each, str) for each in cells):
        raise TypeError(cells)
