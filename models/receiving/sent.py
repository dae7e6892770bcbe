"""The sent: a person whom a partner sends, what it states of them, and their values by field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from secrets import randbits, token_hex
from typing import Any, Self

import orjson
from tortoise import fields

from models.catalogue import ANSWERS
from models.day import moment
from models.person_row import PATHS
from models.receiving.received import WAITING, EvidenceKind, ReceivedOutcome, Settled
from models.user import User

_COLUMNS = User._meta.fields_map  # noqa: SLF001 - the only list of columns
_NAMES = {path: name for name, path in PATHS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a partner states of one person it sends, with itself as the register knew it then.

    Attributes:
        history: how it acquired the data.
        purposes: those that the notice named.
        consented_at: when the person consented to being sent here.
        acquired_at: when the data came over to the company.
        special_care: the person consented to special-care data too (APPI Art 20(2)).
    """

    provider_name: str
    provider_address: str
    provider_representative: str
    history: str
    evidence_kind: EvidenceKind | None
    evidence: str | None
    notice_version: str
    language: str
    purposes: tuple[str, ...]
    notice_at: datetime
    consented_at: datetime
    consent_method: str
    acquired_at: datetime
    special_care: bool

    def evidenced(self, kind: EvidenceKind, reference: str) -> Self:
        """The same, with this evidence."""
        return replace(self, evidence_kind=kind, evidence=reference)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One person who was sent, as far as it is no value of theirs."""

    id: str
    provider: str
    client: str
    outcome: ReceivedOutcome
    reasons: tuple[str, ...]
    purpose: str
    terms: Terms
    ref: int
    known: int | None
    at: datetime
    request_id: str
    settled: Settled | None

    @property
    def waits(self) -> bool:
        """Whether the desk has to decide about it."""
        return self.outcome in WAITING and self.settled is None


def ordered_id(at: datetime) -> str:
    """A number that grows with time, and else is random."""
    return f"{int(at.timestamp() * 1000):012x}{token_hex(7)}"


def items_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by column as values by field, the empty ones left out."""
    answers = values.get("answers") or {}
    items = {PATHS[name]: value for name, value in values.items() if name != "answers" and value is not None}
    return items | {ANSWERS + key: value for key, value in answers.items() if value is not None}


def values_of(items: Mapping[str, Any]) -> dict[str, Any]:
    """Values by field, as they were read back, as values by column."""
    values: dict[str, Any] = {}
    for path, value in items.items():
        if path.startswith(ANSWERS):
            values.setdefault("answers", {})[path.removeprefix(ANSWERS)] = value
        else:
            name = _NAMES[path]
            dated = isinstance(_COLUMNS[name], fields.DateField)
            values[name] = date.fromisoformat(value) if dated else value
    return values


def sent_by(provider: str, items: Mapping[str, Any]) -> str:
    """What a provider sent, as one text: the same for the same values, whatever it states about them."""
    return f"{provider}\0{orjson.dumps(items, option=orjson.OPT_SORT_KEYS).decode()}"


def new_ref() -> int:
    """A reference for the ledger that nobody has."""
    return randbits(62)


def waiting_of(row: Sequence[Any]) -> Waiting:
    """A row of `received` as it is kept, by the order of `ROW`."""
    number, provider, client, outcome, reasons, purpose, terms, ref, known, at, request, settled = row
    return Waiting(
        number,
        provider,
        client,
        ReceivedOutcome(outcome),
        tuple(orjson.loads(reasons)),
        purpose,
        _terms(orjson.loads(terms)),
        int(ref),
        None if known is None else int(known),
        moment(at),
        request,
        None if settled is None else Settled(settled),
    )


def _terms(kept: Mapping[str, Any]) -> Terms:
    times = {name: moment(kept[name]) for name in ("notice_at", "consented_at", "acquired_at")}
    kind = kept["evidence_kind"]
    return Terms(
        **{
            **kept,
            **times,
            "purposes": tuple(kept["purposes"]),
            "evidence_kind": None if kind is None else EvidenceKind(kind),
        }
    )
