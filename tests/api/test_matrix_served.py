"""The matrix, asked of the running gateway: each client, each purpose, people of every situation, every field.

Nothing of the rules is read here: what must come back is worked out from `matrix.csv`, the names of the situations and
who each client is.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.policies.world import MATRIX
from tests.world import World

CLIENTS = {
    "frontend": ("frontend", {"internal": "internal"}),
    "employer-a": ("employer", {"employer-a": "employer"}),
    "employer-b": ("employer", {"employer-b": "employer"}),
    "support-org": ("support_org", {"support-org": "support_org"}),
    "mail-sender": ("entrustee", {"mail-sender": "mail_sender"}),
    "payment-processor": ("entrustee", {"payment-processor": "payment_processor"}),
    "analytics": ("analytics", {"analytics": "analytics"}),
    "ad-network": ("ad_network", {"ad-network": "ad_network"}),
    "authority": ("authority", {"authority": "authority"}),
    "privacy-desk": ("privacy_officer", {"internal": "internal", "person": "person"}),
    "policy-admin": ("policy_admin", {"internal": "internal"}),
    "policy-approver": ("policy_approver", {"internal": "internal"}),
    "auditor": ("auditor", {"internal": "internal"}),
}
"""Each client: its role, and its recipients with their groups."""

EVERYTIME = frozenset({"noticed", "screened"})
APPLIED = {"noticed", "screened", "consented", "applied", "interview"}
SITUATIONS: dict[str, dict[tuple[str, str], set[str]]] = {
    "plain": {},
    "consented-employer-a": {("service.application", "employer-a"): APPLIED},
    "withdrawn-employer-a": {("service.application", "employer-a"): APPLIED - {"consented"}},
    "offered-employer-a": {
        ("service.application", "employer-a"): {*APPLIED, "offer-accepted"},
        ("service.eligibility", "employer-a"): {*APPLIED, "offer-accepted"},
    },
    "held": {
        ("service.application", "employer-a"): APPLIED,
    },
    "erased": {("service.application", "employer-a"): APPLIED},
    "newsletter": {
        ("promotion.newsletter", "internal"): {*EVERYTIME, "consented"},
        ("promotion.newsletter", "mail-sender"): {*EVERYTIME, "consented"},
    },
    "unnoticed": {},
    "busy": {
        ("service.application", "employer-a"): {*APPLIED, "offer-accepted"},
        ("service.eligibility", "employer-a"): {*APPLIED, "offer-accepted"},
        ("service.application", "employer-b"): APPLIED - {"interview"},
        ("compliance.authority", "authority"): {*EVERYTIME, "lawful"},
        ("service.support", "support-org"): {*EVERYTIME, "consented"},
    },
}
"""What design and demonstration say of each: the facts beside the usual ones, by purpose and recipient."""

CASE = ("identifier", "name", "birth", "residence", "card-terms")
"""What the demonstration's complete case file names; `busy` is in it."""

WITHIN = {
    "area": "residence",
    "address": "residence",
    "card-status": "card-terms",
    "card-validity": "card-terms",
}
HELD = ("service", "promotion", "insight")
SELECTION = """
id version registeredAt name { roman kanji kana } initials email emailMasked phone phoneMasked birthDate ageBand
address { postalCode prefecture city town block building }
residenceCard { number status workRestriction otherActivity periodOfStay stayExpiresOn validUntil issuedOn
  nationality sex }
workEligibility answers(keys: ["japaneseLevel", "selfIntroduction"]) { key value }
consents { purpose } notices { policyVersion } history { field } accesses(first: 1) { edges { node { id } } }
"""
ANSWERED = {"User.answers.(choice)": "japaneseLevel", "User.answers.(text)": "selfIntroduction"}


def lines() -> list[list[str]]:
    with Path(MATRIX).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


HEAD, NEEDS, WHO, *CELLS = lines()
PURPOSES = HEAD[3:]
UNASKED = {"User.notYetSorted"}


class Pair(NamedTuple):
    """Who asks, and to whom it goes."""

    role: str
    group: str
    recipient: str


def closed(purpose: str, pair: Pair, situation: str) -> bool:
    """Whether nothing at all goes out for this purpose, to this pair, of this person."""
    held = situation == "held" and purpose.split(".", maxsplit=1)[0] in HELD and pair.role != "user"
    known = f"{pair.role}>{pair.group}" in WHO[HEAD.index(purpose)].split("|")
    return held or situation == "erased" or not known


def facts_of(purpose: str, pair: Pair, situation: str) -> set[str]:
    """What is true of this person; whoever has the role of a user asks about themself here."""
    facts = set(SITUATIONS[situation].get((purpose, pair.recipient), EVERYTIME))
    if situation == "unnoticed":
        facts.discard("noticed")
    return facts | ({"self"} if pair.role == "user" else set())


def needed(purpose: str, pair: Pair, category: str, mark: str) -> set[str] | None:
    """The facts that a cell asks for; None where it is no cell for this pair."""
    kind, _, special = mark.replace("R@", "R@:").partition(":")
    if not kind or (kind == "R@" and pair.group != special):
        return None
    if purpose == "compliance.authority" and not {category, WITHIN.get(category)} & set(CASE):
        return None
    if pair.role == "user":
        return {"self"}
    if special == "self":
        return None
    general = {each for each in NEEDS[HEAD.index(purpose)].split("+") if each != "-"}
    return general | ({special} if kind == "R" and special else set())


def fields_for(purpose: str, pair: Pair, situation: str) -> set[str]:
    """The fields that must come back of one person; none where the person does not exist."""
    if closed(purpose, pair, situation):
        return set()
    facts, found = facts_of(purpose, pair, situation), set()
    for path, category, _, *marks in CELLS:
        needs = needed(purpose, pair, category, marks[PURPOSES.index(purpose)])
        if path not in UNASKED and needs is not None and needs <= facts:
            found.add(path)
    return found if "User.id" in found else set()


def shown(user: dict[str, Any] | None) -> set[str]:
    """The fields of an answer that are not null."""
    if user is None:
        return set()
    answers = {each["key"] for each in user["answers"] or () if each["value"] is not None}
    found = {path for path, key in ANSWERED.items() if key in answers}
    for name, value in user.items():
        if name in {"name", "address", "residenceCard"}:
            found |= {f"User.{name}.{part}" for part, inner in (value or {}).items() if inner is not None}
        elif name != "answers" and value is not None:
            found.add(f"User.{name}")
    return found


def askers() -> Iterator[tuple[str, Pair]]:
    for client, (role, recipients) in CLIENTS.items():
        for recipient, group in recipients.items():
            yield client, Pair(role, group, recipient)


@pytest.mark.parametrize("purpose", PURPOSES)
async def test_exactly_the_cells_of_the_matrix_come_back(a_world: World, purpose: str) -> None:
    people = {name: a_world.demo.users[name] for name in SITUATIONS}
    asked = {name: f"u{number}" for number, name in enumerate(people)}
    wrong: list[str] = []
    seen = 0
    for client, pair in askers():
        parts = " ".join(
            f'{asked[name]}: user(id: "{id_}") {{ {SELECTION} }}' for name, id_ in people.items()
        )
        query = f'query @purpose(id: "{purpose}", recipient: "{pair.recipient}") {{ {parts} }}'
        data = (await a_world.ask(client, query)).get("data") or {}
        for name in people:
            expected = fields_for(purpose, pair, name)
            found = shown(data.get(asked[name]))
            seen += len(found)
            if found != expected:
                wrong.append(f"{client}>{pair.recipient} {name}: {sorted(found ^ expected)}")
    for name, id_ in people.items():
        query = f'query @purpose(id: "{purpose}", recipient: "person") {{ me {{ {SELECTION} }} }}'
        data = (await a_world.ask("frontend", query, user=id_)).get("data") or {}
        expected = fields_for(purpose, Pair("user", "person", "person"), name)
        found = shown(data.get("me"))
        seen += len(found)
        if found != expected:
            wrong.append(f"user {name}: {sorted(found ^ expected)}")
    assert wrong == []
    assert (seen > 0) is (purpose not in {"promotion.ads", "insight.analytics"})


def test_the_matrix_asked_here_has_every_field_that_is_selected() -> None:
    paths = {path for path, *_ in CELLS} - UNASKED
    assert {path.split(".")[1] for path in paths} == {
        *(
            "id",
            "version",
            "registeredAt",
            "name",
            "initials",
            "email",
            "emailMasked",
            "phone",
            "phoneMasked",
        ),
        *("birthDate", "ageBand", "address", "residenceCard", "workEligibility", "answers"),
        *("consents", "notices", "history", "accesses"),
    }
