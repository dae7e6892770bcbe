"""The law in plain words: what is true of a person for one asker, purpose and recipient at one moment."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.oracle.people import Person

PERMITTING = {"GIVEN", "RENEWED"}
STAGES = ("applied", "interview", "offer-accepted", "hired")
REACHED = {"APPLIED": 1, "INTERVIEW": 2, "OFFER_ACCEPTED": 3, "HIRED": 4}
OBSTACLE_NEEDED = {"27-1-2", "27-1-3", "27-1-4"}
FREE = (
    "noticed",
    "consented",
    "opted-out",
    "held",
    "erased",
    "self",
    "abroad",
    "abroad-informed",
    "equivalent",
    "screened",
    "lawful",
    "delegated",
    "entrusted",
    "succeeded",
    "jointly-used",
    "identifying",
    "confirmed",
)


@dataclass(frozen=True)
class Matter:
    """Who asks, why and for whom, as the tables of an edition and the registry tell it.

    Attributes:
        bit: the purpose's number among those shown to people.
        chain: the purpose, then the one it stands or falls with.
        over: each of the chain and its abstract parent.
        names: the recipient and every group it is in.
        own: the recipient works for the company itself, or is the person.
    """

    role: str
    user: str | None
    purpose: str
    bit: int
    chain: tuple[str, ...]
    over: frozenset[str]
    recipient: str
    names: frozenset[str]
    own: bool
    abroad: bool
    country: str
    stand_in: bool
    of_recipient: dict[str, bool]
    announced: datetime | None
    now: datetime


def standing(person: Person, matter: Matter) -> frozenset[str]:
    """All facts that are true."""
    facts = {
        "noticed": _noticed(person, matter),
        "consented": all(_consents(person, matter, purpose) for purpose in matter.chain),
        "opted-out": any(_running(row, matter, "since", "ended_at") for row in person.opt_outs),
        "held": any(_running(row, matter, None, "lifted_at") for row in person.holds),
        "erased": bool(person.erasures),
        "self": matter.role == "user" and matter.user == person.id,
        "abroad": matter.abroad,
        "abroad-informed": matter.stand_in or _informed(person, matter) or _asked_by_law(person, matter),
        "screened": all(row["screened_at"] is not None for row in person.screenings),
        "lawful": bool(lawful_cases(person, matter)),
        "delegated": "entrustee" in matter.names,
        **matter.of_recipient,
    }
    return frozenset(fact for fact, true in facts.items() if true) | _stages(person, matter)


def lawful_cases(person: Person, matter: Matter) -> list[dict[str, Any]]:
    """The complete case files of this recipient that name the person (APPI Art 27(1))."""
    return [case for case in person.cases if _complete(case, matter)]


def named_items(person: Person, matter: Matter) -> set[str]:
    """What those case files name."""
    return {item for case in lawful_cases(person, matter) for item in case["items"]}


def untrue_of(person: Person, matter: Matter, names: frozenset[str]) -> frozenset[str]:
    """The facts that do not hold for a field under any of these names, as what they rest on names others."""
    lost = set()
    if named_items(person, matter).isdisjoint(names):
        lost.add("lawful")
    if any(_leaves_out(row, names) for each in matter.chain for row in _consents(person, matter, each)):
        lost.add("consented")
    told = [row for row in _consents(person, matter, matter.purpose) if _tells(row, matter)]
    if not matter.stand_in and not _asked_by_law(person, matter) and any(_leaves_out(e, names) for e in told):
        lost.add("abroad-informed")
    return frozenset(lost)


def _leaves_out(consent: dict[str, Any], names: frozenset[str]) -> bool:
    """It opens categories, and neither one of these nor what makes a person somebody."""
    opened = consent["categories"].split()
    return bool(opened) and not {*opened, "identifier"} & names


def _complete(case: dict[str, Any], matter: Matter) -> bool:
    if case["recipient"] != matter.recipient:
        return False
    if not case["valid_from"] <= matter.now < case["valid_until"]:
        return False
    if not all(case[part] for part in ("reference", "office", "requester", "approver")):
        return False
    if case["closed_at"] is not None or case["approver"] == case["opened_by"]:
        return False
    if case["basis"] == "27-1-1":
        return True
    return case["basis"] in OBSTACLE_NEEDED and bool(case["consent_obstacle"])


def _noticed(person: Person, matter: Matter) -> bool:
    shown = bool(person.row["shown"] >> matter.bit & 1)
    return shown or (matter.announced is not None and matter.announced <= person.registered_at)


def _consents(person: Person, matter: Matter, purpose: str) -> list[dict[str, Any]]:
    """The consents to this purpose that stand now; the company's own helpers count as the company."""
    to = "internal" if matter.own else matter.recipient
    return [
        row
        for row in person.consents
        if row["purpose"] == purpose
        and row["recipient"] == to
        and row["state"] in PERMITTING
        and (row["expires_at"] is None or row["expires_at"] > matter.now)
    ]


def _informed(person: Person, matter: Matter) -> bool:
    return any(_tells(row, matter) for row in _consents(person, matter, matter.purpose))


def _tells(consent: dict[str, Any], matter: Matter) -> bool:
    """The person was told all that must be, of the very country where the recipient is, if one was named."""
    return bool(consent["foreign_informed"]) and consent["told_country"] in {"", matter.country}


def _asked_by_law(person: Person, matter: Matter) -> bool:
    return "authority" in matter.names and bool(lawful_cases(person, matter))


def _running(row: dict[str, Any], matter: Matter, begun: str | None, ended: str) -> bool:
    """A hold, or an opt-out that has begun, that concerns this matter and has not ended."""
    about = row["purpose"] in matter.over and row["recipient"] in {"any", *matter.names}
    begins = begun is None or row[begun] <= matter.now
    return about and begins and (row[ended] is None or row[ended] > matter.now)


def _stages(person: Person, matter: Matter) -> frozenset[str]:
    """The furthest of all applications to this employer, and every stage before it."""
    mine = [row["stage"] for row in person.applications if row["employer"] == matter.recipient]
    return frozenset(STAGES[: max((REACHED.get(stage, 0) for stage in mine), default=0)])
