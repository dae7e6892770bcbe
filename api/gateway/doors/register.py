"""The doors of the registers: the root fields that tell of no person, each with what looks up its records."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

from api.gateway.running import Running, Step
from api.gateway.views.client import CLIENT_DOORS, look_up_clients
from api.gateway.views.edition import EDITION_DOORS, look_up_editions
from api.gateway.views.ground import GROUND_DOORS, look_up_grounds
from api.gateway.views.job import JOB_DOORS, look_up_jobs
from api.gateway.views.recipient import RECIPIENT_DOORS, look_up_recipients
from models.database.store import Reader

LOOK_UPS: Mapping[str, Callable[[Reader, Step, Running], Awaitable[Any]]] = MappingProxyType(
    {
        **dict.fromkeys(CLIENT_DOORS, look_up_clients),
        **dict.fromkeys(RECIPIENT_DOORS, look_up_recipients),
        **dict.fromkeys(GROUND_DOORS, look_up_grounds),
        **dict.fromkeys(JOB_DOORS, look_up_jobs),
        **dict.fromkeys(EDITION_DOORS, look_up_editions),
    }
)
