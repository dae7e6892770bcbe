"""The hold: use of a person's data suspended, at once and everywhere, and lifted again (Clause 9, APPI Art 35)."""

from secrets import token_hex
from typing import Any

from api.gateway.changes.act import Act, Done
from api.gateway.release.context import PERSON
from models.restraint import EVERYONE, Ground
from policies.edition import Edition
from policies.vocabulary import Fact

PLACED, LIFTED = "Mutation.placeHold", "Mutation.liftHold"
_PLACE = """
INSERT INTO holds (id, user_id, reference, purpose, recipient, ground, placed_at, lifted_at)
VALUES (:id, :user, :reference, :purpose, :to, :ground, :now, NULL)
"""
_FIND = "SELECT DISTINCT user_id FROM holds WHERE reference = :reference AND lifted_at IS NULL"
_LIFT = "UPDATE holds SET lifted_at = :now WHERE reference = :reference AND lifted_at IS NULL"


async def place_hold(act: Act) -> Done:
    """Suspend purposes, or all under an abstract one, towards some recipients or everybody."""
    said = act.said
    person = await act.subject(str(said["user"]), PLACED)
    purposes = _known(act, "purposes", said["purposes"])
    recipients = _known(act, "recipients", said.get("recipients") or [EVERYONE])
    reference = token_hex(13)
    ground = Ground(getattr(said["ground"], "value", said["ground"]))
    values: dict[str, Any] = {"user": person.id, "reference": reference, "now": act.running.at}
    for purpose in purposes:
        for to in recipients:
            row = {"id": token_hex(13), "purpose": purpose, "to": to, "ground": ground.value}
            await act.transaction.execute(_PLACE, values | row)
    return Done(((person.id, person.ref, frozenset({PLACED})),), {"hold": reference})


async def lift_hold(act: Act) -> Done:
    """End a hold; a person may be under several."""
    reference = str(act.said["hold"])
    if not act.possible(LIFTED):
        raise act.forbidden(LIFTED)
    found = await act.transaction.fetch(_FIND, {"reference": reference})
    if not found:
        raise act.wrong("hold", "HOLD_UNKNOWN")
    person = await act.subject(found[0][0], LIFTED, at="hold")
    await act.transaction.execute(_LIFT, {"reference": reference, "now": act.running.at})
    return Done(((person.id, person.ref, frozenset({LIFTED})),), {"hold": reference})


def _suspendable(edition: Edition) -> set[str]:
    """The purposes, abstract ones too, that some rule denies while use is suspended."""
    denied = edition.digest.turning_on.get(Fact.HELD, frozenset())
    leaves = {each.id for each in edition.purposes.values() if {each.id, each.parent} & denied}
    return leaves | (denied & set(edition.purposes))


def _known(act: Act, name: str, given: list[str]) -> list[str]:
    """The names, each once, if all of them are known."""
    force = act.context.force
    recipients = {EVERYONE, *force.registry.recipients, *force.edition.groups.nodes} - {PERSON}
    known = _suspendable(force.edition) if name == "purposes" else recipients
    if not given:
        raise act.wrong(name, "LIST_EMPTY")
    for place, each in enumerate(given):
        if each not in known:
            raise act.wrong(f"{name}.{place}", "NOT_SUSPENDABLE")
    return list(dict.fromkeys(map(str, given)))
