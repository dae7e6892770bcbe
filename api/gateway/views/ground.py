"""The view of the grounds: each record by the names of the interface, with its state today and its changes."""

from typing import Any

from api.gateway.documents.walk import asks, walk
from api.gateway.running import Running, Step
from api.gateway.views.change import change_view
from models.database.store import Reader
from models.grounds.record import Ground, GroundRecord, read_grounds_of

View = dict[str, Any]
GROUND_DOORS = ("grounds",)
"""The root fields that tell of grounds."""

LISTED = {
    "entrustments": Ground.ENTRUSTMENT,
    "successions": Ground.SUCCESSION,
    "jointUses": Ground.JOINT_USE,
    "foreignChecks": Ground.FOREIGN_CHECK,
    "confirmations": Ground.CONFIRMATION,
    "transmissionNotices": Ground.TRANSMISSION,
}
"""The lists of grounds by their names in the interface."""


async def look_up_grounds(reader: Reader, step: Step, running: Running) -> View | None:
    """The grounds that are asked for, of all recipients or of one."""
    selected, recipient = step.root.selected, step.arguments.get("recipient")
    told: View = {}
    for name, kind in LISTED.items():
        if asks(selected, name):
            found = await read_grounds_of(reader, kind, running.today, recipient and str(recipient))
            told[name] = [ground_view(record) for record in found]
    return walk(selected.children, selected.type_name, told)


def ground_view(record: GroundRecord) -> View:
    """All of one ground, to be told as far as it is asked."""
    return {
        "id": record.id,
        **record.parts,
        "state": record.state,
        "changes": [change_view(each) for each in record.changes],
    }
