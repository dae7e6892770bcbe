"""The receipt of a consent: what was agreed to, in the shape of ISO/IEC TS 27560:2023 and Kantara Consent Receipt 1.1.

The names of TS 27560 are read from the guide of the Data Privacy Vocabularies group, whose terms (`dpv:`, `pd:`) stand
beside ours. `consent-receipt.json` beside this file is its published schema.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from models.catalogue import FIELDS
from models.consents.consent import PERMITTING
from models.consents.receipt.record import ConsentEventRecord, ConsentRecord
from models.personal import Personal
from models.registry import KnownRecipient, Registry
from policies.edition import Edition
from policies.judging.index import index_of
from policies.tree import Node
from policies.vocabulary import ANY, Action, Effect, Fact

Json: TypeAlias = dict[str, Any]
HERE = Path(__file__).parent
SCHEMA_FILE: Final = HERE / "consent-receipt.json"
SCHEMA: Final = "urn:mokuteki:schema:consent-receipt:1"
CONTEXT: Final = MappingProxyType({"dpv": "https://w3id.org/dpv#", "pd": "https://w3id.org/dpv/pd#"})
KANTARA: Final = "KI-CR-v1.1.0"
JURISDICTION: Final = "JP"
INTERNAL: Final = "internal"
CONTROLLER: Final = "controller"
RECIPIENT: Final = "recipient"


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


TERMS: Final[Mapping[tuple[str, str], tuple[str, ...]]] = MappingProxyType(
    {(row["of"], row["name"]): tuple(row["terms"].split()) for row in _rows("terms.csv")}
)
"""The terms of the Data Privacy Vocabulary for a purpose, a category or a state."""

SAID: Final[Mapping[tuple[str, str], Mapping[str, str]]] = MappingProxyType(
    {(row["of"], row["name"]): {"ja": row["ja"], "en": row["en"]} for row in _rows("said.csv")}
)
"""What a state, a method or the way of withdrawal is called, in `ja` and `en`."""


def receipt(consent: ConsentRecord, edition: Edition, registry: Registry, at: datetime) -> Json:
    """The receipt of a consent at this time, as JSON."""
    purpose = edition.purposes.get(consent.purpose)
    controller, recipient = registry.recipients.get(INTERNAL), registry.recipients.get(consent.recipient)
    third = consent.recipient != INTERNAL
    said = {"ja": purpose.ja, "en": purpose.en} if purpose else {"ja": consent.purpose, "en": consent.purpose}
    pii = list(_pii(consent, edition, recipient))
    made: Json = {
        "@context": dict(CONTEXT),
        "conforms_to": SCHEMA,
        "schema_version": "1",
        "receipt_id": f"{consent.id}-{len(consent.events)}",
        "record_id": consent.id,
        "created": _time(at),
        "pii_principal_id": consent.user,
        "consent_status": {
            "state": consent.state,
            "term": TERMS["state", consent.state][0],
            "permits": consent.state in {state.value for state in PERMITTING},
            **SAID["state", consent.state],
        },
        "pii_processing": {
            "privacy_notice": {
                "version": consent.notice_version,
                "language": consent.language,
                "sha256": consent.notice_hash or None,
                "text": consent.notice_text,
            },
            "jurisdiction": JURISDICTION,
            "collection_method": {"method": consent.method, **SAID["method", consent.method]},
            "purpose": {
                "id": consent.purpose,
                "terms": list(TERMS.get(("purpose", consent.purpose), ())),
                **said,
            },
            "lawful_basis": "dpv:Consent",
            "pii_controllers": [CONTROLLER],
            "recipients": [RECIPIENT] if third else [],
            "narrowed": bool(consent.categories),
            "pii_information": pii,
            "withdrawal_method": dict(SAID["withdrawal", "how"]),
            "given_at": _time(consent.given_at),
            "withdrawn_at": _time(consent.withdrawn_at),
            "expires_at": _time(consent.expires_at),
            "reason": consent.reason or None,
        },
        "guardian": {"name": consent.guardian} if consent.guardian else None,
        "transfer_abroad": _abroad(consent, recipient),
        "parties": [
            _party(CONTROLLER, INTERNAL, controller),
            *([_party(RECIPIENT, consent.recipient, recipient)] if third else []),
        ],
        "events": [_event(each) for each in consent.events],
    }
    return made | {"kantara": _kantara(consent, made, recipient if third else None)}


def _pii(consent: ConsentRecord, edition: Edition, recipient: KnownRecipient | None) -> Iterator[Json]:
    """What the consent opens: the categories it names, or what rules open to the recipient on the ground of it."""
    names = consent.categories or _opened(consent, edition, recipient)
    for name in names:
        parts = _narrowest(name, edition)
        yield {
            "id": name,
            "terms": list(TERMS.get(("category", name), ())),
            "ja": "、".join(each.ja for each in parts) or name,
            "en": ", ".join(each.en for each in parts) or name,
        }


def _narrowest(name: str, edition: Edition) -> Sequence[Node | Personal]:
    """What people call the information: the field, or the narrowest categories within a category that hold some."""
    if name in FIELDS:
        return (FIELDS[name],)
    tree, used = edition.categories, set(edition.fields.values())
    below = [tree.nodes[each] for each in tree.within(name) if each in used]
    return below or [tree.nodes[name]] if name in tree else ()


def _opened(consent: ConsentRecord, edition: Edition, recipient: KnownRecipient | None) -> Sequence[str]:
    groups = {ANY, consent.recipient}
    groups.update(edition.groups.ancestors(recipient.kind) if recipient else ())
    purposes = {ANY, *edition.purpose_ancestors(consent.purpose)}
    index, everybody = index_of(edition), consent.recipient == INTERNAL
    found = [
        rule.field
        for rule in index.find(index.roles, purposes, index.recipients if everybody else groups)
        if rule.effect is Effect.ALLOW
        and rule.action == Action.READ
        and Fact.CONSENTED in rule.facts
        and (rule.field in edition.categories.within("person") or rule.field in FIELDS)
    ]
    return tuple(dict.fromkeys(found))


def _party(role: str, name: str, known: KnownRecipient | None) -> Json:
    return {
        "role": role,
        "party_id": name,
        "party_name": known.name if known else name,
        "party_address": known.address if known else None,
        "party_representative": known.representative if known else None,
        "country": known.country if known else None,
    }


def _abroad(consent: ConsentRecord, recipient: KnownRecipient | None) -> Json | None:
    """What was told before a transfer abroad (APPI Art 28(2), Rule 17)."""
    if consent.told_abroad is None and not (recipient and recipient.abroad):
        return None
    told = consent.told_abroad or {}
    names = (
        *("country", "regime", "measures"),
        *("countryUnnamedBecause", "insteadOfCountry", "measuresUntoldBecause"),
    )
    return {"informed": consent.foreign_informed, **{name: told.get(name) for name in names}}


def _event(event: ConsentEventRecord) -> Json:
    return {
        "event_time": _time(event.at),
        "event_state": event.state,
        "term": TERMS["state", event.state][0],
        **SAID["step", event.state],
        "entity_id": event.by,
        "notice_version": event.notice_version,
        "language": event.language,
        "method": event.method,
        "expires_at": _time(event.expires_at),
        "categories": list(event.categories),
        "guardian": event.guardian or None,
        "reason": event.reason or None,
    }


def _kantara(consent: ConsentRecord, made: Json, third: KnownRecipient | None) -> Json:
    """The same in the names of Kantara Consent Receipt 1.1; its times are seconds since 1970."""
    language = consent.language if consent.language in ("ja", "en") else "ja"
    processing, controller = made["pii_processing"], made["parties"][0]
    return {
        "version": KANTARA,
        "jurisdiction": JURISDICTION,
        "consentTimestamp": int(consent.given_at.timestamp()) if consent.given_at else None,
        "collectionMethod": processing["collection_method"][language],
        "consentReceiptID": made["receipt_id"],
        "language": consent.language,
        "piiPrincipalId": consent.user,
        "piiControllers": [
            {
                "piiController": controller["party_name"],
                "contact": controller["party_representative"],
                "address": controller["party_address"],
            }
        ],
        "services": [
            {
                "service": controller["party_name"],
                "purposes": [
                    {
                        "purpose": processing["purpose"][language],
                        "purposeCategory": processing["purpose"]["terms"],
                        "consentType": "EXPLICIT",
                        "piiCategory": [each[language] for each in processing["pii_information"]],
                        "primaryPurpose": consent.purpose.startswith("service."),
                        "termination": processing["withdrawal_method"][language],
                        "thirdPartyDisclosure": consent.recipient != INTERNAL,
                        "thirdPartyName": third.name if third else None,
                    }
                ],
            }
        ],
        "sensitive": False,
        "spiCat": [],
    }


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
