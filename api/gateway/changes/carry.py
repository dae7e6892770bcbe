"""Carrying out: every change of an operation in one transaction, its answer through the same door as a read."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from api.gateway.changes.act import Act, Done
from api.gateway.changes.cases import CASE_CHANGES, change_case
from api.gateway.changes.clients import CLIENT_CHANGES, change_client
from api.gateway.changes.consent import (
    invalidate_consent,
    record_consent,
    refuse_consent,
    request_consent,
    withdraw_consent,
)
from api.gateway.changes.correction import update_user
from api.gateway.changes.drafts import DRAFT_CHANGES, IN_FORCE, change_draft
from api.gateway.changes.grounds import GROUND_CHANGES, change_ground
from api.gateway.changes.hold import lift_hold, place_hold
from api.gateway.changes.holders import HOLDERS, released_holders
from api.gateway.changes.jobs import JOB_CHANGES, change_job
from api.gateway.changes.notices import NOTICE_CHANGES, change_notice
from api.gateway.changes.received import accept_received, reject_received
from api.gateway.changes.receiving import receive_users
from api.gateway.changes.recipients import RECIPIENT_CHANGES, change_recipient
from api.gateway.changes.registration import register, register_many
from api.gateway.changes.screening import screen_answer
from api.gateway.changes.stage import set_application_stage
from api.gateway.documents.selection import TYPENAME, Selected
from api.gateway.documents.walk import walk
from api.gateway.release.door import Finished
from api.gateway.release.plan import EACH

Change = Callable[[Act], Awaitable[Done]]
CHANGES: Mapping[str, Change] = MappingProxyType(
    {
        "register": register,
        "registerMany": register_many,
        "updateUser": update_user,
        "recordConsent": record_consent,
        "withdrawConsent": withdraw_consent,
        "requestConsent": request_consent,
        "refuseConsent": refuse_consent,
        "invalidateConsent": invalidate_consent,
        "setApplicationStage": set_application_stage,
        "placeHold": place_hold,
        "liftHold": lift_hold,
        "screenAnswer": screen_answer,
        "receiveUsers": receive_users,
        "acceptReceived": accept_received,
        "rejectReceived": reject_received,
    }
)
"""Each mutation about people with what it does."""

Told = Awaitable[tuple[dict[str, Any], dict[str, Any] | None]]
OF_REGISTERS: Mapping[str, Callable[[Act, Mapping[str, Any] | None], Told]] = MappingProxyType(
    {
        **dict.fromkeys(CLIENT_CHANGES, change_client),
        **dict.fromkeys(RECIPIENT_CHANGES, change_recipient),
        **dict.fromkeys(GROUND_CHANGES, change_ground),
        **dict.fromkeys(CASE_CHANGES, change_case),
        **dict.fromkeys(NOTICE_CHANGES, change_notice),
        **dict.fromkeys(DRAFT_CHANGES, change_draft),
        **dict.fromkeys(JOB_CHANGES, change_job),
    }
)
"""Each mutation of a register, with what it remembers and tells."""

IN_REGISTRY = frozenset({*CLIENT_CHANGES, *RECIPIENT_CHANGES, *GROUND_CHANGES, *IN_FORCE})
"""Those after which what is in force is read anew; case files and notices stand in no registry."""

CARRIED = frozenset({*CHANGES, *OF_REGISTERS})
"""Every mutation that is carried out in the transaction of its record."""

ENDING = frozenset({"withdrawConsent", "invalidateConsent", "closeCase", *RECIPIENT_CHANGES, *GROUND_CHANGES})
"""Those that may end what others are given data on; nothing is given to others while one is under way."""

GIVING_NOTHING = frozenset({"receiveUsers"})
"""Those of others that hold nobody who was known before, and tell nothing of anybody; they may take long."""

LISTED = "results"
"""The part of a payload that has one entry for each person."""


async def carry_out(act: Act, before: Mapping[str, Any] | None) -> dict[str, Any]:
    """Do it, unless it was done `before`, and release what the payload asks; what to remember of it."""
    selected = act.step.root.selected
    if selected.name in OF_REGISTERS:
        kept, payload = await OF_REGISTERS[selected.name](act, before)
        act.running.finished[selected.key] = Finished(payload)
        return kept
    if before is None:
        done = await CHANGES[selected.name](act)
        for _, ref, fields in done.people:
            act.running.record.wrote(ref, fields, act.guard)
        others = act.met() - {ref for _, ref, _ in done.people}
        kept = {
            "people": [user for user, _, _ in done.people],
            "told": dict(done.told),
            "met": sorted(others),
        }
    else:
        kept = dict(before)
        await act.again(kept["people"])
        act.meet(kept.get("met", ()))
    act.running.finished[selected.key] = Finished(await _payload(act, kept))
    return kept


async def _payload(act: Act, kept: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked of the payload: people through the door, the rest as it was told."""
    selected = act.step.root.selected
    people = kept["people"]
    payload: dict[str, Any] = {}
    for child in selected.children:
        if child.name == TYPENAME:
            payload[child.key] = selected.type_name
        elif child.name == LISTED:
            payload[child.key] = [await _entry(act, child, entry) for entry in kept["told"][LISTED]]
        elif child.name == "user":
            payload[child.key] = await _person(act, (child.key,), people[0])
        elif child.name == HOLDERS:
            (ref,) = await act.door.registers.view.history.refs(people)
            payload[child.key] = released_holders(act, child, kept["told"][HOLDERS], ref)
        else:
            payload |= walk((child,), selected.type_name, kept["told"]) or {}
    return payload


async def _entry(act: Act, listed: Selected, entry: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for child in listed.children:
        if child.name == TYPENAME:
            told[child.key] = listed.type_name
        elif child.name == "user":
            user = entry.get("user")
            told[child.key] = None if user is None else await _person(act, (listed.key, child.key), user)
        elif child.name == "mistakes":
            told[child.key] = [
                {
                    part.key: child.type_name if part.name == TYPENAME else mistake[part.name]
                    for part in child.children
                }
                for mistake in entry["mistakes"]
            ]
        else:
            told[child.key] = entry[child.name]
    return told


async def _person(act: Act, keys: tuple[str, ...], user: str) -> Any:  # noqa: ANN401 - a released value
    asking = act.step.asking
    if asking is None:
        return None
    for steps, reading in asking.readings:
        if tuple(step for step in steps if step != EACH) == keys:
            released = await act.door.one(replace(asking, readings=((steps, reading),)), user)
            act.running.record.add(released)
            return released.value
    return None
