"""The register of grounds, changed through the interface: about no person, so without a purpose, and on record."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from api.gateway.changes.act import Act
from api.gateway.changes.registering import check_whole, keeper, placed
from api.gateway.documents.walk import walk
from api.gateway.views.ground import ground_view
from models.grounds.record import Ground, read_grounds_of
from models.grounds.register import GroundRegister
from models.grounds.transmission_register import draft_notice, publish_notice

Said = Mapping[str, Any]


class GroundChange(NamedTuple):
    """What a mutation changes, how, and under which name its payload tells it."""

    kind: Ground
    told: str
    change: Callable[[GroundRegister, Said], Awaitable[str]]


def _ending(kind: Ground) -> Callable[[GroundRegister, Said], Awaitable[str]]:
    return lambda register, said: register.end(kind, said)


GROUND_CHANGES: Mapping[str, GroundChange] = MappingProxyType(
    {
        "recordEntrustment": GroundChange(Ground.ENTRUSTMENT, "entrustment", GroundRegister.entrust),
        "superviseEntrustment": GroundChange(Ground.ENTRUSTMENT, "entrustment", GroundRegister.supervise),
        "endEntrustment": GroundChange(Ground.ENTRUSTMENT, "entrustment", _ending(Ground.ENTRUSTMENT)),
        "recordSuccession": GroundChange(Ground.SUCCESSION, "succession", GroundRegister.succeed),
        "endSuccession": GroundChange(Ground.SUCCESSION, "succession", _ending(Ground.SUCCESSION)),
        "announceJointUse": GroundChange(Ground.JOINT_USE, "jointUse", GroundRegister.announce),
        "endJointUse": GroundChange(Ground.JOINT_USE, "jointUse", _ending(Ground.JOINT_USE)),
        "recordForeignCheck": GroundChange(Ground.FOREIGN_CHECK, "foreignCheck", GroundRegister.check),
        "confirmRelatedConsent": GroundChange(Ground.CONFIRMATION, "confirmation", GroundRegister.confirm),
        "draftTransmissionNotice": GroundChange(Ground.TRANSMISSION, "transmissionNotice", draft_notice),
        "publishTransmissionNotice": GroundChange(Ground.TRANSMISSION, "transmissionNotice", publish_notice),
        "endTransmissionNotice": GroundChange(
            Ground.TRANSMISSION, "transmissionNotice", _ending(Ground.TRANSMISSION)
        ),
        "endConfirmation": GroundChange(Ground.CONFIRMATION, "confirmation", _ending(Ground.CONFIRMATION)),
    }
)
"""Each mutation with what it does."""


async def change_ground(
    act: Act, before: Mapping[str, Any] | None
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Do it, unless it was done `before`; what to remember of it, and what its payload tells.

    Raises:
        Refusal: the token or its client is narrowed.
        Refusals: every mistake in the input, each with its path.
    """
    selected = act.step.root.selected
    check_whole(act)
    kind, told, change = GROUND_CHANGES[selected.name]
    if before is None:
        register = GroundRegister(act.transaction, act.context.force, keeper(act))
        with placed(act):
            ground = await change(register, act.said)
    else:
        ground = before["ground"]
    (record,) = await read_grounds_of(act.transaction, kind, act.running.today, only=ground)
    return {"ground": ground}, walk(selected.children, selected.type_name, {told: ground_view(record)})
